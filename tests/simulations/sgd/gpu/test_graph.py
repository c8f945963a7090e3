"""Steps as a CUDA graph. Without a GPU, the graph is a function that makes the same steps."""

import itertools

import pytest
import torch

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.simulations.sgd.general import GeneralSGD
from thermophoresis.simulations.sgd.gpu import graph
from thermophoresis.simulations.sgd.gpu.graph import GraphSGD
from thermophoresis.simulations.sgd.steppers import initial_state

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
NETWORK = Layered((Convolution(1, 3, 3), Linear(48, 3)), 3)
DYNAMICS = {"plain": SGD(), "momentum": SGD(momentum=0.9, weight_decay=0.1, freeze=("b1",))}


@pytest.fixture(autouse=True)
def _steps_for_a_graph(monkeypatch):
    def recorded(steps):
        for _ in range(graph.WARM_UP + 1):
            steps()
        return steps

    if DEVICE == "cpu":
        monkeypatch.setattr(graph, "recorded", recorded)


def made(kind, dynamics, sizes, cuts):
    draw = torch.Generator().manual_seed(0)
    parameters = NETWORK.initialise([draw, draw], torch.float64)
    x = torch.randn(2, sum(sizes), 1, 6, 6, generator=draw, dtype=torch.float64)
    y = torch.randint(3, (2, sum(sizes)), generator=draw)
    state = initial_state({it: value.to(DEVICE) for it, value in parameters.items()})
    rate = lambda step: 0.1 / (1 + step)  # noqa: E731
    stepper = kind(NETWORK.gradient, state, dynamics=dynamics, rate=rate)
    stepper.load(x.to(DEVICE), y.to(DEVICE), sizes)
    with torch.no_grad():
        for start, stop in itertools.pairwise(cuts):
            stepper.advance(start, stop)
    return stepper


@pytest.mark.parametrize("name", DYNAMICS)
@pytest.mark.parametrize("sizes", [[2] * 21, [1, 2, 3] + [1] * 9])
def test_a_graph_makes_the_general_steps(name, sizes):
    cuts = [0, 3, len(sizes)]
    expected = made(GeneralSGD, DYNAMICS[name], sizes, cuts)
    found = made(GraphSGD, DYNAMICS[name], sizes, cuts)
    assert not found.refused
    assert found.state()["steps"] == len(sizes)
    for key, value in expected.state().items():
        torch.testing.assert_close(found.state()[key], value, rtol=1e-12, atol=1e-14)
    assert any(steps == graph.STEPS for steps, _ in found._graphs)


def test_what_no_graph_can_hold_is_made_step_by_step_and_said(monkeypatch):
    def refuse(steps):
        steps()
        raise RuntimeError("operation not permitted when stream is capturing\nCUDA kernel errors")

    monkeypatch.setattr(graph, "recorded", refuse)
    sizes = [2] * 12
    found = made(GraphSGD, DYNAMICS["momentum"], sizes, [0, 12])
    expected = made(GeneralSGD, DYNAMICS["momentum"], sizes, [0, 12])
    for key, value in expected.parameters().items():
        torch.testing.assert_close(found.parameters()[key], value, rtol=1e-12, atol=1e-14)
    assert found.refused == "operation not permitted when stream is capturing"
