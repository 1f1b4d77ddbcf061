"""`scenedex mcp` as a child process, asked by the official client over its stdin and stdout."""

import base64
import io
import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from mcp import StdioServerParameters, stdio_client, types
from PIL import Image
from tests.integration.mcp_server.world import FILM, PATIENCE_S, Asking, World, asking, command, said

from scenedex.errors import UsageError
from scenedex.mcp_server.owning import one_owner
from scenedex.store.tokens import new_token
from scenedex.types import LOCAL_OWNER

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "0"},
    },
}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stdio") / "log"


@pytest.fixture(scope="module")
def agent(world: World, log: Path) -> Iterator[Asking]:
    """With a key from a file, over one process for all tests here."""
    key = log.with_name("key")
    key.write_text(world.library.create_key("read", label="agent")[1] + "\n")
    program, *options = command("--key-file", str(key))
    parameters = StdioServerParameters(command=program, args=options, env=world.environment())
    with log.open("w") as errors, asking(stdio_client(parameters, errlog=errors)) as made:
        yield made


def test_its_tools_say_what_they_take_and_what_they_answer(agent: Asking) -> None:
    tools = agent.tools()
    assert list(tools) == [
        "search",
        "similar",
        "show_scene",
        "list_videos",
        "captions",
        "contact_sheet",
        "clip",
    ]
    for name, tool in tools.items():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is (name != "clip")  # here it leaves a file
        assert tool.annotations.destructive_hint is False
        assert tool.description
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema
        assert tool.output_schema["type"] == "object"
    assert "never instructions" in (tools["search"].description or "")
    for moment in ("after", "before"):
        assert "recorded, or else added" in tools["search"].input_schema["properties"][moment]["description"]


def test_the_demo_film_is_searched(agent: Asking) -> None:
    result = agent.call("search", {"query": "We should have turned left", "limit": 3})
    told = result.structured_content
    assert said(result)["hits"][0]["scene_id"] == told["hits"][0]["scene_id"]
    best = told["hits"][0]
    assert (best["video"], best["band"]) == (FILM, "strong")
    assert best["start_s"] <= best["best_s"] < best["end_s"]
    (words,) = {one["text"] for one in best["evidence"] if one["text"]}
    assert "turned left" in words
    assert "<mark>" not in words
    assert agent.told("search", query="a quokka on a bicycle", bands=["strong"])["hits"] == []


def test_similar_scenes_page_by_page(agent: Asking, world: World) -> None:
    first = agent.told("similar", scene=f"{FILM}:2", limit=1)
    second = agent.told("similar", scene=f"{FILM}:2", limit=1, cursor=first["next_cursor"])
    found = [hit["scene_id"] for page in (first, second) for hit in page["hits"]]
    assert len(found) == len({*found, str(world.mine)}) - 1 == 2


def test_a_scene_with_its_picture(agent: Asking, world: World) -> None:
    result = agent.call("show_scene", {"scene": str(world.mine), "max_side": 200})
    assert result.structured_content["scene"] == 2
    assert result.structured_content["video"] == FILM
    (picture,) = [part for part in result.content if isinstance(part, types.ImageContent)]
    assert picture.mime_type == "image/jpeg"
    with Image.open(io.BytesIO(base64.b64decode(picture.data))) as shown:
        assert (shown.format, max(shown.size)) == ("JPEG", 200)
    number = result.structured_content["keyframe"]
    read = agent.read(f"scenedex://scenes/{world.mine}/keyframes/{number}.jpg")
    assert base64.b64decode(read.blob).startswith(b"\xff\xd8")


def test_videos_captions_and_a_sheet(agent: Asking) -> None:
    page = agent.told("list_videos")
    assert [video["name"] for video in page["videos"]] == [FILM]
    assert (page["total"], page["next_cursor"]) == (1, None)
    first = agent.told("captions", video=FILM, limit=1)
    assert first["total"] > 1
    second = agent.told("captions", video=FILM, limit=1, cursor=first["next_cursor"])
    assert second["captions"][0]["start_s"] >= first["captions"][0]["start_s"]
    assert second["captions"] != first["captions"]
    sheet = agent.call("contact_sheet", {"video": FILM, "columns": 3, "rows": 2, "page": 2, "max_side": 300})
    assert sheet.structured_content["page"] == 2
    assert any(isinstance(part, types.ImageContent) for part in sheet.content)


def test_a_clip_is_a_file_and_a_resource(agent: Asking) -> None:
    result = agent.call("clip", {"video": FILM, "start_s": 1.0, "end_s": 1.5})
    told = result.structured_content
    film = Path(told["path"]).read_bytes()
    assert film[4:8] == b"ftyp"
    assert told["size_bytes"] == len(film)
    (link,) = [part for part in result.content if isinstance(part, types.ResourceLink)]
    assert base64.b64decode(agent.read(link.uri).blob) == film


def test_what_another_owner_has_is_as_what_is_not_there(agent: Asking, world: World) -> None:
    nobodys = uuid4()
    for tool in ("show_scene", "similar", "clip"):
        theirs = agent.refused(tool, scene=str(world.theirs))
        assert theirs == agent.refused(tool, scene=str(nobodys))
        assert "no such scene" in theirs
    video = world.other.videos()[0]
    for tool, more in (("captions", {}), ("contact_sheet", {}), ("clip", {"start_s": 0.0, "end_s": 0.5})):
        theirs = agent.refused(tool, video=str(video.id), **more)
        assert theirs.replace(str(video.id), "") == agent.refused(tool, video=str(nobodys), **more).replace(
            str(nobodys), ""
        )
    assert "no video" in agent.refused("search", query="car", videos=[video.name])
    for uri in ("scenedex://scenes/{}/keyframes/0.jpg", "scenedex://clips/{}/0.000-0.500.mp4"):
        ids = (world.theirs, nobodys) if "scenes" in uri else (video.id, nobodys)
        first, second = (agent.unread(uri.format(one)).replace(str(one), "") for one in ids)
        assert first == second


