"""200 texts that tokenisers disagree on: case, punctuation, scripts, emoji, lengths. Always the same ones."""

_SENTENCE = (
    "a red car drives past the old house at night while two dogs run over wet grass near the blue lake "
    "and people watch from the bridge in heavy rain under yellow umbrellas"
)
_WORDS = _SENTENCE.split()

_ODD = [
    "",
    " ",
    "\n\t ",
    "a",
    "A",
    "dog",
    "a photo of a cat",
    "A Photo Of A CAT",
    "don't stop, it's the dog's ball; they'll see we've won",
    "it’s “curly” ‘quoted’",
    "fish &amp; chips &lt;b&gt;",
    "&amp;amp; twice",
    "tabs\tand\nlines\r\nand   spaces",
    "  leading and trailing  ",
    "snake_case and kebab-case",
    "e-mail: someone@example.org, https://example.org/a?b=c&d=1",
    "3.14159 42 1,000,000 0x1F 2026-11-20",
    "100% of $5 = €4.20 £3 ¥500",
    "!!! ??? ... ,,, ;;; ---",
    "C++ & C# | F* ~ ^",
    "naïve café façade über Ångström",
    "cafe\u0301 nai\u0308ve",
    "ﬁne ﬂow",
    "ＦＵＬＬ ｗｉｄｔｈ １２３",
    "Привет, мир",
    "γειά σου κόσμε",
    "مرحبا بالعالم",
    "שלום עולם",
    "नमस्ते दुनिया",
    "สวัสดีชาวโลก",
    "今日は良い天気ですね",
    "你好，世界！",
    "빨간 자동차",
    "눈 내리는 밤 거리",
    "강아지가 공을 물고 달린다",
    "아이들이 바닷가에서 웃으며 뛰어논다.",
    "서울역 앞에서 우산을 쓴 사람들",
    "떡볶이를 먹는 여자",
    "안녕하세요! 반갑습니다 ^^",
    "ㅋㅋㅋ ㅠㅠ",
    "HD를 4K로",
    "고양이 cat 猫 🐱",
    "🙂",
    "🙂🙃😀",
    "👩‍👩‍👧‍👦 family",
    "👍🏽 thumbs 🇰🇷 flag",
    "❤️ red heart ☀ sun",
    "café ☕ and 🍕 at 7pm",
    "a" * 300,
    "ab " * 200,
    "ㅏ" * 120,
    "🚗" * 60,
    "x" * 5000,
    "\u200bzero\u200bwidth\u00a0space",
    "soft\u00adhyphen",
    "under_score __init__",
    "THE QUICK BROWN FOX",
    "ßtraße İstanbul ıI",
    "CamelCaseWordsHere",
    "1st 2nd 3rd 4th",
    "'quoted' \"double\" `tick`",
    "(round) [square] {curly} <angle>",
    "a/b\\c|d",
    "newline\nin the middle",
    "…and so on… – dash — long",
    "½ ² ³ ™ © ®",
    "ΑΒΓ αβγ Σίσυφος",
    "ＨＤ화질",
]

_PATTERNS = (
    "{0} {1} {2}",
    "a photo of a {0} {1}",
    "{0}, {1}, and {2}!",
    "Is there a {0} in the {1}?",
    "THE {0} {2} {1}",
    "{0}가 {1} 옆에 있다",
    "{1} 🙂 {0}",
)


def golden_texts() -> list[str]:
    """The 200 texts."""
    texts = list(_ODD)
    texts.append(" ".join(_WORDS[i % len(_WORDS)] for i in range(300)))
    texts.append(" ".join(["눈 내리는", "빨간", "자동차가", "거리를", "달린다"][i % 5] for i in range(300)))
    step = 0
    while len(texts) < 200:
        words = [_WORDS[(step * k + k) % len(_WORDS)] for k in (1, 3, 7)]
        texts.append(_PATTERNS[step % len(_PATTERNS)].format(*words))
        step += 1
    return texts


CAPTIONS = [
    "a red car",
    "Two dogs run over wet grass near the lake.",
    "빨간 자동차",
    "눈 내리는 밤 거리 🙂",
    " ".join(_WORDS * 12),
    "x",
]
"""Texts that go all the way to a vector."""
