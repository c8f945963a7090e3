"""Parts of the residual against autograd, plain SGD, closed forms, and themselves."""

import functools

import numpy as np
import pytest
import torch
import xarray as xr
from interruptions import killed_again_and_again
from reference import activation_of
from runs import settings as run_settings
from training import train

from thermophoresis.config.experiment import Experiment
from thermophoresis.config.problems import validate
from thermophoresis.data.source import open_source
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.networks.load import build
from thermophoresis.simulations.sgd import engine, surgery
from thermophoresis.simulations.sgd.chains import stepper as chains
from thermophoresis.simulations.sgd.steppers import initial_state

TWO_LAYER = {"kind": "two_layer", "inputs": 6, "hidden": 5}
MLP = {
    "kind": "mlp",
    "inputs": 5,
    "hidden": [20, 3, 1, 17],
    "bias": [True, False, True, True, True],
}
# Each parameter with each of its modes; one mode for all; what a chain calls otherwise.
CASES = {
    "sgd": (TWO_LAYER, {}),
    "mean": (TWO_LAYER, {"all": "mean"}),
    "noise": (TWO_LAYER, {"all": "noise"}),
    "noise_above": (TWO_LAYER, {"V": "noise"}),
    "noise_below": (TWO_LAYER, {"W": "noise", "b": "noise"}),
    "mean_below": (TWO_LAYER, {"W": "mean", "b": "frozen", "V": "noise"}),
    "frozen_below": (TWO_LAYER, {"W": "frozen", "b": "frozen"}),
    "frozen_above": (TWO_LAYER, {"W": "noise", "V": "frozen"}),
    "without_bias": ({**TWO_LAYER, "bias": False}, {"W": "mean", "V": "noise"}),
    "tanh": ({**TWO_LAYER, "activation": "tanh"}, {"b1": "noise", "W2": "mean"}),
    "mlp": (MLP, {"W1": "mean", "b1": "noise", "W2": "frozen", "W3": "noise", "b5": "mean"}),
    "gelu": ({**MLP, "activation": "gelu"}, {"all": "noise", "W4": "mean", "b3": "sgd"}),
    "linear": ({"kind": "mlp", "inputs": 5, "hidden": []}, {"W1": "noise"}),
}
BITS = ("noise_below", "mean_below", "frozen_below", "mlp", "gelu")


@pytest.fixture(params=["lanes", "alone"])
def loops(request, monkeypatch):
    """Train every network by the one and by the other loops."""
    most = {"lanes": 10**6, "alone": 0}[request.param]
    monkeypatch.setattr(chains, "LANES_PARAMETERS", most)


def settings(case="sgd", **changes):
    network, modes = CASES[case]
    given = {"dynamics": {"kind": "surgery", **modes}, "network": network, **changes}
    return run_settings(**given)


def snapshots(chosen):
    """Return parameters at the snapshots of a run, (replica, snapshot, …) each."""
    kept = train(chosen).snapshots
    return {name: kept[name].values for name in kept.data_vars if name != "diverged"}


def logit(chain, parameters, x):
    """Return the logit of every sample of one replica, by torch's own functions."""
    for number in range(1, len(chain.layers) + 1):
        x = torch.nn.functional.linear(x, parameters[f"W{number}"], parameters.get(f"b{number}"))
        x = activation_of(chain)(x) if number < len(chain.layers) else x
    return x[:, 0]


def by_autograd(chosen, replica, steps):
    """Return the parameters of a replica after some steps."""
    network = build(chosen.network, (chosen.network.inputs,), None, chosen.loss)
    first = network.initialise([generator(3, replica, Purpose.INITIALISATION)], torch.float64)
    modes = chosen.dynamics.of(tuple(first))
    stream = open_source(chosen, None).stream(range(replica, replica + 1))
    x, y = (values[0] for values in stream.take(steps * chosen.batch_size))
    for x_one, y_one in zip(x.split(chosen.batch_size), y.split(chosen.batch_size), strict=True):
        held = {name: value.clone().requires_grad_() for name, value in first.items()}
        chain, views = network.as_layered(held)
        f = logit(chain, {name: value[0] for name, value in views.items()}, x_one)
        p = torch.sigmoid(f.detach())
        for mode, residual in (("sgd", p - y_one), ("mean", p - 0.5), ("noise", 0.5 - y_one)):
            own = [name for name in first if modes[name] == mode]
            if own:
                mean = (residual * f).mean()
                found = torch.autograd.grad(mean, [held[it] for it in own], retain_graph=True)
                for name, gradient in zip(own, found, strict=True):
                    first[name] = first[name] - chosen.learning_rate * gradient
    return {name: value[0].numpy() for name, value in first.items()}


