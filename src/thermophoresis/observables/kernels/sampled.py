"""Means over samples of what one step of SGD is made of, for the two-layer network.

With f(x) = Σ_i V_i h_i, h = max(u, 0), u = w·x + b, s = 1[u > 0], and labels that are averaged over
given x: ρ = p − E y, and E r² = ρ² + Var y. One replica after the other, so that none depends on
others; samples are innermost. With the squared error, f is in the place of p.
"""

import numpy as np

from thermophoresis.numerics.compiled import compiled
from thermophoresis.numerics.exponential import exponential
from thermophoresis.observables.kernels.products import (
    add_products,
    inner_products,
)


@compiled(inner=True)
def forward(
    w: np.ndarray, b: np.ndarray, v: np.ndarray, x: np.ndarray, columns: np.ndarray, u: np.ndarray
) -> np.ndarray:
    """Run the network of one replica; return f, (sample,).

    Parameters
    ----------
    w, b, v
        Weights (unit, input), biases and second weights (unit,).
    x
        Samples, (sample, input).
    columns
        Gets them, (input · sample).
    u
        Gets u, (unit · sample).
    """
    samples, inputs, units = len(x), x.shape[1], len(w)
    for j in range(inputs):
        for t in range(samples):
            columns[j * samples + t] = x[t, j]
    for i in range(units):
        for t in range(samples):
            u[i * samples + t] = b[i]
    taps = np.arange(inputs)
    add_products(u, 0, samples, units, columns, taps * samples, w.ravel(), inputs, taps, samples)
    f = np.zeros(samples)
    for i in range(units):
        own, weight = u[i * samples : (i + 1) * samples], v[i]
        for t in range(samples):
            f[t] += weight * max(own[t], 0.0)
    return f


@compiled(inner=True)
def residuals(
    f: np.ndarray, target: np.ndarray, squared: bool, rho: np.ndarray, slope: np.ndarray
) -> None:
    """Set ρ and its slope in f: that of the logistic function, or 1."""
    if squared:
        for t in range(len(f)):
            rho[t], slope[t] = f[t] - target[t], 1.0
    else:
        for t in range(len(f)):
            small = exponential(-abs(f[t]))
            p = 1.0 / (1.0 + small)
            slope[t] = small * p * p
            p = p if f[t] > 0 else small * p
            rho[t] = p - target[t]


@compiled(inner=True)
def square_norms(columns: np.ndarray, samples: int) -> np.ndarray:
    """Return ‖x‖² of every sample."""
    found = np.zeros(samples)
    for j in range(0, len(columns), samples):
        for t in range(samples):
            found[t] += columns[j + t] * columns[j + t]
    return found


@compiled(reassociate=True, inner=True)
def _active_means(
    u: np.ndarray, rho: np.ndarray, norm: np.ndarray, first: np.ndarray, squares: np.ndarray
) -> None:
    """Set the means of one unit; see `moments`."""
    r0 = r1 = q0 = q1 = q2 = qx = p0 = p1 = p2 = px = 0.0
    for t in range(len(u)):
        s = 1.0 if u[t] > 0 else 0.0
        h, r = s * u[t], s * rho[t]
        q, sx = r * rho[t], s * norm[t]
        r0, r1 = r0 + r, r1 + r * h
        q0, q1, q2, qx = q0 + q, q1 + q * h, q2 + q * h * h, qx + q * sx
        p0, p1, p2, px = p0 + s, p1 + h, p2 + h * h, px + sx
    n = len(u)
    first[0], first[1] = r0 / n, r1 / n
    squares[0, 0], squares[0, 1], squares[0, 2], squares[0, 3] = q0 / n, q1 / n, q2 / n, qx / n
    squares[1, 0], squares[1, 1], squares[1, 2], squares[1, 3] = p0 / n, p1 / n, p2 / n, px / n


@compiled(reassociate=True, inner=True)
def _form_means(u: np.ndarray, rho: np.ndarray, form: np.ndarray, found: np.ndarray) -> None:
    """Set the means of a form of x while one unit is active."""
    q = p = 0.0
    for t in range(len(u)):
        active = form[t] if u[t] > 0 else 0.0
        p += active
        q += active * rho[t] * rho[t]
    found[0], found[1] = q / len(u), p / len(u)


@compiled(inner=True)
def _form(matrix: np.ndarray, columns: np.ndarray, form: np.ndarray, part: np.ndarray) -> None:
    """Set ``form`` to xᵀ H x of every sample, H symmetric."""
    samples = len(form)
    form[:] = 0.0
    for i in range(len(matrix)):
        one = columns[i * samples : (i + 1) * samples]
        for t in range(samples):
            part[t] = matrix[i, i] * one[t]
        for j in range(i):
            entry, other = 2 * matrix[i, j], columns[j * samples : (j + 1) * samples]
            for t in range(samples):
                part[t] += entry * other[t]
        for t in range(samples):
            form[t] += part[t] * one[t]


@compiled()
def moments(
    w: np.ndarray,
    b: np.ndarray,
    v: np.ndarray,
    x: np.ndarray,
    target: np.ndarray,
    squared: bool,
    matrices: np.ndarray,
    first: np.ndarray,
    squares: np.ndarray,
    force: np.ndarray,
    forms: np.ndarray,
) -> None:
    """Take the means over samples from which first and second moments of gradients are made.

    Parameters
    ----------
    w, b, v
        Weights (replica, unit, input), biases and second weights (replica, unit).
    x, target
        Samples (replica, sample, input) and E y (replica, sample).
    squared
        Whether the loss is the squared error.
    matrices
        A symmetric matrix H for each unit, (replica, unit, input, input); of no replica where none
        are wanted.
    first
        Gets E ρ s and E ρ s u, (replica, unit, 2).
    squares
        Gets E c s, E c s u, E c s u² and E c s ‖x‖², with c = ρ² and with c = 1,
        (replica, unit, 2, 4).
    force
        Gets E ρ s x, (replica, unit, input); of no replica where nobody asks.
    forms
        Gets E c s xᵀHx with both c, (replica, unit, 2), where there are matrices.
    """
    samples, inputs, units = x.shape[1], x.shape[2], w.shape[1]
    columns, u = np.empty(inputs * samples), np.empty(units * samples)
    rho, slope, form, part = (
        np.empty(samples),
        np.empty(samples),
        np.empty(samples),
        np.empty(samples),
    )
    taps = np.arange(inputs)
    for replica in range(len(w)):
        f = forward(w[replica], b[replica], v[replica], x[replica], columns, u)
        residuals(f, target[replica], squared, rho, slope)
        norm = square_norms(columns, samples)
        for i in range(units):
            own = u[i * samples : (i + 1) * samples]
            _active_means(own, rho, norm, first[replica, i], squares[replica, i])
            if len(matrices):
                _form(matrices[replica, i], columns, form, part)
                _form_means(own, rho, form, forms[replica, i])
            if len(force):
                for t in range(samples):
                    own[t] = rho[t] / samples if own[t] > 0 else 0.0
        if len(force):
            force[replica] = 0.0
            total = force[replica].reshape(units * inputs)
            inner_products(u, 0, samples, units, columns, taps * samples, samples, total)
