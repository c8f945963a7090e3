"""Second moments of the gradient of one hidden unit (A.6) for x ~ N(0, I), in closed form.

With n = ‖w‖, z = b/n and e = w/n the pre-activation is u = n (t + z) with t = e·x standard normal:

    h_V = E σ(u)²      = n² ((1 + z²) Φ(z) + z φ(z)),     dh_V/dz  = 2 n² (z Φ + φ) > 0
    h_b = V² E σ'(u)   = V² Φ(z),                         dh_b/dz  = V² φ > 0
    h_wj = V² E x_j² σ' = V² (Φ(z) − e_j² z φ(z)),        dh_wj/dz = V² φ (1 − e_j² + e_j² z²) ≥ 0

The last follows from x_j = e_j t + √(1 − e_j²) t' with t' independent of t. All grow with V² and,
through z, with b: Property A.1.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr


class UnitMoments(NamedTuple):
    """E_x (∂f)² for the parameters of a unit, and its activation rate.

    Attributes
    ----------
    second_weight
        h_V, (…).
    weights
        h_w, (…, input).
    bias
        h_b, (…).
    activation_rate
        P(u > 0), (…).
    """

    second_weight: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    activation_rate: np.ndarray


def unit_moments(second: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> UnitMoments:
    """Return the moments of units with V, w and b, for x ~ N(0, I).

    Parameters
    ----------
    second, bias
        V and b, (…).
    weights
        w, (…, input), not 0.
    """
    norm = np.linalg.norm(weights, axis=-1)
    z = bias / norm
    density, rate = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi), ndtr(z)
    direction = weights / norm[..., np.newaxis]
    of_weights = rate[..., np.newaxis] - direction**2 * (z * density)[..., np.newaxis]
    return UnitMoments(
        norm**2 * ((1 + z**2) * rate + z * density),
        second[..., np.newaxis] ** 2 * of_weights,
        second**2 * rate,
        rate,
    )