@pytest.mark.usefixtures("loops")
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("batch_size", [1, 3])
def test_steps_are_those_of_autograd(case, batch_size):
    chosen = settings(
        case,
        batch_size=batch_size,
        until={"steps": 200},
        thermal_time_end=None,
        snapshots=2,
        precision="float64",
    )
    found = snapshots(chosen)
    for replica in (0, 3):
        expected = by_autograd(chosen, replica, 200)
        for name, value in expected.items():
            np.testing.assert_allclose(found[name][replica, -1], value, rtol=1e-9, atol=1e-13)


@pytest.mark.usefixtures("loops")
@pytest.mark.parametrize("case", ["sgd", "without_bias", "mlp", "gelu"])
@pytest.mark.parametrize("batch_size", [1, 4])
def test_all_of_the_residual_is_sgd(case, batch_size):
    options = {"batch_size": batch_size, "precision": "float64", "snapshots": 2}
    found = snapshots(settings(case, **options, dynamics={"kind": "surgery"}))
    expected = snapshots(settings(case, **options, dynamics={"kind": "sgd"}))
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-10, atol=1e-13)


@pytest.mark.usefixtures("loops")
@pytest.mark.parametrize("case", BITS)
@pytest.mark.parametrize("batch_size", [1, 3])
def test_one_step_is_taken_apart_exactly(case, batch_size):
    changes = {}
    for mode in ("sgd", "mean", "noise"):
        chosen = settings(
            case,
            dynamics={"kind": "surgery", "all": mode},
            batch_size=batch_size,
            until={"steps": 1},
            thermal_time_end=None,
            records=2,
            precision="float64",
        )
        changes[mode] = {name: np.diff(it, axis=1) for name, it in snapshots(chosen).items()}
    for name, whole in changes["sgd"].items():
        parts = changes["mean"][name] + changes["noise"][name]
        np.testing.assert_allclose(parts, whole, rtol=1e-9, atol=1e-15)


@pytest.mark.usefixtures("loops")
@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_what_is_frozen_changes_no_bit(batch_size, precision):
    for case, frozen in (("frozen_below", "Wb"), ("frozen_above", "V")):
        found = snapshots(settings(case, batch_size=batch_size, precision=precision))
        for name, value in found.items():
            assert (value == value[:, :1]).all() == (name in frozen)


