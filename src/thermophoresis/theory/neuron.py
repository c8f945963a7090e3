"""One hidden unit under the noise of SGD: Eqs. 3, 4, 30–38 of Wei & Schwab.

A unit has u = w·x + b, h = σ(u) with ReLU, s = 1[u > 0] and an output weight V; f is the logit of
the whole network and r = p − y. Eqs. 34–37 are, of one sample (|B| = 1),

    g_V = φ₁,  φ₁² = E r²h²,      g_b = |V| φ₂,  φ₂² = E r²s,

in the coordinates (|V|, b), to which A.7 goes over where V < 0 (Eq. 37 prints V). As r² is a
function of f, and ∂f/∂V = h, ∂f/∂b = V s, the exact slopes are, with (r²)' = d r²/df,

    ∂_V φ₁² = E (r²)'h³                  ∂_b φ₁² = 2 E r²h + V E (r²)'h²
    ∂_V φ₂² = E (r²)'h                   ∂_b φ₂² = p_u(0) E[r² | u = 0] + V E (r²)'s.

The paper has r² as a factor that depends on nothing, (r²)' = 0, and then ∂_V φ₁ = ∂_V φ₂ = 0. For
x ~ N(0, I), n = ‖w‖ and z = b/n, that is `gaussian_moments`: u is N(b, n²), so

    E s = Φ,  E h = n(φ + zΦ),  E h² = n²((1 + z²)Φ + zφ),  p_u(0) = φ/n.

All rates are per unit of thermal time τ = η²t/|B|: what a step brings, over η²/|B|. In them g is
that of one sample, since g² of a batch has the 1/|B|.

Eq. 38. Eqs. 34–37 in the second term of Eq. 6 are −(η²/|B|) Σ_ij g_i g_j ∂_j g_i / |g| ρ with

    Σ_ij g_i g_j ∂_j g_i = |V|φ₁φ₂² + |V|φ₁φ₂ ∂_bφ₁ + |V|³φ₂² ∂_bφ₂,

which is the numerator of ψ as printed, powers of V included: V and b being added up, both have one
unit, and all three are its square. ψ as printed has the other sign, and half of that size: its 2 is
that of Eq. 7, and along g the half is right. For V < 0 it must have |V|, as g must.
"""

from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr

from thermophoresis.theory.slow_flow import normal_density

Array = np.ndarray[Any, np.dtype[np.float64]]


class Moments(NamedTuple):
    """What g and its slopes consist of, each of the shape of the units.

    Attributes
    ----------
    active, hidden, square
        E r²s, E r²h, E r²h².
    kink
        p_u(0) E[r² | u = 0]: what E r²s gains per b from samples that become active.
    slopes
        E (r²)'s, E (r²)'h, E (r²)'h², E (r²)'h³.
    """

    active: Array
    hidden: Array
    square: Array
    kink: Array
    slopes: tuple[Array, Array, Array, Array]


def gaussian_moments(norm: Array, bias: Array, mean_square: Array | float = 0.25) -> Moments:
    """Return the moments for x ~ N(0, I) with r² as a factor that depends on nothing.

    Parameters
    ----------
    norm, bias
        n = ‖w‖ > 0 and b of units, of shapes that go together.
    mean_square
        E r², such as ¼ of fair labels at f = 0.
    """
    norm, bias = np.broadcast_arrays(np.asarray(norm, float), np.asarray(bias, float))
    z = bias / norm
    density, active = normal_density(z), ndtr(z)
    # Far below 0 what is left of these differences is rounding.
    hidden = np.maximum(norm * (density + z * active), 0.0)
    square = np.maximum(norm**2 * ((1 + z**2) * active + z * density), 0.0)
    zero = np.zeros_like(z)
    factor = np.asarray(mean_square, dtype=np.float64)
    return Moments(
        factor * active,
        factor * hidden,
        factor * square,
        factor * density / norm,
        (zero, zero, zero, zero),
    )


