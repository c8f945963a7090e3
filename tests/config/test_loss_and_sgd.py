"""What is made small, and how: settings of the loss and of SGD."""

import json

import pytest
from runs import settings

from thermophoresis.config.canonical import canonical_json, essential_json
from thermophoresis.config.checks import figure_problems
from thermophoresis.config.experiment import Experiment
from thermophoresis.config.problems import validate
from thermophoresis.config.run import RunSettings

SWEEPS = [{"learning_rate": [0.05], "batch_size": [1]}]
FINITE = {"sampling": "with_replacement", "training_set_size": 8}
FIXED = {**FINITE, "labels": "shuffled"}
LOSSES = "must be one of cross_entropy, squared, {kind: squared, targets: …}"


def problems(**experiment):
    found = validate(Experiment, {"data": {"kind": "gaussian"}, "sweeps": SWEEPS, **experiment})[1]
    return [str(problem) for problem in found]


@pytest.mark.parametrize(
    ("experiment", "line"),
    [
        ({"loss": "square"}, f"loss: got 'square'; {LOSSES} (did you mean 'squared'?)"),
        ({"loss": None}, f"loss: got nothing; {LOSSES}"),
        ({"loss": {"kind": "hinge"}}, f"loss: got {{'kind': 'hinge'}}; {LOSSES}"),
        ({"loss": {"kind": "squared", "targets": [1]}},
         "loss.targets: got [1]; must be a list of two different numbers"),
        ({"loss": {"kind": "squared", "targets": [1, 1.0]}},
         "loss.targets: got [1, 1.0]; must be a list of two different numbers"),
        ({"loss": {"kind": "squared", "targets": ["0", True]}},
         "loss.targets: got ['0', True]; must be a list of two different numbers"),
        ({"loss": {"kind": "squared", "targets": [0, float("inf")]}},
         "loss.targets[1]: got inf; must be finite"),
        ({"loss": {"kind": "squared", "target": 1}},
         "loss.target: unknown setting; must be one of kind, targets (did you mean 'targets'?)"),
        ({"loss": "squared", "dynamics": {"kind": "unbiased_walk"}},
         "loss: got 'squared'; must be cross_entropy with dynamics unbiased_walk: "
         "its coins ±½ stand for p − y"),
        ({"loss": "squared", "network": {"init": {"kind": "he_normal", "scale": {"V": "plateau"}}}},
         "loss: got 'squared'; must be cross_entropy where network.init.scale has plateau, whose "
         "level is of that loss"),
        ({"dynamics": {"kind": "langevin", "samples": 1}},
         "dynamics.samples: got 1; must be >= 2"),
        ({"dynamics": {"kind": "langevin"}, **FINITE, "sampling": "without_replacement"},
         "dynamics.kind: got 'langevin'; must be another one with sampling without_replacement: "
         "its noise is that of independent samples"),
        ({"dynamics": {"kind": "gradient_flow", "step": 0}}, "dynamics.step: got 0; must be > 0"),
        ({"dynamics": {"kind": "gradient_flow", "samples": 64}, **FINITE},
         "dynamics.samples: got 64; must be null (or left out) with sampling with_replacement: "
         "gradients are those of the whole set"),
        ({"dynamics": {"kind": "gradient_flow"}, "data": {"kind": "xor"},
          "labels": {"resampled": 0.5}},
         "dynamics.kind: got 'gradient_flow'; must be another one with labels {resampled: 0.5}: "
         "labels must stay, or be wholly random"),
        ({"dynamics": {"momentum": 1}}, "dynamics.momentum: got 1; must be < 1"),
        ({"dynamics": {"momentum": -0.1}}, "dynamics.momentum: got -0.1; must be >= 0.0"),
        ({"dynamics": {"nesterov": 1}}, "dynamics.nesterov: got 1; must be true or false"),
        ({"dynamics": {"nesterov": True}}, "dynamics.nesterov: got true; must be false (or left "
         "out) without momentum, which must be > 0"),
        ({"dynamics": {"weight_decay": -1}}, "dynamics.weight_decay: got -1; must be >= 0.0"),
        ({"dynamics": {"freeze": "W"}}, "dynamics.freeze: got 'W'; must be a list"),
        ({"dynamics": {"freeze": ["W", "W"]}},
         "dynamics.freeze[1]: got 'W'; must not repeat an earlier entry"),
        ({"dynamics": {"freeze": ["W1", "V"]}},
         "dynamics.freeze: got W1; must be parameters of this network: W, b, V"),
        ({"dynamics": {"freeze": ["W"]}, "network": {"activation": "tanh"}},
         "dynamics.freeze: got W; must be parameters of this network: W1, b1, W2"),
        ({"dynamics": {"freeze": ["V", "W", "b"]}},
         "dynamics.freeze: got W, b, V; must leave a parameter of this network to be trained"),
        ({"dynamics": {"noise_scale": -1}, **FIXED},
         "dynamics.noise_scale: got -1; must be >= 0.0"),
        ({"dynamics": {"noise_scale": 0.5}}, "dynamics.noise_scale: got 0.5; must be 1 (or left "
         "out) with sampling online: the full gradient needs a finite set of samples"),
        ({"dynamics": {"noise_scale": 2.0}, **FINITE}, "dynamics.noise_scale: got 2.0; must be 1 "
         "(or left out) with labels resampled: the full gradient needs labels that stay"),
        ({"dynamics": {"schedule": {"batch_size": {"kind": "step", "at": [9], "factor": 2}}},
          **FINITE, "sampling": "fresh_subset"},
         "dynamics.schedule.batch_size: got a schedule; must be left out with sampling "
         "fresh_subset, whose subsets all have the size of the cell"),
        ({"dynamics": {"kind": "unbiased_walk", "momentum": 0.9}},
         "dynamics.momentum: unknown setting; must be one of kind"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_refused_in_one_line(experiment, line):
    assert problems(**experiment) == [line]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("cross_entropy", "cross_entropy"),
        ("squared", "squared"),
        ({"kind": "squared"}, "squared"),
        ({"kind": "squared", "targets": [0, 1]}, "squared"),
        (
            {"kind": "squared", "targets": [-0.5, 0.5]},
            {"kind": "squared", "targets": [-0.5, 0.5]},
        ),
    ],
)
def test_one_loss_has_one_text(given, text):
    run = settings(loss=given)
    assert json.loads(canonical_json(run))["loss"] == text
    assert json.loads(essential_json(run)).get("loss", "cross_entropy") == text
    assert RunSettings.model_validate_json(essential_json(run)) == run


def test_jobs_are_told_of_sgd_what_is_not_plain():
    run = settings(dynamics={"freeze": ["b", "W"], "momentum": 0.9})
    assert json.loads(essential_json(run))["dynamics"] == {
        "kind": "sgd",
        "freeze": ["W", "b"],
        "momentum": 0.9,
    }
    assert RunSettings.model_validate_json(essential_json(run)) == run


def test_only_what_needs_it_has_the_code_of_a_loss_and_of_loops():
    loops, squared = "simulations.sgd.chains.stepper", "networks.losses.squared"
    plain = settings(dynamics={"kind": "sgd", "momentum": 0.0})
    assert {loops, squared} & {*plain.modules} == {loops}
    for more, expected in (
        ({"dynamics": {"momentum": 0.5}}, {loops}),
        ({"dynamics": {"noise_scale": 0.5}, **FIXED}, set()),
        ({"loss": "squared"}, {loops, squared}),
        ({"loss": {"kind": "squared", "targets": [1, 2]}}, {loops, squared}),
        ({"dynamics": {"kind": "unbiased_walk"}}, set()),
    ):
        assert {loops, squared} & {*settings(**more).modules} == expected


@pytest.mark.parametrize(("observable", "count"), [("loss", 1), ("activation_rate", 0)])
def test_two_losses_are_not_put_on_one_axis(observable, count):
    sweeps = [{"learning_rate": [0.05, 0.1]}]
    one = {"data": {"kind": "gaussian"}, "sweeps": sweeps}
    figure = {"kind": "learning_rate_sweep", "observable": observable, "batch_size": 1}
    given = {
        "experiments": {"one": one, "other": {**one, "loss": "squared"}},
        "figures": {"both": {**figure, "experiment": "one", "beside": "other"}},
    }
    found = [str(problem) for problem in figure_problems(given)]
    assert found == count * [
        "figures.both.beside: got 'other'; must have the same loss as one: the rows of a figure "
        "share one label"
    ]
