from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from thermophoresis.analysis.exponent_fit import Outcome
from thermophoresis.analysis.exponents import fit_exponents
from thermophoresis.analysis.thermal_time import thermal_windows

RATES = ([0.025, 0.05, 0.1], [1, 1, 1])
BATCHES = ([0.05, 0.05, 0.05], [1, 2, 3])
BOTH = ([0.025, 0.05, 0.1, 0.05, 0.05], [1, 1, 1, 2, 3])
CORNER = ([0.05, 0.1, 0.05], [1, 1, 2])
FOUR = ([0.05, 0.1, 0.05, 0.1], [1, 1, 2, 2])

# Over s in [0, 1]. The drop has a quiet beginning, the relaxation is a power law.
SHAPES = {
    "decay": lambda s: 0.2 + 0.3 * np.exp(-2.5 * s),
    "drop": lambda s: 0.17 + 0.33 / (1 + (s / 0.35) ** 3),
    "relaxation": lambda s: 1 + 2 * (1 + 8 * s) ** -0.7,
    "growth": lambda s: 0.5 + 0.6 * (1 - np.exp(-6 * s)) + 0.8 * s**1.2,
    "none": lambda s: 0.5 + 0 * s,
}


class Curves(NamedTuple):
    learning_rate: np.ndarray
    batch_size: np.ndarray
    step: np.ndarray
    values: np.ndarray


def wander(rng, root, replicas):
    """Fluctuation of unit size that starts at 0 and forgets within a fifth of the axis."""
    path = np.zeros((replicas, len(root)))
    kept = np.exp(-np.diff(root) / 0.2)
    for j, share in enumerate(kept):
        fresh = rng.normal(size=replicas)
        path[:, j + 1] = share * path[:, j] + np.sqrt(1 - share**2) * fresh
    return path


def make(rng, cells, shape, alpha=2.0, beta=1.0, replicas=64, records=61, noise=0.05):
    """Curves of s = t η^α |B|^−β recorded evenly in √τ, with replicas as training yields them.

    Each has an offset and a speed of its own, the same in all cells; a path that all cells share at
    first and that becomes the cell's own; and errors of single records.
    """
    rate, batch = np.array(cells[0], dtype=float), np.array(cells[1], dtype=float)
    end = 40.0
    strength = rate**2 / batch
    step = np.round(end * np.linspace(0, 1, records) ** 2 / strength[:, np.newaxis])
    centre = [np.exp(np.log(x).mean()) for x in (rate, batch)]
    longest = end * centre[0] ** (alpha - 2) * centre[1] ** (1 - beta)
    s = step * (rate**alpha / batch**beta)[:, np.newaxis] / longest

    master = SHAPES[shape]
    size = noise * (np.ptp(master(np.linspace(0, 1, 99))) or 0.3)
    offset = rng.normal(size=(replicas, 1))
    speed = np.exp(2 * noise * rng.normal(size=(replicas, 1)))
    everywhere = np.unique(np.sqrt(s))
    common = wander(rng, everywhere, replicas)
    values = []
    for root in np.sqrt(s):
        shared = np.exp(-2 * root) * common[:, np.searchsorted(everywhere, root)]
        own = wander(rng, root, replicas)
        single = 0.2 * rng.normal(size=(replicas, records)) * (root > 0)
        values.append(master(root**2 * speed) + size * (offset + shared + own + single))
    return Curves(rate, batch, step, np.array(values))


def fit(curves, seed=0, resamples=50, **options):
    return fit_exponents(*curves, resamples=resamples, rng=np.random.default_rng(seed), **options)


# --- Known exponents are recovered, with intervals that are neither too short nor too long


