"""Local entropy f_γ = −ln(G_γ * e^{−f}) in one and two dimensions, by quadrature and closed forms.

G_γ is a Gaussian of variance γ along each axis (Chaudhari and Soatto 2018, Section V-C). Written as
an integral over y,

    f_γ(x) = |x|²/2γ + (n/2) ln 2πγ − ln ∫ exp(x·y/γ − |y|²/2γ − f(y)) dy,

its Hessian is ∇²f_γ(x) = I/γ − Cov/γ², with the covariance of y under exp(−f(y) − |y − x|²/2γ). So
minima of a symmetric f merge at the γ where the largest eigenvalue of Cov at the centre is γ.

**Gaussian wells.** Of e^{−f} = Σ w_i N(c_i, S_i), G_γ * e^{−f} is the same with S_i + γI. Two equal
wells at ±c with one S merge where cᵀ(S + γI)⁻¹c = 1: in one dimension at γ = c² − s².

**Quadratic f.** With Hessian H and gradient g at x,

    f_γ(x) − f(x) = ½ ln det(I + γH) − ½γ gᵀ(I + γH)⁻¹g.

Integrals are sums over a lattice (the trapezoidal rule), which for smooth integrands that vanish at
the ends are exact to rounding once the lattice resolves them.
"""

from collections.abc import Callable

import numpy as np

# From a place to where the Gaussian is left out, in units of √γ: e^{−r²/2} is then 1e-20.
REACH = 9.6
# To which merging variances are found, relative to themselves.
TOLERANCE = 1e-12

Loss = Callable[[np.ndarray], np.ndarray]


def _lattice(gamma: float, dimensions: int, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return offsets (node, dimension) and the logarithms of their weights, which add up to 1."""
    line = np.linspace(-REACH, REACH, nodes)
    grids = np.meshgrid(*[line] * dimensions, indexing="ij")
    offsets = np.stack([it.ravel() for it in grids], axis=1)
    weights = -(offsets**2).sum(1) / 2
    return np.sqrt(gamma) * offsets, weights - np.logaddexp.reduce(weights)


def smoothed(loss: Loss, x: np.ndarray, gamma: float, *, nodes: int) -> np.ndarray:
    """Return f_γ by quadrature, (place,).

    Parameters
    ----------
    loss
        f, from places (place, dimension) to numbers (place,).
    x
        Where, (place, dimension).
    gamma
        γ > 0.
    nodes
        Of the lattice along each axis.
    """
    offsets, weights = _lattice(gamma, x.shape[1], nodes)
    return np.array([-np.logaddexp.reduce(weights - loss(place + offsets)) for place in x])


def hessian_at_centre(loss: Loss, gamma: float, *, dimensions: int, nodes: int) -> np.ndarray:
    """Return ∇²f_γ at 0 of an f that is even, (dimension, dimension), by quadrature."""
    offsets, weights = _lattice(gamma, dimensions, nodes)
    tilted = weights - loss(offsets)
    probable = np.exp(tilted - np.logaddexp.reduce(tilted))
    covariance = (offsets * probable[:, None]).T @ offsets
    return np.asarray(np.eye(dimensions) / gamma - covariance / gamma**2)


def merging_variance(
    loss: Loss, *, dimensions: int, nodes: int, between: tuple[float, float]
) -> float:
    """Return the γ from which on an even f_γ has a minimum at the centre, by bisection.

    Parameters
    ----------
    loss
        f, even.
    dimensions
        Of places.
    nodes
        As for `smoothed`.
    between
        Two γ, with a maximum or saddle point at the centre, and with a minimum.

    Raises
    ------
    ValueError
        The least eigenvalue of ∇²f_γ(0) is not < 0 at the first and > 0 at the second.
    """

    def least(gamma: float) -> float:
        hessian = hessian_at_centre(loss, gamma, dimensions=dimensions, nodes=nodes)
        return float(np.linalg.eigvalsh(hessian)[0])

    low, high = between
    if not least(low) < 0 < least(high):
        raise ValueError(f"minima do not merge between γ = {low:g} and {high:g}")
    while high - low > TOLERANCE * high:
        middle = (low + high) / 2
        low, high = (middle, high) if least(middle) < 0 else (low, middle)
    return (low + high) / 2


def gaussian_wells(
    centres: np.ndarray, covariances: np.ndarray, weights: np.ndarray, gamma: float = 0.0
) -> Loss:
    """Return f_γ of Gaussian wells in closed form; f itself with γ = 0.

    Parameters
    ----------
    centres, covariances, weights
        c_i (well, dimension), S_i (well, dimension, dimension) and w_i (well,).
    gamma
        γ.
    """
    dimensions = centres.shape[1]
    wide = covariances + gamma * np.eye(dimensions)
    inverse = np.linalg.inv(wide)
    _, volume = np.linalg.slogdet(wide)
    height = np.log(weights) - volume / 2 - dimensions / 2 * np.log(2 * np.pi)

    def loss(x: np.ndarray) -> np.ndarray:
        away = x[:, None] - centres
        square = np.einsum("pwi,wij,pwj->pw", away, inverse, away)
        return np.asarray(-np.logaddexp.reduce(height - square / 2, axis=1))

    return loss


def merging_of_gaussians(centre: np.ndarray, covariance: np.ndarray) -> float:
    """Return the γ at which two equal wells at ±c with one S merge: cᵀ(S + γI)⁻¹c = 1.

    Parameters
    ----------
    centre, covariance
        c (dimension,), and S.

    Raises
    ------
    ValueError
        They are one already, cᵀS⁻¹c ≤ 1.
    """
    values, vectors = np.linalg.eigh(covariance)
    along = (vectors.T @ centre) ** 2
    if (along / values).sum() <= 1:
        raise ValueError("the wells are merged without smoothing")
    low, high = 0.0, float(along.sum())
    while high - low > TOLERANCE * high:
        middle = (low + high) / 2
        above = (along / (values + middle)).sum() > 1
        low, high = (middle, high) if above else (low, middle)
    return (low + high) / 2


def quadratic_rise(hessian: np.ndarray, gradient: np.ndarray, gamma: float) -> float:
    """Return f_γ − f of a quadratic f, in any dimension.

    Parameters
    ----------
    hessian, gradient
        H, with I + γH positive, and g at the place.
    gamma
        γ.
    """
    wide = np.eye(len(hessian)) + gamma * hessian
    _, volume = np.linalg.slogdet(wide)
    return float(volume / 2 - gamma / 2 * gradient @ np.linalg.solve(wide, gradient))


def double_well(x: np.ndarray) -> np.ndarray:
    """Return Φ of Example 19: (x₁² − 1)²/4, and x₂²/2 more in two dimensions."""
    rest = (x[:, 1:] ** 2).sum(1) / 2
    return np.asarray((x[:, 0] ** 2 - 1) ** 2 / 4 + rest)