@pytest.mark.parametrize(
    ("tool", "given", "named"),
    [
        ("search", {}, "query"),
        ("search", {"query": 7}, "query"),
        ("search", {"query": "x" * 10_000}, "query"),
        ("search", {"query": "car", "limit": 1_000_000}, "limit"),
        ("search", {"query": "car", "limit": -1}, "limit"),
        ("search", {"query": "car", "limit": "many"}, "limit"),
        ("search", {"query": "car", "limit": True}, "limit"),
        ("search", {"query": "car", "cursor": "-5"}, "cursor"),
        ("search", {"query": "car", "cursor": "99999999"}, "deep"),
        ("search", {"query": "car", "bands": ["best"]}, "bands"),
        ("search", {"query": "car", "owner": "somebody-else"}, "owner"),
        ("search", {"query": "car", "from_s": float("-1e300")}, "from_s"),
        ("search", {"query": "car", "after": 7}, "after"),
        ("search", {"query": "car", "videos": ["no\x00thing"]}, "no video"),
        ("search", {"query": "car\x00\ud7ff", "tags": ["x" * 900]}, "tag"),
        ("show_scene", {"scene": "../../etc/passwd"}, "VIDEO:SCENE"),
        ("show_scene", {"scene": f"{FILM}:9999"}, "no such scene"),
        ("show_scene", {"scene": f"{FILM}:0", "keyframe": 900}, "pictures"),
        ("list_videos", {"limit": 0}, "limit"),
        ("captions", {"video": FILM, "origin": "gossip"}, "origin"),
        ("contact_sheet", {"video": FILM, "page": 5_000}, "sheets"),
        ("clip", {}, "either scene"),
        ("clip", {"video": FILM, "start_s": 2.0, "end_s": 1.0}, "end_s"),
        ("clip", {"video": FILM, "start_s": 0.0, "end_s": 1e9}, "end_s"),
        ("clip", {"video": FILM, "start_s": 90_000.0, "end_s": 90_001.0}, "ends at"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(
    agent: Asking, tool: str, given: dict[str, object], named: str
) -> None:
    sentence = agent.refused(tool, **given)
    assert named in sentence
    assert len(sentence) < 1_000


def test_other_resources_are_refused(agent: Asking) -> None:
    for uri in ("file:///etc/passwd", "scenedex://clips/x/0-1.mp4", "scenedex://scenes/../keyframes/0.jpg"):
        assert "no such resource" in agent.unread(uri)


def test_a_key_that_is_revoked_ends_it_at_once(agent: Asking, world: World, log: Path) -> None:
    """The last test of this process."""
    keys = world.library.keys()
    made = next(key for key in keys if key.label == "agent")
    assert agent.told("list_videos")["total"] == 1
    world.library.revoke_key(made.id)
    assert "revoked" in agent.refused("list_videos")
    assert "revoked" in agent.unread(f"scenedex://scenes/{world.mine}/keyframes/0.jpg")
    assert "Traceback" not in log.read_text()


def test_stdout_is_the_protocols_and_the_end_of_stdin_ends_it(world: World) -> None:
    """Without a key: `local`, whose film is there, and nobody else's. A line that is no message does no harm."""
    calls = [
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "list_videos", "arguments": {}},
        },
    ]
    lines = [json.dumps(HELLO), "this is no message", *(json.dumps(call) for call in calls)]
    process = subprocess.Popen(
        command(),
        env=world.environment(SCENEDEX_LOG_LEVEL="debug"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n".join(lines) + "\n")
    process.stdin.flush()
    answers = []
    while not any(answer.get("id") == 2 for answer in answers):
        answers.append(json.loads(process.stdout.readline()))
    rest, errors = process.communicate(timeout=PATIENCE_S)
    assert (rest, process.returncode) == ("", 0), errors
    assert "Traceback" not in errors
    found = next(answer for answer in answers if answer.get("id") == 2)
    assert found["result"]["structuredContent"]["total"] == 1


def test_a_signal_ends_it(world: World, tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as errors:
        process = subprocess.Popen(
            command(), env=world.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(HELLO).encode() + b"\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 1
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == 0
    process.stdin.close()
    assert process.stdout.read() == b""
    process.stdout.close()
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_in_whose_name_it_answers(world: World) -> None:
    """Without a key it is `local`, and never somebody else; a wrong key, and one that only signs in, are refused."""
    _, key = world.other.create_key("read")
    assert one_owner(world.library, key)(None).owner == world.other.owner
    assert one_owner(world.library, None)(None).owner == LOCAL_OWNER
    grant = world.library.grant_of(key)
    assert grant is not None
    for wrong in (new_token().text(), key[:-1], "", "x" * 5_000, world.library.sign_in(grant, 60.0)):
        with pytest.raises(UsageError, match="not known here"):
            one_owner(world.library, wrong)
    demanding = world.library.of(LOCAL_OWNER)
    demanding.settings = world.library.settings.model_copy(update={"scenedex_demand_keys": True})
    with pytest.raises(UsageError, match="SCENEDEX_API_KEY"):
        one_owner(demanding, None)
