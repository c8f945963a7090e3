"""Chaudhari & Soatto's example of a force that circulates in a double well (Ex. 19, Fig. 4).

With the potential, and the printed current, for a strength λ,

    Φ = (x₁² − 1)²/4 + x₂²/2,   J = λ e^{−r⁴/4} (−x₂, x₁),   r² = x₁² + x₂²,

the drift is a = j − ∇Φ, j = e^Φ J = λ g(x) (−x₂, x₁), and D = 1. As ∇·J = 0, e^{−Φ} is stationary
at β = 1, whatever λ is; at other β it is not, since ∇·(j e^{−βΦ}) = (1 − β) e^{(1−β)Φ} J·∇Φ.

**What of Assumption 4.** ∇·(j e^{−Φ}) = 0, whereas ∇·j = j·∇Φ = λ g x₁x₂(2 − x₁²) is not 0.

**Zeros of the drift.** −x₁(x₁² − 1) = sx₂ and x₂ = sx₁ with s = λg give, beside the origin,

    x₁² = 1 − s²,   x₂ = sx₁,   λ = s/g at that place,

so that s from 0 to 1 goes through all of them; λ(s) rises, and both meet at the origin for s = 1,
λ = 1/g(0) = e^{−1/4}. At the origin the drift is ((1, −ω), (ω, −1))x with ω = λe^{1/4}: trace 0,
determinant ω² − 1, hence a saddle below that λ and, to first order, a centre above it. Its
antisymmetric part is ω: no drift with λ > 0 is a gradient there.

**Turns and entropy.** At β = 1 the mean angular velocity around the origin, in turns, is

    (1/2π) ∫ (J_θ/r) dx / Z = λ√π/(2Z),   Z = ∫e^{−Φ},

and the entropy production ∫|j|² e^{−Φ} dx/Z = λ² ∫ r² e^{Φ − r⁴/2} dx/Z.

The last axis of places and of vectors is that of the two coordinates.
"""

import numpy as np
from scipy.special import iv

MERGING_STRENGTH = np.exp(-0.25)  # λ at which all zeros of the drift meet
# Of the trapezoidal rule, which converges faster than any power where nothing is left at the ends.
NODES = 400
REACH = 5.0
BISECTIONS = 60


def potential(x: np.ndarray) -> np.ndarray:
    """Return Φ."""
    return np.asarray((x[..., 0] ** 2 - 1) ** 2 / 4 + x[..., 1] ** 2 / 2)


def potential_gradient(x: np.ndarray) -> np.ndarray:
    """Return ∇Φ."""
    return np.stack([x[..., 0] * (x[..., 0] ** 2 - 1), x[..., 1]], axis=-1)


def force(x: np.ndarray, strength: float) -> np.ndarray:
    """Return j = λ g(x) (−x₂, x₁), g = e^{Φ − r⁴/4}."""
    u, v = x[..., 0], x[..., 1]
    return np.asarray((strength * _size(x))[..., None] * np.stack([-v, u], axis=-1))


def drift(x: np.ndarray, strength: float) -> np.ndarray:
    """Return a = j − ∇Φ, the printed −∇f."""
    return np.asarray(force(x, strength) - potential_gradient(x))


def _size(x: np.ndarray) -> np.ndarray:
    """Return g = e^{Φ − r⁴/4}; Φ − r⁴/4 has no x₁⁴, so that g goes to 0 in all directions."""
    u, v = x[..., 0] ** 2, x[..., 1] ** 2
    return np.asarray(np.exp(0.25 - u / 2 + v / 2 - u * v / 2 - v**2 / 4))


def force_divergence(x: np.ndarray, strength: float) -> np.ndarray:
    """Return ∇·j = λ g x₁x₂(2 − x₁²), which is also j·∇Φ."""
    u, v = x[..., 0], x[..., 1]
    return np.asarray(strength * _size(x) * u * v * (2 - u**2))


def drift_divergence(x: np.ndarray, strength: float) -> np.ndarray:
    """Return ∇·a = ∇·j − 3x₁²."""
    return np.asarray(force_divergence(x, strength) - 3 * x[..., 0] ** 2)


