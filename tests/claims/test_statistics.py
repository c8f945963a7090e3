"""The numbers that decide claims: values, intervals and what is left out of them."""

import dataclasses
import re

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from synthetic_experiments import (
    BATCHES,
    END,
    PROBES,
    RATES,
    SNAPSHOTS,
    generator,
    make_cells,
    make_curvature,
    make_curves,
    noisy_cells,
)

from thermophoresis.analysis.collapse import collapse_error
from thermophoresis.claims.cells import GRID, select_cells
from thermophoresis.claims.collapse_exponent import exponent, exponents_by_range
from thermophoresis.claims.equal_loss import LEVELS
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.levels import LEVELS as LEVELS_OF_CHANGE
from thermophoresis.claims.levels import exponents_by_level
from thermophoresis.claims.statistics.change import change
from thermophoresis.claims.statistics.collapse_error import collapse, spread_of_curves
from thermophoresis.claims.statistics.drift_error_at_equal_time import drift_error_at_equal_time
from thermophoresis.claims.statistics.drift_error_correlation import drift_error_correlation
from thermophoresis.claims.statistics.early_to_late_drift import early_to_late_drift
from thermophoresis.claims.statistics.gap import gap
from thermophoresis.claims.statistics.gap_at_equal_loss import gap_at_equal_loss
from thermophoresis.claims.statistics.hessian_ggn_ratio import hessian_ggn_ratio
from thermophoresis.claims.statistics.rank_correlation import _rank_correlation, rank_correlation
from thermophoresis.claims.statistics.relative_change import relative_change
from thermophoresis.claims.statistics.violated_fraction import violated_fraction
from thermophoresis.errors import UserError
from thermophoresis.numerics import resampling

# --- Synthetic experiments ------------------------------------------------------------------------


def values_of(estimates):
    return [estimate.value for estimate in estimates]


# --- Which replicas of which cells ----------------------------------------------------------------


def test_the_weakest_drive_comes_first():
    curves = make_curves(generator(0), replicas=2, seeds=2)
    rates = select_cells(curves, ["loss"], batch_size=1)
    assert rates.learning_rate.tolist() == [0.025, 0.05, 0.1]
    batches = select_cells(curves, ["loss"], learning_rate=0.05)
    assert batches.batch_size.tolist() == [3, 2, 1]
    expected = curves["loss"].sel(learning_rate=0.05, batch_size=3).values.reshape(4, -1)
    np.testing.assert_array_equal(batches.values[0][0], expected)
    np.testing.assert_array_equal(
        batches.step[0], curves["step"].sel(learning_rate=0.05, batch_size=3)
    )


def test_axis_is_rescaled_time():
    cells = make_cells(np.zeros((2, 1, 3)), rates=[0.05, 0.1], batches=[2, 3])
    expected = [
        [t * rate**1.5 / batch**0.5 for t in range(3)] for rate, batch in ((0.05, 2), (0.1, 3))
    ]
    np.testing.assert_allclose(cells.axis(1.5, 0.5), expected, rtol=1e-14)


def test_a_replica_that_diverges_anywhere_is_left_out_everywhere():
    curves = make_curves(generator(1), replicas=5, seeds=2)
    curves["activation_rate"][2, 0, 0, 3, 20:] = np.nan
    curves["loss"][0, 0, 1, 1, 4] = np.inf
    curves["activation_rate"][0, 2, 0, 0] = np.nan  # in a cell that is not asked for
    cells = select_cells(curves, ["activation_rate", "loss"], batch_size=1)
    assert (cells.replicas, cells.left_out) == (8, 2)
    kept = [0, 1, 2, 4, 5, 7, 8, 9]  # of both seeds in one row
    for name, found in zip(("activation_rate", "loss"), cells.values, strict=True):
        pooled = curves[name].sel(batch_size=1).values.reshape(3, 10, -1)
        np.testing.assert_array_equal(found, pooled[:, kept])
    assert cells.caveat == "2 of 10 networks diverged in some cell and are left out"


def test_refuses_what_the_curves_do_not_hold():
    curves = make_curves(generator(2), replicas=2)
    with pytest.raises(UserError, match="the file holds no gradient_variance"):
        select_cells(curves, ["activation_rate", "gradient_variance"], batch_size=1)
    with pytest.raises(UserError, match="0 cells with batch size 7"):
        select_cells(curves, ["loss"], batch_size=7)


# --- Estimates ------------------------------------------------------------------------------------


def test_interval_is_student_times_standard_error():
    low, high = Estimate(2.0, 0.5, 10).interval(0.99)
    half = stats.t.ppf(0.995, 9) * 0.5
    assert (low, high) == pytest.approx((2 - half, 2 + half), rel=1e-12)


def test_upper_end_of_a_square_is_the_quantile_of_its_own_errors_away():
    estimate = Estimate(0.04, 0.01, 10, root=True)
    quantile = stats.t.ppf(0.975, 9)
    assert estimate.shown == pytest.approx(0.2)
    low, high = estimate.interval(0.95)
    assert low**2 == pytest.approx(0.04 - quantile * 0.01, rel=1e-12)
    error = 0.01 * high / 0.2
    assert high**2 - 0.04 == pytest.approx(quantile * error, rel=1e-12)
    negative = Estimate(-0.001, 0.01, 10, root=True)
    assert negative.shown == 0
    assert negative.interval(0.95)[0] == 0
    assert negative.interval(0.95)[1] == Estimate(0.0, 0.01, 10, root=True).interval(0.95)[1]


@pytest.mark.parametrize("truth", [0.0, 1.0, 3.0, 5.0, 20.0])
def test_interval_of_a_root_misses_no_more_than_it_may(truth):
    # (truth + z)² with z normal, less the noise that it contains, and with the standard error that
    # a bootstrap gives it.
    level, count = 0.998, 20_000
    squares = (truth + generator(17).normal(size=count)) ** 2
    missed = np.zeros(2)
    for square in squares:
        estimate = Estimate(square - 1, np.sqrt(4 * square + 2), 1000, root=True)
        low, high = estimate.interval(level)
        missed += low > truth, high < truth
    allowed = (1 - level) / 2 * count
    assert (missed < allowed + 4 * np.sqrt(allowed)).all()


def test_a_count_has_a_point_for_an_interval():
    assert Estimate(0.25, 0.0, 1).interval(0.999) == (0.25, 0.25)


