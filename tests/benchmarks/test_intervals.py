"""A hundredth of the simulation of coverage, and the number of networks that follows from it."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from thermophoresis.claims.estimate import FEWEST_NETWORKS, fewest_networks

PAGE = (Path(__file__).parents[2] / "docs/coverage.md").read_text("utf-8")
TRIALS = 10_000


def tables():
    """Return the rows of the tables of the page, without their heads."""
    parts = re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE)
    return [
        [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines()[2:]]
        for part in parts
    ]


@pytest.fixture(scope="module")
def rates():
    """Return how often intervals miss in units of how often they may, as the page has it."""
    return {
        (row[0], int(row[1].replace(",", ""))): list(map(float, row[2:])) for row in tables()[0]
    }


def agrees(missed, trials, probability):
    """Return whether so many misses are likely, or differ little from likely ones."""
    return stats.binomtest(missed, trials, min(probability, 1)).pvalue > 1e-4


@pytest.mark.parametrize("replicas", [8, 64, 256])
def test_student_intervals_miss_as_often_as_the_page_says(rates, replicas):
    from intervals import DISTRIBUTIONS, LEVELS, student_misses

    for index, (name, draw) in enumerate(DISTRIBUTIONS.items()):
        rng = np.random.default_rng([21, index, replicas])
        missed = student_misses(draw, replicas, LEVELS, TRIALS, rng)
        for count, level, ratio in zip(missed, LEVELS, rates[name, replicas], strict=True):
            # The page rounds, and has an error of its own.
            assert any(
                agrees(int(count), TRIALS, (1 - level) * (ratio + shift))
                for shift in (-0.05, 0, 0.05, 0.3)
            ), (name, level)


@pytest.mark.parametrize("replicas", [16, 64])
def test_bootstrap_intervals_miss_as_often_as_the_page_says(replicas):
    from intervals import BOOTSTRAP_LEVEL, bootstrap_misses

    missed = bootstrap_misses(replicas, BOOTSTRAP_LEVEL, 200, np.random.default_rng([22, replicas]))
    column = 1 + [16, 32, 64, 128, 256, 512, 1024].index(replicas)
    for row in tables()[2]:
        assert agrees(missed[row[0]], 200, (1 - BOOTSTRAP_LEVEL) * float(row[column])), row[0]


def test_draws_have_mean_0_variance_1_and_their_skewness():
    from intervals import DISTRIBUTIONS

    for name, draw in DISTRIBUTIONS.items():
        values = draw(np.random.default_rng(23), (400_000,)).astype(float)
        assert values.mean() == pytest.approx(0, abs=0.01)
        assert values.var() == pytest.approx(1, abs=0.02)
        skewness = float((re.findall(r"skewness ([\d.]+)", name) or [0])[0])
        assert stats.skew(values) == pytest.approx(skewness, abs=0.05)


def test_an_interval_of_normal_values_misses_as_often_as_it_says():
    from intervals import DISTRIBUTIONS, student_misses

    (missed,) = student_misses(DISTRIBUTIONS["normal"], 5, [0.9], TRIALS, np.random.default_rng(24))
    assert agrees(int(missed), TRIALS, 0.1)
    # What it counts are intervals that do not contain the mean.
    shifted = student_misses(lambda rng, size: rng.normal(3, 1, size), 5, [0.5], 100, np.random)
    assert shifted[0] > 95


def test_the_least_number_of_networks_is_that_of_the_page():
    for (missing, least), row in zip(FEWEST_NETWORKS, tables()[1], strict=True):
        assert (f"{missing:g}", f"{least:,}") == (f"{float(row[0]):g}", row[1])
        assert fewest_networks(1 - missing) == least
        assert fewest_networks(1 - 1.001 * missing) <= least <= fewest_networks(1 - missing / 1.001)


def test_the_least_number_is_that_from_which_on_misses_are_few_enough():
    from intervals import fewest

    def found(*counts):
        rows = dict(zip(("8", "16", "32", "64"), ([it] for it in counts), strict=True))
        return fewest({"levels": [0.99], "trials": 1000, "student": {"a": rows}}, "a")[0.99]

    assert found(10, 10, 10, 10) == 8
    assert found(26, 10, 10, 10) == 16
    assert found(10, 26, 25, 10) == 32  # few by chance with fewer networks counts for nothing
    assert found(10, 10, 10, 26) is None
