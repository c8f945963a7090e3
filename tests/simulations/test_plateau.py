"""V at the level at which noise holds it: exactly at the start, and where it stays."""

import numpy as np
import pytest
import torch
from runs import settings
from scipy import stats
from training import train

from thermophoresis.config.experiment import Experiment
from thermophoresis.config.initialisation import InitialisationSettings
from thermophoresis.config.problems import validate
from thermophoresis.draws.streams import generator
from thermophoresis.networks.two_layer import TwoLayer

INIT = {"kind": "torch_default", "scale": {"V": "plateau"}}
# Units u with independent standard normal inputs: E hhᵀ is ½ on the diagonal and 1/(2π) beside it.
UNITS = 3
FIXED = {"kind": "two_layer", "inputs": 5, "hidden": UNITS, "init": {"kind": "orthogonal"}}


def network(**init):
    return {"kind": "two_layer", "inputs": 6, "hidden": 4, "init": {**INIT, **init}}


def at_records(**changes):
    """Return parameters at all records of a run, (replica, record, …), in float64."""
    kept = train(settings(**changes, snapshots="records", snapshot_replicas=10**6)).snapshots
    return {name: kept[name].values.astype(float) for name in kept.data_vars}


@pytest.mark.parametrize(("precision", "rtol"), [("float32", 1e-6), ("float64", 1e-14)])
@pytest.mark.parametrize("kind", ["torch_default", "he_normal"])
def test_v_starts_at_the_level_of_its_cell_and_nothing_else_changes(precision, rtol, kind):
    drawn = at_records(precision=precision, network=network(kind=kind, scale={}))
    for rate, size in ((0.1, 1), (0.05, 3)):
        cell = {"learning_rate": rate, "batch_size": size, "precision": precision}
        found = at_records(**cell, network=network(kind=kind))
        first, before = found["V"][:, 0], drawn["V"][:, 0]
        level = 4 * rate / (2 * size)
        np.testing.assert_allclose((first**2).sum(-1), level, rtol=rtol)
        norm = np.linalg.norm(before, axis=-1, keepdims=True)
        np.testing.assert_allclose(first, before * level**0.5 / norm, rtol=rtol)
        for name in ("W", "b"):
            assert (found[name][:, 0] == drawn[name][:, 0]).all()


def test_it_is_the_same_beside_others():
    few, many = (at_records(replicas=it, network=network(), thermal_time_end=0.1, records=2)
                 for it in (1, 70))  # fmt: skip
    assert (few["V"] == many["V"][:1]).all()


def test_0_and_other_factors():
    drawn = at_records(network=network(scale={}))["V"][:, 0]
    assert (at_records(network=network(scale={"V": 0.0}))["V"][:, 0] == 0).all()
    tripled = at_records(network=network(scale={"V": 3.0}))["V"][:, 0]
    np.testing.assert_allclose(tripled, 3 * drawn, rtol=1e-6)


def test_a_network_that_knows_no_rate_has_no_plateau():
    alone = TwoLayer(6, 4, init=InitialisationSettings(**INIT))
    with pytest.raises(ValueError, match="η and"):
        alone.initialise([generator(0, 0, "x")], torch.float32)


def test_initial_scales_and_dynamics_are_named_axes_beside_learning_rates():
    sweep = {
        "learning_rate": [0.05, 0.1],
        "init": {
            "drawn": "torch_default",
            "zero": {"kind": "torch_default", "scale": {"V": 0.0}},
            "triple": {"kind": "torch_default", "scale": {"V": 3.0}},
            "plateau": INIT,
        },
        "dynamics": {
            "sgd": {"kind": "sgd"},
            "walk": {"kind": "surgery", "W": "noise", "b": "noise"},
            "flow": {"kind": "gradient_flow", "step": 0.5},
        },
    }
    experiment, problems = validate(Experiment, {"data": {"kind": "gaussian"}, "sweep": sweep})
    assert (problems, len(experiment.cells())) == ([], 24)
    assert experiment.axes == ("dynamics", "init")


def held(rate, batch_size, v, **changes):
    """Return ‖V‖² of networks whose W and b stay, (replica, record)."""
    found = at_records(
        **{
            "network": {**FIXED, "init": {"kind": "orthogonal", "scale": {"V": v}}},
            "dynamics": {"kind": "surgery", "W": "frozen", "b": "frozen"},
            "learning_rate": rate,
            "batch_size": batch_size,
            "replicas": 6000,
            "thermal_time_end": None,
            "until": {"training_time": 48.0},
            "records": 9,
            "probe_size": 2,
            "record": ["second_layer_norm", "loss"],
            **changes,
        }
    )
    return (found["V"] ** 2).sum(-1)


@pytest.mark.parametrize("v", ["plateau", 0.0])
@pytest.mark.parametrize("batch_size", [1, 2])
def test_noise_holds_v_at_that_level_where_w_and_b_stay_and_rates_are_small(v, batch_size):
    # p − ½ = f/4 to first order in f, and r² = ¼: the Lyapunov equation (E hhᵀ) S + S (E hhᵀ) =
    # (η/|B|) E hhᵀ of S = E VVᵀ has the solution S = η/(2|B|). What is left out is of first order
    # in η, and taken off by the runs at half the rate. They last 48 in ηt, of which the slowest
    # mode, λ = ½ − 1/(2π), forgets its start as exp(−λ s/2).
    ratios, errors = [], []
    for rate in (0.1, 0.05):
        squares = held(rate, batch_size, v)[:, 4:].mean(1) / (UNITS * rate / (2 * batch_size))
        ratios.append(squares.mean())
        errors.append(squares.std() / len(squares) ** 0.5)
    assert 0 < abs(ratios[0] - 1) < 0.1
    error = np.hypot(errors[0], 2 * errors[1])
    assert error < 0.03
    assert abs(2 * ratios[1] - ratios[0] - 1) < 5 * error


@pytest.mark.parametrize("batch_size", [1, 2])
def test_under_noise_alone_v_spreads_as_its_closed_form_says(batch_size):
    # h does not change: E‖V‖² grows by η²/(4|B|) E‖h‖² in each step, whatever the rate.
    dynamics = {"kind": "surgery", "V": "noise", "W": "frozen", "b": "frozen"}
    squares = held(0.3, batch_size, 1.0, dynamics=dynamics)
    change = squares[:, 1:] - squares[:, :1]
    steps = np.arange(1, 9) * 20
    expected = steps * 0.3**2 / (4 * batch_size) * UNITS / 2
    error = change.std(0) / len(change) ** 0.5
    assert (np.abs(change.mean(0) - expected) < 5 * error).all()
    assert (error < 0.05 * expected).all()
    assert stats.linregress(steps, change.mean(0)).rvalue > 0.99