def test_an_interval_holds_nothing_that_cannot_be():
    wide = Estimate(0.9, 0.2, 50, limits=(-1, 1))
    half = stats.t.ppf(0.975, 49) * 0.2
    assert wide.interval(0.95) == pytest.approx((0.9 - half, 1.0))
    assert Estimate(-0.9, 0.9, 50, limits=(-1, 1)).interval(0.95) == pytest.approx(
        (-1, 0.909), abs=0.01
    )


@pytest.mark.parametrize("estimate", [Estimate(1.0, 0.1, 1), Estimate(np.nan, np.nan, 0)])
def test_without_two_replicas_there_is_no_interval(estimate):
    assert np.isnan(estimate.interval(0.95)).all()


# --- Changes --------------------------------------------------------------------------------------


def test_change_and_its_standard_error():
    rng = generator(3)
    values = rng.normal(size=(3, 40, 6)) + 5
    values[:, :, -1] -= np.array([[0.5], [1.0], [2.0]])
    estimates = change(make_cells(values), rng)
    differences = values[:, :, -1] - values[:, :, 0]
    np.testing.assert_allclose(values_of(estimates), differences.mean(axis=1), rtol=1e-12)
    errors = differences.std(axis=1, ddof=1) / np.sqrt(40)
    # 1000 resamples know a standard error to 1/√2000.
    np.testing.assert_allclose([it.standard_error for it in estimates], errors, rtol=5 / 2000**0.5)


def test_relative_change_of_a_negative_mean_keeps_its_sign():
    values = np.array([[[-2.0, -3.0]] * 3, [[4.0, 1.0]] * 3])
    estimates = relative_change(make_cells(values), generator(4))
    assert values_of(estimates) == [-0.5, -0.75]


def test_relative_change_has_the_error_of_a_ratio():
    rng = generator(5)
    first = 2 + 0.3 * rng.normal(size=(1, 60))
    last = 0.7 * first + 0.2 * rng.normal(size=(1, 60))
    (estimate,) = relative_change(make_cells(np.stack([first, last], axis=2)), rng)
    # Delta method: d(l/f) = (dl − r df)/f.
    ratio = last.mean() / first.mean()
    error = (last - ratio * first).std(ddof=1) / first.mean() / np.sqrt(60)
    assert estimate.value == pytest.approx(ratio - 1, rel=1e-12)
    assert estimate.standard_error == pytest.approx(error, rel=0.1)


# --- Gap ------------------------------------------------------------------------------------------


def test_gap_between_lines():
    # 1 − x, 1 − 2x and 1 − 4x on [0, 1] lie ½ and 1 apart on average, and their range is 4.
    x = np.linspace(0, 1, 5)
    values = np.stack([1 - slope * x for slope in (1, 2, 4)])[:, np.newaxis].repeat(2, axis=1)
    cells = make_cells(values, step=np.tile(x, (3, 1)))
    estimates = gap(cells, 0, 0, generator(6))
    assert values_of(estimates) == pytest.approx([-0.125, -0.25], rel=1e-12)


def test_gap_is_negative_where_the_stronger_drive_is_lower():
    curves = make_curves(generator(7), noise=0)
    for fixed in ({"batch_size": 1}, {"learning_rate": 0.05}):
        cells = select_cells(curves, ["activation_rate"], **fixed)
        assert all(it.value < -0.05 for it in gap(cells, 0, 0, generator(7)))
        rising = dataclasses.replace(cells, view=-cells.view)
        assert all(it.value > 0.05 for it in gap(rising, 0, 0, generator(7)))


@pytest.mark.parametrize(("rate_exponent", "sign"), [(1.0, -1), (2.0, 0), (3.0, 1)])
def test_gap_changes_sign_where_the_curves_coincide(rate_exponent, sign):
    cells = select_cells(make_curves(generator(8), noise=0), ["activation_rate"], batch_size=1)
    for estimate in gap(cells, rate_exponent, 0, generator(8)):
        if sign:
            assert sign * estimate.value > 0.05
        else:
            assert estimate.value == pytest.approx(0, abs=2e-3)


def test_gap_is_taken_where_all_curves_are():
    # Recorded to different times, and y = x² − k.
    steps = np.array([[1.0, 2, 3, 4, 5], [0.0, 1, 2, 3, 4], [2.0, 3, 4, 5, 6]])
    values = (steps**2 - np.arange(3)[:, np.newaxis])[:, np.newaxis].repeat(2, axis=1)
    estimates = gap(make_cells(values, step=steps), 0, 0, generator(9))
    # From 2 to 4, where y goes from 4 − 2 to 16.
    assert values_of(estimates) == pytest.approx([-1 / 14, -1 / 14], rel=1e-12)


def test_gap_agrees_with_a_sum_over_fine_steps():
    rng = generator(10)
    steps = np.sort(rng.uniform(0, 10, (2, 9)), axis=1)
    values = rng.normal(size=(2, 4, 9))
    (estimate,) = gap(make_cells(values, step=steps), 0, 0, rng)
    low, high = steps[:, 0].max(), steps[:, -1].min()
    total, heights, count = 0.0, [], 20_000
    for i in range(count):
        x = low + (high - low) * (i + 0.5) / count
        pair = []
        for step, mean in zip(steps, values.mean(axis=1), strict=True):
            j = max(k for k in range(8) if step[k] <= x)
            pair.append(mean[j] + (mean[j + 1] - mean[j]) * (x - step[j]) / (step[j + 1] - step[j]))
        total += (pair[1] - pair[0]) / count
        heights += pair
    assert estimate.value == pytest.approx(total / (max(heights) - min(heights)), abs=0.01)


def test_what_all_cells_share_does_not_widen_the_interval_of_a_gap():
    x = np.linspace(0, 1, 11)
    values = noisy_cells(generator(11), [1 - 0.5 * x, 1 - x], own=0.02, shared=0)
    offset = generator(12).normal(size=(1, 32, 1))

    def error(values):
        return gap(make_cells(values), 0, 0, generator(13))[0].standard_error

    assert error(values + offset) == pytest.approx(error(values), rel=1e-9)
    unpaired = values + offset
    unpaired[1] = unpaired[1, ::-1]
    assert error(unpaired) > 10 * error(values)


# --- Collapse -------------------------------------------------------------------------------------


