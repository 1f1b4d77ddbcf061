"""Where a shot begins among pictures that were left out."""

import pytest
from tests.unit.scenes.pictures import Shown, scenery

from scenedex.scenes.exact import exact_cut


def film(times, cut_s):
    """What fetches from a film with pictures at these times, of which those from the cut on are of another shot."""
    frames = [Shown(t_s, t_s + 0.04, scenery(1 if t_s < cut_s else 2)) for t_s in times]
    return lambda wanted: [[one for one in frames if one.t_s <= t_s + 1e-6][-1] for t_s in wanted]


@pytest.mark.parametrize("cut_s", [1.04, 1.08, 1.12, 1.16])
def test_a_cut_is_found_among_the_pictures_in_between(cut_s):
    assert exact_cut(film([1.0, 1.04, 1.08, 1.12, 1.16, 1.2], cut_s), 1.0, 1.16) == cut_s


def test_where_nothing_can_be_fetched_it_stays_where_it_was_seen():
    assert exact_cut(lambda _: [], 1.0, 1.16) == 1.16
    assert exact_cut(film([0.0, 5.0], 9.0), 1.0, 1.16) == 1.16
