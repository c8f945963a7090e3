"""a·div C over samples, C the covariance of one sample's gradient of the two-layer network.

For x ~ N(0, I) and labels that are fair coins whatever x is; a is a vector that is held fixed while
C is differentiated, with components along b and, along each w, a multiple of it. Let S = E q ∇f∇fᵀ,
q = E r² = ρ² + Var y, μ = E ρ∇f, C = S − μμᵀ, D = a·∇f = Σ_i V_i s_i ℓ_i and ℓ = a_b + a_w·x. Then

    a·div S     = E [2ρρ' D ‖∇f‖² + q (Σ_j f_j ∂_j D + D Δf)],
    a·div μμᵀ   = (a·μ) Tr H + μ·Ha,    H = ∂μ = E [ρ' ∇f∇fᵀ + ρ ∂²f],

with ρ' the slope of ρ in f. The second derivatives of f are s between V and b, s x between V and w,
and V δ(u) times 1, x and xxᵀ among b and w. What has a δ is a mean over samples on a unit's kink,

    E F(x) δ(w·x + b) = (φ(z)/n) E F(x⁰),    x⁰ = x − w (w·x + b)/n²,

on which the other units are u_k − (w_k·w_i) u_i/n_i². The product of a unit's own step with its δ
is half of it, since s² = s; there are two such products in div S, of one and the same form. So

    E q (Σ_j f_j ∂_j D + D Δf) = E q Σ_i s_i ℓ_i h_i
        + Σ_i (φ_i/n_i) V_i E q⁰ (1 + ‖x⁰‖²) (V_i ℓ_i⁰ + Σ_{k≠i} V_k s_k⁰ ℓ_k⁰).

The products of two means are taken over pairs of different samples.
"""

import numpy as np

from thermophoresis.numerics.compiled import compiled
from thermophoresis.observables.kernels.products import inner_product, inner_products
from thermophoresis.observables.kernels.sampled import forward, residuals, square_norms


@compiled(inner=True)
def _add_unit(
    u: np.ndarray,
    along: np.ndarray,
    back: float,
    v: float,
    constant: float,
    linear: float,
    f: np.ndarray,
    d: np.ndarray,
) -> None:
    """Add a unit's part of f and D where its u is less by ``back`` times ``along``."""
    flat, steep = v * constant, v * linear
    for t in range(len(u)):
        y = u[t] - back * along[t]
        f[t] += v * y if y > 0 else 0.0
        d[t] += flat + steep * y if y > 0 else 0.0


@compiled(reassociate=True, inner=True)
def _sum(a: np.ndarray) -> float:
    """Return the sum."""
    total = 0.0
    for t in range(len(a)):
        total += a[t]
    return total


@compiled(inner=True)
def _regular(
    u: np.ndarray,
    v: np.ndarray,
    constant: np.ndarray,
    linear: np.ndarray,
    norm: np.ndarray,
    square: np.ndarray,
    d: np.ndarray,
    e: np.ndarray,
) -> None:
    """Set ‖∇f‖², D and Σ s ℓ h of every sample."""
    samples = len(norm)
    square[:] = 0.0
    d[:] = 0.0
    e[:] = 0.0
    for i in range(len(v)):
        own, flat, steep, weight = u[i * samples : (i + 1) * samples], constant[i], linear[i], v[i]
        for t in range(samples):
            h = max(own[t], 0.0)
            line = flat + steep * h if own[t] > 0 else 0.0
            square[t] += h * h + (weight * weight * (1 + norm[t]) if own[t] > 0 else 0.0)
            d[t] += weight * line
            e[t] += line * h


@compiled(reassociate=True, inner=True)
def _active_sums(
    u: np.ndarray, rho: np.ndarray, slope: np.ndarray, d: np.ndarray
) -> tuple[float, float, float, float]:
    """Return Σ ρs, Σ ρh, Σ ρ'Ds and Σ ρ'Dh."""
    a = b = c = e = 0.0
    for t in range(len(u)):
        h, s = max(u[t], 0.0), 1.0 if u[t] > 0 else 0.0
        turned = slope[t] * d[t]
        a, b, c, e = a + rho[t] * s, b + rho[t] * h, c + turned * s, e + turned * h
    return a, b, c, e


@compiled(reassociate=True, inner=True)
def _kink_sums(
    u: np.ndarray,
    bias: float,
    n2: float,
    norm: np.ndarray,
    rho: np.ndarray,
    at_kink: np.ndarray,
    d: np.ndarray,
    own: float,
    variance: float,
    laplacian: np.ndarray,
    weight: float,
) -> tuple[float, float, float, float]:
    """Return sums over samples on a unit's kink, and add its part of ρΔf of every sample.

    They are Σ q⁰ (1 + ‖x⁰‖²)(Vℓ⁰ + D⁰), Σ ρ⁰, Σ ρ⁰ u, and Σ s ρ ρ⁰ (1 + x·x⁰), the last of what a
    sample adds to both factors of μ·Ha.
    """
    whole = plain = moved = both = 0.0
    for t in range(len(u)):
        r, square = at_kink[t], 1 + norm[t] + (2 * bias * u[t] - u[t] * u[t]) / n2
        whole += (r * r + variance) * square * (own + d[t])
        plain, moved = plain + r, moved + r * u[t]
        shared = 1 + norm[t] - (u[t] - bias) * u[t] / n2
        both += rho[t] * r * shared if u[t] > 0 else 0.0
        laplacian[t] += weight * r * square
    return whole, plain, moved, both