def test_collapse_without_noise_is_the_collapse_error():
    # Unequal grids, curves that differ.
    steps = np.array([[0.0, 1, 3, 6, 8], [0.0, 2, 4, 5, 9], [0.0, 3, 4, 6, 7]])
    means = np.exp(-steps * np.array([[0.3], [0.4], [0.5]]))
    cells = make_cells(means[:, np.newaxis].repeat(3, axis=1), step=steps)
    for rate_exponent in (0.0, 0.7):
        estimate = collapse(cells, rate_exponent, 0, generator(14))
        axis = cells.axis(rate_exponent, 0)
        expected = collapse_error(axis, means, np.zeros_like(means)).error
        assert 0.05 < expected < 0.95
        assert estimate.shown == pytest.approx(expected, rel=1e-9)
        # What is left of it is rounding.
        assert estimate.interval(0.999) == pytest.approx((expected, expected), rel=1e-6)


def test_noise_is_subtracted_without_bias(monkeypatch):
    monkeypatch.setattr(resampling, "RESAMPLES", 200)
    x = np.linspace(0, 1, 11)
    coincident = np.tile(1 - x, (3, 1))
    # Of lines d apart on [0, 1]: 2d²/3 between three of them, 1/12 along (on a fine grid).
    distance = 0.01
    apart = coincident + distance * np.arange(3)[:, np.newaxis]
    along = (GRID + 1) / (12 * (GRID - 1))
    between = 2 / 3 * distance**2
    for means, truth in ((coincident, 0.0), (apart, between / (between + along))):
        squares, noisy = [], []
        for trial in range(300):
            values = noisy_cells(generator(15, trial), means, own=0.1, shared=0.1)
            estimate = collapse(make_cells(values), 0, 0, generator(16, trial))
            squares.append(estimate.value)
            mean = values.mean(axis=1)
            noisy.append(collapse_error(make_cells(values).step, mean, 0 * mean).error ** 2)
        margin = 4 * np.std(squares) / np.sqrt(len(squares))
        assert np.mean(squares) == pytest.approx(truth, abs=margin)
        # It would have been seen had it not been subtracted.
        assert np.mean(noisy) - truth > 2 * margin


def test_curves_that_do_not_vary_have_no_collapse_error():
    estimate = collapse(make_cells(np.full((2, 4, 5), 0.1)), 0, 0, generator(17))
    assert np.isnan(estimate.value)
    assert estimate.caveat == "the curves do not vary"


AFFINE = given(
    factor=st.sampled_from([-8.0, -0.25, 0.5, 4.0]),
    shift=st.sampled_from([-16.0, 0.0, 8.0]),
    seed=st.integers(0, 10),
)


@settings(max_examples=8)
@AFFINE
def test_an_affine_map_of_the_observable_does_not_change_the_collapse(factor, shift, seed):
    values = noisy_cells(generator(18, seed), np.exp(-np.outer([1, 1.2], np.arange(5.0))))
    first, second = (
        collapse(make_cells(array), 0, 0, generator(19, seed))
        for array in (values, factor * values + shift)
    )
    assert second.value == pytest.approx(first.value, rel=1e-6, abs=1e-9)
    assert second.standard_error == pytest.approx(first.standard_error, rel=1e-6)


# --- Exponents ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exponents", "fixed", "which", "truth"),
    [
        ((2.0, 1.0), {"batch_size": 1}, "alpha", 2.0),
        ((1.0, 1.0), {"batch_size": 1}, "alpha", 1.0),
        ((2.0, 1.0), {"learning_rate": 0.05}, "beta", 1.0),
        ((2.0, 0.5), {"learning_rate": 0.05}, "beta", 0.5),
    ],
)
def test_recovers_the_exponent_that_was_put_in(exponents, fixed, which, truth):
    curves = make_curves(
        generator(20), rate_exponent=exponents[0], batch_exponent=exponents[1], seeds=2
    )
    cells = select_cells(curves, ["activation_rate"], **fixed)
    estimate = exponent(cells, which, "whole", generator(20))
    low, high = estimate.interval(0.999)
    assert low < truth < high
    assert high - low < 0.3
    assert estimate.replicas == 64
    # The curves lie on each other there, and reach all levels as that exponent says.
    assert estimate.closest.interval(0.999)[0] < 0.05
    at = float(re.search(r"come closest at (−?[\d.-]+),", estimate.caveat)[1])
    assert at == pytest.approx(truth, abs=0.15)
    residual = float(re.search(r"are ([\d.e+-]+) times what noise", estimate.caveat)[1])
    assert residual < 2
    for found, error in re.findall(r"([\d.]+) ± ([\d.]+) at", estimate.caveat):
        assert abs(float(found) - truth) < 4 * float(error) + 0.01
    parts = re.findall(r"([\d.]+) ± ([\d.]+) in the (\w+) third", estimate.caveat)
    assert parts
    for found, error, _ in parts:
        assert abs(float(found) - truth) < 4 * float(error) + 0.01


def test_curves_that_cross_come_close_for_no_exponent():
    # They fall, and then go to levels of their own, higher for larger rates.
    tau = np.tile(END * np.linspace(0, 1, 61) ** 2, (3, 1))
    decay = np.exp(-tau / 5)
    mean = decay + (1 - decay) * np.array([[0.2], [0.4], [0.8]])
    values = noisy_cells(generator(22), mean, own=0.01, shared=0.02, replicas=64)
    cells = make_cells(values, rates=RATES, step=tau / RATES[:, np.newaxis] ** 2)
    found = exponent(cells, "alpha", "whole", generator(22))
    assert found.closest.interval(0.9999)[0] > 0.2
    # By hand: the least ε of the mean curves on any common axis.
    least = min(
        np.sqrt(
            np.divide(*spread_of_curves(tau * (RATES / RATES[0])[:, np.newaxis] ** power, mean))
        )
        for power in np.linspace(-4, 4, 81)
    )
    assert found.closest.shown == pytest.approx(least, abs=0.02)


@pytest.mark.parametrize("gamma", [-1.5, 0.7])
def test_levels_are_reached_as_the_power_says(gamma):
    setting = np.array([1.0, 2.0, 4.0])
    step = np.tile(np.linspace(0, 30, 121) ** 2, (3, 1))
    mean = -np.log1p(step * setting[:, np.newaxis] ** gamma / 50)
    values = noisy_cells(generator(23), mean, own=0, shared=0)
    values += 1e-3 * generator(24).normal(size=(1, 32, 1)) * np.sqrt(step)[:, np.newaxis]
    cells = make_cells(values, step=step)
    words = exponents_by_level(cells, setting, generator(25))
    found = [float(it) for it in re.findall(r"(-?[\d.]+) ±", words)]
    assert found == pytest.approx([gamma] * len(LEVELS_OF_CHANGE), abs=0.02)
    # Curves that go apart, and those that stand still, reach no level together.
    apart = make_cells(values * np.array([1, 1, -1])[:, np.newaxis, np.newaxis], step=step)
    assert exponents_by_level(apart, setting, generator(25)) == ""
    still = make_cells(0 * values + generator(26).normal(size=values.shape), step=step)
    assert exponents_by_level(still, setting, generator(25)) == ""


