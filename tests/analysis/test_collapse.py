import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from thermophoresis.analysis.collapse import collapse_error, common_range


def error(coordinate, mean):
    return collapse_error(coordinate, mean, np.zeros_like(mean)).error


@st.composite
def families(draw):
    """Curves on grids of their own, all of which reach across [0, 1]."""
    count, records = draw(st.integers(2, 5)), draw(st.integers(2, 8))
    gaps = draw(arrays(float, (count, records), elements=st.floats(0.1, 1.0)))
    coordinate = np.cumsum(gaps, axis=1)
    coordinate -= coordinate[:, :1]
    coordinate *= draw(arrays(float, (count, 1), elements=st.floats(1.0, 3.0)))
    coordinate /= coordinate.max(axis=1).min()
    # Multiples of 1/64: an affine map of them by such numbers is exact, so that any difference
    # between two results is the function's and not the input's.
    mean = draw(arrays(int, (count, records), elements=st.integers(-640, 640))) / 64
    return coordinate, mean


@given(families())
def test_lies_between_zero_and_one(family):
    coordinate, mean = family
    result = collapse_error(coordinate, mean, np.ones_like(mean))
    assert 0 <= result.error <= 1
    assert 0 <= result.noise_floor <= 1


@given(families(), st.sampled_from([-8.0, -0.25, 0.5, 4.0]), st.sampled_from([-16.0, 0.0, 8.0]))
def test_affine_map_of_the_curves_changes_nothing(family, factor, shift):
    coordinate, mean = family
    assert error(coordinate, factor * mean + shift) == pytest.approx(
        error(coordinate, mean), rel=1e-6, abs=1e-6
    )


@given(families(), st.floats(1e-6, 1e6))
def test_stretching_the_axis_changes_nothing(family, factor):
    coordinate, mean = family
    assert error(factor * coordinate, mean) == pytest.approx(
        error(coordinate, mean), rel=1e-6, abs=1e-6
    )


@given(families(), st.randoms(use_true_random=False))
def test_order_of_the_curves_is_irrelevant(family, random):
    coordinate, mean = family
    order = list(range(len(mean)))
    random.shuffle(order)
    assert error(coordinate[order], mean[order]) == pytest.approx(
        error(coordinate, mean), rel=1e-9, abs=1e-9
    )


@given(families())
def test_identical_curves_collapse(family):
    coordinate, mean = family
    same = [np.repeat(array[:1], 3, axis=0) for array in (coordinate, mean)]
    assert error(*same) == pytest.approx(0.0, abs=1e-7)


def test_two_parallel_lines():
    # y = s and y = s + d on [0, 1]: between the curves d²/4, along them 1/12 in the limit of a
    # fine grid and (n + 1) / (12 (n − 1)) on n points.
    gap, points = 0.3, 200
    coordinate = np.array([[0.0, 1.0], [0.0, 1.0]])
    result = collapse_error(
        coordinate, coordinate + np.array([[0.0], [gap]]), np.full((2, 2), 0.05), points=points
    )
    along = (points + 1) / (12 * (points - 1))
    assert result.error == pytest.approx(np.sqrt(gap**2 / 4 / (gap**2 / 4 + along)), rel=1e-12)
    assert result.noise_floor == pytest.approx(
        np.sqrt(0.5 * 0.05**2 / (gap**2 / 4 + along)), rel=1e-12
    )


def test_level_curves_at_different_heights_do_not_collapse_at_all():
    coordinate = np.array([[0.0, 1.0], [0.0, 1.0]])
    assert error(coordinate, np.array([[1.0, 1.0], [2.0, 2.0]])) == 1.0


def test_one_constant_is_a_collapse_and_all_of_its_noise_is_noise():
    coordinate = np.array([[0.0, 1.0, 3.0], [0.0, 2.0, 3.0]])
    result = collapse_error(coordinate, np.full((2, 3), 0.1), np.full((2, 3), 0.01))
    assert (result.error, result.noise_floor) == (0.0, 1.0)


