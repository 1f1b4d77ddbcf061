"""What of a query stands inside what somebody says, and who says it: neither is a picture that is looked for."""

from collections.abc import Sequence

from scenedex.search.lexicons import english, korean
from scenedex.search.reading import Word

NEAR = 4
"""Words between the end of what is said and the verb of saying."""

VISUAL = ("object", "person", "attribute", "action")


def mark_said(words: Sequence[Word]) -> None:
    """Set `said` for the words inside a clause of speech, and drop the senses that the clause rules out."""
    _lift(words)
    for at, word in enumerate(words):
        if not word.said and word.has("saying", "phrase"):
            (_before if word.korean else _after)(words, at)
    _quoted(words)
    for at in range(len(words)):
        _about(words, at)
    for at in range(1, len(words)):
        if words[at].has("speech", "content"):
            _drop_owner(words, at)


# -- English: what is said comes after the verb ------------------------------------------------------------


def _after(words: Sequence[Word], at: int) -> None:
    word, grammar = words[at], english().grammar
    if word.has("speech", "content") and not word.has("phrase"):
        if not _is_verb(words, at):
            word.kinds -= {"saying"}
            return
        word.kinds -= {"speech", "content"}
    _drop_speaker(words, at)
    begins = at + max(word.phrase, 1)
    if not word.has("phrase") and begins < len(words) and words[begins].form in grammar["place"]:
        return
    for inside in words[begins:]:
        if inside.stops or inside.form in grammar["boundary"]:
            return
        if not inside.korean:
            inside.said = True


def _is_verb(words: Sequence[Word], at: int) -> bool:
    """Whether what may be noun or verb (question, quote) is a verb here: by its ending, or by who stands before."""
    word, before = words[at], _skip_back(words, at)
    if word.form.endswith(("ing", "ed")):
        return True
    if before is None:
        return False
    # "they answer", "the farmers answer", "the farmer answers"; but "the farmer interview".
    many = any(base == word.form for base, _ in word.senses) and not before.form.endswith("s")
    return before.form in english().grammar["pronoun"] or (before.has("person") and not many)


def _drop_speaker(words: Sequence[Word], at: int) -> None:
    before = _skip_back(words, at)
    if before is None or not before.has("person"):
        return
    where = next(i for i, word in enumerate(words) if word is before)
    adjective = words[where - 1] if where else None
    if adjective is None or not (
        adjective.has(*VISUAL) or adjective.form in english().grammar["number"] or adjective.has("shot")
    ):
        before.said = True


def _skip_back(words: Sequence[Word], at: int) -> Word | None:
    filler = english().grammar["filler"]
    for before in reversed(words[:at]):
        if before.stops and before is words[at]:
            return None
        if before.form not in filler or before.form == "who":
            return before
    return None


# -- Korean: what is said comes before the verb ------------------------------------------------------------


def _before(words: Sequence[Word], at: int) -> None:
    grammar = korean().grammar
    first = _sentence_start(words, at)
    near = range(at - 1, max(first, at - NEAR) - 1, -1)
    quoting = next((i for i in near if _quotes(words[i]) or _wonders(words[i])), None)
    if quoting is not None:
        _report(words, first, quoting)
    else:
        named = next((i for i in near if _ends(words[i], grammar["object"])), None)
        if named is not None:
            _mark_phrase(words, first, named)
    for i in range(first, at):
        if words[i].has("person") and _ends(words[i], grammar["recipient"]):
            words[i].said = True
    _drop_korean_speaker(words, first, at)


def _lift(words: Sequence[Word]) -> None:
    """Whatever may be a verb of saying is one beside a word of speech: 질문을 던지다, 가라고 하다, 그가 한 말."""
    for at, word in enumerate(words):
        if not word.korean:
            continue
        before = words[at - 1] if at else None
        after = words[at + 1] if at + 1 < len(words) else None
        told = before is not None and before.has("speech", "content") and before.tail in ("", "을", "를")
        does = bool(korean().saying.stems(word.form))
        named = does and after is not None and after.korean and after.has("speech", "content")
        quoted = does and before is not None and _quotes(before)
        if (told and korean().light.stems(word.form)) or named or quoted:
            word.kinds = frozenset({"saying"})
            word.senses = ((word.form, word.kinds),)


