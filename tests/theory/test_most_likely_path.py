"""Actions of paths against paths of which they are known."""

import numpy as np
import pytest

from thermophoresis.theory.most_likely_path import action


def test_the_fall_and_the_climb_in_a_quadratic_well():
    # Up x = e^{t} against a = −x: (β/4D) ∫(2e^t)² dt = (β/2D)(e^{2T} − 1), twice the difference of
    # the potential; down x = e^{−t}, nothing but ½∫∇·a = −T/2.
    times = np.linspace(0, 1, 201)
    x = np.stack([np.exp(times), np.exp(-times)], axis=1)[..., None]
    velocity = x * np.array([1.0, -1.0])[:, None]
    found = action(velocity, -x, times, temperature=0.5, diffusion=np.array([[3.0]]))
    np.testing.assert_allclose(found, [(np.exp(2) - 1) / 3, 0], atol=1e-9)
    with_divergence = action(
        velocity,
        -x,
        times,
        temperature=0.5,
        diffusion=np.array([[3.0]]),
        divergence=np.full((201, 2), -1.0),
    )
    np.testing.assert_allclose(with_divergence - found, -0.5)


def test_directions_count_by_the_inverse_of_the_diffusion():
    times = np.linspace(0, 2, 3)
    velocity = np.broadcast_to([1.0, 1.0], (3, 1, 2))
    diffusion = np.array([[2.0, 1.0], [1.0, 2.0]])
    (found,) = action(velocity, 0 * velocity, times, temperature=1.0, diffusion=diffusion)
    assert found == pytest.approx(2 * (2 / 3) / 4)


def test_an_even_number_of_times_is_refused():
    with pytest.raises(ValueError, match="odd number of times, not 4"):
        action(np.zeros((4, 1, 1)), np.zeros((4, 1, 1)), np.arange(4), temperature=1, diffusion=1)
