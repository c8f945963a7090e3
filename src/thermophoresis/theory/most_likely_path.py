"""How likely a path of dx = a dt + √(2β⁻¹D) dW is: the action of Onsager and Machlup.

    S[x] = ¼β ∫ (ẋ − a)ᵀD⁻¹(ẋ − a) dt + ½ ∫ ∇·a dt

for a constant D (Onsager & Machlup 1953; Graham 1977): among paths of one length, the probability
of staying within a thin tube around them goes with e^{−S}. With little noise the first part, of
Freidlin and Wentzell, decides; it is never negative, and 0 on the paths ẋ = a alone. So Lemma 7 of
Chaudhari & Soatto, ẋ = j, has the action ¼β ∫|∇Φ|² dt where D = 1 and a = j − ∇Φ, and ẋ = −∇f = a
has none.
"""

import numpy as np


def action(
    velocity: np.ndarray,
    drift: np.ndarray,
    times: np.ndarray,
    *,
    temperature: float,
    diffusion: np.ndarray,
    divergence: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Return S of paths, by Simpson's rule.

    Parameters
    ----------
    velocity, drift
        ẋ and a along the paths, (time, path, dimension).
    times
        Evenly spaced, an odd number of them, (time,).
    temperature
        β⁻¹.
    diffusion
        D, (dimension, dimension).
    divergence
        ∇·a along the paths, (time, path); 0 for the part of Freidlin and Wentzell alone.

    Returns
    -------
    numpy.ndarray
        Shape (path,).

    Raises
    ------
    ValueError
        The number of times is even.
    """
    if len(times) % 2 == 0:
        raise ValueError(f"Simpson's rule needs an odd number of times, not {len(times)}")
    away = velocity - drift
    cost = np.einsum("...a,ab,...b->...", away, np.linalg.inv(diffusion), away) / (4 * temperature)
    weights = np.ones(len(times))
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    return np.asarray((times[1] - times[0]) / 3 * (weights @ (cost + divergence / 2)))
