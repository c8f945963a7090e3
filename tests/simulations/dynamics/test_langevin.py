"""Langevin dynamics against exact means and covariances, and itself."""

import functools

import numpy as np
import pytest
import torch
import xarray as xr
from interruptions import killed_again_and_again
from runs import settings as run_settings
from scipy import stats
from training import train

from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.dynamics import langevin
from thermophoresis.simulations.dynamics.langevin import LangevinSteps
from thermophoresis.simulations.sgd import engine
from thermophoresis.simulations.sgd.steppers import initial_state

MLP = {"kind": "mlp", "inputs": 5, "hidden": [7, 3]}
CASES = {
    "two_layer": {},
    "odd": {"network": {"inputs": 13, "hidden": 7}, "batch_size": 3, "samples": 5},
    "deep": {"network": {**MLP, "activation": "tanh"}},
    "finite": {"sampling": "with_replacement", "training_set_size": 24, "labels": "shuffled"},
    "squared": {"loss": {"kind": "squared", "targets": [-0.5, 0.5]}, "batch_size": 2},
    "teacher": {"data": {"kind": "teacher"}},
}
REPLICAS = 40_000


def settings(samples=16, **changes):
    dynamics = {"kind": "langevin", "samples": samples}
    return run_settings(**{"dynamics": dynamics, "thermal_time_end": 0.6, **changes})


def by_autograd(parameters, x, y):
    """Return the gradient of the loss of one sample, of all parameters."""
    held = {name: value[0].clone().requires_grad_() for name, value in parameters.items()}
    f = held["V"] @ torch.relu(held["W"] @ x + held["b"])
    loss = torch.nn.functional.binary_cross_entropy_with_logits(f, y)
    found = torch.autograd.grad(loss, list(held.values()))
    return torch.cat([it.flatten() for it in found]).numpy()


def steps_of_many(batch_size, samples):
    """Return −Δθ/η of one step of many replicas at one θ, and the gradients of all samples."""
    network, draw = TwoLayer(2, 2), torch.Generator().manual_seed(0)
    one = {
        name: torch.randn(1, *shape, generator=draw, dtype=torch.float64)
        for name, shape in {"W": (2, 2), "b": (2,), "V": (2,)}.items()
    }
    x = torch.randn(6, 2, generator=draw, dtype=torch.float64)
    y = torch.tensor([0, 1, 0, 1, 1, 0], dtype=torch.float64)
    gradients = np.array([by_autograd(one, *it) for it in zip(x, y, strict=True)])
    parameters = {name: it.expand(REPLICAS, *it.shape[1:]).clone() for name, it in one.items()}
    steps = LangevinSteps(
        network,
        initial_state(parameters),
        replicas=range(REPLICAS),
        seed=0,
        rate=0.5,
        batch_size=batch_size,
    )
    together = batch_size * samples
    chosen = torch.randint(6, (REPLICAS, together), generator=draw)
    steps.load(x[chosen], y[chosen], [together])
    steps.advance(0, 1)
    found = steps.parameters()
    moved = [(one[name] - found[name]).flatten(1) / 0.5 for name in one]
    return torch.cat(moved, 1).numpy(), gradients


@pytest.mark.parametrize(("batch_size", "samples"), [(1, 2), (1, 16), (3, 2), (3, 5)])
def test_mean_and_covariance_are_those_of_sgd(batch_size, samples):
    found, gradients = steps_of_many(batch_size, samples)
    mean = gradients.mean(0)
    # Samples are drawn with replacement from six.
    covariance = np.cov(gradients.T, bias=True) / batch_size
    scale = np.sqrt(np.diag(covariance))
    assert (np.abs(found.mean(0) - mean) < 5 * scale / REPLICAS**0.5 + 1e-12).all()
    assert (np.abs(mean) > 10 * scale / REPLICAS**0.5).any()
    products = (found - mean)[:, :, None] * (found - mean)[:, None, :]
    error = products.std(0) / REPLICAS**0.5
    assert (np.abs(products.mean(0) - covariance) < 5 * error + 1e-12).all()
    # Small against what 1/m makes of it, 1/16 at least.
    assert (np.diag(error) < 0.02 * np.diag(covariance)).any()


def test_noise_is_nearly_gaussian_where_that_of_sgd_is_not():
    found, gradients = steps_of_many(1, 64)
    of_sgd, of_both = stats.kurtosis(gradients), stats.kurtosis(found)
    moving = gradients.std(0) > 0
    assert np.abs(of_sgd[moving]).max() > 0.8
    assert np.abs(of_both[moving]).max() < 0.25


@pytest.mark.parametrize("case", CASES)
def test_killed_again_and_again_it_ends_with_the_same_bits(monkeypatch, case):
    chosen = settings(**CASES[case], snapshots=3)
    whole = train(chosen)
    monkeypatch.setattr(engine, "DRAW_BYTES", 1)  # draw, and so offer to save, often
    monkeypatch.setattr(langevin, "block_replicas", lambda *_: 2)
    resumed, kills = killed_again_and_again(functools.partial(train, chosen))
    assert kills >= 3
    for found, expected in zip(resumed, whole, strict=True):
        xr.testing.assert_identical(found, expected)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_neighbours_and_records_change_no_bit(case, precision):
    changes = {**CASES[case], "precision": precision}
    few = train(settings(**changes, records=4, replicas=1)).run
    many = train(settings(**changes, records=7, replicas=70)).run
    every_other = many.isel(replica=slice(1), record=slice(None, None, 2))
    xr.testing.assert_identical(few.drop_attrs(), every_other.drop_attrs())


def test_files_say_what_made_them():
    run = train(settings()).run
    assert run["step"].attrs["long_name"] == "iteration t: number of Langevin updates made"