@pytest.mark.parametrize(
    ("cells", "shape", "alpha", "beta", "replicas", "window"),
    [
        (RATES, "decay", 2.0, 1.0, 64, None),
        (RATES, "growth", 1.0, 1.0, 16, 2),
        (BATCHES, "drop", 2.0, 1.0, 16, None),
        (CORNER, "relaxation", 1.5, 0.6, 64, None),
    ],
)
def test_unbiased_and_covered_by_its_interval(cells, shape, alpha, beta, replicas, window):
    trials = 200
    errors, covered = [], []
    for trial in range(trials):
        # In every trial the curves are new, hence all the errors are independent.
        curves = make(np.random.default_rng([7, trial]), cells, shape, alpha, beta, replicas, 41)
        limits = None if window is None else thermal_windows(*curves[:3])[window]
        result = fit(curves, trial, window=limits)
        fitted = [
            (exponent, truth)
            for exponent, truth in ((result.alpha, alpha), (result.beta, beta))
            if exponent.outcome is not Outcome.NOT_VARIED
        ]
        assert all(exponent.identified for exponent, _ in fitted)
        errors.append([exponent.value - truth for exponent, truth in fitted])
        intervals = [(*exponent.interval(0.95), truth) for exponent, truth in fitted]
        covered.append([low <= truth <= high for low, high, truth in intervals])
    errors = np.array(errors)
    assert (np.abs(errors.mean(axis=0)) < 3 * errors.std(axis=0) / np.sqrt(trials)).all()
    assert (np.mean(covered, axis=0) >= 0.90).all()
    assert (np.mean(covered, axis=0) <= 0.99).all()


@pytest.mark.parametrize("shape", ["decay", "drop", "relaxation", "growth"])
@pytest.mark.parametrize("alpha", [0.0, 1.0, 1.3, 2.0])
def test_interpolation_between_records_leaves_no_bias(shape, alpha):
    curves = make(np.random.default_rng(3), RATES, shape, alpha, noise=1e-5)
    result = fit(curves)
    # A hundredth of the standard errors of a thousand replicas.
    assert result.alpha.value == pytest.approx(alpha, abs=3e-5)
    assert result.alpha.standard_error < 1e-5


def test_recovers_both_exponents_from_a_thousand_replicas():
    curves = make(np.random.default_rng(5), BOTH, "decay", 1.0, 0.0, replicas=1024)
    result = fit(curves)
    for exponent, truth in ((result.alpha, 1.0), (result.beta, 0.0)):
        low, high = exponent.interval(0.999)
        assert low < truth < high
        assert high - low < 0.05


def test_equal_curves_are_functions_of_the_number_of_steps():
    # Not a replica differs, whatever the learning rate: t itself is the axis.
    step = np.tile(np.linspace(0, 1, 61) ** 2 * 64000, (3, 1))
    speed = np.random.default_rng(0).uniform(0.5, 1.5, size=(20, 1))
    values = np.exp(-speed * step[:, np.newaxis] / 2000)
    result = fit(Curves(*map(np.array, RATES), step, values))
    assert result.alpha.value == pytest.approx(0.0, abs=1e-4)
    assert result.alpha.standard_error < 1e-4


# --- The number itself: a slow implementation that shares no code


def slow_curve(root, values, at):
    """Cubic between records, with the slopes of the parabolas through three of them.

    ``values`` has shape (replicas, records).
    """
    j = int(np.clip(np.searchsorted(root, at) - 1, 0, len(root) - 2))

    def slope(record):
        middle = int(np.clip(record, 1, len(root) - 2))
        three = slice(middle - 1, middle + 2)
        _, first, _ = np.polyfit(root[three] - root[record], values[:, three].T, 2)
        return first

    gap = root[j + 1] - root[j]
    u = (at - root[j]) / gap
    return (1 - u) ** 2 * ((1 + 2 * u) * values[:, j] + u * gap * slope(j)) + u**2 * (
        (3 - 2 * u) * values[:, j + 1] - (1 - u) * gap * slope(j + 1)
    )