@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("case", CASES)
def test_torch_makes_the_same_steps(case, batch_size):
    # What a GPU has in the place of compiled loops.
    chosen = settings(case, precision="float64")
    network = build(chosen.network, (chosen.network.inputs,), None, chosen.loss)
    streams = [generator(3, replica, Purpose.INITIALISATION) for replica in range(3)]
    parameters = network.initialise(streams, torch.float64)
    options = {
        "modes": chosen.dynamics.of(tuple(parameters)),
        "learning_rate": 0.1,
        "batch_size": batch_size,
    }
    x, y = open_source(chosen, None).stream(range(3)).take(60)
    state, found = initial_state(parameters), []
    by_torch = surgery.Surgery(network, state, **options)
    loops = surgery.make_stepper(network, state, **options, device=torch.device("cpu"))
    for stepper in (by_torch, loops):
        stepper.load(x, y, [batch_size] * (60 // batch_size))
        stepper.advance(0, 60 // batch_size)
        found.append(stepper.parameters())
    for name, value in found[0].items():
        torch.testing.assert_close(found[1][name], value, rtol=1e-9, atol=1e-13)


@pytest.mark.usefixtures("loops")
@pytest.mark.parametrize("case", BITS)
def test_killed_again_and_again_it_ends_with_the_same_bits(monkeypatch, case):
    chosen = settings(case, snapshots=3, batch_size=2, thermal_time_end=0.3)
    whole = train(chosen)
    monkeypatch.setattr(engine, "DRAW_BYTES", 1)  # draw, and so offer to save, often
    monkeypatch.setattr(chains, "BLOCK_IN_LANES", 2)
    monkeypatch.setattr(chains, "BLOCK_ALONE", 2)
    resumed, kills = killed_again_and_again(functools.partial(train, chosen))
    assert kills >= 3
    for found, expected in zip(resumed, whole, strict=True):
        xr.testing.assert_identical(found, expected)


@pytest.mark.usefixtures("loops")
@pytest.mark.parametrize("case", BITS)
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("batch_size", [1, 3])
def test_neighbours_and_records_change_no_bit(case, precision, batch_size):
    options = {"thermal_time_end": 0.3, "precision": precision, "batch_size": batch_size}
    few = train(settings(case, **options, records=4, replicas=1)).run
    many = train(settings(case, **options, records=7, replicas=70)).run
    every_other = many.isel(replica=slice(1), record=slice(None, None, 2))
    xr.testing.assert_identical(few.drop_attrs(), every_other.drop_attrs())


def problems(dynamics, **experiment):
    given = {"data": {"kind": "gaussian"}, "sweep": {"learning_rate": [0.1]}, **experiment}
    given["dynamics"] = {"kind": "surgery", **dynamics}
    return [str(problem) for problem in validate(Experiment, given)[1]]


MODES = "must be one of sgd, mean, noise, frozen"
FINITE = {"sampling": "with_replacement", "training_set_size": 8}
COINS = "p − ½ and ½ − y are mean and noise of labels that are fair coins"
CLASSES = "with images: their networks have a logit for each class"


@pytest.mark.parametrize(
    ("dynamics", "experiment", "line"),
    [
        ({"W": "loud"}, {}, f"dynamics.W: got 'loud'; {MODES}"),
        ({"all": "loud"}, {}, f"dynamics.all: got 'loud'; {MODES}"),
        ({"W": {}}, {}, f"dynamics.W: got {{}}; {MODES}"),
        ({"modes": "mean"}, {}, "dynamics.modes: got 'mean'; must be a mapping"),
        ({"W1": "mean"}, {},
         "dynamics.W1: is no parameter of this network; must be one of W, b, V "
         "(did you mean 'W'?)"),
        ({"b": "mean"}, {"network": {"bias": False}},
         "dynamics.b: is no parameter of this network; must be one of W, V"),
        ({"all": "frozen"}, {},
         "dynamics: must leave a parameter of this network to be trained"),
        ({"V": "mean"}, {**FINITE, "labels": "shuffled"},
         f"dynamics.kind: got 'surgery'; must be another one with labels 'shuffled': {COINS}"),
        ({"V": "mean"}, {"labels": {"resampled": 0.5}, "data": {"kind": "xor"}},
         "dynamics.kind: got 'surgery'; must be another one with labels {resampled: 0.5}: "
         + COINS),
        ({"V": "mean"}, {"data": {"kind": "teacher"}},
         f"dynamics.kind: got 'surgery'; must be another one with labels 'true': {COINS}"),
        ({"V": "mean"}, {"loss": "squared"},
         "loss: got 'squared'; must be cross_entropy with dynamics surgery: "
         "its residual p − y is taken apart into p − ½ and ½ − y"),
    ],
)  # fmt: skip
def test_what_has_no_such_parts_is_refused_in_one_line(dynamics, experiment, line):
    assert problems(dynamics, **experiment) == [line]


def test_one_choice_has_one_text():
    beside = settings(dynamics={"kind": "surgery", "all": "mean", "V": "sgd", "W": "mean"})
    within = settings(dynamics={"kind": "surgery", "all": "mean", "modes": {"V": "sgd"}})
    assert beside == within
    assert type(beside).model_validate_json(beside.model_dump_json()) == beside


def test_it_can_be_swept_beside_sgd_and_by_parameter():
    sweep = {
        "learning_rate": [0.05, 0.1],
        "dynamics": {
            "sgd": {"kind": "sgd"},
            "walk": {"kind": "unbiased_walk"},
            "mean": {"kind": "surgery", "all": "mean"},
            "frozen": {"kind": "surgery", "V": "frozen", "W": "noise"},
        },
    }
    given = {"data": {"kind": "gaussian"}, "sweep": sweep}
    experiment, found = validate(Experiment, given)
    assert (found, len(experiment.cells())) == ([], 8)
    given["dynamics"], given["sweep"] = (
        {"kind": "surgery"},
        {
            "learning_rate": [0.1],
            "dynamics.V": ["mean", "noise", "frozen"],
        },
    )
    experiment, found = validate(Experiment, given)
    assert found == []
    assert [cell.axes for cell in experiment.cells()] == [
        {"V": mode} for mode in ("mean", "noise", "frozen")
    ]
    assert [cell.training.dynamics.of("WV") for cell in experiment.cells()] == [
        {"W": "sgd", "V": mode} for mode in ("mean", "noise", "frozen")
    ]
