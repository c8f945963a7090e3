"""Plots of estimate, interval and criterion: each is where its number is."""

import pytest
from ledger_entries import ENTRY

from thermophoresis.report.claims import read_claims
from thermophoresis.report.margin import PADDING, WIDTH, margin


def of(**change):
    (claim,) = read_claims([ENTRY | change])
    return margin(claim)


def at(share):
    return pytest.approx(WIDTH * (share + PADDING) / (1 + 2 * PADDING), abs=0.06)


def test_everything_is_on_one_linear_axis():
    found = of()
    assert found.allowed == (at(0), at(1))
    assert found.interval == (at(0), at(0.5))
    assert found.estimate == at(0.25)


def test_what_has_no_bound_goes_to_the_edge():
    assert of(criterion_low=None).allowed == (0, at(1))
    found = of(criterion_high=None, ci_high=None)
    assert found.allowed[1] == WIDTH
    assert found.interval[1] == WIDTH


@pytest.mark.parametrize("value", [0.0, -1e-30, 7e25])
def test_a_single_number_has_a_place(value):
    numbers = dict.fromkeys(
        ("estimate", "ci_low", "ci_high", "criterion_low", "criterion_high"), value
    )
    found = of(**numbers)
    assert found.allowed == (found.estimate, found.estimate)
    assert found.estimate == WIDTH / 2
    assert found.interval is None


def test_without_a_number_or_a_bound_there_is_no_plot():
    assert of(estimate=None) is None
    assert of(criterion_low=None, criterion_high=None) is None


def test_what_is_not_left_to_chance_has_no_interval():
    assert of(ci_level=None).interval is None