def slow_cost(curves, alpha, beta, low, high):
    """⟨d̄²/v⟩ pair by pair and point by point."""
    terms = []
    root = np.sqrt((curves.learning_rate**2 / curves.batch_size)[:, np.newaxis] * curves.step)
    scale = curves.learning_rate ** (alpha - 2) * curves.batch_size ** (1 - beta)
    for k in range(len(root)):
        for m in range(k):
            for j in range(40):
                later = np.sqrt(low) + (np.sqrt(high) - np.sqrt(low)) * (j + 0.5) / 40
                # s = scale · τ is equal, and the larger of the two τ is in the window.
                s = later**2 * min(scale[k], scale[m])
                difference = slow_curve(root[k], curves.values[k], np.sqrt(s / scale[k]))
                difference -= slow_curve(root[m], curves.values[m], np.sqrt(s / scale[m]))
                terms.append(difference.mean() ** 2 / (difference.var(ddof=1) / len(difference)))
    return np.mean(terms)


def test_agrees_with_a_slow_implementation_also_where_no_exponent_fits():
    curves = make(np.random.default_rng(1), RATES, "decay", 1.4, replicas=12, records=13)
    # Levels that depend on the learning rate: no collapse, and the weights matter.
    curves.values[:] += np.array([0.0, 0.03, 0.0])[:, None, None] * (curves.step[:, None] > 0)
    low, high = thermal_windows(*curves[:3])[1]
    result = fit(curves, window=(low, high), resamples=2)
    assert result.cost > 5
    assert result.thermal_cost == pytest.approx(slow_cost(curves, 2.0, 1.0, low, high), rel=1e-6)

    def slow_fit(sample):
        return optimize.minimize_scalar(
            lambda alpha: slow_cost(sample, alpha, 1.0, low, high),
            bounds=(result.alpha.value - 0.3, result.alpha.value + 0.3),
            method="bounded",
            options={"xatol": 1e-6},
        )

    slow = slow_fit(curves)
    assert result.alpha.value == pytest.approx(slow.x, abs=1e-4)
    assert result.cost == pytest.approx(slow.fun, rel=1e-4)
    # A resample is what the fit makes of a sample with repeated replicas.
    counts = np.random.default_rng(0).multinomial(12, np.full(12, 1 / 12), 2)[0]
    assert counts.max() > 1
    again = curves._replace(values=np.repeat(curves.values, counts, axis=1))
    assert result.alpha.resampled[0] == pytest.approx(
        fit(again, window=(low, high)).alpha.value, abs=1e-4
    )


def test_joint_minimum_is_that_of_the_slow_implementation():
    curves = make(np.random.default_rng(2), FOUR, "growth", 1.5, 0.6, replicas=4, records=9)
    result = fit(curves)
    high = min((curves.learning_rate**2 / curves.batch_size) * curves.step[:, -1])
    slow = optimize.minimize(
        lambda x: slow_cost(curves, x[0], x[1], 0.0, high),
        [result.alpha.value + 0.02, result.beta.value - 0.02],
        method="Nelder-Mead",
        options={"xatol": 1e-4, "fatol": 1e-4},
    )
    assert [result.alpha.value, result.beta.value] == pytest.approx(slow.x, abs=1e-3)
    assert result.cost == pytest.approx(slow.fun, rel=1e-3)


def test_replicas_are_resampled_together_in_all_cells():
    curves = make(np.random.default_rng(4), RATES, "decay", replicas=200)
    # Offsets ten times as large as all else, the same in all cells.
    offset = 0.3 * np.random.default_rng(8).normal(size=(1, 200, 1))
    paired = curves._replace(values=curves.values + offset)
    assert fit(paired).alpha.standard_error == pytest.approx(
        fit(curves).alpha.standard_error, rel=1e-6
    )
    mixed = [np.random.default_rng(k).permutation(cell) for k, cell in enumerate(paired.values)]
    assert (
        fit(paired._replace(values=np.array(mixed))).alpha.standard_error
        > 3 * fit(paired).alpha.standard_error
    )


# --- Windows


