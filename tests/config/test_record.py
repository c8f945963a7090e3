"""What a run is asked to record: one text for one meaning, and nothing that does not exist."""

import json
from itertools import permutations

import pytest
from runs import settings

from thermophoresis.config import kinds
from thermophoresis.config.canonical import canonical_json, essential_json
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
        (["mean_bias"], LINEAR, "record[0]: got 'mean_bias'; must be left out: it needs hidden "
         "units"),
    ],
)  # fmt: skip
def test_what_cannot_be_recorded_is_refused_in_one_line(record, changes, line):
    assert refused(record=record, **changes) == [line]


def test_needs_are_known_and_met_where_a_network_declares_an_observable():
    for name in kinds.names("observables"):
        assert {*observable(name).needs} <= NEEDS.keys()
    assert refused(record=["first_layer_norm"], **LINEAR) == []
