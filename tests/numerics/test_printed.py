"""Half a unit of the last digit of a printed number."""

import pytest

from thermophoresis.numerics.printed import half_a_digit


@pytest.mark.parametrize(
    ("printed", "half"), [("0.27", 0.005), ("1.8", 0.05), ("3", 0.5), ("0.30", 0.005)]
)
def test_half_a_digit(printed, half):
    assert half_a_digit(printed) == pytest.approx(half)