def _quoted(words: Sequence[Word]) -> None:
    """A quotation without a verb that is known to be one of saying: 키우자고 조르는."""
    for at, word in enumerate(words):
        if word.korean and not word.said and len(word.form) > 2 and _quotes(word):
            _report(words, _sentence_start(words, at), at)
            word.kinds = frozenset({"saying"})
            word.senses = ((word.form, word.kinds),)


def _about(words: Sequence[Word], at: int) -> None:
    """물가에 대해; a question about prices: of what is spoken about."""
    word = words[at]
    if (
        word.said
        or word.phrase < 0
        or word.form not in (korean() if word.korean else english()).grammar["about"]
    ):
        return
    if word.korean:
        if not at:
            return
        _mark_phrase(words, _sentence_start(words, at), at - 1)
    else:
        after = words[at + 1 :]
        if not after or after[0].form == "to":
            return
        first = next((i for i in range(at) if words[i].has("speech", "content", "talking", "topic")), at)
        if first < at:
            for other in [*after, *(between for between in words[first:at] if between.has("person"))]:
                other.said = True
    word.kinds = frozenset({"about"})
    word.senses = ((word.form, word.kinds),)


def _drop_owner(words: Sequence[Word], at: int) -> None:
    """대통령 연설, lawyer jokes: whose words they are, or about what, is nothing that is seen."""
    owner = words[at - 1]
    described = at > 1 and _describes(words[at - 2])
    about = owner.has("person", "object", "action") and not owner.has("saying")
    if not about or owner.phrase < 0 or owner.tail not in ("", "의") or described:
        return
    if owner.korean:
        _mark_phrase(words, _sentence_start(words, at), at - 1)
    owner.said = True


def _report(words: Sequence[Word], first: int, last: int) -> None:
    """Mark a clause as said: from after its speaker, or from its beginning."""
    begins = first
    for i in range(first, last + 1):
        if _speaks(words[i]) or words[i].form.endswith(tuple(korean().grammar["boundary"])):
            begins = i + 1
    for word in words[min(begins, last) : last + 1]:
        word.said = True


def _mark_phrase(words: Sequence[Word], first: int, last: int) -> None:
    """Mark a noun, and those that stand before it without a particle of their own, as what is spoken about."""
    words[last].said = True
    for i in range(last - 1, first - 1, -1):
        noun = not words[i].has("attribute", "action") or words[i].form in dict(words[i].senses)
        bare = not words[i].tail and noun
        if not (bare or _ends(words[i], korean().grammar["joining"])):
            return
        words[i].said = True


def _drop_korean_speaker(words: Sequence[Word], first: int, at: int) -> None:
    speakers = [i for i in range(first, at) if _speaks(words[i])]
    if speakers and not (speakers[-1] > first and _describes(words[speakers[-1] - 1])):
        words[speakers[-1]].said = True
    if at + 1 < len(words) and words[at + 1].has("person") and words[at + 1].korean and not speakers:
        words[at + 1].said = True


def _describes(word: Word) -> bool:
    return not word.said and word.has("attribute", "action", "object")


def _speaks(word: Word) -> bool:
    """Whether a word is somebody with the particle of whoever does something."""
    grammar = korean().grammar
    somebody = word.has("person") or any(form in grammar["pronoun"] for form in word.forms)
    return somebody and _ends(word, grammar["subject"])


def _ends(word: Word, particles: frozenset[str]) -> bool:
    if word.tail:
        return word.tail in particles or any(word.tail == f"들{particle}" for particle in particles)
    return word.korean and not word.kinds and len(word.form) > 1 and word.form.endswith(tuple(particles))


def _quotes(word: Word) -> bool:
    """Whether a word ends in 라고, 다고, 냐고, 자고, and is no form of a stem like 자라다, 잠자다."""
    if not word.korean:
        return word.tail.endswith(tuple(korean().grammar["quoting"]))
    return word.form.endswith(tuple(korean().grammar["quoting"])) and word.form[:-1] not in word.forms


def _wonders(word: Word) -> bool:
    return word.korean and len(word.form) > 2 and word.form.endswith(tuple(korean().grammar["wondering"]))


def _sentence_start(words: Sequence[Word], at: int) -> int:
    return next((i for i in range(at, 0, -1) if words[i].stops), 0)
