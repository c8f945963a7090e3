"""Stationary states of the random walk against Itô's density and a matrix of transitions."""

from itertools import pairwise

import numpy as np
import pytest

from thermophoresis.config.measurements.soret_equilibrium import SoretEquilibrium, window
from thermophoresis.measurements.soret_equilibrium import fitted_power, measure, printed_power

SHAPES = {"linear": (1.0, 2.0, 0.0), "quadratic": (1.0, 0.0, 2.0), "valley": (2.0, -4.0, 4.0)}


def settings(**others):
    return SoretEquilibrium(kind="soret_equilibrium", **{"noise": SHAPES} | others)


@pytest.fixture(scope="module")
def found():
    return measure(settings(particles=1000, seed=7), (), (), ())


def test_the_density_is_that_of_itos_equation(found):
    deviation = (found["power"] + 2) / found["power_standard_error"]
    assert abs(deviation).max() < 4
    assert found["power_standard_error"].max() < 0.05
    assert found["power_standard_error"].attrs["replicas"] == 50
    np.testing.assert_allclose(found["soret_ratio"], -found["power"])
    # Evenly at the start.
    start = found["power_path"][:, 0] / found["power_path_standard_error"][:, 0]
    assert abs(start).max() < 4
    assert (abs(found["power_path"][:, 0]) < 0.2).all()


def test_densities_in_bins_are_those_of_the_power(found):
    for name, (c0, c1, c2) in SHAPES.items():
        low, high = window((c0, c1, c2), 0.01)
        q = np.linspace(0, 1, 200_001)
        rho = (c0 + c1 * q + c2 * q**2) ** -2.0
        rho /= rho.mean()
        edges = np.linspace(low, high, found.sizes["bin"] + 1)
        expected = [rho[(q >= a) & (q < b)].mean() for a, b in pairwise(edges)]
        one = found.sel(shape=name)
        assert (abs(one["density"] - expected) < 4.5 * one["density_standard_error"]).all()
        # How many are behind the window depends on the walls, to the order of a step.
        middle = (edges[:-1] + edges[1:]) / 2
        np.testing.assert_allclose(one["bin_noise"], c0 + c1 * middle + c2 * middle**2, rtol=0.01)


@pytest.mark.parametrize("power", [-2.0, -1.0, 0.5])
def test_the_fit_finds_a_known_power(power):
    # g = 1 + 2q: density ∝ g^p has a distribution function in closed form, inverted at quantiles.
    low, high, g = 0.1, 0.8, np.polynomial.Polynomial((1.0, 2.0))
    u = (np.arange(20_000) + 0.5) / 20_000
    if power == -1:
        drawn = g(low) * (g(high) / g(low)) ** u
    else:
        ends = g(np.array([low, high])) ** (power + 1)
        drawn = (ends[0] + u * (ends[1] - ends[0])) ** (1 / (power + 1))
    q = (drawn - 1) / 2
    outside = np.array([0.0, 0.05, 0.9])
    found = fitted_power(np.concatenate([q, outside])[None], g, (low, high))
    assert found == pytest.approx(power, abs=1e-3)


def test_the_power_that_is_printed_is_that_of_the_two_terms_of_eq_6():
    assert printed_power(0.01) == pytest.approx(-1)
    assert printed_power(0.03) == pytest.approx(-1)


def test_the_window_is_five_steps_from_the_walls():
    low, high = window((1.0, 2.0, 0.0), 0.01)
    # q = 0.05 (1 + 2q) and 1 − q = 0.05 · 3, on thousandths.
    assert (low, high) == (pytest.approx(0.056), pytest.approx(0.85))
    low, high = window((2.0, -4.0, 4.0), 0.01)
    assert (low, high) == (pytest.approx(0.1), pytest.approx(0.9, abs=0.002))


def test_it_makes_what_it_declares(found):
    assert found.data_vars.keys() > set(SoretEquilibrium.variables)
    assert {found[name].dims for name in SoretEquilibrium.variables} == {SoretEquilibrium.axes}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"noise": {"a": (1, -2, 0)}}, r"noise\.a must be above 0 from 0 to 1, not -1"),
        ({"step_size": 0.05}, "step_size must leave a fifth of what is 5 steps from both walls"),
        ({"noise": {"a": (1, 0, 0)}}, r"noise\.a must change by a twentieth"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        settings(**change)
