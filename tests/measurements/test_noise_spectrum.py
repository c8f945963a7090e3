"""The spectrum of the gradients' covariance against dense matrices, and against what is put in."""

import numpy as np
import pytest
import torch
from runs import settings as run_settings
from single_gradients import EVERY, by_autograd, draw
from training import train

from thermophoresis.config.measurements.noise_spectrum import NoiseSpectrum
from thermophoresis.measurements import noise_spectrum
from thermophoresis.measurements.each_snapshot import opened
from thermophoresis.measurements.leading_curvature import gauss_newton_subspace, hessian_subspace
from thermophoresis.measurements.noise_spectrum import DIMENSIONS, compared, covariance
from thermophoresis.networks.differentiable import logits
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.losses.squared import Squared

DIRECTIONS = 2


def start_of(size):
    return torch.randn(size, generator=torch.Generator().manual_seed(5), dtype=torch.float64)


def dense(gradients):
    return torch.cov(gradients.T, correction=0)


def of_case(name, seed=1):
    case = (draw(name)[0], draw(name, seed)[1], *draw(name)[2:])
    return case, covariance(*case, start_of(len(case[2])), DIRECTIONS)


@EVERY
def test_eigenvalues_are_those_of_the_dense_matrix(name):
    case, found = of_case(name)
    expected = torch.linalg.eigvalsh(dense(by_autograd(*case))).flip(0)
    assert len(found.eigenvalues) == min(len(case[2]) - 1, len(expected))
    scale = float(expected[0])
    kept = expected[: len(found.eigenvalues)].numpy()
    assert np.abs(found.eigenvalues - kept).max() < 1e-12 * scale
    assert float(expected[len(kept) :].abs().max() if len(kept) < len(expected) else 0) < (
        1e-12 * scale
    )


@EVERY
def test_leading_eigenvectors_are_those_of_the_dense_matrix(name):
    case, found = of_case(name)
    gradients = by_autograd(*case)
    vectors = (gradients - gradients.mean(0)).T @ found.leading
    torch.testing.assert_close(
        vectors.T @ vectors, torch.eye(DIRECTIONS).double(), atol=1e-8, rtol=0
    )
    expected = torch.linalg.eigh(dense(gradients))[1].flip(1)[:, :DIRECTIONS]
    assert float((vectors.T @ expected).square().sum()) == pytest.approx(DIRECTIONS, rel=1e-8)


@EVERY
def test_two_sets_of_parameters_are_compared_as_dense_matrices_are(name):
    (one, here), (other, there) = of_case(name), of_case(name, seed=2)
    a, b = (dense(by_autograd(*case)) for case in (one, other))
    found = compared(here, there)
    u, v = (torch.linalg.eigh(it)[1].flip(1)[:, :DIRECTIONS] for it in (a, b))
    assert found["trace_ratio"] == pytest.approx(float(a.trace() / b.trace()))
    assert found["overlap"] == pytest.approx(float((u.T @ v).square().sum()) / DIRECTIONS, rel=1e-6)
    assert found["distance"] == pytest.approx(float((a - b).norm() / b.norm()))
    one, two = (it / it.trace() for it in (a, b))
    assert found["distance_normalised"] == pytest.approx(float((one - two).norm() / two.norm()))
    itself = compared(here, here)
    assert itself["overlap"] == pytest.approx(1)
    assert itself["distance"] == pytest.approx(0, abs=1e-7)


def test_a_covariance_that_is_put_in_is_found():
    """With one linear output and half the squared error at 0, gradients are residual times x."""
    values = np.array([4.0, 1.0, 0.25, 1e-3])
    samples, inputs = 8, 6
    network = Layered((Linear(inputs, 1, bias=False),), None, loss=Squared())
    # Orthogonal columns of mean zero: a Hadamard matrix without its first.
    hadamard = np.array([[1.0]])
    for _ in range(3):
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    x = np.zeros((samples, inputs))
    x[:, :4] = hadamard[:, 1:5] * np.sqrt(values)
    parameters = {"W1": torch.zeros(1, 1, inputs, dtype=torch.float64)}
    case = (network, parameters, torch.from_numpy(x), torch.ones(samples, dtype=torch.float64))
    found = covariance(*case, start_of(samples), DIRECTIONS)
    assert found.eigenvalues == pytest.approx([*values, 0.0, 0.0], abs=1e-14)
    told = noise_spectrum.alone(found, inputs)
    assert told["rank_share_float64"] == pytest.approx(4 / 6)
    assert told["rank_share_thousandth"] == pytest.approx(3 / 6)
    assert told["participation_share"] == pytest.approx(values.sum() ** 2 / (values**2).sum() / 6)
    assert told["eigenvalue_deviation_all"] == pytest.approx(np.std([*values, 0, 0]))
    assert told["rank_and_variance"] == pytest.approx(4 / 6 + np.var([*values, 0, 0]))