@compiled(inner=True)
def _onto_kink(
    i: int,
    w: np.ndarray,
    v: np.ndarray,
    u: np.ndarray,
    constant: np.ndarray,
    linear: np.ndarray,
    f: np.ndarray,
    d: np.ndarray,
) -> None:
    """Set f and the part of D of all other units where samples are moved onto a unit's kink."""
    samples, n2 = len(f), inner_product(w[i], w[i])
    along = u[i * samples : (i + 1) * samples]
    f[:] = 0.0
    d[:] = 0.0
    for k in range(len(w)):
        if k != i:
            own, back = u[k * samples : (k + 1) * samples], inner_product(w[k], w[i]) / n2
            _add_unit(own, along, back, v[k], constant[k], linear[k], f, d)


@compiled(inner=True)
def _products(
    of: np.ndarray, columns: np.ndarray, samples: int, inputs: int, total: np.ndarray
) -> None:
    """Add Σ of[i, t] x[t, j] over samples to total[i, j]."""
    taps, units = np.arange(inputs) * samples, len(of) // samples
    flat = total.reshape(units * inputs)
    inner_products(of, 0, samples, units, columns, taps, samples, flat)


@compiled(inner=True)
def _along(
    w: np.ndarray,
    b: np.ndarray,
    v: np.ndarray,
    u: np.ndarray,
    columns: np.ndarray,
    norm: np.ndarray,
    target: np.ndarray,
    variance: float,
    squared: bool,
    kink: np.ndarray,
    constant: np.ndarray,
    linear: np.ndarray,
    force: np.ndarray,
    turned: np.ndarray,
    rows: np.ndarray,
    scratch: np.ndarray,
) -> float:
    """Return a·div C of one replica for one vector; ``force`` has Σ ρ s x of every unit."""
    samples, units = len(norm), len(w)
    rho, slope, square, d, e = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4]
    f0, d0, rho0, slope0, trace = scratch[5], scratch[6], scratch[7], scratch[8], scratch[9]
    _regular(u, v, constant, linear, norm, square, d, e)
    trace[:] = 0.0
    of_s = product = diagonal = 0.0
    for i in range(units):
        own, n2, v2 = u[i * samples : (i + 1) * samples], inner_product(w[i], w[i]), v[i] * v[i]
        _onto_kink(i, w, v, u, constant, linear, f0, d0)
        residuals(f0, target, squared, rho0, slope0)
        along, weight = kink[i] * constant[i], kink[i] * v[i]
        whole, plain, moved, both = _kink_sums(
            own, b[i], n2, norm, rho, rho0, d0, v[i] * constant[i], variance, trace, weight
        )
        of_s += weight * whole
        active, unit, turned_active, turned_unit = _active_sums(own, rho, slope, d)
        # μ·Ha, of V and of b; in that of V what Σ ρ s ℓ adds.
        product += unit * (turned_unit + constant[i] * active + linear[i] * unit)
        product += v2 * active * (turned_active + along * plain)
        diagonal += v2 * along * both
        for t in range(samples):
            there = slope[t] * d[t] if own[t] > 0 else 0.0
            rows[i * samples + t] = there + along * rho0[t]
        for j in range(w.shape[1]):
            turned[i, j] = -w[i, j] * along * moved / n2
    _products(rows, columns, samples, w.shape[1], turned)
    for i in range(units):
        product += v[i] ** 2 * inner_product(force[i], turned[i])
    for t in range(samples):
        full = slope[t] * d[t] * square[t]
        of_s += 2 * rho[t] * full + (rho[t] * rho[t] + variance) * e[t]
        diagonal += rho[t] * (full + rho[t] * e[t])
        trace[t] += slope[t] * square[t]
        d[t] *= rho[t]
    product += _sum(d) * _sum(trace)  # (a·μ) Tr H
    diagonal += inner_product(d, trace)
    return of_s / samples - (product - diagonal) / (samples * (samples - 1))


@compiled()
def flow(
    w: np.ndarray,
    b: np.ndarray,
    v: np.ndarray,
    x: np.ndarray,
    target: np.ndarray,
    variance: float,
    squared: bool,
    kink: np.ndarray,
    constant: np.ndarray,
    linear: np.ndarray,
    found: np.ndarray,
) -> None:
    """Set a·div C for several vectors a.

    Parameters
    ----------
    w, b, v
        Weights (replica, unit, input), biases and second weights (replica, unit).
    x, target
        Samples (replica, sample, input) and E y, (replica, sample).
    variance
        Var y.
    squared
        Whether the loss is the squared error.
    kink
        Density of u at 0, φ(z)/n, (replica, unit).
    constant, linear
        Of ℓ = constant + linear · u, (replica, vector, unit).
    found
        Gets a·div C, (replica, vector).
    """
    samples, inputs, units = x.shape[1], x.shape[2], w.shape[1]
    columns, u, rows = (
        np.empty(inputs * samples),
        np.empty(units * samples),
        np.empty(units * samples),
    )
    scratch = np.empty((10, samples))
    force, turned = np.empty((units, inputs)), np.empty((units, inputs))
    for replica in range(len(w)):
        f = forward(w[replica], b[replica], v[replica], x[replica], columns, u)
        rho = scratch[0]
        residuals(f, target[replica], squared, rho, scratch[1])
        norm = square_norms(columns, samples)
        for i in range(units):
            for t in range(samples):
                at = i * samples + t
                rows[at] = rho[t] if u[at] > 0 else 0.0
        force[:] = 0.0
        _products(rows, columns, samples, inputs, force)
        for vector in range(constant.shape[1]):
            found[replica, vector] = _along(
                w[replica],
                b[replica],
                v[replica],
                u,
                columns,
                norm,
                target[replica],
                variance,
                squared,
                kink[replica],
                constant[replica, vector],
                linear[replica, vector],
                force,
                turned,
                rows,
                scratch,
            )