def test_windows_hold_a_third_of_the_records_each():
    curves = make(np.random.default_rng(0), BOTH, "decay", replicas=2)
    windows = thermal_windows(*curves[:3])
    tau = (curves.learning_rate**2 / curves.batch_size)[:, np.newaxis] * curves.step
    assert windows[0][0] == 0
    assert windows[2][1] == pytest.approx(tau[:, -1].min(), rel=1e-12)
    for (_, end), (start, _) in pairwise(windows):
        assert start == end
    # The common range ends with the cell that is rounded down most.
    for low, high in windows:
        held = ((tau >= low - 0.02) & (tau <= high + 0.02)).sum(axis=1)
        assert set(held) <= {20, 21, 22}


def test_a_law_that_changes_is_seen_to_change():
    # The level y is reached at t = A(y) η^−α(y), with α = 2 in the early third of the thermal time
    # and 1 in the late third.
    rate, batch = np.array([0.04, 0.05, 0.0625]), np.ones(3)
    level = np.linspace(0, 1, 4001)
    at_centre = 60 * level**2
    exponent = np.interp(at_centre, [40 / 9, 40 * 4 / 9 / 1.25], [2.0, 1.0])
    step = np.array([np.linspace(0, 1, 61) ** 2 * 40 / eta**2 for eta in rate])
    rng = np.random.default_rng(6)
    common = 0.01 * rng.normal(size=(64, 1))
    values = []
    for eta, times in zip(rate, step, strict=True):
        reached = at_centre / 0.05**2 * (eta / 0.05) ** -exponent
        assert (np.diff(reached) > 0).all()
        own = 0.01 * wander(rng, np.sqrt(times / times[-1]), 64)
        values.append(np.interp(times, reached, level) + common + own)
    curves = Curves(rate, batch, step, np.array(values))
    early, _, late = (fit(curves, window=window) for window in thermal_windows(*curves[:3]))
    low, high = early.alpha.interval(0.99)
    assert low < 2 < high
    assert high - low < 0.3
    low, high = late.alpha.interval(0.99)
    assert low < 1 < high
    assert high - low < 0.3
    assert early.thermal_cost < 2
    assert late.thermal_cost > 20


def test_a_window_is_that_of_the_later_cell():
    # In [10, 20] of the later cell the curves coincide for α = 1; elsewhere they are unrelated.
    curves = make(np.random.default_rng(9), RATES, "decay", 1.0, replicas=64)
    tau = (curves.learning_rate**2)[:, np.newaxis] * curves.step
    spoilt = curves.values.copy()
    for k, row in enumerate(tau):
        spoilt[k][:, row > 22] = k
    result = fit(curves._replace(values=spoilt), window=(10.0, 20.0))
    low, high = result.alpha.interval(0.999)
    assert low < 1 < high
    assert high - low < 0.3
    assert result.window == (10.0, 20.0)


# --- What must not matter


@st.composite
def families(draw):
    shape = draw(st.sampled_from(["decay", "relaxation", "growth"]))
    alpha = draw(st.floats(0.5, 2.5))
    return make(
        np.random.default_rng(draw(st.integers(0, 99))), RATES, shape, alpha, replicas=9, records=13
    )


few = settings(max_examples=12)


def assert_same(first, second, tolerance=1e-6):
    assert first.alpha.identified
    assert second.alpha.value == pytest.approx(first.alpha.value, abs=tolerance)
    assert second.alpha.resampled == pytest.approx(first.alpha.resampled, abs=tolerance)
    assert second.cost == pytest.approx(first.cost, rel=1e-5)


@few
@given(families(), st.sampled_from([-8.0, -0.3, 1e-6, 1e4]), st.sampled_from([-16.0, 0.0, 3.0]))
def test_affine_map_of_the_observable(curves, factor, shift):
    mapped = curves._replace(values=factor * (curves.values + shift))
    assert_same(fit(curves), fit(mapped))


@few
@given(families(), st.floats(0.01, 100.0), st.floats(0.01, 100.0))
def test_units_of_learning_rate_and_time(curves, rate, time):
    scaled = curves._replace(learning_rate=rate * curves.learning_rate, step=time * curves.step)
    assert_same(fit(curves), fit(scaled))