def full_hessian(chain, views, x, y):
    sizes = [it.numel() for it in views.values()]

    def loss(vector):
        parts = zip(views.items(), vector.split(sizes), strict=True)
        own = {name: part.view(value.shape[1:]) for (name, value), part in parts}
        return chain.loss.of_samples(logits(chain, own, x), y, chain.classes).mean()

    flat = torch.cat([it.flatten() for it in views.values()])
    return torch.autograd.functional.hessian(loss, flat)


def gauss_newton(chain, views, x):
    sizes = [it.numel() for it in views.values()]

    def outputs(vector):
        parts = zip(views.items(), vector.split(sizes), strict=True)
        own = {name: part.view(value.shape[1:]) for (name, value), part in parts}
        return logits(chain, own, x)

    flat = torch.cat([it.flatten() for it in views.values()])
    jacobian = torch.autograd.functional.jacobian(outputs, flat)
    weights = chain.loss.output_hessian(outputs(flat), chain.classes)
    return torch.einsum("ncp,ncd,ndq->pq", jacobian, weights, jacobian) / len(x)


@pytest.mark.parametrize("name", ["two_layer", "deep", "squared", "images"])
def test_leading_subspaces_of_the_curvature(name):
    chain, views, x, y = draw(name)
    start = start_of(chain.parameter_count)
    for found, matrix in (
        (hessian_subspace(chain, views, x, y, start, 1), full_hessian(chain, views, x, y)),
        (gauss_newton_subspace(chain, views, x, start, 1), gauss_newton(chain, views, x)),
    ):
        expected = torch.linalg.eigh(matrix)[1][:, -1]
        assert abs(float(found[:, 0] @ expected)) == pytest.approx(1, abs=1e-8)


RUN = {
    "network": {"kind": "two_layer", "inputs": 3, "hidden": 4},
    "sampling": "with_replacement",
    "training_set_size": 40,
    "labels": "shuffled",
}


@pytest.fixture(scope="module")
def trained():
    run = run_settings(**RUN)
    snapshots = train(run).snapshots
    attributes = ("device", "stepper", "data_source", "data_checksum", "code_fingerprint")
    return run, snapshots.assign_attrs(dict.fromkeys(attributes, "")).drop_encoding()


def test_what_is_measured_of_a_run(trained):
    run, snapshots = trained
    broken = snapshots.copy(deep=True)
    broken["diverged"][2, 3:] = 1
    settings = NoiseSpectrum(directions=2, curvature_replicas=1)
    found = noise_spectrum.measure(settings, (run,), (broken,), ())
    assert set(settings.variables) <= {*found.data_vars}
    for name in settings.variables:
        assert found[name].dims == ("replica", "record")
        assert found[name].attrs["long_name"]
    assert np.isnan(found["trace"][2, 3:]).all()
    assert np.isfinite(found["trace"][2, :3]).all()
    assert np.isnan(found["trace_ratio_previous"][:, 0]).all()
    assert np.allclose(found["overlap_first"][:, 0], 1)
    assert found["overlap_first"].max() < 1 + 1e-9
    # Of the first replica alone.
    assert np.isfinite(found["overlap_hessian"][0]).all()
    assert np.isnan(found["overlap_hessian"][1:]).all()
    d = 4 * 3 + 4 + 4
    assert found.sizes["eigenvalue"] == d
    assert found["overlap_random"].values.flat[0] == pytest.approx(2 / d)
    sums = found["eigenvalues"].sum("eigenvalue")
    assert np.allclose(sums.values[0], found["trace"].values[0])
    shares = found["rank_share_at"].sel(dimension=list(DIMENSIONS)).values[0]
    assert (np.diff(shares, axis=1) <= 0).all()


def test_fewer_samples_are_the_first_ones(trained):
    run, snapshots = trained
    some = noise_spectrum.measure(NoiseSpectrum(samples=10, directions=1), (run,), (snapshots,), ())
    assert some.sizes["eigenvalue"] == 9
    source, network = opened(run, ())
    x, y = source.training_set(range(1, 2))
    named = {
        name: torch.from_numpy(snapshots[name].values[1:2, -1]).double()
        for name in network.parameter_dimensions
    }
    gradients = by_autograd(*network.as_layered(named), x[0, :10].double(), y[0, :10].double())
    assert float(some["trace"][1, -1]) == pytest.approx(float(dense(gradients).trace()), rel=1e-9)