def test_exponents_of_parts_are_those_of_parts():
    # A function of t η² at first, and of t η^2.4 later on.
    tau = np.tile(END * np.linspace(0, 1, 61) ** 2, (3, 1))
    later = np.clip((np.sqrt(tau) - 2.2) / 1.5, 0, 1)
    mean = -np.log1p(tau * (RATES / RATES[0])[:, np.newaxis] ** (0.4 * later) / 3)
    values = noisy_cells(generator(27), mean, own=0.003, shared=0.01, replicas=64)
    cells = make_cells(values, rates=RATES, step=tau / RATES[:, np.newaxis] ** 2)
    words = exponents_by_range(cells, "alpha", generator(28))
    found = {part: float(it) for it, part in re.findall(r"([\d.]+) ± \S+ in the (\w+)", words)}
    assert found["early"] == pytest.approx(2, abs=0.05)
    assert found["late"] == pytest.approx(2.4, abs=0.05)
    cost = dict(re.findall(r"in the (\w+) third \(squared differences ([\d.e+]+)", words))
    # It fits the ends, and not what is between them.
    assert max(float(cost["early"]), float(cost["late"])) < float(cost["middle"])
    still = make_cells(generator(29).normal(size=values.shape), rates=RATES, step=cells.step)
    none = "none in the late third (the curves do not change beyond their noise)"
    assert exponents_by_range(still, "alpha", generator(30)).endswith(none)
    # A claim about a part says nothing of parts.
    assert "in the early third" in exponent(cells, "alpha", "whole", generator(31)).caveat
    assert "third" not in exponent(cells, "alpha", "early", generator(31)).caveat


def test_windows_see_their_part_of_the_run():
    # One curve of thermal time in the first third; then the larger rate goes on faster.
    x = np.linspace(0, 1, 61)
    rates = np.array([0.05, 0.1])
    tau = np.tile(END * x**2, (2, 1))
    turn = END / 9
    later = np.maximum(tau - turn, 0) * np.array([[1.0], [2.0]])
    mean = np.exp(-(np.minimum(tau, turn) + later) / 10)
    values = noisy_cells(generator(21), mean, own=0.002, shared=0.01)
    cells = make_cells(values, rates=rates, step=tau / rates[:, np.newaxis] ** 2)
    early, middle, late = (
        exponent(cells, "alpha", window, generator(21)) for window in ("early", "middle", "late")
    )
    assert early.value == pytest.approx(2, abs=0.1)
    assert middle.value > 2.3
    # τ₁ = 1.5 τ₂ or so, near the end 2 τ₂ − turn.
    assert late.value > 2.5


def test_exponents_of_level_curves_are_undefined():
    rng = generator(22)
    cells = make_cells(
        noisy_cells(rng, np.full((3, 31), 0.5)), step=1 + np.arange(93).reshape(3, 31)
    )
    estimate = exponent(cells, "alpha", "whole", rng)
    assert np.isnan([estimate.value, *estimate.interval(0.95)]).all()
    assert estimate.caveat


# --- Equal loss -----------------------------------------------------------------------------------


def test_gap_at_equal_loss_of_functions_of_the_loss():
    # y = 1 + 2ℓ + c with different loss curves: at equal loss just the c differ.
    t = np.arange(40.0)
    loss = np.stack([2 * np.exp(-t / scale) for scale in (30, 12, 5)])
    shift = np.array([[0.0], [0.3], [-0.2]])
    observable = 1 + 2 * loss + shift
    cells = make_cells(*(array[:, np.newaxis].repeat(3, axis=1) for array in (observable, loss)))
    estimates = gap_at_equal_loss(cells, generator(23))
    # The smaller rate is first; in units of the mean start, 5 + 0.1/3.
    unit = 5 + 0.1 / 3
    assert values_of(estimates) == pytest.approx([-0.3 / unit, 0.5 / unit], rel=1e-9)


def first_passage(loss, observable, level):
    """Walk along the records to where the line between two of them meets the level."""
    for j in range(len(loss)):
        if loss[j] <= level:
            if j == 0:
                return observable[0]
            share = (loss[j - 1] - level) / (loss[j - 1] - loss[j])
            return observable[j - 1] + share * (observable[j] - observable[j - 1])
    raise AssertionError("the level is not reached")


@pytest.mark.parametrize("seed", range(5))
def test_a_level_of_the_loss_counts_when_it_is_first_reached(seed):
    # Losses that rise again and again, and are equal for a while.
    rng = generator(24, seed)
    t = np.arange(30.0)
    loss = 2 - t / 20 + 0.15 * rng.normal(size=(3, 30))
    loss[:, 0] = 2.2
    loss[:, 10:13] = loss[:, 10:11]
    observable = rng.normal(size=(3, 30)) + 10
    cells = make_cells(*(array[:, np.newaxis].repeat(2, axis=1) for array in (observable, loss)))
    found = values_of(gap_at_equal_loss(cells, rng))
    levels = np.linspace(loss.min(axis=1).max(), loss[:, 0].min(), LEVELS)
    at_level = np.array(
        [
            [first_passage(*curve, level) for level in levels]
            for curve in zip(loss, observable, strict=True)
        ]
    )
    expected = (at_level[:-1] - at_level[1:]).mean(axis=1) / observable[:, 0].mean()
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_equal_loss_needs_a_loss_that_falls():
    rng = generator(25)
    level = noisy_cells(rng, np.ones((2, 12)))
    level += 0.1 * rng.normal(size=level.shape)
    (estimate,) = gap_at_equal_loss(make_cells(level, level), rng)
    assert np.isnan(estimate.value)
    assert "loss does not fall" in estimate.caveat


def test_equal_loss_needs_levels_that_all_cells_have():
    falling = np.linspace(1, 0.5, 6)
    loss = np.stack([falling, falling - 0.7])[:, np.newaxis].repeat(3, axis=1)
    (estimate,) = gap_at_equal_loss(make_cells(loss, loss), generator(26))
    assert np.isnan(estimate.value)
    assert "not defined" in estimate.caveat