class Unit(NamedTuple):
    """g of units in the coordinates (|V|, b), with all its slopes.

    Attributes
    ----------
    weight
        V.
    phi_1, phi_2
        φ₁ and φ₂ of Eqs. 35 and 37.
    phi_1_v, phi_2_v
        Their slopes in |V|, which the paper leaves out.
    phi_1_b, phi_2_b
        Their slopes in b.
    """

    weight: Array
    phi_1: Array
    phi_2: Array
    phi_1_v: Array
    phi_2_v: Array
    phi_1_b: Array
    phi_2_b: Array

    @property
    def size(self) -> Array:
        """|V|."""
        return np.abs(self.weight)

    @property
    def sign(self) -> Array:
        """The sign of V; + where V = 0, from either side of which |V| grows."""
        return np.where(self.weight < 0, -1.0, 1.0)

    @property
    def g_v(self) -> Array:
        """g_V of Eq. 35."""
        return self.phi_1

    @property
    def g_b(self) -> Array:
        """g_b of Eq. 37, not negative."""
        return self.size * self.phi_2

    @property
    def length(self) -> Array:
        """|g| = √(g_V² + g_b²)."""
        return np.hypot(self.g_v, self.g_b)

    @property
    def slopes(self) -> tuple[Array, Array, Array, Array]:
        """∂g_V/∂|V|, ∂g_V/∂b, ∂g_b/∂|V| and ∂g_b/∂b, which Eq. 4 asks not to be negative."""
        return (
            self.phi_1_v,
            self.phi_1_b,
            self.phi_2 + self.size * self.phi_2_v,
            self.size * self.phi_2_b,
        )


def unit(weight: Array, moments: Moments) -> Unit:
    """Return g and its slopes from V and the moments, all of one shape."""
    weight = np.asarray(weight, dtype=np.float64)
    sign = np.where(weight < 0, -1.0, 1.0)
    phi_1, phi_2 = np.sqrt(moments.square), np.sqrt(moments.active)
    of_active, of_hidden, of_square, of_cube = moments.slopes
    return Unit(
        weight,
        phi_1,
        phi_2,
        _over(sign * of_cube, 2 * phi_1),
        _over(sign * of_hidden, 2 * phi_2),
        _over(2 * moments.hidden + weight * of_square, 2 * phi_1),
        _over(moments.kink + weight * of_active, 2 * phi_2),
    )


def _over(numerator: Array, denominator: Array) -> Array:
    """Return a quotient, 0 for a unit that is never active."""
    there = denominator > 0
    return np.where(there, numerator / np.where(there, denominator, 1.0), 0.0)


def component_drift(of: Unit) -> tuple[Array, Array]:
    """Return u_V and u_b, −½ Σ_j g_j ∂_j g_i: Eq. 38 by components, all slopes kept.

    Returns
    -------
    u_V, u_b
        Rates of V (with its sign: towards 0 where |V| is to fall) and of b.
    """
    v_v, v_b, b_v, b_b = of.slopes
    g_v, g_b = of.g_v, of.g_b
    return -of.sign * (g_v * v_v + g_b * v_b) / 2, -(g_v * b_v + g_b * b_b) / 2


def printed_terms(of: Unit) -> tuple[Array, Array, Array]:
    """Return the three terms of ψ's numerator in Eq. 38 as printed, with |V| in the place of V."""
    size, phi_1, phi_2 = of.size, of.phi_1, of.phi_2
    return (
        size * phi_1 * phi_2**2,
        size * phi_1 * phi_2 * of.phi_1_b,
        size**3 * phi_2**2 * of.phi_2_b,
    )


def neglected_terms(of: Unit) -> Array:
    """Return what Σ_ij g_i g_j ∂_j g_i has beside the printed terms, as φ₁ and φ₂ depend on V."""
    return of.phi_1**2 * of.phi_1_v + of.size**2 * of.phi_1 * of.phi_2 * of.phi_2_v


def psi(of: Unit) -> Array:
    """Return ψ/ρ of Eq. 38 as printed, with |V| in the place of V."""
    return _over(np.asarray(sum(printed_terms(of))), 2 * of.length)


def projected_drift(of: Unit) -> Array:
    """Return the rate of b by the flux along g: −ψ/ρ times the component g_b/|g| of its direction.

    The flux along g is the component reading projected on it, Σ_i u_i g_i/|g| = −ψ/ρ.
    """
    return _over(-psi(of) * of.g_b, of.length)