def test_recovers_the_exponent_that_was_put_in():
    rates = np.array([0.025, 0.05, 0.1])[:, np.newaxis]
    step = np.linspace(0.0, 3.0, 301) / rates**2
    mean = np.exp(-(rates**2) * step)
    exponents = np.arange(0.0, 4.01, 0.25)
    errors = [error(rates**exponent * step, mean) for exponent in exponents]
    best = int(np.argmin(errors))
    assert exponents[best] == 2.0
    assert errors[best] < 1e-4
    assert errors[best - 1] > 0.05
    assert errors[best + 1] > 0.05
    # The further from the truth, the worse.
    assert (np.diff(errors[: best + 1]) < 0).all()
    assert (np.diff(errors[best:]) > 0).all()


def test_evaluates_only_where_all_curves_are():
    coordinate = np.array([[0.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0]])
    mean = np.array([[100.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, -100.0]])
    result = collapse_error(coordinate, mean, np.zeros_like(mean))
    assert (result.low, result.high) == (1.0, 3.0)
    assert result.error == pytest.approx(0.0, abs=1e-12)


def test_a_curve_ends_where_its_last_replica_diverges():
    coordinate = np.tile(np.arange(5.0), (2, 1))
    mean = np.tile(np.arange(5.0) ** 2, (2, 1))
    mean[1, 3:] = np.nan
    result = collapse_error(coordinate, mean, np.zeros_like(mean))
    assert (result.low, result.high, result.error) == (0.0, 2.0, 0.0)


def test_undefined_without_a_common_range():
    apart = np.array([[0.0, 1.0], [2.0, 3.0]])
    result = collapse_error(apart, apart, apart)
    assert np.isnan([result.error, result.noise_floor]).all()
    missing = np.array([[0.0, 1.0], [np.nan, np.nan]])
    assert np.isnan(collapse_error(apart, missing, apart)).all()
    assert np.isnan(common_range(apart, missing)).all()


def test_noise_floor_is_the_error_of_identical_curves_with_noise():
    rng = np.random.default_rng(11)
    coordinate = np.tile(np.linspace(0.0, 1.0, 11), (3, 1))
    master = np.exp(-2 * coordinate)
    spread = np.array([[0.01], [0.02], [0.03]])
    results = [
        # One deviation for a whole curve: what replicas that persist through training look like.
        collapse_error(
            coordinate,
            master + spread * rng.normal(size=(3, 1)),
            np.broadcast_to(spread, master.shape),
        )
        for _ in range(2000)
    ]
    # Squares, because it is ε² that is unbiased.
    squared_errors = np.array([result.error**2 for result in results])
    floor = np.mean([result.noise_floor**2 for result in results])
    margin = 4 * squared_errors.std() / np.sqrt(len(results))
    assert squared_errors.mean() == pytest.approx(floor, abs=margin)
    assert margin < 0.15 * floor


def test_without_standard_errors_there_is_no_floor():
    coordinate = np.array([[0.0, 1.0], [0.0, 1.0]])
    result = collapse_error(coordinate, coordinate, np.full((2, 2), np.nan))
    assert result.error == 0.0
    assert np.isnan(result.noise_floor)


@pytest.mark.parametrize(
    ("coordinate", "mean", "message"),
    [
        (np.zeros((2, 3)), np.zeros((2, 4)), "one shape"),
        (np.zeros(3), np.zeros(3), "one shape"),
        (np.array([[0.0, 1.0]]), np.zeros((1, 2)), "single curve"),
        (np.array([[0.0, 1.0], [1.0, 1.0]]), np.zeros((2, 2)), "increase"),
    ],
)
def test_refuses_what_is_no_family_of_curves(coordinate, mean, message):
    with pytest.raises(ValueError, match=message):
        collapse_error(coordinate, mean, np.zeros_like(mean))
