"""The rate in which frames are counted."""

from fractions import Fraction

import pytest
from tests.unit.exports.lists import P23, P25, P29, P59

from scenedex.exports.rates import USUAL, nominal


@pytest.mark.parametrize(
    ("rate", "base", "duration_s", "found", "steady"),
    [
        (P29, P29, 7200, P29, True),
        (Fraction(2997, 100), P29, 60, P29, True),
        (Fraction(23976, 1000), Fraction(23976, 1000), 7200, P23, True),  # as Matroska rounds it
        (Fraction(24), Fraction(24), 7200, Fraction(24), True),
        (Fraction(60000, 1001), P59, 60, P59, True),
        (P25, Fraction(50), 60, P25, True),  # fields
        (Fraction(54000, 1801), P29, 3.2, P29, True),  # a short file, whose average is rough
        (Fraction(54000, 1801), P29, 7200, P29, False),
        (Fraction(25, 2), Fraction(25, 2), 60, P25, True),  # two counts a picture
        (Fraction(1140000, 73073), P29, 2.4, P29, False),  # variable: the grid on which pictures lie
        (Fraction(24600, 1469), Fraction(600), 7.6, Fraction(17), False),
        (Fraction(1, 2), Fraction(1, 2), 60, Fraction(1), True),
        (Fraction(1000), Fraction(1000), 60, Fraction(240), False),
        (None, None, 60, USUAL, True),
        (Fraction(-1), None, 60, USUAL, False),
    ],
)
def test_the_nearest_of_the_field(
    rate: Fraction | None, base: Fraction | None, duration_s: float, found: Fraction, steady: bool
) -> None:
    assert nominal(rate, base, duration_s) == (found, steady)
