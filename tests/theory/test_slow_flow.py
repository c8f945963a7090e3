"""The slow flow against automatic differentiation, integration in time, and SGD itself."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from scipy.linalg import solve_continuous_lyapunov
from scipy.special import erfi, ndtr

from thermophoresis.theory import slow_flow

TAU = np.array([0.0, 0.5, 4.0, 20.0, 60.0])


def squared_unit(w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return E σ(w·x + b)² for Gaussian x by quadrature of u² over u > 0."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    n = w.norm(dim=-1)
    top = b + 12 * n
    u = top[..., None] / 2 * (torch.as_tensor(nodes) + 1)
    density = torch.exp(-(((u - b[..., None]) / n[..., None]) ** 2) / 2) / (2 * np.pi) ** 0.5
    return (u**2 * density / n[..., None] @ torch.as_tensor(weights)) * top / 2


def test_rates_are_minus_a_quarter_of_the_slope_of_the_trace_of_the_hessian() -> None:
    """By automatic differentiation of ¼E‖h‖², the trace of H at V = 0."""
    generator = torch.Generator().manual_seed(3)
    w = torch.randn(4, 5, generator=generator, dtype=torch.float64, requires_grad=True)
    b = torch.randn(4, generator=generator, dtype=torch.float64, requires_grad=True)
    trace = squared_unit(w, b).sum() / 4
    slope_w, slope_b = torch.autograd.grad(trace, (w, b))
    norm = w.detach().norm(dim=1).numpy()
    z = b.detach().numpy() / norm
    np.testing.assert_allclose(slow_flow.bias_rate(norm, z), -slope_b.numpy() / 4, rtol=1e-10)
    along = (w * slope_w).sum(1).detach().numpy() / norm
    np.testing.assert_allclose(slow_flow.norm_rate(norm, z), -along / 4, rtol=1e-10)
    expected = w.detach().numpy() * (slow_flow.norm_rate(norm, z) / norm)[:, None]
    np.testing.assert_allclose(expected, -slope_w.numpy() / 4, rtol=1e-9)


def test_the_trace_of_the_hessian_at_zero_output_is_that_of_the_hidden_layer() -> None:
    """Tr H of the label-averaged loss by automatic differentiation, on the same samples."""
    generator = torch.Generator().manual_seed(4)
    x = torch.randn(300, 3, generator=generator, dtype=torch.float64)
    theta = torch.randn(12, generator=generator, dtype=torch.float64)
    theta[9:] = 0  # V of three units, the biases of which are left out here

    def loss(it: torch.Tensor) -> torch.Tensor:
        f = torch.relu(x @ it[:9].reshape(3, 3).T) @ it[9:]
        return (torch.nn.functional.softplus(f) - f / 2).mean()

    trace = torch.autograd.functional.hessian(loss, theta).trace()
    hidden = torch.relu(x @ theta[:9].reshape(3, 3).T)
    assert trace == pytest.approx(float((hidden**2).sum(1).mean()) / 4, rel=1e-12)


def test_the_ratio_follows_from_weights_and_biases() -> None:
    """Norm and bias integrated in time; z is their ratio, whatever the norm is at the start."""
    for z0, n0 in [(-1.5, 0.3), (0.0, 1.0), (0.4, 2.0), (2.5, 0.7)]:

        def rates(_: float, y: np.ndarray) -> np.ndarray:
            norm, z = y[:1], y[1:] / y[:1]
            return np.concatenate([slow_flow.norm_rate(norm, z), slow_flow.bias_rate(norm, z)])

        y = solve_ivp(rates, (0, TAU[-1]), [n0, n0 * z0], t_eval=TAU, rtol=1e-10, atol=1e-14).y
        np.testing.assert_allclose(slow_flow.ratio(np.array(z0), TAU), y[1] / y[0], atol=1e-7)


def test_the_solution_obeys_its_equation() -> None:
    z = slow_flow.ratio(np.array([-5.0, -1.0, 0.0, 3.0])[:, None], TAU + 1)
    h = 1e-4
    later = slow_flow.ratio(z, np.array(h))
    earlier = slow_flow.ratio(z, np.array(-h))
    rate = (later - earlier) / (2 * h)
    np.testing.assert_allclose(rate, slow_flow.ratio_rate(z), rtol=1e-6, atol=1e-10)


def test_what_hardly_moves_stays() -> None:
    start = np.array([-1e9, -40.0, 40.0, 1e9])
    np.testing.assert_array_equal(slow_flow.ratio(start, np.array(100.0)), start)
    np.testing.assert_allclose(
        slow_flow.ratio(np.array([36.9, -36.9]), np.array(9.0)), [36.9, -36.9]
    )


def test_the_inverse_of_erfi() -> None:
    x = np.concatenate([-np.logspace(-6, 1.4, 50), [0.0], np.logspace(-6, 1.4, 50)])
    np.testing.assert_allclose(slow_flow.inverse_erfi(erfi(x)), x, rtol=1e-12)


@pytest.mark.parametrize(("inputs", "factor"), [(1, 1.0), (3, 0.5), (10, 1.0), (100, 1.0)])
def test_the_activation_rate_is_that_of_a_large_sample(inputs: int, factor: float) -> None:
    rng = np.random.default_rng(7)
    b = factor * rng.uniform(-1, 1, 200_000)
    z = b / np.sqrt((rng.uniform(-1, 1, (len(b), inputs)) ** 2).sum(1))
    z = np.concatenate([z, -z])
    law = slow_flow.initial_ratios("torch_default", inputs, bias_scale=factor)
    found = slow_flow.activation_rate(TAU, *law)
    moved = ndtr(slow_flow.ratio(z[:, None], TAU))
    # Of M = 1, ‖w‖ may be near 0, where z depends on it most.
    np.testing.assert_allclose(found, moved.mean(0), atol=2e-4 if inputs > 1 else 3e-3)


def test_factors_of_weights_and_biases_act_by_their_ratio() -> None:
    one = slow_flow.initial_ratios("torch_default", 10, weight_scale=2.0, bias_scale=6.0)
    other = slow_flow.initial_ratios("torch_default", 10, bias_scale=3.0)
    np.testing.assert_allclose(one[0], other[0])


@pytest.mark.parametrize("kind", ["he_normal", "normal", "orthogonal", "xavier_uniform"])
def test_without_biases_at_the_start_all_units_move_as_one(kind: str) -> None:
    law = slow_flow.initial_ratios(kind, 10)
    expected = ndtr(np.sqrt(2) * slow_flow.inverse_erfi(-TAU / (8 * np.pi)))
    np.testing.assert_allclose(slow_flow.activation_rate(TAU, *law), expected)


def test_the_level_of_v_solves_the_lyapunov_equation() -> None:
    """Drift matrix −ηK/4 and noise η²K/(4|B|) of V in a step, for hidden units of any kind."""
    hidden = np.random.default_rng(1).exponential(size=(50, 6))
    gram = hidden.T @ hidden / 50
    eta, batch = 0.03, 4
    covariance = solve_continuous_lyapunov(-eta * gram / 4, -(eta**2) * gram / (4 * batch))
    np.testing.assert_allclose(covariance, np.eye(6) * eta / (2 * batch), atol=1e-15)
    assert np.trace(covariance) == pytest.approx(slow_flow.plateau(6, eta, batch))


def sgd(eta: float, end: float, replicas: int = 4000) -> float:
    """Return the activation rate less the slow flow's, from V at its level, per fall."""
    rng = np.random.default_rng(0)
    inputs = hidden = 3
    w = rng.uniform(-1, 1, (replicas, hidden, inputs)) / inputs**0.5
    b = rng.uniform(-1, 1, (replicas, hidden)) / inputs**0.5
    level = slow_flow.plateau(hidden, eta, 1) / hidden
    v = rng.normal(0, level**0.5, (replicas, hidden))
    start = b / np.linalg.norm(w, axis=-1)
    expected = ndtr(slow_flow.ratio(start, np.array(end)))
    for _ in range(round(end / eta**2)):
        x = rng.standard_normal((replicas, 1, inputs))
        u = (w * x).sum(-1) + b
        h = np.maximum(u, 0)
        p = 1 / (1 + np.exp(-(v * h).sum(1)))
        r = p - (rng.random(replicas) < 0.5)
        g = r[:, None] * v * (u > 0)
        v, b, w = v - eta * r[:, None] * h, b - eta * g, w - eta * g[..., None] * x
    deviation = ndtr(b / np.linalg.norm(w, axis=-1)) - expected
    return float(deviation.mean() / (ndtr(start) - expected).mean())


def test_sgd_follows_it_as_the_learning_rate_goes_to_zero() -> None:
    """The deviation is of the order of η, and what is left at η = 0 a small part of the fall."""
    coarse, fine = sgd(0.08, 2.0), sgd(0.02, 2.0)
    assert coarse / fine == pytest.approx(4, rel=0.3)
    assert fine + (fine - coarse) / 3 == pytest.approx(0, abs=0.05)
