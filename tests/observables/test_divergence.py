"""The divergence of the gradient's covariance, against differences of integrals over two inputs."""

import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss

from thermophoresis.observables.kernels import divergence
from thermophoresis.theory import gaussian_units

W = np.array([[0.9, -0.5], [0.4, 1.1]])
B, V = np.array([0.3, -0.4]), np.array([0.8, -1.3])
END = 8.5
NODES = leggauss(40)


def pieces(breaks):
    """Return nodes and weights of Gauss between breaks (…, break), on the last axis."""
    low, high = breaks[..., :-1, None], breaks[..., 1:, None]
    nodes = (high + low) / 2 + (high - low) / 2 * NODES[0]
    weights = (high - low) / 2 * NODES[1]
    return (it.reshape(*breaks.shape[:-1], -1) for it in (nodes, weights))


def plane(w, b):
    """Return nodes (node, 2) and weights for x ~ N(0, I), with no kink between neighbours."""
    crossing = np.clip(np.linalg.solve(w, -b)[0], -END, END)
    first, of_first = pieces(np.sort([-END, crossing, END, *np.linspace(-6, 6, 7)]))
    kinks = np.clip(-(b + np.outer(first, w[:, 0])) / w[:, 1], -END, END)
    fixed = np.broadcast_to([-END, -3, 0, 3, END], (len(first), 5))
    second, of_second = pieces(np.sort(np.concatenate([kinks, fixed], 1), 1))
    x = np.stack([np.broadcast_to(first[:, None], second.shape), second], -1).reshape(-1, 2)
    density = np.exp(-(x**2).sum(1) / 2) / (2 * np.pi)
    return x, (of_first[:, None] * of_second).ravel() * density


def split(theta):
    return theta[:4].reshape(2, 2), theta[4:6], theta[6:]


def flow(theta, a, squared, mean, variance):
    """Return aᵀC, (parameter,), of a vector with entries for W, b and V."""
    w, b, v = split(theta)
    x, weight = plane(w, b)
    u = x @ w.T + b
    active, h = u > 0, np.maximum(u, 0)
    f = h @ v
    of_f = np.concatenate(
        [((v * active)[:, :, None] * x[:, None]).reshape(-1, 4), v * active, h], 1
    )
    rho = (f if squared else 1 / (1 + np.exp(-f))) - mean
    along, mu = of_f @ a, (weight * rho) @ of_f
    return (weight * (rho**2 + variance) * along) @ of_f - (a @ mu) * mu


@pytest.mark.parametrize(
    ("squared", "mean", "variance"), [(False, 0.5, 0.25), (True, 0.5, 0.25), (False, 0.2, 0.0)]
)
def test_divergence_is_that_of_differences(squared, mean, variance):
    theta, step = np.concatenate([W.ravel(), B, V]), 1e-4
    rate = gaussian_units.activation_rate(W[None], B[None])
    vectors = [  # the gradient of the rate, and one along b alone
        np.concatenate([(rate.w[0, :, None] * W).ravel(), rate.b[0], [0, 0]]),
        np.array([0, 0, 0, 0, 0.5, 0.5, 0, 0]),
    ]
    expected = []
    for a in vectors:
        moved = [
            [flow(theta + sign * step * e, a, squared, mean, variance)[j] for sign in (1, -1)]
            for j, e in enumerate(np.eye(8))
        ]
        expected.append(sum(plus - minus for plus, minus in moved) / (2 * step))

    times, samples = 400, 500
    x = np.random.default_rng(0).normal(size=(times, samples, 2))
    stacked = [np.ascontiguousarray(np.broadcast_to(it, (times, *it.shape))) for it in (W, B, V)]
    constant = np.stack([rate.b[0] - rate.w[0] * B, np.full(2, 0.5)])
    linear = np.stack([rate.w[0], np.zeros(2)])
    found = np.empty((times, 2))
    divergence.flow(
        *stacked,
        x,
        np.full((times, samples), mean),
        variance,
        squared,
        np.ascontiguousarray(np.broadcast_to(rate.b[0] * 2, (times, 2))),
        np.ascontiguousarray(np.broadcast_to(constant, (times, 2, 2))),
        np.ascontiguousarray(np.broadcast_to(linear, (times, 2, 2))),
        found,
    )
    error = found.std(0, ddof=1) / times**0.5
    assert (error < 0.02 * abs(np.array(expected))).all()  # so that a term that is left out is seen
    np.testing.assert_array_less(abs(found.mean(0) - expected), 4 * error)
