"""The exponent of the variance, temperatures, and odds between wells of unlike noise."""

import numpy as np
import pytest
from scipy.integrate import quad

from thermophoresis.config.measurements.noise_convention import NoiseConvention
from thermophoresis.measurements import noise_convention as convention
from thermophoresis.simulations import transfer_operator as to
from thermophoresis.theory import two_wells

SETTINGS = NoiseConvention(kind="noise_convention", systems=4)
DRIVE = SETTINGS.drive


@pytest.fixture(scope="module")
def computed():
    return convention.measure(SETTINGS, (), (), ())


def test_the_exponent_is_that_of_ito(computed):
    np.testing.assert_allclose(computed["exponent"], [1, 1, 1], atol=2e-3)
    assert abs(computed["exponent"].sel(law="gaussian") - 1) < 1e-5
    assert abs(computed["midpoint_exponent"] - 0.5) < 1e-5
    error = computed["exponent_standard_error"]
    assert (error < 5e-3).all()
    assert error.attrs["replicas"] == 4
    # Far from the limit it is another one: what is extrapolated is no constant.
    assert abs(computed["exponent_by_rate"].sel(law="two_sided")[0] - 1) > 0.05


def test_linear_noise_has_the_exponent_of_its_moments():
    """g = x and C = 1 + cx²: M₂ = η²/|B| / (2η − η² − η²c/|B|) whatever the density is."""
    c, eta = 0.5, 0.05
    x, found = convention.stationary(
        -6.0, 6.0, lambda x: x, lambda x: 1 + c * x**2, to.GAUSSIAN, learning_rate=eta, drive=DRIVE
    )
    mass = np.exp(found) * (x[1] - x[0])
    assert mass.sum() == pytest.approx(1)
    assert mass @ x**2 == pytest.approx(DRIVE / (2 - eta - c * DRIVE), rel=1e-6)


def test_polynomials_are_extrapolated_exactly():
    rates = np.array([0.4, 0.2, 0.1])
    values = np.stack([3 + 2 * rates - rates**2, 1 + rates], axis=1)
    limit, change = convention.extrapolated(rates, values)
    np.testing.assert_allclose(limit, [3, 1])
    # Of two rates the second power is left, −η₁η₂ times its coefficient.
    np.testing.assert_allclose(change, [3 - (3 + 0.02), 0], atol=1e-12)
    roots = convention.extrapolated(rates, 1 + np.sqrt(rates) + rates, 0.5)[0]
    assert roots == pytest.approx(1)
    with pytest.raises(ValueError, match="decrease"):
        convention.extrapolated(rates[::-1], values)


def test_temperatures(computed):
    ratio = computed["temperature_ratio"]
    np.testing.assert_allclose(ratio, [1, 0.5, 1], atol=1e-4)


def test_odds_between_wells_of_unlike_noise(computed):
    """The true odds by another quadrature: C⁻¹ exp(−∫g/C·2|B|/η), in either well by itself."""

    def inner(x):
        part = quad(
            lambda y: two_wells.gradient(y, convention.UNEQUAL) / convention.changing(y), 0, x
        )[0]
        return np.exp(-2 / DRIVE * part) / convention.changing(np.array(x))

    left, right = convention.UNEQUAL.widths
    masses = [quad(inner, *ends, epsrel=1e-6)[0] for ends in ((-left - 2, 0), (0, right + 1))]
    true = np.log(masses[0] / masses[1])
    assert computed["log_odds"] == pytest.approx(true, abs=1e-4)
    assert abs(computed["odds_error"]) < 1e-3
    n = np.array(convention.VARIANCES) * DRIVE / 2
    # With L = 0 at the barrier, n_A/n_B is left beside what parabolas cost.
    error, mended = computed["ratio_error"], computed["mended_error"]
    left_over = error.sel(noise="theorem_1", zero="barrier") - mended
    assert left_over == pytest.approx(np.log(n[0] / n[1]))
    gap = error.sel(noise="theorem_1", zero="minimum") - error.sel(
        noise="theorem_1", zero="barrier"
    )
    assert gap == pytest.approx(convention.UNEQUAL.barrier * (1 / n[1] - 1 / n[0]))
    np.testing.assert_allclose(
        computed["constant_effect"], (1 / n[1] - 1 / n[0]) * np.array([1, 0.5])
    )
    assert abs(mended) < 0.1


def test_the_density_that_is_shown(computed):
    difference = np.abs(computed["density"] - computed["expected"]).max("place")
    assert difference[0] < 1e-4
    assert (difference[1:] > 0.02).all()


def test_bad_rates_are_refused():
    with pytest.raises(ValueError, match="must decrease"):
        NoiseConvention(kind="noise_convention", learning_rates=(0.01, 0.02, 0.04))
