"""Activation rate of a unit without bias for x ~ U(0, 1) in every component, and its derivatives.

With X = w·x and the characteristic function χ(s) = E e^{isX} = e^{isc} Π_j sinc(s w_j/2), where
c = Σ w_j/2 and sinc t = sin t/t, the inversion formula of Gil-Pelaez is

    P(X > 0) = ½ + (1/π) ∫₀^∞ Im χ(s)/s ds.

X is bounded, and for |x| < L the sign of x is the square wave (4/π) Σ_{k odd} sin(kπx/L)/k. So the
midpoint rule with the step 2π/L makes no error at all but for where it ends, for any L above |X|:

    A = P(X > 0) = ½ + (2/π) Σ_{k odd} (1/k) sin(kπc/L) Π_j sinc(kπw_j/2L).

Derivatives are taken term by term at fixed L. That L may be the largest |X| itself: beyond it the
square wave is wrong, but a step ε of the weights puts a mass of order ε^M there, whose first two
derivatives vanish with M ≥ 3 inputs. A does not depend on ‖w‖; w/L is worked with.

Truncation. With t_j = πk|w_j|/2L and the envelope E(k) = Π_j min(1, 1/t_j) ≥ |Π_j sinc t_j|, no
factor is larger than 2 and 5 times its own envelope when it is differentiated once and twice, so
that no entry of the k-th term of L²∇²A is above (2/πk)(πk/2)² · 10 E(k) = 5πk E(k). Beyond k,
E falls at least as (k/k')^m, m of the t_j being above 1, so that what is left is below
5πk² E(k)/(2(m − 2)). Of A and its gradient even less is left.
"""

import math
from typing import NamedTuple

import numpy as np

from thermophoresis.numerics.compiled import compiled

# What may be left out of L²∇²A; its entries are of order 1.
TOLERANCE = 1e-8
# Terms that are taken at most, where few weights are not small.
LARGEST = 4096
# Below it, functions of t that lose digits are those of their series.
SMALL = 0.05
# With fewer inputs there is no second derivative everywhere.
FEWEST_INPUTS = 3


class Rate(NamedTuple):
    """Activation rates of units, with derivatives of each.

    Attributes
    ----------
    value
        (…,), between 0 and 1.
    gradient
        (…, input).
    hessian
        (…, input, input).
    """

    value: np.ndarray
    gradient: np.ndarray
    hessian: np.ndarray


def activation_rate(w: np.ndarray, tolerance: float = TOLERANCE) -> Rate:
    """Return P(w·x > 0) for x ~ U(0, 1)^M with its first and second derivatives.

    Parameters
    ----------
    w
        Weights, (…, input), at least three inputs.
    tolerance
        What may be left out of L²∇²A.

    Returns
    -------
    Rate
        NaN for a unit without weights, or with one that is no number.

    Raises
    ------
    ValueError
        There are fewer inputs.
    """
    inputs = w.shape[-1]
    if inputs < FEWEST_INPUTS:
        raise ValueError(f"{inputs} inputs: an activation rate has no second derivative")
    rows = np.ascontiguousarray(w, dtype=float).reshape(-1, inputs)
    value, gradient = np.empty(len(rows)), np.empty_like(rows)
    hessian = np.empty((*rows.shape, inputs))
    _rates(rows, tolerance, value, gradient, hessian)
    shape = w.shape[:-1]
    return Rate(value.reshape(shape), gradient.reshape(w.shape), hessian.reshape(*w.shape, inputs))


@compiled(inner=True)
def _sincs(t: float, sine: float, cosine: float) -> tuple[float, float, float]:
    """Return sinc and its first two derivatives at t, whose sine and cosine are known."""
    if abs(t) < SMALL:
        q = t * t
        return (
            1 - q / 6 * (1 - q / 20 * (1 - q / 42)),
            -t / 3 * (1 - q / 10 * (1 - q / 28 * (1 - q / 54))),
            -1 / 3 + q / 10 * (1 - 5 * q / 84 * (1 - 7 * q / 270)),
        )
    value = sine / t
    slope = (cosine - value) / t
    return value, slope, -value - 2 * slope / t


