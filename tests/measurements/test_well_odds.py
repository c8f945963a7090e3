"""Odds between wells: counts against the stationary vector, and what is derived from them."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from thermophoresis.config.measurements.well_odds import WellOdds
from thermophoresis.measurements import well_odds, well_statistics
from thermophoresis.theory import anharmonic_wells as anharmonic
from thermophoresis.theory import two_wells as theory

SETTINGS = WellOdds(kind="well_odds", seed=3, time=60.0, replicas=16, particles=128, cells=240)


def test_counts_agree_with_the_stationary_vector_and_both_with_quadrature():
    # Of a large |B|, so that batches are nearly Gaussian; few steps are as long as ηH = 0.48.
    wells = well_odds.pair(SETTINGS, "sharp_deeper")
    cell = well_odds.Cell(wells, 0.08, 64, 0.6)
    shares = well_odds.share(SETTINGS, "a test", cell)
    assert shares.shape == (16,)
    found, error = well_statistics.jackknifed(well_statistics.with_each_left_out(shares[None]))
    expected = well_odds.oracle(wells, 0.08, 0.6, 240)
    assert error[0] < 0.02
    assert abs(found[0] - expected) < 4.5 * error[0]
    # What steps do is more than that, and nothing is left of it where they are short.
    shift = expected - theory.log_odds(wells, 0.6)
    assert shift > 5 * error[0]
    assert well_odds.oracle(wells, 0.005, 0.6, 480) - theory.log_odds(wells, 0.6) < shift / 10


def test_a_law_like_coins_has_their_moments_and_first_order():
    law = well_odds.like_coins(24)
    points, normal = np.array(law.points), law.normal_variance
    fourth = (points**4).mean() + 6 * (points**2).mean() * normal + 3 * normal**2
    assert fourth - 3 == pytest.approx(-2 / 24)
    # Odds change by what is of first order in the kurtosis.
    wells = well_odds.pair(SETTINGS, "sharp_deeper")
    change = well_odds.oracle(wells, 0.016, 0.375, 480, well_odds.like_coins(16))
    change -= well_odds.oracle(wells, 0.016, 0.375, 480)
    kurtosis = theory.first_order(wells, 0.375)[1]
    assert change == pytest.approx(-2 * kurtosis * 0.016 / 16, rel=0.2)


def test_the_stationary_vector_does_not_depend_on_the_grid():
    wells = well_odds.pair(SETTINGS, "flat_deeper")
    coarse, fine = (well_odds.oracle(wells, 0.01, 0.375, it) for it in (300, 600))
    assert coarse == pytest.approx(fine, abs=5e-4)
    edges, mass = well_odds.stationary(wells, 0.01, 0.375, 300)
    assert np.abs(edges).min() == 0
    found = well_odds.boltzmann_masses(wells, edges, 0.375)
    ends = found[edges[1:] <= 0].sum()
    assert np.log(ends / (1 - ends)) == pytest.approx(theory.log_odds(wells, 0.375), abs=1e-6)
    assert mass.sum() == pytest.approx(1)


def test_pairs_are_every_combination_of_depth_and_width():
    pairs = {name: well_odds.pair(SETTINGS, name) for name in well_odds.PAIRS}
    found = {
        name: (np.sign(it.levels[1] - it.levels[0]), it.curvatures[1] > it.curvatures[0])
        for name, it in pairs.items()
    }
    assert found == {
        "sharp_deeper": (-1, True),
        "flat_deeper": (1, True),
        "equal_depth": (0, True),
        "equal_width": (1, False),
    }
    for wells in pairs.values():
        assert wells.barrier - max(wells.levels) == pytest.approx(SETTINGS.barrier)
    assert well_odds.plane(SETTINGS) == replace(pairs["sharp_deeper"], across=(1.0, 2.0))


def test_each_way_changes_one_factor_and_goes_through_the_same_noise():
    cells = [cell for _, cell in well_odds.way_cells(SETTINGS)]
    assert len({name for name, _ in well_odds.way_cells(SETTINGS)}) == len(cells) == 30
    for start in range(0, 30, 15):
        rate, batch, variance = (cells[start + 5 * it : start + 5 * it + 5] for it in range(3))
        for some in (rate, batch, variance):
            noise = [
                theory.temperature(it.learning_rate, it.batch_size, it.variance) for it in some
            ]
            np.testing.assert_allclose(noise, SETTINGS.temperatures)
        assert [len({round(getattr(it, name), 9) for it in rate}) for name in FACTORS] == [5, 1, 1]
        assert [len({round(getattr(it, name), 9) for it in batch}) for name in FACTORS] == [1, 5, 1]
        changed = [len({round(getattr(it, name), 9) for it in variance}) for name in FACTORS]
        assert changed == [1, 1, 5]
    for first in (0, 4):
        ratios = [
            it.learning_rate / it.batch_size
            for _, it in list(well_odds.scaled_cells(SETTINGS))[first : first + 4]
        ]
        np.testing.assert_allclose(ratios, ratios[0])


FACTORS = ("learning_rate", "batch_size", "variance")


def test_a_jackknife_of_a_mean_is_its_standard_error():
    rng = np.random.default_rng(0)
    p = rng.uniform(0.3, 0.5, (2, 400))
    odds = well_statistics.with_each_left_out(p)
    value, error = well_statistics.jackknifed(odds)
    mean, of_mean = well_statistics.mean(p)
    np.testing.assert_allclose(value, np.log(mean / (1 - mean)))
    # The delta method.
    np.testing.assert_allclose(error, of_mean / (mean * (1 - mean)), rtol=0.01)


def test_slopes_limits_crossings_and_exponents_are_those_of_what_is_known():
    x = np.array([0.02, 0.04, 0.08, 0.16])
    assert well_statistics.limit(0.3 - 2 * x + 5 * x**2, x) == pytest.approx(0.3)
    assert well_statistics.slope(1.5 + 2 * x, x) == pytest.approx(2)
    wells = well_odds.pair(SETTINGS, "sharp_deeper")
    noise = np.array(SETTINGS.temperatures)
    # The printed odds are straight in 1/T, so that nothing is lost between neighbours.
    printed = theory.printed_log_odds(wells, noise)
    even = well_statistics.crossing(np.stack([printed, printed + 0.01]), noise)
    assert even[0] == pytest.approx(theory.printed_crossover(wells))
    assert even[1] < even[0]
    assert np.isnan(well_statistics.crossing(printed + 9, noise))
    # Odds of noise that goes with the 1.1th power of T.
    told = theory.log_odds(wells, 0.4 * (noise / 0.4) ** 1.1)
    assert well_statistics.exponent(wells, noise, told) == pytest.approx(1.1, abs=1e-4)
    assert np.isnan(well_statistics.told_temperature(np.array([9.0]), wells, noise)).all()


@pytest.mark.parametrize("step", [0.1, 1.0, 1.9])
def test_the_variance_of_a_parabola_is_as_in_closed_form(step):
    assert well_statistics.quadratic(step, 3) == pytest.approx(1 / (1 - step / 2), rel=1e-10)


@pytest.fixture(scope="module")
def dataset():
    less = {"time": 16.0, "burn_in": 1.0, "replicas": 8, "particles": 128, "cells": 200}
    return well_odds.measure(WellOdds(kind="well_odds", **less), (), (), ())


def test_the_dataset_has_what_is_declared(dataset):
    for name in WellOdds.variables:
        assert name in dataset, name
        assert set(dataset[name].dims) <= set(WellOdds.axes)
        assert np.isfinite(dataset[name]).all(), name
        if name.endswith("_standard_error"):
            assert dataset[name].attrs["replicas"] == 8
    assert well_odds.describe(dataset).startswith("noise of even odds over that printed: ")
    # What follows from the printed formula: L_A − L_B over T₁T₂ is its slope between T₁ and T₂.
    printed = dataset["printed"].sel(pair="sharp_deeper")
    np.testing.assert_allclose(
        np.diff(printed) / np.diff(printed["temperature"]),
        0.36 / (printed["temperature"].values[1:] * printed["temperature"].values[:-1]),
    )
    assert float(dataset["break_residual"]) == pytest.approx(0.1)
    assert 0.3 < float(dataset["break_step"]) < 0.4
    # What is left of wells that are no parabolas without the first correction is of second order.
    np.testing.assert_allclose(dataset["tilted_order"], 2, atol=0.05)
    one = dataset["tilted_residual"].sel(tilt=0.2, stiffness=1.0, temperature=0.3, method="nearest")
    wells = anharmonic.Tilted(0.2, 1.0)
    expected = anharmonic.log_odds(wells, 0.3) - anharmonic.printed_log_odds(wells, 0.3)
    assert float(one) == pytest.approx(float(expected))
    # Of the same pairs with a jump of the third derivative: an error of the order √T.
    assert float(np.abs(dataset["quartic_residual"]).max()) > 0.17
    np.testing.assert_allclose(
        dataset["residual_by_way"].sel(dimension=1, way="batch_size"),
        dataset["residual"].sel(pair="sharp_deeper"),
    )


def test_counts_are_the_same_again_and_others_with_another_seed(dataset):
    less = {"time": 8.0, "burn_in": 1.0, "replicas": 4, "particles": 32, "cells": 200}
    settings = WellOdds(kind="well_odds", **less)
    name, cell = next(well_odds.scaled_cells(settings))
    first, again = (well_odds.share(settings, name, cell) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    other = settings.model_copy(update={"seed": 1})
    assert (well_odds.share(other, name, cell) != first).any()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"batch_sizes": (8, 12, 10)}, "must increase"),
        ({"curvatures": (6.0, 1.0)}, "got curvatures"),
        ({"learning_rates": (0.02, 0.03, 0.05, 0.07)}, "whole number up to 128"),
        ({"scaled_batches": (32,)}, "whole number up to 128"),
    ],
)
def test_settings_without_a_meaning_are_refused(settings, words):
    with pytest.raises(ValidationError, match=words):
        WellOdds(kind="well_odds", **settings)
