"""What a run is asked to record: one text for one meaning, and nothing that does not exist."""

import json
import re
from itertools import permutations
from pathlib import Path

import pytest
import yaml
from runs import settings

from thermophoresis.config import kinds
from thermophoresis.config.canonical import canonical_json, essential_json
from thermophoresis.config.experiment import Experiment
from thermophoresis.config.networks.two_layer import TwoLayerNetwork
from thermophoresis.config.observable import every, observable
from thermophoresis.config.problems import validate
from thermophoresis.config.record import NEEDS
from thermophoresis.config.run import RunSettings


def refused(**changes):
    """Return what is wrong with the settings of a run."""
    _, problems = validate(RunSettings, json.loads(canonical_json(settings())) | changes)
    return [str(problem) for problem in problems]


def test_the_order_of_a_record_does_not_matter_and_the_loss_is_always_in_it():
    names = ("mean_bias", "activation_rate_layer", "loss")
    runs = [settings(record=list(order)) for order in permutations(names)]
    runs.append(settings(record=["mean_bias", "activation_rate_layer"]))
    assert len({canonical_json(run) for run in runs}) == 1
    run = runs[0]
    assert run.recorded == ("activation_rate_layer", "loss", "mean_bias")
    assert json.loads(essential_json(run))["record"] == list(run.recorded)
    assert RunSettings.model_validate_json(essential_json(run)) == run
    assert "observables.activation_rate_layer" in run.modules
    assert "observables.gradient_variance" not in run.modules


def test_what_the_network_declares_is_not_told():
    declared = TwoLayerNetwork.records
    run = settings(record=list(reversed(declared)))
    assert run == settings()
    assert run.recorded == declared
    assert "record" not in json.loads(essential_json(run))


LINEAR = {"network": {"kind": "mlp", "inputs": 6, "hidden": []}}


@pytest.mark.parametrize(
    ("record", "changes", "line"),
    [
        ([], {}, "record: got []; must have at least one entry"),
        ("loss", {}, "record: got 'loss'; must be a list"),
        (["loss", "mean_bias", "loss"], {}, "record[2]: got 'loss'; must not repeat an earlier "
         "entry"),
        (["los"], {}, f"record[0]: got 'los'; must be one of {', '.join(every())} (did you mean "
         "'loss'?)"),
        (["loss", "activation_rate_layer"], LINEAR, "record[1]: got 'activation_rate_layer'; must "
         "be left out: it needs hidden units"),
        (["train_loss"], {}, "record[0]: got 'train_loss'; must be left out: it needs a finite "
         "training set (another sampling than online) and labels that last (others than "
         "resampled)"),
        (["train_accuracy"], {"sampling": "with_replacement", "training_set_size": 9},
         "record[0]: got 'train_accuracy'; must be left out: it needs labels that last (others "
         "than resampled)"),
        (["silent_units"], {"network": {"inputs": 3, "activation": "tanh"}}, "record[0]: got "
         "'silent_units'; must be left out: it needs units that can be silent (activation: relu)"),
        (["update_size"], {"dynamics": {"kind": "sgd", "momentum": 0.9}}, "record[0]: got "
         "'update_size'; must be left out: it needs plain SGD (no momentum, weight_decay, freeze, "
         "noise_scale)"),
        (["update_size"], {"dynamics": {"kind": "unbiased_walk"}}, "record[0]: got 'update_size'; "
         "must be left out: it needs plain SGD (no momentum, weight_decay, freeze, noise_scale)"),
        (["drift_budget"], {"network": {"inputs": 6, "activation": "tanh"}}, "record[0]: got "
         "'drift_budget'; must be left out: it needs a network of kind two_layer with activation "
         "relu"),
        (["drift_budget"], {"dynamics": {"kind": "sgd", "momentum": 0.9}}, "record[0]: got "
         "'drift_budget'; must be left out: it needs plain SGD (no momentum, weight_decay, freeze, "
         "noise_scale)"),
        (["drift_budget"], {"sampling": "without_replacement", "training_set_size": 9},
         "record[0]: got 'drift_budget'; must be left out: it needs samples that are new at every "
         "step (sampling: online)"),
        (["drift_budget"], {"data": {"kind": "uniform"}}, "record[0]: got 'drift_budget'; must be "
         "left out: it needs an activation rate in closed form (x ~ N(0, I), or data uniform, "
         "bias: false and inputs >= 3)"),
        (["drift_budget"], {"data": {"kind": "uniform"}, "network": {"inputs": 2, "bias": False}},
         "record[0]: got 'drift_budget'; must be left out: it needs an activation rate in closed "
         "form (x ~ N(0, I), or data uniform, bias: false and inputs >= 3)"),
        (["drift_budget"], {"data": {"kind": "xor"}, "labels": "true"}, "record[0]: got "
         "'drift_budget'; must be left out: it needs an activation rate in closed form (x ~ N(0, "
         "I), or data uniform, bias: false and inputs >= 3)"),
        (["mean_bias"], LINEAR, "record[0]: got 'mean_bias'; must be left out: it needs hidden "
         "units"),
    ],
)  # fmt: skip
def test_what_cannot_be_recorded_is_refused_in_one_line(record, changes, line):
    assert refused(record=record, **changes) == [line]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"data": {"kind": "uniform"}, "network": {"inputs": 3, "bias": False}},
        {"data": {"kind": "teacher"}, "labels": "true"},
        {"data": {"kind": "teacher"}, "labels": {"resampled": 0.5}},
        {"loss": "squared", "dynamics": {"schedule": {"batch_size": {"kind": "step", "unit": "run",
                                                                    "at": [0.5], "factor": 2}}}},
    ],
)  # fmt: skip
def test_drift_budgets_are_recorded_where_they_are_known(changes):
    assert refused(record=["drift_budget"], **changes) == []


def test_every_observable_is_documented():
    text = (Path(__file__).parents[2] / "config/README.md").read_text()
    table = text.partition("\n## Observables\n")[2].partition("\n## ")[0].replace("\\|", "")
    found = {}
    for row in re.findall(r"^\| `.*$", table, re.MULTILINE):
        names, _, axes, _ = row.strip("|").split("|")
        found |= {name: re.findall(r"`(\w+)`", axes) for name in re.findall(r"`(\w+)`", names)}
    assert found == {it: [*observable(it).dimensions] for it in kinds.names("observables")}


def test_the_example_is_an_experiment():
    text = (Path(__file__).parents[2] / "config/README.md").read_text()
    example = re.search(r"```yaml\n(experiments:\n  watched:.*?)```", text, re.DOTALL)
    given = yaml.safe_load(example[1])["experiments"]["watched"]
    experiment, problems = validate(Experiment, given)
    assert problems == []
    assert experiment.recorded == tuple(sorted({*given["record"], "loss"}))


def test_needs_are_known_and_met_where_a_network_declares_an_observable():
    for name in kinds.names("observables"):
        assert {*observable(name).needs} <= NEEDS.keys()
    assert refused(record=["first_layer_norm"], **LINEAR) == []