@compiled(inner=True)
def _left_out(k: int, angle: np.ndarray) -> float:
    """Return a bound on what the terms beyond the k-th add to an entry of L²∇²A."""
    envelope, falling = 1.0, 0
    for j in range(len(angle)):
        t = k * abs(angle[j])
        if t > 1:
            envelope /= t
            falling += 1
    return 5 * math.pi * k**2 * envelope / (2 * (falling - 2)) if falling > 2 else math.inf


@compiled(inner=True)
def _term(
    k: int,
    angle: np.ndarray,
    phase: float,
    turn: np.ndarray,
    parts: np.ndarray,
    sums: np.ndarray,
    pairs: np.ndarray,
) -> None:
    """Add the k-th term to sums and pairs, of which `_rates` makes value and derivatives.

    With D_i the product with the i-th factor differentiated, and X_ij that with two, the entry ij
    of the Hessian is (πk/2)² (2/πk) times −sin φ Π + cos φ (D_i + D_j) + sin φ X_ij, φ = kπc/L.
    """
    inputs = len(angle)
    value, slope, bend, above, below = parts[0], parts[1], parts[2], parts[3], parts[4]
    for j in range(inputs):
        value[j], slope[j], bend[j] = _sincs(k * angle[j], turn[0, j], turn[1, j])
    product = 1.0
    for j in range(inputs):
        below[j] = product
        product *= value[j]
    behind = 1.0
    for j in range(inputs - 1, -1, -1):
        above[j] = behind
        behind *= value[j]
    sine, cosine = math.sin(k * phase), math.cos(k * phase)
    scale = 2 / (math.pi * k)
    once, twice = scale * (math.pi * k / 2), scale * (math.pi * k / 2) ** 2
    sums[0, 0] += scale * sine * product
    sums[0, 1] += once * cosine * product
    sums[0, 2] -= twice * sine * product
    for i in range(inputs):
        others = below[i] * above[i]
        sums[1, i] += once * sine * slope[i] * others
        sums[2, i] += twice * cosine * slope[i] * others
        pairs[i, i] += twice * sine * bend[i] * others
        running = twice * sine * slope[i] * below[i]
        for j in range(i + 1, inputs):
            pairs[i, j] += running * slope[j] * above[j]
            running *= value[j]


@compiled()
def _rates(
    w: np.ndarray,
    tolerance: float,
    rate: np.ndarray,
    gradient: np.ndarray,
    hessian: np.ndarray,
) -> None:
    """Set rate, gradient and Hessian of every row of weights."""
    inputs = w.shape[1]
    angle, turn, twist = np.empty(inputs), np.empty((2, inputs)), np.empty((2, inputs))
    parts, sums, pairs = np.empty((5, inputs)), np.empty((3, inputs)), np.empty((inputs, inputs))
    for row in range(len(w)):
        positive = negative = 0.0
        for j in range(inputs):
            positive += max(w[row, j], 0.0)
            negative += max(-w[row, j], 0.0)
        largest = max(positive, negative)
        if not 0 < largest < math.inf:
            rate[row] = math.nan
            gradient[row] = math.nan
            hessian[row] = math.nan
            continue
        phase = 0.0
        for j in range(inputs):
            angle[j] = math.pi / 2 * w[row, j] / largest
            turn[0, j], turn[1, j] = math.sin(angle[j]), math.cos(angle[j])
            twist[0, j], twist[1, j] = math.sin(2 * angle[j]), math.cos(2 * angle[j])
            phase += angle[j]
        sums[:] = 0.0
        pairs[:] = 0.0
        for k in range(1, LARGEST, 2):
            _term(k, angle, phase, turn, parts, sums, pairs)
            if _left_out(k, angle) < tolerance:
                break
            for j in range(inputs):
                sine = turn[0, j] * twist[1, j] + turn[1, j] * twist[0, j]
                turn[1, j] = turn[1, j] * twist[1, j] - turn[0, j] * twist[0, j]
                turn[0, j] = sine
        rate[row] = 0.5 + sums[0, 0]
        for i in range(inputs):
            gradient[row, i] = (sums[0, 1] + sums[1, i]) / largest
            for j in range(i, inputs):
                entry = sums[0, 2] + sums[2, i] + sums[2, j] + pairs[i, j]
                hessian[row, i, j] = hessian[row, j, i] = entry / largest**2
