"""The whole Hessian against autograd, finite differences and closed forms."""

import numpy as np
import pytest
import torch
from runs import settings as run_settings
from single_gradients import EVERY, by_autograd, draw
from training import train

from thermophoresis.config.measurements.dense_hessian import DenseHessian
from thermophoresis.errors import UserError
from thermophoresis.measurements import dense_hessian as module
from thermophoresis.measurements.dense_hessian import (
    dense_hessian,
    discreteness,
    of_both,
    of_hessian,
)
from thermophoresis.measurements.further_training import ordered_gradients
from thermophoresis.theory import stationary_covariance

RUN = {
    "network": {"kind": "mlp", "inputs": 3, "hidden": [4], "activation": "tanh"},
    "data": {"kind": "teacher"},
    "sampling": "with_replacement",
    "training_set_size": 24,
}


def shifted(views, index, by):
    """Return parameters with one of them moved."""
    moved = {name: it.clone() for name, it in views.items()}
    for value in moved.values():
        if index < value.numel():
            value.view(-1)[index] += by
            return moved
        index -= value.numel()
    raise AssertionError(index)


@EVERY
def test_gradients_are_in_the_order_of_the_parameters(name):
    case = draw(name)
    torch.testing.assert_close(ordered_gradients(*case), by_autograd(*case), atol=1e-12, rtol=0)


@pytest.mark.parametrize("name", ["two_layer", "linear", "deep", "squared", "images"])
def test_the_hessian_is_what_differences_of_gradients_are(name):
    chain, views, x, y = draw(name)
    found = dense_hessian(chain, views, x, y)
    step = 1e-5
    rows = []
    for index in range(len(found)):
        above, below = (
            ordered_gradients(chain, shifted(views, index, by), x, y).mean(0)
            for by in (step, -step)
        )
        rows.append((above - below) / (2 * step))
    torch.testing.assert_close(found, torch.stack(rows), atol=1e-8, rtol=1e-6)
    damped = dense_hessian(chain, views, x, y, 0.3)
    torch.testing.assert_close(damped, found + 0.3 * torch.eye(len(found)).double())


def test_with_softmax_there_are_null_directions():
    chain, views, x, y = draw("deep")
    told, _ = of_hessian(dense_hessian(chain, views, x, y).numpy())
    # Four units and a bias before three logits.
    assert told["null_count"] == 5


def test_eigenvalues_that_are_put_in_are_told():
    values = np.array([-1e-3, 0.0, 1e-7, 0.5, 2.0])
    basis, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(5, 5)))
    told, vectors = of_hessian(basis * values @ basis.T)
    assert told["small_share"] == 3 / 5
    assert told["negative_share"] == 1 / 5
    assert told["most_negative"] == pytest.approx(-5e-4)
    assert told["log_width_2"] == pytest.approx(-np.log(np.abs(values + 1e-2)).sum() / 2)
    assert [told[f"definite_{it}"] for it in (8, 4, 2)] == [0, 0, 1]
    np.testing.assert_allclose(np.abs(vectors.T @ basis), np.eye(5), atol=1e-7)


def test_matrices_that_are_in_proportion_are_alike():
    rng = np.random.default_rng(4)
    hessian, other = (a @ a.T for a in rng.normal(size=(2, 6, 6)))
    _, vectors = of_hessian(hessian)
    same = of_both(hessian, 3 * hessian, vectors, 2)
    assert same["cosine"] == pytest.approx(1)
    assert same["overlap"] == pytest.approx(1)
    assert same["overlap_random"] == pytest.approx(1 / 3)
    found = of_both(hessian, other, vectors, 2)
    assert found["cosine"] == pytest.approx(
        np.trace(hessian @ other) / np.linalg.norm(hessian) / np.linalg.norm(other)
    )
    assert found["overlap"] < 0.99


def test_discreteness_is_that_of_the_exact_stationary_state():
    rng = np.random.default_rng(5)
    hessian, noise = (a @ a.T / 6 for a in rng.normal(size=(2, 6, 6)))
    rate, factor = 0.3, 0.25
    exact = stationary_covariance.discrete(hessian, rate * factor * noise, learning_rate=rate)
    ratio = np.trace(hessian @ exact) / (rate * factor / 2 * np.trace(noise))
    assert discreteness(hessian, noise, rate) == pytest.approx(ratio, rel=1e-10)
    assert np.isnan(discreteness(hessian - np.eye(6), noise, rate))


@pytest.fixture(scope="module", params=[0.0, 0.1])
def trained(request):
    dynamics = {"kind": "sgd", "weight_decay": request.param}
    run = run_settings(**RUN, dynamics=dynamics)
    attributes = ("device", "stepper", "data_source", "data_checksum", "code_fingerprint")
    snapshots = train(run).snapshots
    return run, snapshots.assign_attrs(dict.fromkeys(attributes, "")).drop_encoding()


def test_what_is_measured_of_a_run(trained):
    run, snapshots = trained
    settings = DenseHessian(directions=2, last_snapshots=2)
    found = module.measure(settings, (run,), (snapshots,), ())
    assert {*settings.variables} <= {*found.data_vars}
    assert np.isnan(found["cosine"][:, :-2]).all()
    assert np.isfinite(found["cosine"][:, -2:]).all()
    weight = found["log_width_4"] - 2 * found["loss"] * run.batch_size / (
        run.learning_rate * found["noise"]
    )
    np.testing.assert_allclose(found["log_weight_4"][:, -1], weight[:, -1], rtol=1e-10)
    if run.dynamics.weight_decay:
        # The descent from both snapshots comes to minima, with no eigenvalue below 0.
        assert (found["most_negative"][:, -1] > 0).all()
        assert (found["discreteness"][:, -1] > 1).all()


def test_large_networks_are_refused(trained, monkeypatch):
    run, snapshots = trained
    monkeypatch.setattr(module, "MOST_PARAMETERS", 20)
    with pytest.raises(UserError, match=r"21 parameters; must be <= 20"):
        module.measure(DenseHessian(), (run,), (snapshots,), ())


def test_a_network_that_is_too_large_is_refused_before_it_is_trained():
    def problems(hidden):
        run = run_settings(**{**RUN, "network": RUN["network"] | {"hidden": [hidden]}})
        return [it.message for it in DenseHessian().problems(dict(run))]

    assert problems(250) == []  # and a job would refuse the biases
    assert problems(251) == ["is for networks of at most 1,000 parameters, not of 1,004 or more"]