# --- Drift ----------------------------------------------------------------------------------------


def drift_cells(*curves, records=31):
    """Two cells, and in each of them two replicas alike, with curves that are functions of τ."""
    rates = np.array([0.05, 0.1])
    tau = np.tile(END * np.linspace(0, 1, records) ** 2, (2, 1))
    return make_cells(
        *(curve(tau)[:, np.newaxis].repeat(2, axis=1) for curve in curves),
        rates=rates,
        step=tau / rates[:, np.newaxis] ** 2,
    )


def test_early_to_late_drift_of_a_decay():
    scale = 15.0
    cells = drift_cells(lambda tau: np.exp(-tau / scale), np.ones_like)
    # Thirds of the records end at 1/9 and 4/9 of the run, which is quadratic.
    ends = np.exp(-END * np.array([0, 1 / 9, 4 / 9, 1]) / scale)
    early, late = (ends[0] - ends[1]) / (1 / 9), (ends[2] - ends[3]) / (5 / 9)
    found = values_of(early_to_late_drift(cells, generator(27)))
    assert found == pytest.approx([(early - late) / (early + late)] * 2, rel=1e-9)


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        (lambda tau: 3 - 0.1 * tau, 0.0),
        (lambda tau: -(tau**2), -6 / 7),
        (lambda tau: 1 - np.exp(-tau), -1.0),
        (lambda tau: np.exp(-tau), 1.0),
    ],
)
def test_early_to_late_drift_of_other_curves(curve, expected):
    found = values_of(early_to_late_drift(drift_cells(curve, np.ones_like), generator(28)))
    assert found == pytest.approx([expected] * 2, abs=0.02)


@pytest.mark.parametrize("records", [2, 3])
def test_too_few_records_have_no_course(records):
    cells = drift_cells(lambda tau: np.exp(-tau), lambda tau: np.exp(-tau), records=records)
    correlations = drift_error_correlation(cells, generator(29))
    assert np.isnan(correlations[0].value)
    drifts = early_to_late_drift(cells, generator(29))
    assert np.isnan(drifts[0].value) == (records == 2)


def test_drift_contrast_is_as_uncertain_as_the_drifts(monkeypatch):
    monkeypatch.setattr(resampling, "RESAMPLES", 200)
    # Nothing but noise: early drift, over a short time, is by far the noisier of the two, and the
    # contrast is one or minus one. It is known no better for that.
    outcomes = []
    for trial in range(200):
        rng = generator(48, trial)
        cells = drift_cells(np.ones_like, np.ones_like)
        values = (rng.normal(size=(2, 12, 31)) for _ in range(2))
        noise = make_cells(*values, rates=cells.learning_rate, step=cells.step)
        found = early_to_late_drift(noise, rng)
        low, high = found[0].interval(0.95)
        outcomes.append(low > 0 or high < 0)
    assert np.mean(outcomes) < 0.05 + 4 * np.sqrt(0.05 / 200)


def test_drift_of_what_stands_still_is_undefined():
    cells = drift_cells(np.ones_like, lambda tau: np.exp(-tau))
    for statistic in (early_to_late_drift, drift_error_correlation):
        (estimate,) = statistic(cells, generator(30))
        assert np.isnan(estimate.value)
        assert "not defined" in estimate.caveat


@pytest.mark.parametrize(("factor", "expected"), [(0.02, 1.0), (-0.02, -1.0)])
def test_drift_that_follows_the_error_correlates_with_it(factor, expected):
    # Between the ends of a block, the drift of a parabola is the mean of the drifts at its ends.
    cells = drift_cells(
        lambda tau: 1 - factor * (3 * tau - tau**2 / 40), lambda tau: 0.1 + (3 - tau / 20) / 100
    )
    found = values_of(drift_error_correlation(cells, generator(31)))
    assert found == pytest.approx([expected] * 2, abs=1e-9)


def test_networks_are_compared_with_each_other_at_one_time():
    rng = generator(33)
    mean, error = rng.normal(size=(2, 40, 31)), rng.normal(size=(2, 40, 31))
    found = drift_error_at_equal_time(make_cells(mean, error), rng)
    for k, estimate in enumerate(found):
        expected = [
            stats.pearsonr(error[k, :, 3 * i], mean[k, :, 3 * i] - mean[k, :, 3 * i + 3]).statistic
            for i in range(10)
        ]
        assert estimate.value == pytest.approx(np.mean(expected), rel=1e-9)
        assert estimate.replicas == 40
        # Of ten independent correlations of forty.
        assert estimate.standard_error == pytest.approx(1 / np.sqrt(10 * 39), rel=0.25)


def test_what_goes_with_time_alone_is_no_correlation_at_equal_time():
    # Both fall along the run, in all networks alike, and nothing else connects them.
    rng = generator(34)
    fall = np.exp(-np.linspace(0, 3, 31))
    mean, error = (fall + 0.001 * rng.normal(size=(2, 200, 31)) for _ in range(2))
    cells = make_cells(mean, error)
    assert drift_error_correlation(cells, rng)[0].value > 0.9
    for estimate in drift_error_at_equal_time(cells, rng):
        assert abs(estimate.value) < 4 * estimate.standard_error
    # A force that is proportional to an error that a network keeps makes one.
    error = fall + 0.01 * rng.normal(size=(2, 200, 1))
    forced = mean - np.cumsum(error - fall, axis=2)
    for estimate in drift_error_at_equal_time(make_cells(forced, error), rng):
        assert estimate.interval(0.999)[0] > 0
    alike = make_cells(np.tile(fall, (2, 3, 1)), np.tile(fall, (2, 3, 1)))
    (estimate,) = drift_error_at_equal_time(alike, rng)
    assert estimate.caveat == "no two networks differ"


def test_drift_error_correlation_is_that_of_the_blocks():
    rng = generator(32)
    mean, error = rng.normal(size=(2, 31)), rng.normal(size=(2, 31))
    cells = drift_cells(lambda _: mean, lambda _: error)
    tau = END * np.linspace(0, 1, 31) ** 2
    for k, found in enumerate(drift_error_correlation(cells, rng)):
        blocks = [(3 * i, 3 * i + 3) for i in range(10)]
        drift = [(mean[k, i] - mean[k, j]) / (tau[j] - tau[i]) for i, j in blocks]
        middle = [(error[k, i] + error[k, j]) / 2 for i, j in blocks]
        assert found.value == pytest.approx(stats.pearsonr(drift, middle).statistic, rel=1e-9)