@few
@given(families(), st.permutations(range(3)))
def test_order_of_the_cells(curves, order):
    assert_same(fit(curves), fit(Curves(*(array[list(order)] for array in curves))))


@few
@given(families(), st.permutations(range(9)))
def test_order_of_the_replicas(curves, order):
    again = fit(curves._replace(values=curves.values[:, list(order)]))
    # The resamples are others, but the estimate is not.
    assert again.alpha.value == pytest.approx(fit(curves).alpha.value, abs=1e-5)


def test_same_generator_gives_the_same_fit():
    curves = make(np.random.default_rng(0), RATES, "decay", replicas=9)
    first, second = fit(curves, 3), fit(curves, 3)
    assert first.alpha.value == second.alpha.value
    assert np.array_equal(first.alpha.resampled, second.alpha.resampled)
    assert not np.array_equal(first.alpha.resampled, fit(curves, 4).alpha.resampled)


# --- Data that say nothing


def open_interval(exponent):
    assert not exponent.identified
    assert np.isnan(exponent.value)
    assert np.isnan(exponent.standard_error)
    assert exponent.resampled.size == 0
    return exponent.interval() == (-np.inf, np.inf)


@pytest.mark.parametrize("replicas", [4, 16, 64, 1024])
def test_noise_identifies_nothing(replicas):
    for seed in range(10):
        result = fit(make(np.random.default_rng(seed), RATES, "none", replicas=replicas))
        assert result.alpha.outcome in (Outcome.FLAT, Outcome.EDGE)
        assert open_interval(result.alpha)


@pytest.mark.parametrize("spread", [0.0, 0.1])
def test_constants_identify_nothing(spread):
    curves = make(np.random.default_rng(0), RATES, "none", replicas=8)
    level = 0.5 + spread * np.random.default_rng(1).normal(size=(1, 8, 1))
    result = fit(curves._replace(values=np.broadcast_to(level, curves.values.shape)))
    assert result.alpha.outcome is Outcome.FLAT
    assert open_interval(result.alpha)


def test_what_does_not_vary_is_not_fitted():
    result = fit(make(np.random.default_rng(0), RATES, "decay"))
    assert result.beta.outcome is Outcome.NOT_VARIED
    assert np.isnan([result.beta.value, *result.beta.interval()]).all()
    result = fit(make(np.random.default_rng(0), BATCHES, "decay"))
    assert result.alpha.outcome is Outcome.NOT_VARIED
    assert result.beta.identified


def test_rate_and_batch_that_grow_together_are_confounded():
    result = fit(make(np.random.default_rng(0), ([0.02, 0.04, 0.08], [1, 2, 4]), "decay"))
    assert result.alpha.outcome is result.beta.outcome is Outcome.CONFOUNDED
    assert open_interval(result.alpha)
    assert open_interval(result.beta)


@pytest.mark.parametrize("replicas", [0, 1])
def test_fewer_than_two_replicas(replicas):
    curves = make(np.random.default_rng(0), RATES, "decay", replicas=5)
    result = fit(curves._replace(values=curves.values[:, :replicas]))
    assert result.alpha.outcome is Outcome.FEW_REPLICAS
    assert (result.replicas, result.left_out) == (replicas, 0)
    assert open_interval(result.alpha)


def test_two_replicas_give_an_interval_that_admits_it():
    result = fit(make(np.random.default_rng(0), RATES, "decay", replicas=2))
    assert not result.alpha.identified or np.ptp(result.alpha.interval()) > (
        10 * result.alpha.standard_error
    )


def test_curves_without_thermal_time_in_common():
    curves = make(np.random.default_rng(0), RATES, "decay")
    apart = curves.step.copy()
    apart[2] += apart[2, -1] + 1
    result = fit(curves._replace(step=apart))
    assert result.alpha.outcome is Outcome.NO_OVERLAP
    assert np.isnan([result.cost, *result.window]).all()
    assert open_interval(result.alpha)
    with pytest.raises(ValueError, match="in common"):
        thermal_windows(curves.learning_rate, curves.batch_size, apart)
    beyond = fit(curves, window=(50.0, 60.0))
    assert beyond.alpha.outcome is Outcome.NO_OVERLAP