def curl_at_origin(strength: float) -> float:
    """Return ∂₁a₂ − ∂₂a₁ = 2λe^{1/4} at the origin: 0 for a gradient."""
    return float(2 * strength / MERGING_STRENGTH)


def eigenvalues(x: np.ndarray, strength: float) -> np.ndarray:
    """Return the eigenvalues of ∂a/∂x at a place, (2,), complex."""
    u, v = x
    size = float(strength * _size(np.asarray(x)))
    log_gradient = np.array([-u - u * v**2, v - u**2 * v - v**3])
    matrix = np.outer(np.array([-v, u]), size * log_gradient)
    matrix += [[1 - 3 * u**2, -size], [size, -1]]
    return np.asarray(np.linalg.eigvals(matrix))


def origin_growth(strength: float) -> float:
    """Return the largest real part of the eigenvalues at the origin, √(1 − ω²), ω = λe^{1/4} < 1.

    A saddle point has one above 0; from the merging λ on, to first order, it is a centre: 0.
    """
    return float(np.sqrt(max(1 - (strength / MERGING_STRENGTH) ** 2, 0.0)))


def zero(strength: float) -> np.ndarray:
    """Return the zero of the drift with x₁ > 0, (2,): NaN from the merging λ on, (1, 0) at λ = 0.

    The other one is at minus that place; a third one is at the origin.
    """
    if strength >= MERGING_STRENGTH:
        return np.full(2, np.nan)
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        s = (low + high) / 2
        reached = s < strength * _size(_on_branch(s))
        low, high = (s, high) if reached else (low, s)
    return _on_branch(low)


def _on_branch(s: float) -> np.ndarray:
    """Return the zero at which λg is s."""
    u = np.sqrt(1 - s**2)
    return np.array([u, s * u])


def kind_of(values: np.ndarray) -> str:
    """Return what a zero of the drift with these eigenvalues is, by its linear part."""
    real, turning = np.real(values), np.abs(np.imag(values)).max() > 1e-9
    if np.abs(real).max() < 1e-9:
        return "centre"
    if real.min() < 0 < real.max():
        return "saddle"
    return f"{'stable' if real.max() < 0 else 'unstable'} {'focus' if turning else 'node'}"


def normalisation() -> float:
    """Return Z = ∫e^{−Φ}: of x₁ (π/2) e^{−1/8} (I_{¼}(1/8) + I_{−¼}(1/8)), of x₂ √(2π)."""
    along = np.pi / 2 * np.exp(-1 / 8) * (iv(0.25, 1 / 8) + iv(-0.25, 1 / 8))
    return float(along * np.sqrt(2 * np.pi))


def turns(strength: float) -> float:
    """Return turns around the origin per time at β = 1, λ√π/(2Z)."""
    return float(strength * np.sqrt(np.pi) / (2 * normalisation()))


def entropy_production(strength: float) -> float:
    """Return λ² ∫ r² e^{Φ − r⁴/2} dx/Z, of β = 1, per time."""
    line = np.linspace(-REACH, REACH, NODES)
    x = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1)
    squared = (x**2).sum(axis=-1)
    values = squared * np.exp(potential(x) - squared**2 / 2)
    return float(strength**2 * values.sum() * (line[1] - line[0]) ** 2 / normalisation())


def near_origin(radius: float, inverse_temperature: float) -> float:
    """Return P(r < radius) of the density ∝ e^{−βΦ}."""
    beta = inverse_temperature
    line = np.linspace(-REACH, REACH, 20 * NODES)
    along = np.exp(-beta * (line**2 - 1) ** 2 / 4).sum() * (line[1] - line[0])
    nodes, weights = np.polynomial.legendre.leggauss(40)
    r = radius * (1 + nodes) / 2
    angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    x = np.stack(np.broadcast_arrays(np.outer(r, np.cos(angle)), np.outer(r, np.sin(angle))), -1)
    inside = (np.exp(-beta * potential(x)).mean(axis=1) * r * weights).sum() * np.pi * radius
    return float(inside / (along * np.sqrt(2 * np.pi / beta)))