# --- Curvature ------------------------------------------------------------------------------------


def make_both(seed, **options):
    rng = generator(seed)
    curves = make_curves(rng, replicas=20, seeds=2, **options)
    return curves, make_curvature(rng, curves)


def test_violations_are_counted_over_everything_that_was_evaluated():
    _, curvature = make_both(33)
    counts = curvature["violations_bound"]
    counts[0, 1, 1, 3, 2] = 5
    counts[2, 2, 0, 7, 10] = 2
    curvature["violations_product"][:] = PROBES  # another inequality
    estimate = violated_fraction(curvature, "bound")
    total = counts.size * PROBES
    assert estimate.value == 7 / total
    assert estimate.interval(0.9999) == (7 / total, 7 / total)
    assert estimate.replicas == 32
    assert f"7 of {total:,} samples" in estimate.caveat


def test_violations_of_diverged_networks_are_no_part_of_it():
    _, curvature = make_both(34)
    counts = curvature["violations_bound"]
    counts[:, 0, 0, 0] = 1
    counts[0, :, 0, 0, 4:] = np.nan
    counts[:, :, 1, 5] = np.nan
    estimate = violated_fraction(curvature, "bound")
    present = int(np.isfinite(counts).sum())
    assert present == counts.size - 3 * 7 - 9 * 11
    assert estimate.value == (3 * 11 - 7) / (present * PROBES)
    assert estimate.replicas == 31


def test_cells_that_are_not_trained_are_no_part_of_the_curvature():
    curves, curvature = make_both(35)
    curvature["trained"][0, 2] = 0
    curvature["violations_bound"][0, 2] = PROBES
    curvature["hessian_trace"][0, 2] = 1e6
    assert violated_fraction(curvature, "bound").value == 0
    ratio = hessian_ggn_ratio(curvature, generator(35))
    assert ratio.value == pytest.approx(1, abs=0.05)
    curvature["ggn_trace"][0, 2] = np.nan
    found = rank_correlation(curves, curvature, "ggn_trace", "trace_bound", learning_rate=0.025)
    assert [it.replicas for it in found] == [32, 32]


def test_hessian_ratio_is_one_of_means():
    _, curvature = make_both(36)
    rng = generator(36)
    curvature["hessian_trace"] = curvature["ggn_trace"] * 1.3 + 0.1 * rng.normal(
        size=curvature["ggn_trace"].shape
    )
    # Single ratios are far off where the trace is small.
    curvature["ggn_trace"][0, 0, 0, 0, -1] = 1e-9
    estimate = hessian_ggn_ratio(curvature, rng)
    h, g = (curvature[name].values for name in ("hessian_trace", "ggn_trace"))
    assert estimate.value == pytest.approx(h.sum() / g.sum(), rel=1e-12)
    h, g = (np.moveaxis(x, (2, 3), (0, 1)).reshape(32, -1).mean(axis=1) for x in (h, g))
    ratio = h.mean() / g.mean()
    error = (h - ratio * g).std(ddof=1) / g.mean() / np.sqrt(32)
    assert estimate.standard_error == pytest.approx(error, rel=0.1)
    low, high = estimate.interval(0.999)
    assert low < 1.3 < high


def controlled(curvature, cell, records):
    """Leave the Hessian's trace in one cell, at some of the records."""
    trace = curvature["hessian_trace"].isel(record=records).rename(record="control")
    count = np.zeros((len(RATES), len(BATCHES)), int)
    count[cell] = len(records)
    kept = trace.where(xr.DataArray(count > 0, dims=trace.dims[:2]))
    cells = {"control_count": (trace.dims[:2], count)}
    return curvature.drop_vars("hessian_trace").assign(hessian_trace=kept).assign_coords(cells)


def test_hessian_ratio_is_of_the_cell_and_the_snapshots_that_have_a_control():
    _, curvature = make_both(39)
    curvature["hessian_trace"] *= 1.5
    curvature["ggn_trace"][0, 0, 0, 3] = np.nan  # of another cell
    curvature["ggn_trace"][1, 2, 0, 4, 5] = np.nan  # at another record
    curvature["ggn_trace"][1, 2, 0, 5, 10] = np.nan
    found = hessian_ggn_ratio(controlled(curvature, (1, 2), [0, 10]), generator(39))
    h, g = (curvature[it].values[1, 2][..., [0, 10]] for it in ("hessian_trace", "ggn_trace"))
    kept = np.isfinite(g).all(axis=-1)
    assert found.value == pytest.approx(h[kept].sum() / g[kept].sum(), rel=1e-12)
    assert found.replicas == 31
    assert found.caveat == (
        "a control, in 1 of 9 cells at 2 of 11 snapshots; 1 of 32 networks are left out"
    )


def test_hessian_ratio_of_equal_traces_is_a_point():
    _, curvature = make_both(37)
    rounding = 1 + 1e-15 * generator(37).normal(size=curvature["ggn_trace"].shape)
    curvature["hessian_trace"] = curvature["ggn_trace"] * rounding
    estimate = hessian_ggn_ratio(curvature, generator(37))
    assert estimate.interval(0.9999) == pytest.approx((1, 1), rel=1e-12)


@pytest.mark.parametrize("fixed", [{"batch_size": 1}, {"learning_rate": 0.05}])
def test_rank_correlation_is_the_mean_of_spearman_over_networks(fixed):
    curves, curvature = make_both(38, noise=0.3)
    curvature["trace_bound"][:] = np.round(curvature["trace_bound"], 1)  # ties
    found = rank_correlation(curves, curvature, "trace_bound", "second_layer_norm", **fixed)
    varied, held = ("learning_rate", RATES) if "batch_size" in fixed else ("batch_size", BATCHES)
    assert len(found) == len(held)
    for of_cell, value in zip(found, held, strict=True):
        expected = []
        for seed in range(2):
            for replica in range(16):
                network = {"seed": seed, "replica": replica, varied: value, **fixed}
                bound = curvature["trace_bound"].sel(network).values
                norm = curves["second_layer_norm"].sel(network).values[SNAPSHOTS]
                expected.append(stats.spearmanr(bound, norm).statistic)
        assert of_cell.value == pytest.approx(np.mean(expected), rel=1e-12)
        error = np.std(expected, ddof=1) / np.sqrt(32)
        assert of_cell.standard_error == pytest.approx(error, rel=1e-12)


