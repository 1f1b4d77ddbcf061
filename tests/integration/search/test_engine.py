"""Search through the real store."""

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.media import shared_media

from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.passages import passages
from scenedex.embeddings.terms import scene_terms
from scenedex.embeddings.wordllama import WordLlamaEncoder
from scenedex.errors import EncoderError, UsageError
from scenedex.search.calibration import WORDLLAMA_BACKGROUND
from scenedex.search.dense import Dense
from scenedex.search.engine import Engine
from scenedex.search.request import SearchDefaults, SearchRequest
from scenedex.store.database import Database
from scenedex.store.files import put_file
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import write_video
from scenedex.types import (
    Answer,
    Caption,
    CaptionOrigin,
    EmbeddingDraft,
    Filters,
    KnownFile,
    MediaInfo,
    SceneRecord,
    Space,
    Vector,
    VideoRecord,
)

SCENE_S = 10.0
ENCODER = WordLlamaEncoder()


@pytest.fixture
def owner() -> UUID:
    return uuid4()


def add(database: Database, owner: UUID, name: str, scenes: Sequence[Sequence[str]]) -> UUID:
    """A video whose scenes last SCENE_S and say these lines, two seconds each."""
    captions = [
        Caption(
            start_s=i * SCENE_S + 2 * j,
            end_s=i * SCENE_S + 2 * j + 2,
            text=line,
            origin="sidecar",
            index=100 * i + j,
        )
        for i, lines in enumerate(scenes)
        for j, line in enumerate(lines)
    ]
    spans = [(i * SCENE_S, (i + 1) * SCENE_S) for i in range(len(scenes))]
    return store(database, owner, name, spans, captions)


def store(
    database: Database,
    owner: UUID,
    name: str,
    spans: Sequence[tuple[float, float]],
    captions: Sequence[Caption],
) -> UUID:
    """A video of these scenes; a caption counts for each scene that it touches."""
    space = ensure_space(database, ENCODER.space)
    said = [[c for c in captions if c.start_s < end_s and c.end_s > start_s] for start_s, end_s in spans]
    drafts = [
        EmbeddingDraft(scene_index=i, ordinal=n, t_s=t_s, vector=ENCODER.embed([text])[0])
        for i, (span, lines) in enumerate(zip(spans, said, strict=True))
        for n, (t_s, text) in enumerate(passages(lines, *span))
    ]
    duration_s = spans[-1][1]
    record = VideoRecord(
        content_hash=sha256(f"{name} {captions}".encode()).hexdigest(),
        title=name,
        info=MediaInfo(container="mp4", size_bytes=1, start_s=0, duration_s=duration_s, video=None),
        duration_s=duration_s,
        scenes=tuple(
            SceneRecord(index=i, start_s=start_s, end_s=end_s, keyframes=(), thumbnail_key=None)
            for i, (start_s, end_s) in enumerate(spans)
        ),
        captions=tuple(captions),
        terms=tuple(scene_terms([c.text for c in lines], [name]) for lines in said),
        embeddings={space.id: tuple(d for d in drafts if d.vector is not None)},
        recipe="test",
        sidecars="",
    )
    with database.transaction(owner) as tx:
        video = write_video(tx, record)
        put_file(tx, KnownFile(path=f"/videos/{name}", video_id=video, size_bytes=1, mtime_ns=1))
    return video


def transcript(encoder: TextEncoder, space: Space) -> Dense:
    return Dense(channel="transcript", space=space, encoder=encoder, background=WORDLLAMA_BACKGROUND)


def ask(
    database: Database, owner: UUID, query: str, *, filters: Filters | None = None, **page: int
) -> Answer:
    engine = Engine(dense=[transcript(ENCODER, ensure_space(database, ENCODER.space))])
    with database.transaction(owner) as tx:
        return engine.search(tx, SearchRequest(query=query, filters=filters or Filters(), **page))


