"""Free energy and dissipation of normal densities, and orbits of two frequencies."""

import numpy as np
import pytest

from thermophoresis.theory.free_energy import dissipation, free_energy, quasiperiodic_distance

LINE = np.linspace(-8, 8, 4001)


def normal(mean, variance):
    density = np.exp(-((LINE - mean) ** 2) / (2 * variance))
    return density / density.sum()


def test_of_normal_densities():
    # β⁻¹ KL: ½(s − 1 − ln s + m²) β⁻¹ to a standard normal law.
    expected = 0.3 * 0.5 * (0.5 - 1 - np.log(0.5) + 1.2**2)
    found = free_energy(normal(1.2, 0.5), normal(0, 1), 0.3)
    assert found == pytest.approx(expected, rel=1e-6)
    empty = np.where(np.arange(4001) == 7, 1.0, 0.0)
    assert free_energy(empty, normal(0, 1), 1.0) == pytest.approx(-np.log(normal(0, 1)[7]))


def test_it_falls_by_what_is_dissipated():
    # Along dx = −x dt + √2 dW: mean m e^{−t}, variance 1 + (s − 1)e^{−2t}.
    def energy(t):
        return free_energy(normal(1.2 * np.exp(-t), 1 - 0.5 * np.exp(-2 * t)), normal(0, 1), 1.0)

    force = LINE - (LINE - 1.2) / 0.5
    lost = dissipation(normal(1.2, 0.5), force[:, None], np.eye(1)).sum()
    assert (energy(1e-4) - energy(-1e-4)) / 2e-4 == pytest.approx(-lost, rel=1e-5)
    twice = dissipation(normal(1.2, 0.5), force[:, None], 2 * np.eye(1)).sum()
    assert twice == pytest.approx(2 * lost)


def test_orbits_come_back_where_frequencies_are_whole():
    times = 2 * np.pi * np.array([0.5, 1.0])
    np.testing.assert_allclose(
        quasiperiodic_distance(times, np.array([1.0, 2.0])), [2, 0], atol=1e-14
    )
    assert quasiperiodic_distance(times, np.array([1.0, np.sqrt(2)]))[1] > 1
