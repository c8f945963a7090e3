"""The size of the Hessian against dense matrices by autograd, and against finite differences."""

import numpy as np
import pytest
import torch
from runs import settings as run_settings
from single_gradients import EVERY, by_autograd, draw
from training import train

from thermophoresis.config.measurements.hessian_norm import HessianNorm
from thermophoresis.measurements import hessian_norm
from thermophoresis.measurements.hessian_norm import curvature, hessian_products, learned
from thermophoresis.networks.differentiable import logits
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear

# 800 parameters: every entry of the Hessian can be made.
DEEP = Layered((Linear(20, 20), Linear(20, 10), Linear(10, 10), Linear(10, 6)), 6)


def deep(replicas=2):
    streams = [torch.Generator().manual_seed(it) for it in range(replicas)]
    parameters = DEEP.initialise(streams, torch.float64)
    x = torch.randn(replicas, 50, 20, dtype=torch.float64, generator=streams[0])
    y = torch.randint(6, (replicas, 50), generator=streams[0])
    return parameters, x, y


def full_hessian(chain, views, x, y):
    """Return every entry of the Hessian of one replica, by torch's own function."""
    sizes = [it.numel() for it in views.values()]

    def loss(vector):
        parts = zip(views.items(), vector.split(sizes), strict=True)
        own = {name: part.view(value.shape[1:]) for (name, value), part in parts}
        return chain.loss.of_samples(logits(chain, own, x), y, chain.classes).mean()

    flat = torch.cat([it.flatten() for it in views.values()])
    return torch.autograd.functional.hessian(loss, flat)


def single(parameters, replica):
    return {name: it[replica : replica + 1] for name, it in parameters.items()}


@EVERY
def test_products_are_those_of_the_dense_matrix(name):
    chain, views, x, y = draw(name)
    matrix = full_hessian(chain, views, x, y)
    vector = torch.randn(1, len(matrix), dtype=torch.float64)
    found = hessian_products(chain, views, x[None], y[None])(vector)
    torch.testing.assert_close(found[0], matrix @ vector[0], rtol=1e-10, atol=1e-12)


@EVERY
def test_every_entry_is_made_where_there_are_few(name):
    chain, views, x, y = draw(name)
    matrix = full_hessian(chain, views, x, y)
    found = curvature(HessianNorm(), chain, views, x[None], y[None], 0, [0])
    values = torch.linalg.eigvalsh(matrix)
    assert found["hessian_norm"] == pytest.approx([float(matrix.norm())], rel=1e-10)
    assert found["hessian_trace"] == pytest.approx([float(matrix.trace())], rel=1e-9)
    assert found["largest_eigenvalue"] == pytest.approx([float(values[-1])], rel=1e-9)
    assert found["smallest_eigenvalue"] == pytest.approx([float(values[0])], rel=1e-8, abs=1e-12)


@pytest.mark.parametrize(("precision", "rounding"), [("float64", 1e-9), ("float32", 2e-5)])
def test_outer_eigenvalues_norm_and_trace_of_a_deep_network(precision, rounding):
    """Against dense matrices of two replicas; the rest of the spectrum within four errors."""
    parameters, x, y = deep()
    settings = HessianNorm(steps=60, vectors=8, precision=precision)
    found = curvature(settings, DEEP, parameters, x, y, 0, [0, 1])
    for replica in range(2):
        matrix = full_hessian(DEEP, single(parameters, replica), x[replica], y[replica])
        assert len(matrix) <= 1000
        values = torch.linalg.eigvalsh(matrix)
        assert found["largest_eigenvalue"][replica] == pytest.approx(
            float(values[-1]), rel=rounding
        )
        lowest = found["smallest_eigenvalue"][replica]
        assert abs(lowest - float(values[0])) <= found["smallest_eigenvalue_error"][replica] + 1e-5
        for name, value in (("hessian_norm", matrix.norm()), ("hessian_trace", matrix.trace())):
            error = found[f"{name}_error"][replica]
            assert 0 < error < 0.2 * float(value)
            assert abs(found[name][replica] - float(value)) < 4 * error


