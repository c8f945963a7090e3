"""The generalised random walk of Wei & Schwab, Section 2, in one dimension.

q ← q − η γ f(q, ξ), with γ symmetric and g(q) = √E[γ² f²] the standard deviation of its steps in
units of η.
"""

import numpy as np


def diffusive_flow(eta: float, g: np.ndarray, density_slope: np.ndarray) -> np.ndarray:
    """Return the first term of Eq. 6 as printed, −η² g² dρ/dq (mass per step).

    Parameters
    ----------
    eta
        Step size η.
    g
        g(q).
    density_slope
        dρ/dq at the same places.
    """
    return -(eta**2) * g**2 * density_slope  # type: ignore[no-any-return]  # numpy: Any


def thermophoretic_flow(
    eta: float, g: np.ndarray, g_slope: np.ndarray, density: np.ndarray
) -> np.ndarray:
    """Return the second term of Eq. 6 as printed, −η² g (dg/dq) ρ (mass per step).

    Parameters
    ----------
    eta
        Step size η.
    g, g_slope, density
        g, dg/dq and ρ at the same places.
    """
    return -(eta**2) * g * g_slope * density  # type: ignore[no-any-return]  # numpy: Any


def thermophoretic_coefficient(eta: float, g: np.ndarray, g_slope: np.ndarray) -> np.ndarray:
    """Return c of Eq. 7 as printed, η² g (dg/dq) / 2: with it the flow is said to be −c ρ.

    Parameters
    ----------
    eta
        Step size η.
    g, g_slope
        g and dg/dq at the same places.
    """
    return eta**2 * g * g_slope / 2  # type: ignore[no-any-return]  # numpy: Any