@pytest.mark.parametrize("records", [3, 4])
def test_few_records_have_no_ranks(records):
    noise = generator(51).normal(size=(2, 50, records))
    found = _rank_correlation(*noise, np.ones(50, bool))
    assert np.isnan(found.value)
    assert found.caveat == "too few snapshots"


@pytest.mark.parametrize("records", [5, 11])
@pytest.mark.parametrize("replicas", [2, 4, 8, 16])
def test_networks_that_agree_by_chance_decide_nothing(replicas, records):
    # Few records have few orders: a few networks of pure noise have the same now and then.
    rng = generator(52, replicas)
    trials, level, decided = 1000, 0.999, 0
    for _ in range(trials):
        noise = rng.normal(size=(2, replicas, records))
        found = _rank_correlation(*noise, np.ones(replicas, bool))
        low, high = found.interval(level)
        decided += low > 0 or high < 0
    # At most what the level allows, and four standard errors.
    assert decided <= (1 - level) * trials + 4 * np.sqrt((1 - level) * trials)


def test_networks_that_agree_in_all_leave_room_for_one_that_does_not():
    rows = np.tile(np.arange(5.0), (12, 1))
    found = _rank_correlation(rows, rows, np.ones(12, bool))
    # Of five ranks, two neighbours that change places take 6 · 2 / (5 · 24) from the correlation.
    assert (found.value, found.standard_error) == (1.0, pytest.approx(0.1 / 12))
    low, high = found.interval(0.99)
    assert 0.9 < low < 1
    assert high == 1


def test_cells_have_names():
    curves, curvature = make_both(52)
    of_rates = select_cells(curves, ["activation_rate"], batch_size=1)
    assert of_rates.names == ["η = 0.025", "η = 0.05", "η = 0.1"]
    assert of_rates.pairs == ["η = 0.05 against η = 0.025", "η = 0.1 against η = 0.05"]
    of_batches = select_cells(curves, ["activation_rate"], learning_rate=0.05)
    assert of_batches.pairs == ["|B| = 2 against |B| = 3", "|B| = 1 against |B| = 2"]
    for cells, fixed in ((of_rates, {"batch_size": 1}), (of_batches, {"learning_rate": 0.05})):
        changes = change(cells, generator(52))
        gaps = gap(cells, 0.0, 0.0, generator(52))
        ranks = rank_correlation(curves, curvature, "trace_bound", "activation_rate", **fixed)
        assert [it.cell for it in changes] == cells.names
        assert [it.cell for it in gaps] == cells.pairs
        assert sorted(it.cell for it in ranks) == sorted(cells.names)


def test_ranks_are_compared_within_a_cell():
    # With a larger rate both are larger; along training one falls while the other one rises.
    curves, curvature = make_both(49)
    rate = 100 * curvature["learning_rate"] + 0 * curvature["ggn_trace"]
    curvature["trace_bound"] = rate - curvature["record"] / 100
    curvature["ggn_trace"] = rate + curvature["record"] / 100
    found = rank_correlation(curves, curvature, "trace_bound", "ggn_trace", batch_size=1)
    assert values_of(found) == pytest.approx([-1, -1, -1], abs=1e-12)


def test_an_affine_map_turns_a_rank_correlation_round_at_most():
    curves, curvature = make_both(39, noise=0.3)

    @settings(max_examples=8)
    @AFFINE
    def check(factor, shift, seed):
        def correlation(curvature):
            found = rank_correlation(
                curves, curvature, "trace_bound", "second_layer_norm", batch_size=1
            )
            return values_of(found)

        mapped = curvature.assign(trace_bound=factor * curvature["trace_bound"] + shift)
        expected = np.sign(factor) * np.array(correlation(curvature))
        assert correlation(mapped) == pytest.approx(expected, abs=1e-9)

    check()


def test_networks_in_which_nothing_moves_have_no_ranks():
    curves, curvature = make_both(50)
    curvature["trace_bound"][1, 0, 0, 3] = 1.5
    curvature["trace_bound"][1, 0, 1, 2, 5] = np.nan
    found = rank_correlation(curves, curvature, "trace_bound", "activation_rate", batch_size=1)
    assert found[1].replicas == 30
    assert found[1].caveat == "2 of 32 networks are left out"
    # What is not finite in one cell is left out in all.
    assert [it.replicas for it in found] == [31, 30, 31]


def test_refuses_a_quantity_or_cell_that_neither_file_has():
    curves, curvature = make_both(51)
    with pytest.raises(UserError, match="the file holds no weight_norm"):
        rank_correlation(
            curves, curvature.drop_vars("trace_bound"), "weight_norm", "loss", batch_size=1
        )
    with pytest.raises(UserError, match="0 cells with batch size 9"):
        rank_correlation(curves, curvature, "trace_bound", "loss", batch_size=9)


# --- Every statistic ------------------------------------------------------------------------------

OF_CELLS = {
    "change": (["activation_rate"], change),
    "relative_change": (["activation_rate"], relative_change),
    "gap": (["activation_rate"], lambda cells, rng: gap(cells, 0, 0, rng)),
    "collapse": (["activation_rate"], lambda cells, rng: collapse(cells, 1, 0, rng)),
    "exponent": (
        ["activation_rate"],
        lambda cells, rng: exponent(cells, "alpha", "whole", rng),
    ),
    "gap_at_equal_loss": (["activation_rate", "loss"], gap_at_equal_loss),
    "early_to_late_drift": (["activation_rate", "squared_error"], early_to_late_drift),
    "drift_error_correlation": (
        ["activation_rate", "squared_error"],
        drift_error_correlation,
    ),
    "drift_error_at_equal_time": (
        ["activation_rate", "squared_error"],
        drift_error_at_equal_time,
    ),
}
OF_CURVATURE = {
    "hessian_ggn_ratio": lambda curves, curvature: hessian_ggn_ratio(curvature, generator(60)),
    "violated_fraction": lambda curves, curvature: violated_fraction(curvature, "bound"),
    "rank_correlation": lambda curves, curvature: rank_correlation(
        curves, curvature, "trace_bound", "activation_rate", batch_size=1
    ),
}
EVERY_OF_CELLS = pytest.mark.parametrize("name", OF_CELLS)
EVERY_OF_CURVATURE = pytest.mark.parametrize("name", OF_CURVATURE)


def several(found):
    return (found,) if isinstance(found, Estimate) else found