def test_curves_that_no_exponent_in_reach_brings_together():
    curves = make(np.random.default_rng(0), RATES, "growth", alpha=7.5, noise=0.01)
    result = fit(curves)
    assert result.alpha.outcome is Outcome.EDGE
    assert open_interval(result.alpha)


def test_late_records_restrict_the_exponents_that_are_tried():
    # From the middle of the run on. At α = 2.3 the outermost cells share 0.77 of the window, at
    # 1.4 they share 0.48 of it, which is too little.
    for alpha, outcome in (
        (2.0, Outcome.IDENTIFIED),
        (2.3, Outcome.IDENTIFIED),
        (1.4, Outcome.EDGE),
    ):
        curves = make(np.random.default_rng(1), RATES, "growth", alpha, noise=0.01)
        late = curves._replace(step=curves.step[:, 30:], values=curves.values[:, :, 30:])
        result = fit(late)
        assert result.alpha.outcome is outcome
        if result.alpha.identified:
            low, high = result.alpha.interval(0.999)
            assert low < alpha < high
            assert high - low < 0.3


@pytest.mark.parametrize("late_cell", [0, 2])
def test_cells_may_begin_at_different_times(late_cell):
    alpha = 1.7 if late_cell == 0 else 2.3  # hence the cell that lacks its beginning is the earlier
    curves = make(np.random.default_rng(1), RATES, "growth", alpha, noise=0.01)
    tau = (curves.learning_rate**2)[:, np.newaxis] * curves.step
    step, values = curves.step[:, :41].copy(), curves.values[:, :, :41].copy()
    step[late_cell], values[late_cell] = (
        curves.step[late_cell, 20:],
        curves.values[late_cell][:, 20:],
    )
    result = fit(curves._replace(step=step, values=values))
    assert result.window == (tau[late_cell, 20], tau[:, 40].min())
    low, high = result.alpha.interval(0.999)
    assert low < alpha < high
    assert high - low < 0.3


def test_a_diverged_replica_is_left_out_of_all_cells_where_it_matters():
    curves = make(np.random.default_rng(0), RATES, "decay", replicas=20)
    values = curves.values.copy()
    values[2, 4, 50:] = np.nan
    values[0, 7, 10:] = np.inf
    early, _, late = thermal_windows(*curves[:3])
    broken = curves._replace(values=values)
    assert fit(broken).left_out == fit(broken, window=late).left_out == 2
    assert fit(broken, window=early).left_out == 1
    rest = curves._replace(values=np.delete(curves.values, [4, 7], axis=1))
    assert fit(broken, window=late).alpha.value == fit(rest, window=late).alpha.value


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"learning_rate": np.array([0.1, 0.2])}, {}, "shape"),
        ({"values": np.zeros((3, 5))}, {}, "shape"),
        ({"learning_rate": np.array([0.1, 0.2, 0.2])}, {}, "same learning rate"),
        ({"learning_rate": np.array([0.0, 0.1, 0.2])}, {}, "positive"),
        ({"step": np.zeros((3, 61))}, {}, "increase"),
        ({"step": np.tile(np.arange(61.0) - 1, (3, 1))}, {}, "not negative"),
        ({"step": np.full((3, 61), np.nan)}, {}, "increase"),
        ({}, {"window": (3.0, 3.0)}, "window"),
        ({}, {"window": (-1.0, 3.0)}, "window"),
        ({}, {"resamples": 0}, "resamples"),
    ],
)
def test_refuses_what_is_no_family_of_curves(change, options, message):
    curves = make(np.random.default_rng(0), RATES, "decay", replicas=3)
    with pytest.raises(ValueError, match=message):
        fit(curves._replace(**change), **options)


def test_refuses_a_single_curve():
    curves = make(np.random.default_rng(0), RATES, "decay", replicas=3)
    with pytest.raises(ValueError, match="single curve"):
        fit(Curves(*(array[:1] for array in curves)))
