"""Forms of Korean verbs and adjectives lead back to their stem."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenedex.search.conjugation import Conjugation
from scenedex.search.lexicons import korean, korean_kinds

FORMS = {
    "달리": "달리다 달리는 달린다 달린 달릴 달려 달려서 달렸다 달렸던 달리고 달리던 달립니다 달리면서 달려요 달리기",
    "걷/ㄷ": "걷는 걷고 걸은 걸어 걸어서 걸었다 걸으며 걷습니다 걸을",
    "눕/ㅂ": "눕는 눕고 누운 누워 누웠다 누워있는 누우면",
    "짓/ㅅ": "짓는 지은 지어 지었다 지으면",
    "빨갛/ㅎ": "빨갛다 빨갛고 빨간 빨개 빨개서 빨개진",
    "하얗/ㅎ": "하얀 하얘 하얘졌다",
    "흐르/르": "흐르는 흐른 흘러 흘러서 흘렀다",
    "푸르/러": "푸르다 푸른 푸르러",
    "날": "날다 나는 난다 난 날고 날아 날아서 날았다 납니다 날면",
    "끄": "끄는 끈 꺼 껐다",
    "담그": "담그는 담근 담가 담갔다",
    "춤추": "춤추는 춤춘 춤춰 춤췄다 춤추고있는",
    "보": "보는 본 봐 봤다 보아 보았던",
    "마시": "마시는 마신 마셔 마셨다 마시며",
    "운전하": "운전하는 운전한 운전해 운전했다 운전하여 운전합니다",
    "앉": "앉은 앉아 앉아있는 앉았던 앉습니다 앉아서",
    "뛰": "뛰는 뛴 뛰어 뛰었다 뛰어다니는",
}


@pytest.mark.parametrize(
    ("stem", "form"), [(stem, form) for stem, forms in FORMS.items() for form in forms.split()]
)
def test_a_form_is_recognised(stem: str, form: str) -> None:
    assert Conjugation([stem]).stems(form) == (stem.partition("/")[0],)


@pytest.mark.parametrize(
    ("stem", "word"),
    [
        ("걷/ㄷ", "걷은"),
        ("날", "날는"),
        ("눕/ㅂ", "눕은"),
        ("흐르/르", "흐르어"),
        ("달리", "달"),
        ("달리", "달리가다리"),
        ("팔", "파고"),
    ],
)
def test_what_is_no_form_is_not(stem: str, word: str) -> None:
    assert Conjugation([stem]).stems(word) == ()


@settings(deadline=None)
@given(st.text(alphabet=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=12))
def test_any_eojeol_can_be_asked(eojeol: str) -> None:
    korean_kinds(eojeol)
    assert all(eojeol for _ in korean().verbs.stems(eojeol))


@pytest.mark.parametrize(
    ("eojeol", "base"),
    [
        ("떡볶이를", "떡볶이"), ("사람들이", "사람"), ("바다에서", "바다"), ("산으로부터", "산"), ("개가", "개"),
        ("의사였던", "의사"), ("누워있는", "눕"), ("지나가는", "지나가"),
    ],
)  # fmt: skip
def test_an_eojeol_has_one_base(eojeol: str, base: str) -> None:
    assert [found for found, _ in korean_kinds(eojeol)] == [base]


def test_words_written_together_are_two() -> None:
    assert [base for base, _ in korean_kinds("빨간자동차가")] == ["빨갛", "자동차"]


@pytest.mark.parametrize("eojeol", ["개인이", "차이가", "비용을", "물음표"])
def test_a_short_noun_in_a_longer_word_is_not_seen(eojeol: str) -> None:
    assert not any({"object", "person"} & kinds for _, kinds in korean_kinds(eojeol))
