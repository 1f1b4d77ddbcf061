"""An eojeol (a Korean word with its particles) → the terms that find its noun again.

Bigrams of the stem without its particle, and the stem itself when it has more than two syllables: a wrong
cut costs one bigram and no more, so no dictionary is needed.
"""

_ALL = """
을 를 이 가 은 는 에 의 도 로 와 과 만 나 랑 야 께 들  으로 에서 에게 한테 까지 부터 처럼 보다
마다 조차 마저 밖에 이나 이랑 하고 에는 에도 에만 에의 로는 로도  와는 과는 께서 이라 이며 이고 이다
들이 들을 들은 들의 들과 들도  으로는 으로도 에서는 에서도 에서의 에게는 에게서 한테서 까지는 까지도
부터는 으로서 으로써 이라고 이라는  입니다 이에요 예요 들에게 들에서 에서부터 으로부터
"""
PARTICLES = frozenset(_ALL.split())
_LONGEST_FIRST = tuple(sorted(PARTICLES, key=lambda particle: (-len(particle), particle)))


def stem(eojeol: str) -> str:
    """The eojeol without its longest particle; a particle that is all there is stays."""
    for particle in _LONGEST_FIRST:
        if len(particle) < len(eojeol) and eojeol.endswith(particle):
            return eojeol[: -len(particle)]
    return eojeol


def korean_terms(eojeol: str) -> list[str]:
    """떡볶이를 → 떡볶, 볶이, 떡볶이; 비가 → 비가, 비, for some words (나이) only look so."""
    bare = stem(eojeol)
    if len(bare) == 1:
        return [bare] if len(eojeol) == 1 else [eojeol, bare]
    return bigrams(bare) + ([bare] if len(bare) > 2 else [])


def bigrams(run: str) -> list[str]:
    """Each two neighbours of a run; the run itself when it is shorter."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]