def places(answer: Answer) -> list[tuple[str, int]]:
    return [(hit.video, hit.scene) for hit in answer.hits]


@pytest.fixture
def library(database: Database, owner: UUID) -> Database:
    add(
        database,
        owner,
        "office.mp4",
        [
            ["Hildy!", "How are you?", "Tell me, is the lord of the universe in?"],
            ["Yes, he's in - in a bad humor", "Somebody must've stolen the crown jewels"],
            ["the universe has no lord, and you know how they are"],
            [],
        ],
    )
    add(
        database,
        owner,
        "nature_walk.mp4",
        [
            ["A red flower opens its petals"],
            ["Water flows over the rocks of a small stream"],
            ["Cars, and a red bus"],
        ],
    )
    add(
        database,
        owner,
        "음식.mp4",
        [["오늘은 떡볶이를 먹는다"], ["비가 온다", "고양이는 집에서 잔다"], ["비행기가 난다"]],
    )
    return database


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Hildy!", ("office.mp4", 0)),
        ("How are you?", ("office.mp4", 0)),
        ("Tell me, is the lord of the universe in?", ("office.mp4", 0)),
        ("Yes, he's in - in a bad humor", ("office.mp4", 1)),
        ("somebody must’ve stolen the crown jewels", ("office.mp4", 1)),
        ("A red flower opens its petals", ("nature_walk.mp4", 0)),
        ("오늘은 떡볶이를 먹는다", ("음식.mp4", 0)),
        ("비가 온다", ("음식.mp4", 1)),
    ],
)
def test_a_line_finds_its_scene_first(
    library: Database, owner: UUID, line: str, place: tuple[str, int]
) -> None:
    answer = ask(library, owner, line)
    assert places(answer)[0] == place
    assert answer.hits[0].band == "strong"
    assert answer.hits[0].channels["lexical"].text is not None
    assert "<mark>" in answer.hits[0].channels["lexical"].text


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("떡볶이", ("음식.mp4", 0)),
        ("고양이가", ("음식.mp4", 1)),
        ("집", ("음식.mp4", 1)),
        ("river running across stones", ("nature_walk.mp4", 1)),
        ("buses and automobiles", ("nature_walk.mp4", 2)),
        ("car", ("nature_walk.mp4", 2)),
        ("음식", ("음식.mp4", 0)),
    ],
)
def test_other_words_for_it_find_it_first(
    library: Database, owner: UUID, query: str, place: tuple[str, int]
) -> None:
    assert places(ask(library, owner, query))[0] == place


def test_one_syllable_finds_words_that_begin_so(library: Database, owner: UUID) -> None:
    assert set(places(ask(library, owner, "비"))) == {("음식.mp4", 1), ("음식.mp4", 2)}


def test_a_quoted_phrase_comes_first(library: Database, owner: UUID) -> None:
    assert places(ask(library, owner, '"no lord" universe'))[0] == ("office.mp4", 2)
    assert places(ask(library, owner, '"lord of the universe"'))[0] == ("office.mp4", 0)


@pytest.mark.parametrize("query", ["zymurgy quincunx floccinaucinihilipilification", "?!…", "😀", "xyzzy"])
def test_nothing_is_an_honest_answer(library: Database, owner: UUID, query: str) -> None:
    answer = ask(library, owner, query)
    assert answer.hits == ()
    assert answer.query == query
    assert answer.degraded == ()


def test_the_best_moment_is_the_caption_s(library: Database, owner: UUID) -> None:
    hit = ask(library, owner, "crown jewels").hits[0]
    assert (hit.start_s, hit.end_s, hit.best_s) == (10.0, 20.0, 12.0)
    assert hit.path == "/videos/office.mp4"
    assert (
        hit.channels["lexical"].text
        == "Somebody must&#x27;ve stolen the <mark>crown</mark> <mark>jewels</mark>"
    )