def evaluate(name, curves):
    observables, statistic = OF_CELLS[name]
    found = statistic(select_cells(curves, observables, batch_size=1), generator(61))
    return several(found)


@EVERY_OF_CELLS
def test_diverged_replicas_are_as_if_they_had_not_been(name):
    whole = make_curves(generator(62), replicas=12)
    some = whole.copy(deep=True)
    some["activation_rate"][1, 0, 0, 4, 9:] = np.nan
    some["activation_rate"][0, 0, 0, 8, 0] = np.inf
    found = evaluate(name, some)
    expected = evaluate(name, whole.drop_isel(replica=[4, 8]))
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        told = "2 of 12 networks diverged in some cell and are left out"
        assert one.caveat == "; ".join(filter(None, (told, other.caveat)))
        assert dataclasses.replace(one, caveat=other.caveat) == other
        assert other.replicas == 10


@EVERY_OF_CELLS
def test_order_of_replicas_does_not_matter(name):
    curves = make_curves(generator(63), replicas=12)
    order = generator(64).permutation(12)
    for one, other in zip(
        evaluate(name, curves), evaluate(name, curves.isel(replica=order)), strict=True
    ):
        # The noise that a bootstrap subtracts depends on the resamples.
        close = 0.01 if name == "collapse" else 1e-9
        assert other.value == pytest.approx(one.value, rel=close)
        assert other.standard_error == pytest.approx(one.standard_error, rel=0.25)


@EVERY_OF_CELLS
@pytest.mark.parametrize("replicas", [0, 1])
def test_fewer_than_two_replicas_give_no_number(name, replicas):
    curves = make_curves(generator(65), replicas=4)
    curves["activation_rate"][0, 0, 0, replicas:, -1] = np.nan
    (estimate,) = evaluate(name, curves)
    assert np.isnan([estimate.value, *estimate.interval(0.95)]).all()
    assert estimate.replicas == replicas
    assert f"{4 - replicas} of 4 networks diverged" in estimate.caveat
    assert "fewer than two" in estimate.caveat


@EVERY_OF_CURVATURE
def test_diverged_networks_are_as_if_they_had_not_been_for_the_curvature(name):
    curves, curvature = make_both(66)
    expected = several(OF_CURVATURE[name](curves, curvature.drop_isel(replica=[3])))
    curvature["violations_bound"][:, :, :, 3] = np.nan
    curvature["ggn_trace"][:, :, :, 3, 5:] = np.nan
    curvature["trace_bound"][1, 0, :, 3, 7] = np.nan
    found = several(OF_CURVATURE[name](curves, curvature))
    for one, other in zip(found, expected, strict=True):
        assert dataclasses.replace(one, caveat=other.caveat) == other
        assert one.replicas == 30
        if name != "violated_fraction":  # which says of how many samples it is
            assert one.caveat == "2 of 32 networks are left out"


@EVERY_OF_CURVATURE
def test_without_networks_the_curvature_gives_no_number(name):
    curves, curvature = make_both(67)
    for variable in ("violations_bound", "ggn_trace", "trace_bound"):
        curvature[variable][:] = np.nan
    for found in several(OF_CURVATURE[name](curves, curvature)):
        assert np.isnan([found.value, *found.interval(0.95)]).all()
        assert found.replicas == 0
        assert found.caveat


# --- Coverage -------------------------------------------------------------------------------------

TRIALS = 240


def relative_change_trial(rng):
    values = noisy_cells(rng, [[2.0, 1.4], [2.0, 1.0]], own=0.3, shared=0.3)
    values += 0.2 * rng.normal(size=values.shape)
    return relative_change(make_cells(values), rng)[1], -0.5


def gap_trial(rng):
    x = np.linspace(0, 1, 11)
    values = noisy_cells(rng, [1 - 0.7 * x, 1 - x], own=0.05, shared=0.3)
    return gap(make_cells(values), 0, 0, rng)[0], -0.15


def collapse_trial(rng):
    # Two lines of slope one, apart by nine standard errors.
    x = np.linspace(0, 1, 11)
    values = noisy_cells(rng, [x, x + 0.2], own=0.1, shared=0.3)
    along = (GRID + 1) / (12 * (GRID - 1))
    return collapse(make_cells(values), 0, 0, rng), np.sqrt(0.01 / (0.01 + along))


def equal_loss_trial(rng):
    t = np.arange(25.0)
    loss = np.stack([2 * np.exp(-t / scale) for scale in (15, 8)])
    values = noisy_cells(rng, 2 + loss + [[0.4], [0.0]], own=0.3, shared=0.5)
    losses = loss[:, np.newaxis] * (1 + 0.02 * rng.normal(size=(1, 32, 1)))
    return gap_at_equal_loss(make_cells(values, losses), rng)[0], 0.4 / 4.2


def drift_trial(rng):
    tau = END * np.linspace(0, 1, 31) ** 2
    scales = 1 / 15 * np.exp(0.2 * rng.normal(size=(2, 32, 1)))
    values = np.exp(-tau * scales) + 0.05 * rng.normal(size=(2, 32, 31))
    rates = np.array([0.05, 0.1])
    cells = make_cells(values, values, rates=rates, step=tau / rates[:, np.newaxis] ** 2)
    found = early_to_late_drift(cells, rng)[0]
    # Means of decays at lognormal rates, by quadrature.
    thirds = tau[[0, 10, 20, 30]]
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    means = weights / weights.sum() @ np.exp(-np.outer(np.exp(0.2 * nodes) / 15, thirds))
    early, _, late = -np.diff(means) / np.diff(thirds)
    # The interval is one of the difference, in units that the sample gives.
    seen = -np.diff(values[0].mean(axis=0)[[0, 10, 20, 30]]) / np.diff(thirds)
    return found, (early - late) / (abs(seen[0]) + abs(seen[2]))


@pytest.mark.parametrize(
    "trial",
    [relative_change_trial, gap_trial, collapse_trial, equal_loss_trial, drift_trial],
)
def test_intervals_cover_the_truth_as_often_as_they_say(trial, monkeypatch):
    # Fewer resamples widen or narrow an interval by a few per cent.
    monkeypatch.setattr(resampling, "RESAMPLES", 200)
    covered = 0
    for number in range(TRIALS):
        estimate, truth = trial(generator(70, number))
        assert estimate.replicas == 32
        low, high = estimate.interval(0.95)
        covered += low < truth < high
    # For 0.95, four standard deviations are 0.056.
    assert 0.90 < covered / TRIALS < 0.99
