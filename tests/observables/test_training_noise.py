"""Noise and local entropy on the training set, against gradients of single samples and matrices."""

import pytest
import torch
from reference import initial_parameters

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.losses.squared import Squared
from thermophoresis.observables import local_entropy
from thermophoresis.observables.context import Moment
from thermophoresis.observables.load import observe
from thermophoresis.theory.local_entropy import quadratic_rise

REPLICAS, SAMPLES = 3, 12
NETWORK = Layered((Linear(4, 1),), loss=Squared())


def found(names, *, shared, replicas=range(REPLICAS)):
    """Observe replicas of a linear regression; return that, and parameters and training set."""
    stream = torch.Generator().manual_seed(1)
    every = initial_parameters(NETWORK, range(REPLICAS), torch.float64)
    x = torch.randn(1 if shared else REPLICAS, SAMPLES, 4, generator=stream, dtype=torch.float64)
    y = torch.randint(2, x.shape[:2], generator=stream).double()
    probe = torch.randn(1, 5, 4, generator=stream, dtype=torch.float64)
    own = slice(replicas.start, replicas.stop)
    parameters = {name: value[own] for name, value in every.items()}
    sets = (x, y) if shared else (x[own], y[own])
    moment = Moment(3, replicas, 0.1, 2, lambda: parameters, lambda: sets)
    labels = torch.zeros(1, 5, dtype=torch.float64)
    return observe(names, NETWORK, parameters, probe, labels, moment), parameters, sets


def of_replica(parameters, sets, replica):
    x, y = (it[min(replica, len(it) - 1)] for it in sets)
    ones = torch.cat([x, torch.ones(SAMPLES, 1, dtype=x.dtype)], 1)
    theta = torch.cat([parameters["W1"][replica, 0], parameters["b1"][replica]])
    return ones, ones @ theta - y


@pytest.mark.parametrize("shared", [False, True])
def test_the_trace_is_that_of_gradients_of_single_training_samples(shared):
    observed, parameters, sets = found(["train_gradient_variance", "noise_trace"], shared=shared)
    for replica in range(REPLICAS):
        x, residual = of_replica(parameters, sets, replica)
        trace = torch.cov((x * residual[:, None]).T).trace()
        assert float(observed["noise_trace"][replica]) == pytest.approx(float(trace))
        mean = float(observed["train_gradient_variance"][replica])
        assert mean == pytest.approx(float(trace) / 5)


@pytest.mark.parametrize("shared", [False, True])
def test_local_entropy_of_a_quadratic_loss_is_the_closed_form(shared, monkeypatch):
    monkeypatch.setattr(local_entropy, "PAIRS", 800)
    monkeypatch.setattr(local_entropy, "VARIANCE", 0.2)
    observed, parameters, sets = found(["local_entropy"], shared=shared)
    for replica in range(REPLICAS):
        x, residual = of_replica(parameters, sets, replica)
        hessian, gradient = x.T @ x / SAMPLES, x.T @ residual / SAMPLES
        expected = quadratic_rise(hessian.numpy(), gradient.numpy(), 0.2)
        assert float(observed["local_entropy"][replica]) == pytest.approx(expected, rel=0.06)


def test_draws_of_local_entropy_are_those_of_the_replica():
    whole, *_ = found(["local_entropy"], shared=False)
    alone, *_ = found(["local_entropy"], shared=False, replicas=range(1, 2))
    again, *_ = found(["local_entropy"], shared=False)
    torch.testing.assert_close(alone["local_entropy"][0], whole["local_entropy"][1])
    assert torch.equal(whole["local_entropy"], again["local_entropy"])
