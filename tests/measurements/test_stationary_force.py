"""Gradient, curvature and the current of linear noise, against automatic differentiation."""

import numpy as np
import pytest
import torch
from torch.autograd.functional import hessian

from thermophoresis.measurements import stationary_force
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.numerics.circulation import current_share

SAMPLES, INPUTS, CLASSES, DECAY, NETWORKS = 12, 4, 3, 0.05, 2


@pytest.fixture
def loss():
    layers = (Linear(INPUTS, 5, True), Linear(5, CLASSES, True))
    network = Layered(layers, CLASSES, "tanh")
    streams = torch.Generator().manual_seed(1)
    x = torch.randn(NETWORKS, SAMPLES, INPUTS, generator=streams, dtype=torch.float64)
    y = torch.randint(CLASSES, (NETWORKS, SAMPLES), generator=streams)
    one = network.initialise([streams], torch.float64)
    shapes = {name: tuple(one[name].shape[1:]) for name in sorted(one)}
    return stationary_force.Loss(network, x, y, DECAY, shapes)


@pytest.fixture
def theta(loss):
    count = sum(int(np.prod(shape)) for shape in loss.shapes.values())
    return torch.randn(NETWORKS, count, generator=torch.Generator().manual_seed(2),
                       dtype=torch.float64) / 2  # fmt: skip


def written_out(loss, network):
    """f of one network, by hand."""

    def value(flat):
        sizes = [int(np.prod(shape)) for shape in loss.shapes.values()]
        parts = dict(zip(loss.shapes, torch.split(flat, sizes), strict=True))
        named = {name: parts[name].reshape(shape) for name, shape in loss.shapes.items()}
        hidden = torch.tanh(loss.x[network] @ named["W1"].T + named["b1"])
        logits = hidden @ named["W2"].T + named["b2"]
        of_labels = torch.nn.functional.cross_entropy(logits, loss.y[network])
        return of_labels + DECAY / 2 * flat.square().sum()

    return value


def test_gradients_and_curvature_are_those_of_autograd(loss, theta):
    found = loss.gradient(theta[:, None])[:, 0]
    of_samples = loss.of_samples(theta)
    values, vectors = stationary_force.leading_directions(loss, theta, 5)
    for network in range(NETWORKS):
        f = written_out(loss, network)
        own = theta[network].clone().requires_grad_()
        (exact,) = torch.autograd.grad(f(own), own)
        torch.testing.assert_close(found[network], exact, rtol=1e-9, atol=1e-12)
        mean = of_samples[network].mean(0) + DECAY * theta[network]
        torch.testing.assert_close(mean, exact, rtol=1e-9, atol=1e-12)
        matrix = hessian(f, theta[network])
        products = loss.curvature(theta, torch.eye(theta.shape[1], dtype=torch.float64)[None])
        torch.testing.assert_close(products[network], matrix, rtol=1e-6, atol=1e-8)
        eigenvalues = torch.linalg.eigvalsh(matrix).flip(0)[:5].numpy()
        np.testing.assert_allclose(values[network], eigenvalues, rtol=1e-4)
        residual = matrix @ vectors[network].T - vectors[network].T * torch.tensor(values[network])
        assert residual.abs().max() < 0.05 * values[network, 0]


def test_around_a_minimum_the_ratio_is_one(loss, theta):
    # Steps so small that f is a parabola, around where its gradient is 0.
    centre = theta.clone()
    for _ in range(5000):
        centre = centre - 0.5 * loss.gradient(centre[:, None])[:, 0]
    for network in range(NETWORKS):
        f = written_out(loss, network)
        for _ in range(3):  # Newton's method
            gradient = loss.gradient(centre[:, None])[network, 0]
            centre[network] -= torch.linalg.solve(hessian(f, centre[network]), gradient)
    streams = torch.Generator().manual_seed(3)
    moved = torch.randn(NETWORKS, 60, theta.shape[1], generator=streams, dtype=torch.float64)
    records = torch.cat([theta[:, None], centre[:, None] + 1e-4 * moved], 1)
    late = np.arange(61) > 0
    found = stationary_force.evaluate(loss, records, late, 3)
    np.testing.assert_allclose(found["gradient_ratio"], 1, atol=0.03)
    np.testing.assert_allclose(
        found["gradient_fall"] * found["gradient_ratio"] * found["plain_gradient"],
        found["gradient_norm"][:, 0],
    )
    f = written_out(loss, 0)
    matrix = hessian(f, records[0, 1:].mean(0)).numpy()
    values, vectors = (it[..., ::-1][..., :3] for it in np.linalg.eigh(matrix))
    gradients = torch.stack(
        [loss.of_samples(records[:, 1:].mean(1))[0, it] for it in range(SAMPLES)]
    ).numpy()
    noise = np.cov(gradients @ vectors, rowvar=False, bias=True)
    assert found["linear_current_share"][0] == pytest.approx(current_share(values, noise), rel=0.02)
