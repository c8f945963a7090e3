"""SGD on a regression against exact second moments, for every sampler."""

import numpy as np
import pytest

from thermophoresis.config.measurements.stationary_regression import StationaryRegression
from thermophoresis.measurements.stationary_regression import describe, measure


@pytest.fixture(scope="module")
def found():
    return measure(
        StationaryRegression(
            kind="stationary_regression",
            learning_rates=(0.05, 0.1),
            training_set_size=6,
            replicas=128,
            training_time=200.0,
        ),
        (),
        (),
        (),
    )


def test_every_sampler_leaves_its_exact_energy(found):
    error = found["exact_ratio_standard_error"]
    assert error.attrs["replicas"] == 128
    assert (error.isel(sampling=slice(3)) < 0.02).all()
    assert (abs(found["exact_ratio"] - 1) < 4 * error).all()


def test_the_printed_factor_is_too_small_by_that_of_a_finite_population(found):
    ratio = found["printed_ratio"] / found["temperature_ratio"]
    np.testing.assert_allclose(ratio.sel(sampling="with_replacement"), 1)
    np.testing.assert_allclose(ratio.sel(sampling="fresh_subset"), 6 / 5)


def test_the_temperature_of_epochs_goes_with_the_learning_rate(found):
    power, error = found["vanishing_exponent"], found["vanishing_exponent_standard_error"]
    assert power.dims == ("sampling",)
    # To within the next order in η.
    np.testing.assert_allclose(power, [0, 0, 1, 1], atol=0.15)
    assert (error < 0.05).all()


def test_energy_changes_within_an_epoch_where_theory_says_so(found):
    within = found["energy"] / found["exact_energy"]
    error = found["energy_standard_error"] / found["exact_energy"]
    assert (abs(within - 1) < 4.5 * error).all()
    changes = found["exact_energy"].sel(sampling="without_replacement").isel(learning_rate=0)
    assert changes[0] < changes[1] / 2


def test_what_was_found_is_said(found):
    assert describe(found).startswith("Tr(HΣ) over theory: with_replacement 1.")


def test_batches_that_do_not_fill_an_epoch_are_refused():
    for others in ({"batch_size": 3}, {"batch_size": 8}):
        with pytest.raises(ValueError, match="batch_size must divide training_set_size"):
            StationaryRegression(kind="stationary_regression", learning_rates=(0.1,), **others)
    with pytest.raises(ValueError, match="training_set_size must be above inputs"):
        StationaryRegression(kind="stationary_regression", learning_rates=(0.1,), inputs=8)
