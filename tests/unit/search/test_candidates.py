"""Which rows count: what a deeper search brings changes nothing about what came before."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from scenedex.search.candidates import tiered
from scenedex.types import Channel, ChannelRow

CHANNELS: list[Channel] = ["visual", "lexical", "transcript"]


def row(channel: Channel, scene: int, raw: float) -> ChannelRow:
    return ChannelRow(channel=channel, scene_id=UUID(int=scene), raw=raw, space_id=CHANNELS.index(channel))


def test_a_scene_belongs_to_the_first_tier_that_brings_it() -> None:
    rows = [
        row("visual", 1, 0.9),
        row("visual", 2, 0.8),
        row("visual", 3, 0.7),
        row("lexical", 3, 5.0),
        row("lexical", 4, 4.0),
        row("lexical", 1, 3.0),
    ]
    kept, tiers = tiered(rows, 2)
    assert tiers == {}
    assert [(one.channel, one.scene_id.int) for one in kept] == [
        ("visual", 1),
        ("visual", 2),
        ("lexical", 3),
        ("lexical", 4),
    ]
    kept, tiers = tiered(rows, 1)
    assert {scene.int: tier for scene, tier in tiers.items()} == {2: 1, 4: 1}


raws = st.dictionaries(st.integers(0, 30), st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.5]), max_size=30)


@given(st.fixed_dictionaries(dict.fromkeys(CHANNELS, raws)), st.integers(1, 5), st.integers(1, 4))
def test_going_deeper_leaves_the_tiers_before_as_they_were(
    scenes: dict[Channel, dict[int, float]], size: int, depth: int
) -> None:
    lists = [
        sorted(
            (row(channel, scene, raw) for scene, raw in of.items()),
            key=lambda one: (-one.raw, str(one.scene_id)),
        )
        for channel, of in scenes.items()
    ]

    def looked(tiers: int) -> tuple[list[ChannelRow], dict[UUID, int]]:
        return tiered([one for rows in lists for one in rows[: tiers * size]], size)

    kept, tiers = looked(depth)
    more, deeper = looked(depth + 1)
    assert {scene: tier for scene, tier in deeper.items() if tier < depth} == tiers
    assert [one for one in more if deeper.get(one.scene_id, 0) < depth] == kept