def test_the_answer_says_how_it_was_made(library: Database, owner: UUID) -> None:
    answer = ask(library, owner, "red flower")
    assert answer.plan.mode == "skip"
    assert answer.plan.weights.keys() == {"transcript", "lexical"}
    assert sum(answer.plan.weights.values()) == pytest.approx(1)
    assert "red" in answer.plan.reason
    assert {"router", "encode", "retrieve", "total"} <= answer.took_ms.keys()
    assert all(0 <= hit.score <= 1 for hit in answer.hits)
    assert len({hit.scene_id for hit in answer.hits}) == len(answer.hits)


def test_pages_follow_one_another(database: Database, owner: UUID) -> None:
    add(database, owner, "long.mp4", [[f"zebra number {i}"] for i in range(25)])
    whole = places(ask(database, owner, "zebra", limit=25))
    assert len(set(whole)) == 25
    pages = [places(ask(database, owner, "zebra", limit=10, offset=start)) for start in (0, 10, 20)]
    assert [place for page in pages for place in page] == whole
    assert ask(database, owner, "zebra", limit=10, offset=30).hits == ()


def test_a_filter_keeps_to_its_videos(library: Database, owner: UUID) -> None:
    other = add(library, owner, "other.mp4", [["a red flower"]])
    answer = ask(library, owner, "red flower", filters=Filters(video_ids=(other,)))
    assert places(answer) == [("other.mp4", 0)]


def test_owners_do_not_see_one_another(library: Database, owner: UUID) -> None:
    stranger = uuid4()
    add(library, stranger, "theirs.mp4", [["A red flower opens its petals"]])
    assert places(ask(library, stranger, "red flower petals")) == [("theirs.mp4", 0)]
    assert "theirs.mp4" not in {video for video, _ in places(ask(library, owner, "red flower petals"))}
    assert ask(library, uuid4(), "red flower petals").hits == ()


def test_videos_without_a_word_are_found_by_name(database: Database, owner: UUID) -> None:
    add(database, owner, "IMG_2041-beach_day.final.MP4", [[], []])
    answer = ask(database, owner, "beach")
    assert places(answer) == [("IMG_2041-beach_day.final.MP4", 0)]
    assert answer.hits[0].channels["lexical"].text == "IMG_2041-<mark>beach</mark>_day.final.MP4"
    assert answer.hidden == 1
    engine = Engine()
    with database.transaction(owner) as tx:
        more = engine.search(tx, SearchRequest(query="beach", weaker=True))
    assert (len(more.hits), more.hidden) == (2, 0)


class Broken:
    """An encoder that does not work."""

    space = ENCODER.space

    def __init__(self, error: Exception) -> None:
        self.error = error

    def embed(self, texts: Sequence[str]) -> list[Vector | None]:
        raise self.error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (EncoderError("The model is gone."), "The model is gone."),
        (RuntimeError("key=0815"), "the encoder failed (RuntimeError)"),  # not ours to repeat
    ],
)
def test_a_broken_encoder_takes_only_its_channel_out(
    library: Database, owner: UUID, error: Exception, reason: str
) -> None:
    engine = Engine(dense=[transcript(Broken(error), ensure_space(library, ENCODER.space))])
    with library.transaction(owner) as tx:
        answer = engine.search(tx, SearchRequest(query="red flower"))
    assert places(answer)[0] == ("nature_walk.mp4", 0)
    assert answer.hits[0].band == "strong"
    assert answer.degraded == (f"transcript: {reason}",)


@pytest.mark.parametrize(
    "weights",
    [{"lexical": 1.0, "transcript": 0.0}, {"lexical": 1.0}],
)
def test_a_weight_of_nothing_takes_a_channel_out(
    library: Database, owner: UUID, weights: dict[str, float]
) -> None:
    space: Space = ensure_space(library, ENCODER.space)
    engine = Engine(
        dense=[transcript(Broken(RuntimeError("never asked")), space)],
        defaults=SearchDefaults(weights=weights),
    )  # type: ignore[arg-type]
    with library.transaction(owner) as tx:
        answer = engine.search(tx, SearchRequest(query="red flower"))
    assert answer.degraded == ()
    assert answer.plan.weights == {"lexical": 1.0}
    assert {channel for hit in answer.hits for channel in hit.channels} == {"lexical"}


