"""Densities where noise depends on the place, and odds between wells of unlike noise."""

import numpy as np
import pytest

from thermophoresis.theory import state_dependent_noise as theory
from thermophoresis.theory.two_wells import Wells

DRIVE = 0.3
WELLS = Wells((0.0, 0.2), (1.0, 3.0), 0.9)


def test_the_density_of_linear_noise_is_closed():
    """g = x and C = 1 + x²: ∫g/C = ½ ln C, so that P ∝ C^{−a − |B|/η}."""
    x = np.linspace(-2, 2, 9)
    for a in (1.0, 0.5, 0.0):
        found = theory.log_density(x, lambda x: x, lambda x: 1 + x**2, drive=DRIVE, exponent=a)
        expected = -(a + 1 / DRIVE) * np.log(1 + x**2)
        np.testing.assert_allclose(found - found[4], expected, atol=1e-12)


def log_density(x, variance, a):
    places = np.array([-2.0, x])
    return theory.log_density(places, np.sinh, variance, drive=DRIVE, exponent=a)[1]


def test_the_density_has_no_current_in_its_sense():
    """gP + (η/2|B|)(C P)′ = (1 − a)(η/2|B|) C′P, by differences."""

    def variance(x):
        return 2 + np.sin(x)

    x, step = np.array([-0.7, 0.1, 1.1]), 1e-5
    for a in (1.0, 0.5, 0.0):
        near = [
            np.exp([log_density(it, variance, a) for it in x + shift])
            for shift in (-step, 0.0, step)
        ]
        flux = (variance(x + step) * near[2] - variance(x - step) * near[0]) / (2 * step)
        current = np.sinh(x) * near[1] + DRIVE / 2 * flux
        expected = (1 - a) * DRIVE / 2 * np.cos(x) * near[1]
        np.testing.assert_allclose(current, expected, rtol=1e-5, atol=1e-9 * near[1].max())


def test_ratios_agree_where_noise_is_alike_alone():
    n = (0.1, 0.1)
    for constant in (0.0, 3.0):
        assert theory.printed_log_ratio(WELLS, n, constant) == pytest.approx(
            theory.log_ratio(WELLS, n)
        )
    n = (0.125, 0.0625)
    moved = theory.printed_log_ratio(WELLS, n, 1.0) - theory.printed_log_ratio(WELLS, n)
    assert moved == pytest.approx(1 / n[1] - 1 / n[0])
    from_barrier = theory.printed_log_ratio(WELLS, n, -WELLS.barrier)
    assert from_barrier - theory.log_ratio(WELLS, n) == pytest.approx(np.log(n[0] / n[1]))


def test_kramers_time_of_a_quartic():
    assert theory.kramers_time(0.25, 0.05, 2.0, 1.0) == pytest.approx(
        np.sqrt(2) * np.pi * np.exp(5)
    )
