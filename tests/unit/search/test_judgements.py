"""Judgements as people write them, well and badly."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.errors import NotFoundError, UsageError
from scenedex.search.judgements import parse_judgements, read_judgements


def test_a_scene_a_span_and_nothing() -> None:
    text = (
        '{"query": "dog", "relevant": [{"video": "a.mp4", "scene": 3, "grade": 2}], "kind": "things"}\r\n'
        "\n# a comment\n"
        '{"query": "car", "mode": "recall", "relevant": [{"video": "b", "start_s": 1, "end_s": 2.5}]}\n'
        '{"query": "nothing", "relevant": []}'
    )
    dog, car, nothing = parse_judgements("\ufeff" + text)
    assert (dog.query, dog.kind, dog.line) == ("dog", "things", 1)
    assert (dog.relevant[0].scene, dog.relevant[0].span, dog.relevant[0].grade) == (3, None, 2.0)
    assert (car.mode, car.line, car.relevant[0].span, car.relevant[0].grade) == ("recall", 4, (1.0, 2.5), 1.0)
    assert nothing.relevant == ()


def test_a_separator_of_lines_inside_a_query_separates_nothing() -> None:
    assert parse_judgements('{"query": "one\u2028two", "relevant": []}')[0].query == "one\u2028two"


SPAN = '{"video": "a", "start_s": %s, "end_s": %s}'


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('["dog"]', "object"),
        ('{"relevant": []}', '"query"'),
        ('{"query": "  ", "relevant": []}', '"query"'),
        ('{"query": 7, "relevant": []}', '"query"'),
        (f'{{"query": "{"x" * 2001}", "relevant": []}}', "2,001"),
        ('{"query": "dog"}', '"relevant"'),
        ('{"query": "dog", "relevant": {}}', '"relevant"'),
        ('{"query": "dog", "relevant": ["a.mp4"]}', "object"),
        ('{"query": "dog", "relevant": [{"scene": 1}]}', '"video"'),
        ('{"query": "dog", "relevant": [{"video": "a"}]}', "either"),
        ('{"query": "dog", "relevant": [{"video": "a", "scene": 1, "start_s": 1, "end_s": 2}]}', "either"),
        ('{"query": "dog", "relevant": [{"video": "a", "scene": -1}]}', '"scene"'),
        ('{"query": "dog", "relevant": [{"video": "a", "scene": 1.5}]}', '"scene"'),
        ('{"query": "dog", "relevant": [{"video": "a", "scene": true}]}', '"scene"'),
        ('{"query": "dog", "relevant": [{"video": "a", "scene": 1, "grade": 0}]}', '"grade"'),
        ('{"query": "dog", "relevant": [{"video": "a", "scene": 1, "grade": "2"}]}', '"grade"'),
        ('{"query": "dog", "relevant": [{"video": "a", "start_s": 1}]}', '"end_s"'),
        (f'{{"query": "dog", "relevant": [{SPAN % (2, 2)}]}}', "end"),
        (f'{{"query": "dog", "relevant": [{SPAN % (-1, 2)}]}}', "span"),
        (f'{{"query": "dog", "relevant": [{SPAN % (0, "NaN")}]}}', "seconds"),
        (f'{{"query": "dog", "relevant": [{SPAN % (0, "1" + "0" * 400)}]}}', "seconds"),
        (f'{{"query": "dog", "relevant": [{SPAN % (0, "1e999")}]}}', "seconds"),
        ('{"query": "dog", "relevant": [], "mode": "auto"}', "recall, rerank, skip"),
        ('{"query": "dog", "relevant": [], "kind": 1}', '"kind"'),
        ('{"query": "dog", "relevent": []}', "relevent"),
        ('{"query": "dog", "relevant": [{"video": "a", "scenes": 1}]}', "scenes"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(line: str, why: str) -> None:
    with pytest.raises(UsageError, match=r"^Line 3 ") as refused:
        parse_judgements(f'{{"query": "fine", "relevant": []}}\n\n{line}\n')
    assert why in str(refused.value)


@pytest.mark.parametrize("text", ["", "\n \n", "# only a comment\n"])
def test_nothing_to_judge(text: str) -> None:
    with pytest.raises(UsageError, match="empty"):
        parse_judgements(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(UsageError):
        assert parse_judgements(text)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"none\.jsonl"):
        read_judgements(tmp_path / "none.jsonl")
    with pytest.raises(UsageError, match="cannot be read"):
        read_judgements(tmp_path)
    (tmp_path / "latin").write_bytes(b"\xff\xfe\x00{")
    with pytest.raises(UsageError, match="UTF-8"):
        read_judgements(tmp_path / "latin")