def test_without_an_encoder_there_are_words(library: Database, owner: UUID) -> None:
    with library.transaction(owner) as tx:
        answer = Engine().search(tx, SearchRequest(query="red flower"))
    assert places(answer)[0] == ("nature_walk.mp4", 0)
    assert answer.plan.weights == {"lexical": 1.0}


def test_requests_without_sense(library: Database, owner: UUID) -> None:
    for query, page in [
        ("", {}),
        ("  \n", {}),
        ("x" * 2001, {}),
        ("x", {"limit": -1}),
        ("x", {"limit": 0}),
        ("x", {"offset": -1}),
    ]:
        with pytest.raises(UsageError, match=r"^[A-Z].*\.$"):
            ask(library, owner, query, **page)
    with library.transaction(owner) as tx, pytest.raises(UsageError, match="weight"):
        Engine(defaults=SearchDefaults(weights={"lexical": 0.0})).search(tx, SearchRequest(query="x"))


@pytest.mark.parametrize("query", ["a\x00b", "\ud800 flower", "%' or 1=1 --", "* *", "x*" * 900, "{}" * 500])
def test_hostile_queries_are_queries(library: Database, owner: UUID, query: str) -> None:
    assert ask(library, owner, query).query == query


def subtitles(path: Path, origin: CaptionOrigin, language: str) -> list[Caption]:
    """The captions of a well-formed SRT file."""
    found = []
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        number, times, *lines = block.split("\n")
        start_s, end_s = (
            sum(float(part) * 60**i for i, part in enumerate(reversed(t.replace(",", ".").split(":"))))
            for t in times.split(" --> ")
        )
        text = "\n".join(lines)
        found.append(
            Caption(
                start_s=start_s, end_s=end_s, text=text, origin=origin, language=language, index=int(number)
            )
        )
    return found


@pytest.fixture
def reel(database: Database, owner: UUID) -> list[Caption]:
    """The reel by its true cuts, with its subtitles thrice: English, English again from another file, German."""
    folder = shared_media("video")
    shots = json.loads((folder / "openreel_20shots.truth.json").read_text())["shots"]
    english = subtitles(folder / "openreel_20shots.en.srt", "embedded", "en")
    captions = [
        *english,
        *subtitles(folder / "openreel_20shots.en.srt", "sidecar", "en"),
        *subtitles(folder / "openreel_20shots.de.srt", "embedded", "de"),
    ]
    store(database, owner, "reel.mkv", [(shot["start"], shot["end"]) for shot in shots], captions)
    return [*english, *captions[2 * len(english) :]]


def test_each_line_of_the_reel_finds_its_scene_first(
    database: Database, owner: UUID, reel: list[Caption]
) -> None:
    for caption in reel:
        best = ask(database, owner, caption.text).hits[0]
        middle = (caption.start_s + caption.end_s) / 2
        assert best.start_s <= middle < best.end_s, caption
        assert best.band == "strong", caption


def test_paraphrases_of_the_reel(database: Database, owner: UUID, reel: list[Caption]) -> None:
    for query, said in [
        ("spaceman on the lunar surface", "Apollo"),
        ("river running across stones", "Water flowing"),
        ("farming vehicle sowing", "tractor"),
        ("bicycle rider near an automobile", "cyclist"),
        ("happy guy laughing", "smiling"),
    ]:
        best = ask(database, owner, query).hits[0]
        (caption,) = (c for c in reel if said in c.text)
        assert best.start_s <= caption.start_s + 1 < best.end_s, (query, best)
        assert said in re.sub("</?mark>", "", best.channels["transcript"].text or ""), best
    assert ask(database, owner, "quantum physics lecture").hits == ()
