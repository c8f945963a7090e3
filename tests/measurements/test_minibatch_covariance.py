"""Batches of a few samples, enumerated, against sums by hand and closed forms."""

import numpy as np
import pytest

from thermophoresis.config.measurements.minibatch_covariance import MinibatchCovariance
from thermophoresis.measurements import minibatch_covariance
from thermophoresis.theory import batch_noise
from thermophoresis.theory.stationary_covariance import variance_factor


def computed(**others):
    settings = MinibatchCovariance(kind="minibatch_covariance", **others)
    return minibatch_covariance.measure(settings, (), (), ())


@pytest.fixture(scope="module")
def found():
    return computed(seed=3)


def test_what_holds_is_at_rounding(found):
    assert found["with_replacement_error"].max() < 1e-12
    assert found["subset_error"].max() < 1e-12


def test_printed_formulas_are_off_by_their_factors(found):
    np.testing.assert_allclose(found["subset_over_printed"], 6 / 5, rtol=1e-12)
    np.testing.assert_allclose(found["variance_over_printed"], 2 / 0.1, rtol=1e-12)
    appendix = found["subset_over_appendix"]
    np.testing.assert_allclose(appendix.sel(mean_gradient="vanishing"), 1, rtol=1e-12)
    assert (appendix.sel(mean_gradient="any") < 0.98).all()


def test_an_epoch_without_replacement_binds_its_batches(found):
    expected = {"with_replacement": 0, "fresh_subset": 0, "without_replacement": -1 / 5}
    for sampler, ratio in expected.items():
        assert found["epoch_covariance"].sel(sampler=sampler) == pytest.approx(ratio, abs=1e-14)


def test_two_of_three_samples_by_hand():
    # 0, 0 and 3: D = 3 − 1 = 2; the means of pairs are 0, 3/2 and 3/2, with the variance ½.
    gradients = np.array([[0.0], [0.0], [3.0]])
    assert batch_noise.diffusion(gradients) == pytest.approx(2)
    pairs = minibatch_covariance.subsets(3, 2)
    np.testing.assert_array_equal(pairs, [[0, 1], [0, 2], [1, 2]])
    assert minibatch_covariance.enumerated(gradients, pairs) == pytest.approx(0.5)
    assert 2 * variance_factor(2, 3) == pytest.approx(0.5)
    assert 2 * batch_noise.printed_subset_factor(2, 3) == pytest.approx(1 / 3)
    # A2: 9/2 − (1 − ½) 1 = 4, where 3 is right; the difference is 2/(N − 1) g² = 1.
    assert batch_noise.diffusion_without_replacement(gradients) == pytest.approx(4)
    assert len(minibatch_covariance.with_replacement(3, 2)) == 9


def test_it_makes_what_it_declares(found):
    assert set(found.data_vars) == set(MinibatchCovariance.variables)
    axes = {axis for name in found.data_vars for axis in found[name].dims}
    assert axes == set(MinibatchCovariance.axes)
    assert all(it.dtype == np.float64 for it in found.data_vars.values())
    assert "1.2 times what is printed" in minibatch_covariance.describe(found)
    again = computed(seed=3)
    assert again.identical(found)


def test_a_batch_of_everything_is_refused():
    with pytest.raises(ValueError, match="batch_sizes must be below samples = 4, not 5"):
        MinibatchCovariance(kind="minibatch_covariance", samples=4)