def test_products_beside_finite_differences():
    """The gradient of single samples by nn.Module, between two sets of parameters 2ε apart."""
    parameters, x, y = deep(1)
    size = DEEP.parameter_count
    vector = torch.randn(1, size, dtype=torch.float64)
    step = 1e-5

    def gradient(sign):
        moved = {}
        start = 0
        for name, it in parameters.items():
            part = vector[0, start : start + it[0].numel()].view_as(it)
            moved[name], start = it + sign * step * part, start + it[0].numel()
        return by_autograd(DEEP, moved, x[0], y[0]).mean(0)

    expected = (gradient(1) - gradient(-1)) / (2 * step)
    found = hessian_products(DEEP, parameters, x, y)(vector)[0]
    assert float((found - expected).norm() / expected.norm()) < 1e-4


def test_a_replica_is_measured_as_it_is_alone():
    parameters, x, y = deep(3)
    settings = HessianNorm(steps=8)
    together = curvature(settings, DEEP, parameters, x, y, 0, [0, 1, 2])
    alone = curvature(settings, DEEP, single(parameters, 2), x[2:], y[2:], 0, [2])
    for name, value in alone.items():
        assert together[name][2] == pytest.approx(value[0], rel=1e-9), name


RUN = {
    "network": {"kind": "mlp", "inputs": 3, "hidden": [4]},
    "sampling": "with_replacement",
    "training_set_size": 40,
    "labels": "shuffled",
}


@pytest.fixture(scope="module")
def trained():
    run = run_settings(**RUN, record=["loss", "train_loss", "train_accuracy", "accuracy"])
    ensemble = train(run)
    attributes = ("device", "stepper", "data_source", "data_checksum", "code_fingerprint")
    snapshots = ensemble.snapshots.assign_attrs(dict.fromkeys(attributes, "")).drop_encoding()
    return run, ensemble.run, snapshots


def test_what_is_measured_of_a_run(trained):
    run, curves, snapshots = trained
    broken = snapshots.copy(deep=True)
    broken["diverged"][1, 2:] = 1
    settings = HessianNorm()
    found = hessian_norm.measure(settings, (run,), (broken,), ())
    assert {*settings.variables, "diverged"} == {*found.data_vars}
    for name in settings.variables:
        assert found[name].dims == ("replica", "record")
        assert found[name].attrs["long_name"]
        assert np.isnan(found[name][1, 2:]).all()
        assert np.isfinite(found[name][1, :2]).all()
        assert np.isfinite(found[name][2:]).all()
    # What was recorded there in float32.
    replicas = found.sizes["replica"]
    for name in ("loss", "train_loss", "accuracy", "train_accuracy"):
        at = curves[name].values[:replicas, curves["step"].isin(found["step"]).values]
        present = np.isfinite(found[name].values)
        assert np.allclose(found[name].values[present], at[present], atol=2e-6), name
    whole = found.isel(replica=0)
    assert np.allclose(whole["loss_gap"], whole["loss"] - whole["train_loss"])
    assert np.allclose(whole["accuracy_gap"], whole["train_accuracy"] - whole["accuracy"])
    assert "hessian_norm" in hessian_norm.describe(found)


def test_losses_are_means_over_samples():
    parameters, x, y = deep()
    found = learned(DEEP, parameters, (x, y), (x[:1].expand(2, -1, -1), y[:1].expand(2, -1)))
    for replica in range(2):
        z = DEEP.activations(single(parameters, replica), x[replica : replica + 1].clone())[1][0]
        loss = torch.nn.functional.cross_entropy(z, y[replica])
        assert found["train_loss"][replica] == pytest.approx(float(loss), rel=1e-12)
        right = (z.argmax(1) == y[replica]).double().mean()
        assert found["train_accuracy"][replica] == float(right)
    assert found["loss_gap"][0] == 0
    assert found["loss_gap"][1] != 0
