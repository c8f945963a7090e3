"""Configuration files: what is refused in which words, and what runs the others mean."""

import copy
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from thermophoresis import cli
from thermophoresis.config import kinds
from thermophoresis.config.budget import BudgetPanel
from thermophoresis.config.canonical import canonical_json, essential_json
from thermophoresis.config.chosen_cells import NamedCell
from thermophoresis.config.claim import Criterion
from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import Config, load, parse
from thermophoresis.config.control import Control
from thermophoresis.config.experiment import Experiment, Sweep
from thermophoresis.config.initialisation import InitialisationSettings
from thermophoresis.config.inputs import ChosenSamples
from thermophoresis.config.labels import PartlyRandom
from thermophoresis.config.loss import SquaredLoss
from thermophoresis.config.measurement import Cell, Pair
from thermophoresis.config.networks.two_layer import TwoLayerNetwork
from thermophoresis.config.observable import every
from thermophoresis.config.panel import PanelOfCells
from thermophoresis.config.pooling import PoolingSettings
from thermophoresis.config.printed_row import PrintedRow
from thermophoresis.config.problems import ConfigError
from thermophoresis.config.run import RunSettings
from thermophoresis.config.schedule import ScheduleSettings
from thermophoresis.config.spectra import NamedSnapshot
from thermophoresis.config.spectrum import PowerSpectrum
from thermophoresis.config.traces import TraceSettings
from thermophoresis.config.yaml import read_yaml
from thermophoresis.products import Products, data_of, of_run

REPOSITORY = Path(__file__).parents[2]
# Kinds of measurement, by how many runs they are of.
OF_ONE, OF_NONE = (
    ", ".join(
        it
        for it in kinds.names("measurements")
        if kinds.model("measurements", it).measures == count
    )
    for count in (1, 0)
)

SETTINGS = {
    "experiments": {
        "gaussian": {
            "data": {"kind": "gaussian"},
            "sweeps": [
                {"learning_rate": [0.1, 0.05], "batch_size": [1]},
                {"learning_rate": [0.05], "batch_size": [1, 3]},
            ],
            "seeds": [1, 0],
            "measure": {"hessian_chain": {}},
        }
    },
    "figures": {
        "fig3": {
            "kind": "learning_rate_sweep",
            "experiment": "gaussian",
            "observable": "activation_rate",
            "batch_size": 1,
        },
        "fig5": {
            "kind": "batch_size_sweep",
            "experiment": "gaussian",
            "observable": "loss",
            "learning_rate": 0.05,
        },
    },
}


def changed(path: str, value) -> dict:
    """Return the settings with one of them set or added: ``experiments.gaussian.seeds``."""
    settings = copy.deepcopy(SETTINGS)
    *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
    place = settings
    for part in parents:
        place = place[part]
    place[last] = value
    return settings


def pair(kind="parameter_distance", **changes) -> dict:
    """Return the settings of one pair, its second cell changed."""
    first = {"experiment": "gaussian", "learning_rate": 0.05}
    second = {"experiment": "gaussian", "learning_rate": 0.1} | changes
    return {"rates": {"measure": {"kind": kind}, "of": [first, second]}}


def made(config: Config) -> Products:
    """Return what a configuration without claims means."""
    return Products(config, load_claims(config))


def problems(settings: dict) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(settings, "file")
    lines = str(caught.value).splitlines()
    assert all(line.startswith("file: ") for line in lines)
    return [line.removeprefix("file: ") for line in lines]


# --- Runs ---------------------------------------------------------------------------------------


def test_runs_are_the_distinct_cells_times_the_seeds():
    runs = parse(SETTINGS, "file").runs()
    assert [(run.learning_rate, run.batch_size, run.seed) for run in runs] == [
        (0.05, 1, 0),
        (0.05, 1, 1),
        (0.05, 3, 0),
        (0.05, 3, 1),
        (0.1, 1, 0),
        (0.1, 1, 1),
    ]
    assert of_run(runs[2].name) == "runs/gaussian/lr=0.05_batch=3_seed=0.nc"


def test_the_order_in_the_file_does_not_matter():
    settings = copy.deepcopy(SETTINGS)
    settings["experiments"]["gaussian"]["sweeps"].reverse()
    settings["experiments"]["gaussian"]["seeds"].reverse()
    one, other = parse(SETTINGS, "file"), parse(settings, "file")
    assert one.runs() == other.runs()
    gathered = [made(it).gather["curves/gaussian"].settings for it in (one, other)]
    assert gathered[0] == gathered[1]


def test_a_run_has_all_and_only_its_own_settings():
    run = parse(SETTINGS, "file").runs()[0]
    assert json.loads(canonical_json(run)) == {
        "experiment": "gaussian",
        "learning_rate": 0.05,
        "batch_size": 1,
        "seed": 0,
        "replicas": 256,
        "network": {
            "kind": "two_layer",
            "inputs": 10,
            "hidden": 10,
            "bias": True,
            "activation": "relu",
            "init": "torch_default",
        },
        "loss": "cross_entropy",
        "dynamics": {
            "kind": "sgd",
            "momentum": 0.0,
            "nesterov": False,
            "weight_decay": 0.0,
            "freeze": [],
            "noise_scale": 1.0,
            "schedule": "constant",
        },
        "data": {"kind": "gaussian", "shared": False, "spectrum": "white"},
        "labels": "resampled",
        "sampling": "online",
        "training_set_size": None,
        "thermal_time_end": 60.0,
        "until": None,
        "records": 61,
        "record_spacing": "quadratic",
        "probe_size": 256,
        "snapshots": 11,
        "snapshot_replicas": 32,
        "arrived": "mark",
        "traces": None,
        "precision": "float32",
        "divergence_loss": 20.0,
        "record": None,
    }
    assert RunSettings.model_validate_json(canonical_json(run)) == run


def test_jobs_are_told_the_dynamics_where_it_is_not_sgd():
    settings = copy.deepcopy(SETTINGS)
    for given in (None, {}, {"kind": "sgd"}):
        settings["experiments"]["gaussian"] |= {"dynamics": given} if given is not None else {}
        run = parse(settings, "file").runs()[0]
        assert run.dynamics.kind == "sgd"
        assert "dynamics" not in json.loads(essential_json(run))
    settings["experiments"]["gaussian"]["dynamics"] = {"kind": "unbiased_walk"}
    run = parse(settings, "file").runs()[0]
    assert json.loads(essential_json(run))["dynamics"] == {"kind": "unbiased_walk"}
    assert {"simulations.dynamics.unbiased_walk", "config.dynamics.unbiased_walk"} < {*run.modules}
    # What makes the steps of SGD alone does not make them.
    assert {name for name in run.modules if "sgd" in name} == {"simulations.sgd.surgery"}


def with_init(init) -> RunSettings:
    settings = changed("experiments.gaussian.network", {"init": init})
    return parse(settings, "file").runs()[0]


def test_the_default_initialisation_is_one_word_however_it_is_written():
    plain = parse(SETTINGS, "file").runs()[0]
    for init in ("torch_default", {"kind": "torch_default"}, {"kind": "torch_default", "scale": {}},
                 {"kind": "torch_default", "scale": {}, "std": None}):  # fmt: skip
        run = with_init(init)
        assert run == plain
        assert json.loads(canonical_json(run))["network"]["init"] == "torch_default"
        assert essential_json(run) == essential_json(plain)
    assert "init" not in essential_json(plain)


@pytest.mark.parametrize(
    ("init", "told"),
    [
        ({"kind": "he_normal"}, {"kind": "he_normal"}),
        ({"kind": "normal", "std": 1}, {"kind": "normal", "std": 1.0}),
        ({"kind": "xavier_uniform", "scale": {"V": 2, "W": 0}},
         {"kind": "xavier_uniform", "scale": {"V": 2.0, "W": 0.0}}),
        ({"kind": "torch_default", "scale": {"b": -0.5}},
         {"kind": "torch_default", "scale": {"b": -0.5}}),
        ({"kind": "orthogonal"}, {"kind": "orthogonal"}),
    ],
)  # fmt: skip
def test_jobs_are_told_another_initialisation(init, told):
    run = with_init(init)
    assert json.loads(essential_json(run))["network"]["init"] == told
    for text in (essential_json(run), canonical_json(run)):
        assert RunSettings.model_validate_json(text) == run
    whole = {"scale": {}, "std": None} | told
    assert json.loads(canonical_json(run))["network"]["init"] == whole


def test_factors_may_be_of_the_parameters_that_the_network_has():
    scale = {"W1": 2.0, "b1": 0.0, "W2": 0.5}
    network = {"activation": "tanh", "init": {"kind": "he_normal", "scale": scale}}
    parse(changed("experiments.gaussian.network", network), "file")
    settings = parse(with_images(network=network | {"activation": "relu"}), "file")
    assert settings.experiments["cnn"].network.init.scale == scale
    deep = {"kind": "mlp6", "init": {"kind": "orthogonal", "scale": {"W6": 0.0, "b6": 2.0}}}
    parse(changed("experiments.gaussian.network", deep), "file")


def test_steps_follow_from_thermal_time():
    # τ = η² t / |B|: 60 = 0.05² t / 3.
    run = parse(SETTINGS, "file").runs()[2]
    assert (run.batch_size, run.steps) == (3, 72_000)


def test_snapshots_are_eleven_or_as_many_as_there_are_records():
    settings = copy.deepcopy(SETTINGS)
    assert parse(settings, "file").runs()[0].snapshots == 11
    settings["experiments"]["gaussian"]["records"] = 4
    assert parse(settings, "file").runs()[0].snapshots == 4


def test_what_keeps_no_snapshots_is_not_measured():
    settings = copy.deepcopy(SETTINGS)
    settings["experiments"]["gaussian"]["snapshots"] = 0
    assert problems(settings) == [
        "experiments.gaussian.measure: got hessian_chain; must be {} (or left out) with snapshots: "
        "0, at which nothing can be measured"
    ]
    settings["experiments"]["gaussian"]["measure"] = {}
    assert parse(settings, "file").runs()[0].snapshots == 0


def test_the_curvature_has_the_snapshots_of_the_run():
    settings = copy.deepcopy(SETTINGS)
    settings["experiments"]["gaussian"] |= {
        "snapshots": 5,
        "measure": {"hessian_chain": {"samples": 7}},
    }
    configuration = parse(settings, "file")
    run = configuration.runs()[0]
    products = made(configuration)
    evaluated = products.measure[f"hessian_chain/{run.name}"].settings
    assert evaluated.runs == (run,)
    assert evaluated.measurement.samples == 7
    gathered = products.gather["measurements/hessian_chain/gaussian"].settings
    assert (gathered.records, gathered.replicas) == (5, 32)
    settings["experiments"]["gaussian"] |= {"probe_size": 16, "measure": {"hessian_chain": {}}}
    measurement = parse(settings, "file").experiments["gaussian"].measure["hessian_chain"]
    assert measurement.of(run).samples == 32
    small = parse(settings, "file").runs()[0]
    assert measurement.of(small).samples == 16
    # What the evaluation does is no part of what a run depends on.
    assert "samples" not in canonical_json(run)


def test_what_a_figure_needs_must_be_measured():
    settings = changed("experiments.gaussian.measure", {})
    settings["figures"]["chain"] = {
        "kind": "curvature",
        "experiment": "gaussian",
        "batch_size": 1,
        "learning_rate": 0.05,
    }
    assert problems(settings) == [
        "figures.chain.experiment: got 'gaussian', of which hessian_chain is not measured; must be "
        "one of which it is: say `measure: {hessian_chain: {}}` there"
    ]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"thermal_time_end": 80.0}, "with the same thermal_time_end"),
        ({"records": 41}, "with the same records"),
        ({"record_spacing": "linear"}, "with the same record_spacing"),
        ({"snapshots": 5}, "with the same snapshots"),
        ({"network": {"hidden": 3}}, "with the same network"),
        ({"seeds": [7]}, "that share a seed"),
    ],
)
def test_what_cannot_be_compared_is_no_pair(changes, line):
    settings = copy.deepcopy(SETTINGS) | {"pairs": pair(experiment="other")}
    settings["experiments"]["other"] = settings["experiments"]["gaussian"] | changes
    assert problems(settings) == [f"pairs.rates.of: must be cells of experiments {line}"]
    settings["experiments"]["other"] = settings["experiments"]["gaussian"] | {"replicas": 8}
    assert problems(settings) == [
        "pairs.rates.of: got 32 and 8 replicas with snapshots; must be equally many: the lesser of "
        "replicas and snapshot_replicas"
    ]


FINITE = {"sampling": "with_replacement", "training_set_size": 30, "labels": "shuffled"}


def between(segments, count=3):
    """Return settings with segments between cells of the experiment, on a finite set."""
    settings = copy.deepcopy(SETTINGS)
    settings["experiments"]["gaussian"] |= FINITE
    cells = [(0.05, 1), (0.1, 1), (0.05, 3)][:count]
    of = [
        {"experiment": "gaussian", "learning_rate": rate, "batch_size": batch}
        for rate, batch in cells
    ]
    measure = {"kind": "segment", "between": segments}
    return settings | {"pairs": {"several": {"measure": measure, "of": of}}}


def test_pairs_among_several_cells_are_one_measurement():
    config = parse(between({"one": [1, 2], "other": [1, 3]}), "file")
    products = Products(config, load_claims(config))
    measured = products.measure["segment/several/seed=1"]
    assert [run.batch_size for run in measured.settings.runs] == [1, 1, 3]
    assert len(measured.inputs) == 3
    assert config.pairs["several"].measure.on_axes == {"segment": ("one", "other")}


@pytest.mark.parametrize(
    ("segments", "count", "line"),
    [
        ({"one": [1, 4]}, 3,
         "pairs.several.measure.between.one: got [1, 4]; must be two of the 3 cells, by their "
         "positions"),
        ({"one": [2, 2]}, 3,
         "pairs.several.measure.between.one: got [2, 2]; must be two of the 3 cells, by their "
         "positions"),
        ({"one": [1, 2]}, 1, "pairs.several.of: got 1 cells; must be a list of two to 8"),
    ],
)  # fmt: skip
def test_segments_are_between_two_of_the_cells(segments, count, line):
    assert line in problems(between(segments, count))


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"labels": {"resampled": 1.0}}, "with a finite training set whose labels last"),
        ({"replicas": 2}, "got 2 replicas with snapshots; must be 3 or more"),
    ],
)
def test_segments_need_labels_that_last_and_replicas(changes, line):
    settings = between({"one": [1, 2]}, 2)
    settings["experiments"]["gaussian"] |= changes
    settings["pairs"]["several"]["measure"]["replicas"] = 3
    assert line in problems(settings)[0]


def test_pairs_and_computations_are_measured_of_two_runs_and_of_none():
    settings = copy.deepcopy(SETTINGS) | {
        "pairs": pair(),
        "computations": {"flow": {"kind": "walk_flux", "noise_slope": 1.0}},
    }
    config = parse(settings, "file")
    products = Products(config, load_claims(config))
    distance = products.measure["parameter_distance/rates/seed=1"]
    names = [run.name for run in distance.settings.runs]
    assert names == ["gaussian/lr=0.05_batch=1_seed=1", "gaussian/lr=0.1_batch=1_seed=1"]
    assert distance.inputs == tuple(f"snapshots/{name}.nc" for name in names)
    assert distance.outputs == ("measurements/parameter_distance/rates/seed=1.nc",)
    gathered = products.gather["measurements/parameter_distance/rates"]
    assert gathered.settings.seeds == (0, 1)
    assert gathered.inputs[1:] == distance.outputs
    flow = products.measure["flow"]
    assert (flow.settings.runs, flow.inputs) == ((), ())
    assert flow.outputs == ("computations/flow.nc",)
    assert {*gathered.outputs, *flow.outputs} <= set(products.wanted)


def test_a_figure_has_no_settings_of_other_kinds():
    settings = parse(SETTINGS, "file")
    first, second = (
        json.loads(canonical_json(made(settings).draw[it].settings)) for it in ("fig3", "fig5")
    )
    assert set(first) == {"name", "note", "figure"}
    assert set(first["figure"]) == {
        *("kind", "experiment", "observable", "at", "batch_size", "beside"),
        *("title", "confidence_level"),
    }
    assert "batch_size" not in second["figure"]


def test_canonical_json_has_one_text_for_one_meaning():
    assert canonical_json({"b": 1e-5, "a": [True, None, "τ"]}) == '{"a":[true,null,"τ"],"b":1e-05}'
    whole = parse(changed("experiments.gaussian.thermal_time_end", 60), "file")
    assert canonical_json(whole.runs()[0]) == canonical_json(parse(SETTINGS, "file").runs()[0])


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        parse(SETTINGS, "file").device = "cuda"


# --- Refusals -----------------------------------------------------------------------------------

SWEEP = "experiments.gaussian.sweeps.0"
NETWORK = "experiments.gaussian.network"
PLATEAU = "must be a number: that is of V of two_layer networks with one output and ReLU"


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("compile", "auto",
         "compile: was removed after version 0.1.0; leave it out, nothing is needed in its place"),
        ("devise", "cpu", "devise: unknown setting; must be one of results, device, "
         "checkpoint_seconds, note, datasets, experiments, pairs, computations, figures, claims, "
         "error_rate, error_shares, include (did you mean 'device'?)"),
        ("experiments.gaussian.network", {"layers": 2}, "experiments.gaussian.network.layers: "
         "unknown setting; must be one of kind, activation, init, inputs, hidden, bias"),
        ("figures.fig3.learning_rate", 0.1, "figures.fig3.learning_rate: unknown setting; must be "
         "one of kind, title, confidence_level, experiment, cells, beside, observable, at, theory, "
         "batch_size"),
        ("device", "gpu", "device: got 'gpu'; must be one of auto, cpu, cuda "
         "(did you mean 'cpu'?)"),
        ("results", "a b", "results: got 'a b'; must be a path of letters, digits and . _ / + -"),
        (f"{SWEEP}.learning_rate", [0.1, 0], "experiments.gaussian.sweeps[0].learning_rate[1]: "
         "got 0; must be > 0"),
        (f"{SWEEP}.learning_rate", [float("nan")], "experiments.gaussian.sweeps[0].learning_rate[0]"
         ": got nan; must be finite"),
        (f"{SWEEP}.learning_rate", [True], "experiments.gaussian.sweeps[0].learning_rate[0]: "
         "got True; must be a number"),
        (f"{SWEEP}.learning_rate", ["0.1"], "experiments.gaussian.sweeps[0].learning_rate[0]: "
         "got '0.1'; must be a number"),
        (f"{SWEEP}.learning_rate", [], "experiments.gaussian.sweeps[0].learning_rate: "
         "got []; must have at least one entry"),
        (f"{SWEEP}.learning_rate", 0.1, "experiments.gaussian.sweeps[0].learning_rate: "
         "got 0.1; must be a list"),
        (f"{SWEEP}.learning_rate", [0.1, 0.2, 0.1], "experiments.gaussian.sweeps[0].learning_rate"
         "[2]: got 0.1; must not repeat an earlier entry"),
        (f"{SWEEP}.batch_size", [1.0], "experiments.gaussian.sweeps[0].batch_size[0]: "
         "got 1.0; must be a whole number >= 1, or full"),
        ("experiments.gaussian.sweeps", [], "experiments.gaussian.sweeps: got []; "
         "must have at least one entry"),
        ("experiments.gaussian.seeds", [], "experiments.gaussian.seeds: got []; "
         "must have at least one entry"),
        ("experiments.gaussian.seeds", [-1], "experiments.gaussian.seeds[0]: got -1; must be >= 0"),
        ("experiments.gaussian.seeds", [2, 2], "experiments.gaussian.seeds[1]: got 2; "
         "must not repeat an earlier entry"),
        ("experiments.gaussian.records", "61", "experiments.gaussian.records: got '61'; must be a "
         "whole number, or a mapping such as {count: 61, even_in: epochs}"),
        ("experiments.gaussian.records", {"count": 5, "even_in": "epoch"},
         "experiments.gaussian.records.even_in: got 'epoch'; must be one of thermal_time, "
         "sqrt_thermal_time, steps, epochs, training_time (did you mean 'epochs'?)"),
        ("experiments.gaussian.records", {"count": 5, "even_in": "epochs"},
         "experiments.gaussian.records.even_in: got 'epochs'; epochs need a finite training set: "
         "sampling online never sees a sample twice"),
        ("experiments.gaussian.records", {"every": {"steps": 10}},
         "experiments.gaussian.records.every: got steps; must be thermal_time, on which the run "
         "ends"),
        ("experiments.gaussian.records", {"every": {"thermal_time": 99}},
         "experiments.gaussian.records.every.thermal_time: got 99; must be <= the end of the run "
         "(60)"),
        ("experiments.gaussian.records", {"every": {"thermal_time": 1}, "within": 2, "over": 1},
         "experiments.gaussian.records.over: got 1; must be < the period (1)"),
        ("experiments.gaussian.records", {"every": {"thermal_time": 1}, "over": 0.5},
         "experiments.gaussian.records.over: got 0.5; must be left out without records within a "
         "period"),
        ("experiments.gaussian.records", {"every": {}}, "experiments.gaussian.records.every: "
         "got nothing; must have exactly one of epochs, steps, thermal_time, training_time"),
        ("experiments.gaussian.record_spacing", None, "experiments.gaussian.record_spacing: "
         "got nothing; must be linear or quadratic"),
        ("experiments.gaussian.thermal_time_end", None, "experiments.gaussian.thermal_time_end: "
         "got nothing; must be a number > 0, unless until says when a run ends"),
        ("experiments.gaussian.until", {}, "experiments.gaussian.until: got nothing; must have "
         "exactly one of epochs, steps, thermal_time, training_time"),
        ("experiments.gaussian.until", {"steps": 9, "epochs": 1}, "experiments.gaussian.until: "
         "got steps and epochs; must have exactly one of epochs, steps, thermal_time, "
         "training_time"),
        ("experiments.gaussian.until", {"steps": 9.5}, "experiments.gaussian.until.steps: got 9.5; "
         "must be a whole number"),
        ("experiments.gaussian.until", {"epochs": 9}, "experiments.gaussian.until.epochs: got 9.0; "
         "epochs need a finite training set: sampling online never sees a sample twice"),
        ("experiments.gaussian.until", {"loss": {}}, "experiments.gaussian.until.loss: "
         "got nothing; must be one of at_most and at_least"),
        ("experiments.gaussian.until", {"loss": {"at_most": 0.1, "at_least": 0.1}},
         "experiments.gaussian.until.loss: got both; must be one of at_most and at_least"),
        ("experiments.gaussian.until", {"loss": {"at_most": "low"}},
         "experiments.gaussian.until.loss.at_most: got 'low'; must be a number"),
        ("experiments.gaussian.until", {"loss": {"at_most": 0.1}, "accuracy": {"at_least": 0.9}},
         "experiments.gaussian.until: got loss and accuracy; must be at most one of loss, "
         "accuracy, train_loss, train_accuracy"),
        ("experiments.gaussian.until", {"thermal_time": 9, "every": 4},
         "experiments.gaussian.until.every: got 4; must be left out without a level to look for, "
         "such as loss"),
        ("experiments.gaussian.until", {"loss": {"at_most": 0.1}, "every": 0},
         "experiments.gaussian.until.every: got 0; must be >= 1"),
        ("experiments.gaussian.arrived", "freeze", "experiments.gaussian.arrived: got 'freeze'; "
         "must be mark (or left out) where until has no level, such as loss: {at_most: 0.1}"),
        ("experiments.gaussian.arrived", "stop", "experiments.gaussian.arrived: got 'stop'; "
         "must be one of mark, freeze"),
        ("experiments.gaussian.traces", "step", "experiments.gaussian.traces: got 'step'; "
         "must be a mapping such as {every: epoch}, or null"),
        ("experiments.gaussian.traces", {}, "experiments.gaussian.traces.every: got nothing; "
         "must be given: step, epoch or a whole number of steps >= 1"),
        ("experiments.gaussian.traces", {"every": 0}, "experiments.gaussian.traces.every: got 0; "
         "must be step, epoch or a whole number of steps >= 1"),
        ("experiments.gaussian.traces", {"every": True}, "experiments.gaussian.traces.every: "
         "got True; must be step, epoch or a whole number of steps >= 1"),
        ("experiments.gaussian.traces", {"every": "epoch"}, "experiments.gaussian.traces.every: "
         "got 'epoch'; must be step or a whole number of steps >= 1 with sampling online, in "
         "which no sample comes again"),
        ("experiments.gaussian.traces", {"every": 9, "weights": -1},
         "experiments.gaussian.traces.weights: got -1; must be >= 0"),
        ("experiments.gaussian.traces", {"every": 9, "weights": 0, "projections": 0},
         "experiments.gaussian.traces.weights: got 0 without projections or gradient_norm; there "
         "would be nothing to trace"),
        ("experiments.gaussian.traces", {"every": 9, "replicas": 0},
         "experiments.gaussian.traces.replicas: got 0; must be >= 1"),
        ("experiments.gaussian.traces", {"every": 9, "weigths": 3},
         "experiments.gaussian.traces.weigths: unknown setting; must be one of every, weights, "
         "projections, gradient_norm, replicas (did you mean 'weights'?)"),
        ("experiments.gaussian.snapshots", "ends", "experiments.gaussian.snapshots: got 'ends'; "
         "must be one of records, epochs, end (did you mean 'end'?), a whole number or {at: …}"),
        ("experiments.gaussian.snapshots", "epochs",
         "experiments.gaussian.snapshots: got 'epochs'; must have a record at every "
         "whole epoch of a run that ends in epochs: say `records: {every: {epochs: 1}}`"),
        ("experiments.gaussian.snapshots", {"at": {"steps": [1]}},
         "experiments.gaussian.snapshots.at: got steps; must be the axis on which the run ends and "
         "its records are even"),
        ("experiments.gaussian.snapshots", {"at": {"thermal_time": [61]}},
         "experiments.gaussian.snapshots.at.thermal_time: got 61; must be <= the end of the run "
         "(60)"),
        ("experiments.gaussian.snapshots", {"at": {"thermal_time": [59.0, 59.5]}},
         "experiments.gaussian.snapshots.at.thermal_time: got [59.0, 59.5]; must have a record "
         "each: two have the same next record"),
        ("experiments.gaussian.snapshots", {"at": {"thermal_time": [2.0, 1.0]}},
         "experiments.gaussian.snapshots.at.thermal_time: got [2.0, 1.0]; must be a list of "
         "increasing numbers"),
        ("experiments.gaussian.records", 1, "experiments.gaussian.records: got 1; must be >= 2"),
        ("experiments.gaussian.records", 10**9, "experiments.gaussian.records: got 1000000000; "
         "must be <= 1,000,000"),
        ("experiments.gaussian.records", {"count": 10**9, "even_in": "steps"},
         "experiments.gaussian.records.count: got 1000000000; must be <= 1e+06"),
        ("experiments.gaussian.records", {"every": {"thermal_time": 1e-9}},
         "experiments.gaussian.records.every.thermal_time: got 1e-09; must make at most 1,000,000 "
         "records, not 6e+10"),
        ("experiments.gaussian.data", {"kind": "gauss"}, "experiments.gaussian.data.kind: "
         "got 'gauss'; must be one of arrays, gaussian, images, regression, teacher, uniform, xor "
         "(did you mean 'gaussian'?)"),
        ("experiments.gaussian.data", None, "experiments.gaussian.data: got nothing; "
         "must be a mapping"),
        ("experiments.gaussian.dynamics", {"kind": "walk"}, "experiments.gaussian.dynamics.kind: "
         "got 'walk'; must be one of gradient_flow, langevin, sgd, surgery, unbiased_walk"),
        ("experiments.gaussian.dynamics", "sgd", "experiments.gaussian.dynamics: got 'sgd'; "
         "must be a mapping"),
        ("experiments.gaussian.dynamics", {"kind": "unbiased_walk", "sigma": 1},
         "experiments.gaussian.dynamics.sigma: unknown setting; must be one of kind"),
        *(("experiments.gaussian.dynamics", {"schedule": given},
           f"experiments.gaussian.dynamics.schedule{line}") for given, line in [
            ("cosine", ": got 'cosine'; must be constant, or a mapping with learning_rate, "
             "batch_size or both"),
            ({"rate": {}}, ".rate: unknown setting; must be one of learning_rate, batch_size"),
            ({"learning_rate": 3}, ".learning_rate: got 3; must be a mapping with a kind, or a "
             "list"),
            ({"learning_rate": []}, ".learning_rate: got []; must have at least one entry"),
            ({"learning_rate": {"kind": "cos"}}, ".learning_rate.kind: got 'cos'; must be one of "
             "constant, cosine, cyclic, step, warmup (did you mean 'cosine'?)"),
            ({"learning_rate": {"kind": "step", "at": [2, 1], "factor": 0.1}},
             ".learning_rate.at: got [2.0, 1.0]; must increase"),
            ({"learning_rate": {"kind": "step", "at": [1], "factor": 0}},
             ".learning_rate.factor: got 0; must be > 0"),
            ({"learning_rate": {"kind": "warmup", "over": 9, "start": 0}},
             ".learning_rate.start: got 0; must be > 0"),
            ({"learning_rate": {"kind": "cyclic", "period": 9, "factors": [1]}},
             ".learning_rate.factors: got [1.0]; must be a list of two"),
            ({"learning_rate": {"kind": "constant", "unit": "epochs"}},
             ".learning_rate.unit: got 'epochs'; epochs need a finite training set: "
             "sampling online never sees a sample twice"),
            ({"learning_rate": {"kind": "cosine", "floor": 0.1}}, ".learning_rate.over: got "
             "nothing; must be given with unit steps, unless the run ends in it (or unit is run)"),
            ({"learning_rate": {"kind": "cosine", "unit": "run"}}, ".learning_rate.floor: got 0; "
             "must be > 0 where the run or the schedule is timed by η: with η = 0 it would never "
             "end"),
            ({"batch_size": [{"kind": "constant", "over": 9}, {"kind": "constant", "unit": "run"}]},
             ".batch_size[1].unit: got 'run'; must be steps, as in the first of the list"),
            ({"batch_size": [{"kind": "constant"}, {"kind": "constant"}]},
             ".batch_size[0].over: got nothing; must be given: how long it is before the next of "
             "the list"),
        ]),
        ("experiments.gaussian.labels", True, "experiments.gaussian.labels: got 'true'; "
         "must be resampled or shuffled: gaussian data have no labels"),
        ("experiments.gaussian.labels", "shuffled", "experiments.gaussian.labels: got 'shuffled'; "
         "must be resampled with sampling online: a fixed labelling needs a finite set of samples"),
        ("experiments.gaussian.sampling", "with_replacement",
         "experiments.gaussian.training_set_size: got nothing; "
         "must be a whole number >= 1 with sampling with_replacement"),
        ("experiments.gaussian.training_set_size", 100, "experiments.gaussian.training_set_size: "
         "got 100; must be null (or left out) with sampling online"),
        ("experiments", {}, "experiments: got {}; must have at least one entry"),
        ("figures", {}, "figures: got {}; must have at least one entry"),
        ("figures.fig3.experiment", "gausian", "figures.fig3.experiment: got 'gausian'; "
         "must be one of gaussian (did you mean 'gaussian'?)"),
        ("figures.fig3.observable", "los", "figures.fig3.observable: got 'los'; must be one of "
         f"{', '.join(every())} (did you mean 'loss'?)"),
        ("figures.fig3.at", {"layer": 2}, "figures.fig3.at: got {'layer': 2}; must be left out: "
         "activation_rate has no further axes"),
        ("figures.fig3", SETTINGS["figures"]["fig3"] | {"observable": "activation_rate_layer",
          "at": {"layer": 2}},
         "figures.fig3.observable: got "
         "'activation_rate_layer', which experiment gaussian does not record; "
         f"must be one of {', '.join(TwoLayerNetwork.records)} (did you mean 'activation_rate'?), "
         "or be added to its record"),
        ("figures.fig3.batch_size", 3, "figures.fig3.batch_size: got 3; must be a batch_size with "
         "at least two learning rates in experiment gaussian: 1"),
        ("figures.fig5.learning_rate", 0.1, "figures.fig5.learning_rate: got 0.1; must be a "
         "learning_rate with at least two batch sizes in experiment gaussian: 0.05"),
        ("figures.fig5.kind", "batch_sweep", "figures.fig5.kind: got 'batch_sweep'; must be one of "
         f"{', '.join(kinds.names('figures'))} (did you mean 'batch_size_sweep'?)"),
        ("experiments.gaussian.snapshots", 62, "experiments.gaussian.snapshots: got 62; "
         "must be <= records (61), at which they are taken"),
        ("experiments.gaussian.measure", {"hessian_chain": {"samples": 1}},
         "experiments.gaussian.measure.hessian_chain.samples: got 1; must be >= 2"),
        ("experiments.gaussian.measure", {"hessian_chain": {"samples": 257}},
         "experiments.gaussian.measure.hessian_chain.samples: got 257; must be <= probe_size "
         "(256)"),
        ("experiments.gaussian.measure", {"hessian_chain": {"control": 3}},
         "experiments.gaussian.measure.hessian_chain.control: got 3; must be a mapping"),
        ("experiments.gaussian.measure", {"hessian_chain": {"control": {"rate": 0.1}}},
         "experiments.gaussian.measure.hessian_chain.control.rate: unknown setting; must be one "
         "of learning_rate, batch_size, cells, snapshots"),
        ("experiments.gaussian.measure", {"hessian_chain": {"control": {"snapshots": -1}}},
         "experiments.gaussian.measure.hessian_chain.control.snapshots: got -1; must be >= 0"),
        ("experiments.gaussian.measure", {"hessian_chain": {"control": {"snapshots": 12}}},
         "experiments.gaussian.measure.hessian_chain.control.snapshots: got 12; "
         "must be <= snapshots (11), at which it is taken"),
        ("experiments.gaussian.measure", {"hessian_chain": {"control": {"learning_rate": 3.0}}},
         "experiments.gaussian.measure.hessian_chain.control.learning_rate: got 3.0; "
         "no cell has what is asked for"),
        ("experiments.gaussian.measure", {"hessian_chain": {"control": {"cells": {"width": 3}}}},
         "experiments.gaussian.measure.hessian_chain.control.cells.width: is no axis of experiment "
         "gaussian; it has none but learning_rate and batch_size"),
        ("experiments.gaussian.measure", {"hessian_chain": None},
         "experiments.gaussian.measure.hessian_chain: got nothing; must be a mapping, such as {}"),
        ("experiments.gaussian.measure", ["hessian_chain"],
         "experiments.gaussian.measure: got ['hessian_chain']; must be a mapping"),
        ("experiments.gaussian.measure", {"hesian_chain": {}},
         "experiments.gaussian.measure.hesian_chain: is not measured of one run; "
         f"must be one of {OF_ONE} (did you mean 'hessian_chain'?)"),
        ("experiments.gaussian.measure", {"parameter_distance": {}},
         "experiments.gaussian.measure.parameter_distance: is not measured of one run; "
         f"must be one of {OF_ONE}"),
        ("computations", {"flow": {"kind": "hessian_chain"}}, "computations.flow.kind: "
         f"got 'hessian_chain'; must be one of {OF_NONE}"),
        ("computations", {"flow": {"kind": "walk_flux"}}, "computations.flow: "
         "noise_slope or density_slope must be other than 0: nothing flows"),
        ("computations", {"gaussian": {"kind": "walk_flux", "noise_slope": 1.0}},
         "computations.gaussian: must have another name: experiments.gaussian has it"),
        ("pairs", pair(kind="walk_flux"), "pairs.rates.measure.kind: got 'walk_flux'; "
         "must be one of parameter_distance, segment"),
        ("pairs", pair(experiment="gaussan"), "pairs.rates.of[1].experiment: got 'gaussan'; "
         "must be one of gaussian (did you mean 'gaussian'?)"),
        ("pairs", pair(learning_rate=0.2), "pairs.rates.of[1]: got learning_rate 0.2 with "
         "batch_size 1; must be a cell of experiment gaussian: 0.05 with 1, 0.05 with 3, "
         "0.1 with 1"),
        ("pairs", pair(learning_rate=0.05), "pairs.rates.of[1]: must be another cell than "
         "the first"),
        ("pairs", {"rates": {**pair()["rates"], "of": []}},
         "pairs.rates.of: got 0 cells; must be a list of two"),
        ("pairs", {"rates": {**pair()["rates"], "of": 3 * pair()["rates"]["of"][:1]}},
         "pairs.rates.of: got 3 cells; must be a list of two"),
        ("pairs", {"rates": {**pair()["rates"], "of": [{"learning_rate": 0.05}]}},
         "pairs.rates.of[0].experiment: got nothing; must be given: the name of an experiment"),
        ("experiments.gaussian.measure", {"hessian_chain": {"kind": "walk_flux"}},
         "experiments.gaussian.measure.hessian_chain.kind: got 'walk_flux'; "
         "must be hessian_chain (or left out)"),
        ("computations", {"flow": {"kind": "walk_flux", "noise_slope": 0.001}},
         "computations.flow: noise_slope must be 0 or at least 0.01 in size, not 0.001"),
        ("computations", {"flow": {"kind": "walk_flux", "noise_slope": 1.0, "density_slope": -1.0}},
         "computations.flow: noise_slope and density_slope must not cancel: the flow of Eq. 6 "
         "would be 0"),
        ("experiments.gaussian.snapshots", 1, "experiments.gaussian.snapshots: got 1; "
         "must be 0 or >= 2"),
        ("experiments.gaussian.snapshots", -1, "experiments.gaussian.snapshots: got -1; "
         "must be 0 or >= 2"),
        (NETWORK, {"init": "he_normal"}, f"{NETWORK}.init: got 'he_normal'; must be torch_default "
         "or a mapping with the kind, such as {kind: he_normal}"),
        (NETWORK, {"init": ["normal"]}, f"{NETWORK}.init: got ['normal']; must be torch_default "
         "or a mapping with the kind, such as {kind: he_normal}"),
        (NETWORK, {"init": None}, f"{NETWORK}.init: got nothing; must be torch_default "
         "or a mapping with the kind, such as {kind: he_normal}"),
        (NETWORK, {"init": {"kind": "he"}}, f"{NETWORK}.init.kind: got 'he'; must be one of "
         "torch_default, he_normal, xavier_uniform, normal, orthogonal"),
        (NETWORK, {"init": {}}, f"{NETWORK}.init.kind: got nothing; must be given: "
         "how weights are distributed"),
        (NETWORK, {"init": {"kind": "normal"}}, f"{NETWORK}.init.std: got nothing; must be given: "
         "a number > 0 with kind normal"),
        (NETWORK, {"init": {"kind": "normal", "std": 0}}, f"{NETWORK}.init.std: got 0; "
         "must be > 0"),
        (NETWORK, {"init": {"kind": "orthogonal", "std": 0.1}}, f"{NETWORK}.init.std: got 0.1; "
         "must be null (or left out) with kind orthogonal, which has its own"),
        (NETWORK, {"init": {"kind": "he_normal", "gain": 2}}, f"{NETWORK}.init.gain: "
         "unknown setting; must be one of kind, std, scale"),
        (NETWORK, {"init": {"kind": "he_normal", "scale": 2.0}}, f"{NETWORK}.init.scale: got 2.0; "
         "must be a mapping"),
        (NETWORK, {"init": {"kind": "he_normal", "scale": {"W": "2"}}}, f"{NETWORK}.init.scale.W: "
         "got '2'; must be a number, or plateau"),
        (NETWORK, {"init": {"kind": "he_normal", "scale": {"W": float("inf")}}},
         f"{NETWORK}.init.scale.W: got inf; must be finite"),
        (NETWORK, {"init": {"kind": "torch_default", "scale": {"W": "plateau"}}},
         f"{NETWORK}.init.scale.W: got 'plateau'; {PLATEAU}"),
        (NETWORK, {"kind": "mlp6", "init": {"kind": "he_normal", "scale": {"W6": "plateau"}}},
         f"{NETWORK}.init.scale.W6: got 'plateau'; {PLATEAU}"),
        (NETWORK, {"init": {"kind": "he_normal", "scale": {"W": 1.0, "W1": 1.0}}},
         f"{NETWORK}.init.scale.W1: is no parameter of this network; must be one of W, b, V"),
        (NETWORK, {"init": {"kind": "torch_default", "scale": {"b": 1.0}}, "bias": False},
         f"{NETWORK}.init.scale.b: is no parameter of this network; must be one of W, V"),
        (NETWORK, {"init": {"kind": "he_normal", "scale": {"V": 1.0}}, "activation": "tanh"},
         f"{NETWORK}.init.scale.V: is no parameter of this network; must be one of W1, b1, W2"),
        (NETWORK, {"kind": "mlp6", "init": {"kind": "he_normal", "scale": {"W7": 1.0}}},
         f"{NETWORK}.init.scale.W7: is no parameter of this network; must be one of "
         "W1, b1, W2, b2, W3, b3, W4, b4, W5, b5, W6, b6"),
        ("figures.chain", {"kind": "curvature", "experiment": "gaussian", "batch_size": 1,
          "learning_rate": 0.2}, "figures.chain.learning_rate: got 0.2; must be one of experiment "
         "gaussian at batch_size 1: 0.05, 0.1"),
        ("figures.chain", {"kind": "curvature", "experiment": "gaussian", "batch_size": 3,
          "learning_rate": 0.05}, "figures.chain.batch_size: got 3; must be a batch_size with at "
         "least two learning rates in experiment gaussian: 1"),
        ("figures.fig5.confidence_level", 95, "figures.fig5.confidence_level: got 95; must be < 1"),
        ("figures.a b", SETTINGS["figures"]["fig3"], "figures.a b: got 'a b' as a name; "
         "must consist of letters, digits and _"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_refused_in_one_line(path, value, line):
    assert problems(changed(path, value)) == [line]


@pytest.mark.parametrize(
    "path",
    ["experiments", "figures", "experiments.gaussian.sweep", "figures.fig3.observable"],
)
def test_what_has_no_default_must_be_given(path):
    settings = copy.deepcopy(SETTINGS)
    *parents, last = path.split(".")
    place = settings
    for part in parents:
        place = place[part]
    place.pop(f"{last}s" if last == "sweep" else last)
    (line,) = problems(settings)
    assert line.startswith(f"{path}: got nothing; must be given: ")


def test_a_batch_must_fit_into_a_finite_training_set():
    settings = changed("experiments.gaussian.sampling", "without_replacement")
    settings["experiments"]["gaussian"]["training_set_size"] = 2
    assert problems(settings) == [
        "experiments.gaussian.sweeps[1].batch_size[1]: got 3; must be <= training_set_size (2)"
    ]
    settings["experiments"]["gaussian"]["training_set_size"] = 3
    parse(settings, "file")


@pytest.mark.parametrize(("spacing", "most", "needed"), [("linear", 51, 51), ("quadratic", 8, 64)])
def test_every_record_needs_a_step_of_its_own(spacing, most, needed):
    # 0.5 / 0.1² = 50 steps: one for each linear record but the first, or 7² for the closest two.
    settings = changed("experiments.gaussian.thermal_time_end", 0.5)
    settings["experiments"]["gaussian"].update(records=most, record_spacing=spacing)
    parse(settings, "file")
    settings["experiments"]["gaussian"]["records"] = most + 1
    (line,) = problems(settings)
    assert line.startswith(
        "experiments.gaussian.sweeps[0].learning_rate[0]: got 0.1; must take at least "
        f"{needed} steps for {most + 1} records with {spacing} spacing, not 50"
    )


def test_a_run_has_one_end_and_records_one_spacing():
    settings = changed("experiments.gaussian.thermal_time_end", 10.0)
    settings["experiments"]["gaussian"] |= {
        "until": {"steps": 10000},
        "records": {"count": 3, "even_in": "steps"},
        "record_spacing": "linear",
    }
    assert problems(settings) == [
        "experiments.gaussian.until: must be left out beside thermal_time_end, its short form: "
        "a run has one end",
        "experiments.gaussian.record_spacing: got 'linear'; must be left out beside a mapping: "
        "records say how they lie",
    ]


def test_levels_stand_beside_any_end_and_one_run_has_one_text():
    level = {"loss": {"at_most": 0.1}}

    def run(**given):
        settings = copy.deepcopy(SETTINGS)
        settings["experiments"]["gaussian"] |= given
        return parse(settings, "file").runs()[0]

    plain = run(until=level)
    assert plain.end == ("thermal_time", 60.0)
    assert (plain.arrival.quantity, plain.arrival.every) == ("loss", None)
    assert plain == run(until={"thermal_time": 60.0, **level}) == run(until=level, arrived="mark")
    assert json.loads(essential_json(plain))["until"] == level
    shorter = run(until={"thermal_time": 40.0, **level, "every": 5}, arrived="freeze")
    assert shorter == run(thermal_time_end=40.0, until={**level, "every": 5}, arrived="freeze")
    assert (shorter.end, shorter.arrival.every) == (("thermal_time", 40.0), 5)
    assert run(until={"steps": 90000, **level}).end == ("steps", 90000)
    for it in (plain, shorter):
        assert RunSettings.model_validate_json(essential_json(it)) == it
        assert "simulations.watchers.arrivals" in it.modules
    assert "simulations.watchers.arrivals" not in run().modules


def test_levels_of_the_training_set_need_one():
    settings = changed("experiments.gaussian.until", {"train_loss": {"at_most": 0.1}})
    (line,) = problems(settings)
    assert line.startswith("experiments.gaussian.until.train_loss: ")


def test_traces_of_every_step_have_one_text():
    one, other = (
        parse(changed("experiments.gaussian.traces", {"every": every}), "file").runs()[0]
        for every in ("step", 1)
    )
    assert one == other
    assert json.loads(essential_json(one))["traces"] == {"every": 1}
    assert RunSettings.model_validate_json(essential_json(one)) == one
    assert "simulations.watchers.traces" in one.modules
    assert one.traced == 32


def test_steps_must_be_countable():
    (line,) = problems(changed(f"{SWEEP}.learning_rate", [0.05, 1e-200]))
    assert "learning_rate[1]: got 1e-200; must take at most" in line


def test_problems_of_one_experiment_do_not_hide_each_other():
    settings = changed("experiments.gaussian.seeds", [0, 0, -1])
    experiment = settings["experiments"]["gaussian"]
    experiment["sampling"] = "with_replacement"
    experiment["training_set_size"] = 2
    experiment["network"] = {"inputs": "10"}
    settings["figures"]["fig3"]["experiment"] = "other"
    assert [line.partition(":")[0] for line in problems(settings)] == [
        "experiments.gaussian.network.inputs",
        "experiments.gaussian.seeds[2]",
        "experiments.gaussian.seeds[1]",
        "experiments.gaussian.sweeps[1].batch_size[1]",
        "figures.fig3.experiment",
    ]


def test_long_values_are_cut_and_stay_on_one_line():
    (line,) = problems(changed("device", "a\n" * 100))
    assert len(line) < 150


# --- Images -------------------------------------------------------------------------------------


def with_images(**changes) -> dict:
    """Return settings of an experiment ``cnn`` with digits; None leaves a setting out."""
    cnn = {
        "network": {"kind": "cnn6"},
        "data": {"kind": "images", "dataset": "digits"},
        "labels": True,
        "sweeps": [{"learning_rate": [0.1, 0.05]}],
    } | changes
    settings = changed("datasets", {"digits": {"source": "digits"}})
    settings["experiments"]["cnn"] = {k: v for k, v in cnn.items() if v is not None}
    return settings


RECORDED = (
    *("activation_rate", "activation_rate_layer", "gradient_variance", "loss", "squared_error"),
)

# On a CPU and on a GPU, where a chain that no kernel covers takes the general step.
STEPPERS = ("chains.stepper", "general", "gpu.two_layer", "gpu.chain", "gpu.graph")


def test_a_run_on_images_depends_on_the_data_file_and_not_on_its_source():
    checked = parse(with_images(), "file")
    runs = [run for run in checked.runs() if run.experiment == "cnn"]
    settings = json.loads(canonical_json(runs[0]))
    assert json.loads(essential_json(runs[0]))["data"] == {"kind": "images", "dataset": "digits"}
    assert settings["network"]["kind"] == "cnn"
    assert (settings["sampling"], settings["labels"]) == ("without_replacement", "true")
    assert "datasets" not in settings
    assert data_of(runs[0]) == ("data/digits.nc",)
    assert runs[0].modules == (
        "simulations.run",
        "draws.on_gpu",
        "networks.cnn",
        "config.networks.cnn",
        "simulations.dynamics.sgd",
        "config.dynamics.sgd",
        *(f"simulations.sgd.{name}" for name in STEPPERS),
        *(f"observables.{name}" for name in RECORDED),
        *(f"config.observables.{name}" for name in RECORDED),
        "data.images",
        "config.data.images",
    )
    assert RunSettings.model_validate_json(canonical_json(runs[0])) == runs[0]
    assert data_of(parse(SETTINGS, "file").runs()[0]) == ()


def test_inputs_of_a_network_are_those_of_the_images():
    for network in ({"kind": "two_layer"}, {"kind": "mlp", "hidden": [3]}, {"kind": "mlp6"}):
        (run, _) = parse(with_images(network=network, seeds=[0]), "file").runs()[:2]
        assert run.network.inputs is None
        assert RunSettings.model_validate_json(canonical_json(run)) == run
    run = parse(with_images(network=None, seeds=[0]), "file").runs()[0]
    assert (run.network.kind, run.network.inputs) == ("two_layer", None)


def test_deep_networks_take_synthetic_data():
    settings = parse(changed("experiments.gaussian.network", {"kind": "mlp6"}), "file")
    network = settings.experiments["gaussian"].network
    assert (network.kind, network.inputs, network.hidden) == ("mlp", 100, (100,) * 5)


def mlp(**changes) -> dict:
    """Return settings in which the experiment has a network with two hidden layers, changed."""
    network = {"kind": "mlp", "hidden": [4, 3]} | changes
    return changed("experiments.gaussian.network", network)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"hidden": 64}, "hidden: got 64; must be a list"),
        ({"hidden": None}, "hidden: got nothing; must be a list"),
        ({"hidden": [64, 0]}, "hidden[1]: got 0; must be >= 1"),
        ({"hidden": [64.0]}, "hidden[0]: got 64.0; must be a whole number"),
        ({"hidden": ["64"]}, "hidden[0]: got '64'; must be a whole number"),
        ({"hidden": [True]}, "hidden[0]: got True; must be a whole number"),
        ({"hidden": [0], "bias": [True]}, "hidden[0]: got 0; must be >= 1"),
        ({"bias": None}, "bias: got nothing; must be true, false, or a list of them with one entry "
         "for each weight layer"),
        ({"bias": "yes"}, "bias: got 'yes'; must be true, false, or a list of them with one entry "
         "for each weight layer"),
        ({"bias": [True, 0, True]}, "bias: got [True, 0, True]; must be true, false, or a list of "
         "them with one entry for each weight layer"),
        ({"bias": [True, False]}, "bias: got [True, False]; must be true, false, or a list of them "
         "with one entry for each weight layer: 3"),
        ({"hidden": [], "bias": []}, "bias: got []; must be true, false, or a list of them with "
         "one entry for each weight layer: 1"),
        ({"activation": "elu"}, "activation: got 'elu'; must be one of relu, tanh, gelu, identity "
         "(did you mean 'relu'?)"),
        ({"inputs": None}, "inputs: got nothing; must be a whole number >= 1 with gaussian data"),
        ({"widths": [4]}, "widths: unknown setting; must be one of kind, activation, init, inputs, "
         "hidden, bias"),
    ],
)  # fmt: skip
def test_what_no_fully_connected_network_has_is_refused_in_one_line(changes, line):
    assert problems(mlp(**changes)) == [f"experiments.gaussian.network.{line}"]


def test_layers_must_be_given():
    settings = mlp()
    del settings["experiments"]["gaussian"]["network"]["hidden"]
    assert problems(settings) == [
        "experiments.gaussian.network.hidden: got nothing; must be given: "
        "a list of whole numbers >= 1, [] for a linear model"
    ]


@pytest.mark.parametrize("bias", [True, False, [True, False, True]])
def test_biases_of_layers_have_one_text(bias):
    run = parse(mlp(bias=bias), "file").runs()[0]
    assert RunSettings.model_validate_json(canonical_json(run)) == run
    told = json.loads(essential_json(run))["network"]
    assert told == {"kind": "mlp", "hidden": [4, 3]} | ({} if bias is True else {"bias": bias})
    each = bias if isinstance(bias, list) else [bias] * 3
    assert run.network.biases == tuple(each)
    assert parse(mlp(bias=each), "file").runs()[0] == run


def test_the_cost_of_a_network_is_that_of_its_layers():
    network = kinds.model("networks", "mlp")
    assert network(kind="mlp", hidden=[]).products == 10
    assert network(kind="mlp", inputs=5, hidden=[4, 3]).products == 5 * 4 + 4 * 3 + 3


def test_a_linear_model_has_no_activation_rates():
    settings = mlp(hidden=[])
    assert problems(settings) == [
        "figures.fig3.observable: got 'activation_rate', which experiment gaussian does not "
        "record; must be one of loss, squared_error, gradient_variance, or be added to its record"
    ]
    settings["figures"]["fig3"] = {
        "kind": "curvature",
        "experiment": "gaussian",
        "batch_size": 1,
        "learning_rate": 0.05,
    }
    assert problems(settings) == [
        "figures.fig3.experiment: got 'gaussian', which does not record activation_rate; "
        "must be one that does: add it to its record"
    ]
    del settings["figures"]["fig3"]
    run = parse(settings, "file").runs()[0]
    assert not [name for name in run.modules if "activation_rate" in name]
    assert "observables.gradient_variance" in run.modules
    deep = parse(mlp(), "file").runs()[0]
    assert {"observables.activation_rate", "observables.activation_rate_layer"} < {*deep.modules}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"labels": None}, "labels: got nothing; must be given with images: true, shuffled or "
         "resampled (the paper does not say which of them it used)"),
        ({"sampling": "online"}, "sampling: got 'online'; must be without_replacement, "
         "with_replacement, fresh_subset or fixed_order with images, of which there is a finite "
         "set"),
        ({"training_set_size": 9}, "training_set_size: got 9; must be null (or left out) with "
         "images: the training split of the data set is used"),
        ({"network": {"kind": "two_layer", "inputs": 784}}, "network.inputs: got 784; must be left "
         "out (or null) with images, which have the size that they have"),
        ({"network": {"kind": "cnn6", "inputs": 784}}, "network.inputs: unknown setting; "
         "must be one of kind, activation, init, channels, kernel (did you mean 'init'?)"),
        ({"network": {"kind": "cnn5"}}, "network.kind: got 'cnn5'; must be one of cnn, cnn6, "
         "linear, mlp, mlp6, module, two_layer (did you mean 'cnn'?)"),
        ({"network": 3}, "network: got 3; must be a mapping"),
        ({"network": {"init": {"kind": "he_normal", "scale": {"W": 2.0}}}},
         "network.init.scale.W: is no parameter of this network; must be one of W1, b1, W2"),
        ({"dynamics": {"kind": "unbiased_walk"}},
         "dynamics.kind: got 'unbiased_walk'; must be gradient_flow or langevin or sgd "
         "with images: their networks have a logit for each class"),
        ({"network": {"kind": "cnn6", "kernel": 7}}, "network: got a cnn6 that needs images of "
         "31×31 pixels or more; must leave something of 28×28 (datasets.digits.size)"),
        ({"data": {"kind": "images", "dataset": "digit"}}, "data.dataset: got 'digit'; "
         "must be one of digits (did you mean 'digits'?)"),
        ({"data": {"kind": "images"}}, "data.dataset: got nothing; "
         "must be given: the name of a data set"),
        ({"data": {}}, "data.kind: got nothing; must be one of arrays, gaussian, images, "
         "regression, teacher, uniform, xor"),
        ({"data": {"kind": "gaussian"}, "labels": None}, "network.kind: got 'cnn6'; must be "
         "linear or mlp or mlp6 or module or two_layer with gaussian data: no images"),
        ({"data": {"kind": "gaussian"}, "labels": None, "network": {"inputs": None}},
         "network.inputs: got nothing; must be a whole number >= 1 with gaussian data"),
    ],
)  # fmt: skip
def test_what_does_not_go_with_images_is_refused_in_one_line(changes, line):
    assert problems(with_images(**changes)) == [f"experiments.cnn.{line}"]


def test_a_data_set_must_exist():
    settings = with_images()
    del settings["datasets"]
    assert problems(settings) == [
        "experiments.cnn.data.dataset: got 'digits'; there are no datasets"
    ]


def test_a_figure_shows_what_the_network_records():
    settings = with_images()
    settings["figures"]["fig3"] |= {"experiment": "cnn", "observable": "mean_bias"}
    (line,) = problems(settings)
    assert line.startswith("figures.fig3.observable: got 'mean_bias', which experiment cnn")
    settings["figures"]["fig3"] |= {"observable": "activation_rate_layer", "at": {"layer": 5}}
    assert parse(settings, "file").figures["fig3"].at == {"layer": 5}


@pytest.mark.parametrize(
    ("at", "line"),
    [
        (None, "at: got nothing; must be {layer: number of the hidden layer}, for "),
        ({}, "at: got nothing; must be {layer: number of the hidden layer}, for "),
        ({"depth": 3}, "at: got {'depth': 3}; must be {layer: number of the hidden layer}, for "),
        ({"layer": 0}, "at.layer: got 0; must be >= 1"),
        ({"layer": 6}, "at.layer: got 6; must be one of 1, …, 5 in experiment cnn"),
        ({"layer": "3"}, "at.layer: got '3'; must be a whole number"),
        (3, "at: got 3; must be a mapping"),
    ],
)
def test_a_figure_shows_one_curve_of_an_observable_with_axes(at, line):
    settings = with_images()
    settings["figures"]["fig3"] |= {"experiment": "cnn", "observable": "activation_rate_layer"}
    if at is not None:
        settings["figures"]["fig3"]["at"] = at
    (found,) = problems(settings)
    assert found.startswith(f"figures.fig3.{line}")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ({"source": "mnist"}, "source: got 'mnist'; must be one of arrays, digits, "
         "image_folder, torchvision"),
        ({"size": 28}, "source: got nothing; must be one of arrays, digits, image_folder, "
         "torchvision"),
        ({"source": "digits", "size": 7}, "size: got 7; must be >= 8"),
        ({"source": "digits", "root": "x"}, "root: unknown setting; must be one of source, size, "
         "test_fraction, split_seed"),
        ({"source": "torchvision", "name": "CIFAR100", "root": "x"}, "name: got 'CIFAR100'; "
         "must be one of FashionMNIST, CIFAR10 (did you mean 'CIFAR10'?)"),
        ({"source": "torchvision", "name": "CIFAR10"}, "root: got nothing; must be given: "
         "a folder"),
        ({"source": "image_folder", "root": ""}, "root: got ''; must not be empty"),
        ({"source": "image_folder", "root": "x", "test_fraction": 1}, "test_fraction: got 1; "
         "must be < 1"),
    ],
)  # fmt: skip
def test_a_source_that_is_not_allowed_is_refused_in_one_line(source, line):
    assert problems(changed("datasets", {"mine": source})) == [f"datasets.mine.{line}"]


def test_leave_to_download_does_not_make_a_data_set_another():
    source = {"source": "torchvision", "name": "CIFAR10", "root": "data/cifar10"}
    before = parse(changed("datasets", {"cifar10": source}), "file")
    after = parse(changed("datasets", {"cifar10": source | {"download": True}}), "file")
    assert canonical_json(made(before).prepare["cifar10"].settings) == canonical_json(
        made(after).prepare["cifar10"].settings
    )
    assert (before.may_download("cifar10"), after.may_download("cifar10")) == (False, True)
    settings = made(after).prepare["cifar10"].settings
    assert settings.modules == (
        "data.prepare",
        "data.sources.torchvision",
        "config.sources.torchvision",
    )
    digits = parse(with_images(), "file")
    assert not digits.may_download("digits")


# --- Files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a: {b: 1\nc: 2\n", ":2:2: not valid YAML: "),
        (b"a: 1\nb:\n\tc: 2\n", ":3:1: not valid YAML: found character '\\t'"),
        (b"a: 1\nb: 2\na: 3\n", ":3:1: not valid YAML: repeated key 'a'"),
        (b"a: {b: 1, b: 2}\n", ":1:11: not valid YAML: repeated key 'b'"),
        (b"a: 1\nb: \xff\n", ":2: not valid UTF-8"),
        (b"a: 1\nb: \x01\n", ":2: not valid YAML: character 0x1"),
        (b"a: !!python/object:os.system 1\n", ":1:4: not valid YAML: could not determine"),
        (b"a: *nothing\n", ":1:4: not valid YAML: found undefined alias"),
        (b"a: [010]\n", ":1:5: not valid YAML: 010 would be read as 8; write the number without"),
        (b"a: -0100\n", ":1:4: not valid YAML: -0100 would be read as -64;"),
        (b"a: 08.5\n", ":1:4: not valid YAML: 08.5 would be read as 8.5;"),
        (b"a: 1:30\n", ":1:4: not valid YAML: 1:30 would be read as 90;"),
        (b"a: 1:30.5\n", ":1:4: not valid YAML: 1:30.5 would be read as 90.5;"),
        (b"a: 0b11\n", ":1:4: not valid YAML: 0b11 would be read as 3;"),
        (b"", ": got nothing; must be a mapping"),
        (b"- 1\n", ": got [1]; must be a mapping"),
    ],
)
def test_an_unreadable_file_is_told_with_its_place(tmp_path, content, line):
    path = tmp_path / "file.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}{line}")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told():
    with pytest.raises(ConfigError, match=r"^none.yaml: cannot be read: No such file"):
        load("none.yaml")


def test_numbers_are_those_of_yaml_1_2_and_anchors_work(tmp_path):
    path = tmp_path / "file.yaml"
    path.write_text(
        "experiments:\n"
        "  one: &one\n"
        "    data: {kind: gaussian}\n"
        "    sweeps: [{learning_rate: [1e-1, 5E-2, 0.2]}]\n"
        "    thermal_time_end: 1_000\n"
        "    seeds: [0, 0x10]\n"
        "    labels: resampled\n"
        "  two: {<<: *one, replicas: 3}\n"
        "figures:\n"
        "  f: {kind: learning_rate_sweep, experiment: two, observable: loss, batch_size: 1}\n"
    )
    settings = load(path, overrides={"device": "cpu"})
    cells = [(it.learning_rate, it.batch_size) for it in settings.experiments["two"].cells()]
    assert cells == [(0.05, 1), (0.1, 1), (0.2, 1)]
    assert settings.experiments["two"].replicas == 3
    assert settings.experiments["two"].seeds == (0, 16)
    assert settings.device == "cpu"


NAMED = """\
note: a text
experiments:
  {name}:
    network: {{inputs: 3, hidden: 4}}
    data: {{kind: gaussian}}
    sweeps: [{{learning_rate: [0.02, 0.1], batch_size: [1]}}]
figures:
  f: {{kind: learning_rate_sweep, experiment: {name}, observable: loss, batch_size: 1}}
"""


@pytest.mark.parametrize("name", ["no", "On", "1", "1.5", "2026-01-01"])
def test_a_name_that_yaml_takes_for_something_else_needs_quotes(tmp_path, name):
    path = tmp_path / "file.yaml"
    path.write_text(NAMED.format(name=name))
    with pytest.raises(ConfigError, match=r"as a name; must consist of .*; in quotes, if it is"):
        load(path)
    path.write_text(NAMED.format(name=f'"{name}"'))
    if name.isalnum():
        assert {it.experiment for it in load(path).runs()} == {name}
    else:
        with pytest.raises(ConfigError, match=rf"got '{name}' as a name; must consist of .* and _"):
            load(path)


def test_what_is_wrong_on_the_command_line_is_told_of_it(tmp_path):
    path = tmp_path / "file.yaml"
    path.write_text(NAMED.format(name="one"))
    given = {"device": "GPU", "results": "-x", "error_rate": 3}
    with pytest.raises(ConfigError) as caught:
        load(path, overrides=given)
    assert {line.split(": ")[0] for line in str(caught.value).splitlines()} == {"--config"}
    assert "results: got '-x'; must not begin with -" in str(caught.value)
    assert load(path).note == "a text"
    # As Snakemake reads `--config note= device=`.
    emptied = load(path, overrides={"note": None, "device": None})
    assert (emptied.note, emptied.device) == ("", "auto")


def test_reading_a_configuration_imports_nothing_heavy():
    script = (
        "import sys; from thermophoresis import cli, products; "
        "from thermophoresis.config.configuration import load; "
        "from thermophoresis.provenance.fingerprint import fingerprint; "
        f"load({str(REPOSITORY / 'config/config.yaml')!r}); fingerprint('simulations.run');"
        "print({'torch', 'xarray', 'numpy', 'matplotlib', 'scipy'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr


# --- What is shipped and documented ---------------------------------------------------------------


WITHOUT_DOWNLOAD = {
    "fig2_top",
    "fig2_middle",
    "fig2_bottom",
    *(f"fig{number}" for number in range(3, 11)),
}


# What the shipped configuration has besides what the paper draws: files of config/mechanism.
MECHANISM = {
    section: {
        name
        for path in (REPOSITORY / "config/mechanism").glob("*.yaml")
        for name in read_yaml(str(path)).get(section, {})
    }
    for section in ("experiments", "figures")
}


@pytest.mark.parametrize("name", ["config", "smoke", "paper"])
def test_shipped_configurations_hold_the_experiments_of_the_paper(name):
    settings = load(REPOSITORY / f"config/{name}.yaml")
    networks = {
        experiment: (it.network.kind, getattr(it.network, "inputs", None), it.data.kind, it.labels)
        for experiment, it in settings.experiments.items()
        if name != "config" or experiment not in MECHANISM["experiments"]
    }
    expected = {
        "gaussian_wide": ("two_layer", 100, "gaussian", "resampled"),
        "gaussian": ("two_layer", 10, "gaussian", "resampled"),
        "gaussian_tanh": ("two_layer", 10, "gaussian", "resampled"),
        "uniform": ("two_layer", 10, "uniform", "resampled"),
        "mlp6": ("mlp", 100, "gaussian", "resampled"),
        "cnn6": ("cnn", None, "images", "true"),
        "cnn6_resampled": ("cnn", None, "images", "resampled"),
    }
    figures = WITHOUT_DOWNLOAD | (MECHANISM["figures"] if name == "config" else set())
    if name == "paper":
        expected["cifar10"] = ("two_layer", None, "images", "true")
        expected["cifar10_resampled"] = ("two_layer", None, "images", "resampled")
        figures = figures | {f"fig{number}" for number in range(11, 15)}
    # Beside them there may be some of our own.
    assert networks.items() >= expected.items()
    assert set(settings.figures) >= figures | {f"curvature_{name}" for name in expected}
    for experiment in ("gaussian_wide", "gaussian", "gaussian_tanh", "uniform"):
        network = settings.experiments[experiment].network
        assert network.activation == ("tanh" if experiment == "gaussian_tanh" else "relu")
        assert network.hidden == network.inputs
        assert network.bias == (experiment != "uniform")
    assert ("smoke" in settings.note) == (name == "smoke")
    sources = {dataset.source for dataset in settings.datasets.values()}
    assert sources == ({"torchvision"} if name == "paper" else {"digits"})


@pytest.mark.parametrize("name", ["fashion_mnist", "cifar10"])
def test_configurations_for_local_copies_download_nothing(name):
    settings = load(REPOSITORY / f"config/{name}.yaml")
    (dataset,) = settings.datasets
    assert not settings.may_download(dataset)
    assert {it.labels for it in settings.experiments.values()} == {"true", "resampled"}


DOCUMENTED = {
    "top level": Config,
    "experiment": Experiment,
    "two_layer": kinds.model("networks", "two_layer"),
    "mlp": kinds.model("networks", "mlp"),
    "mlp6": kinds.model("networks", "mlp6"),
    "linear": kinds.model("networks", "linear"),
    "cnn": kinds.model("networks", "cnn"),
    "cnn6": kinds.model("networks", "cnn6"),
    "module": kinds.model("networks", "module"),
    "pooling": PoolingSettings,
    "initialisation": InitialisationSettings,
    "trace": TraceSettings,
    "squared": SquaredLoss,
    "sgd": kinds.model("dynamics", "sgd"),
    "schedule": ScheduleSettings,
    **{kind: kinds.model("dynamics", kind) for kind in kinds.names("dynamics") if kind != "sgd"},
    **{kind: kinds.model("data", kind) for kind in kinds.names("data")},
    "chosen_samples": ChosenSamples,
    "power_spectrum": PowerSpectrum,
    "partly_random": PartlyRandom,
    "arrays_source": kinds.model("sources", "arrays"),
    "digits": kinds.model("sources", "digits"),
    "torchvision": kinds.model("sources", "torchvision"),
    "image_folder": kinds.model("sources", "image_folder"),
    "sweep": Sweep,
    "learning_rate_sweep": kinds.model("figures", "learning_rate_sweep"),
    "batch_size_sweep": kinds.model("figures", "batch_size_sweep"),
    "sweep_figure": kinds.model("figures", "sweep"),
    "cell": Cell,
    "pair": Pair,
    "hessian_chain": kinds.model("measurements", "hessian_chain"),
    "control": Control,
    "parameter_distance": kinds.model("measurements", "parameter_distance"),
    "walk_flux": kinds.model("measurements", "walk_flux"),
    "chosen_cells": NamedCell,
    "soret_equilibrium": kinds.model("measurements", "soret_equilibrium"),
    "walk_moments": kinds.model("measurements", "walk_moments"),
    "minibatch_covariance": kinds.model("measurements", "minibatch_covariance"),
    "quadratic_loss": kinds.model("measurements", "quadratic_loss"),
    "printed_spectra": kinds.model("measurements", "printed_spectra"),
    "printed_row": PrintedRow,
    "stationary_regression": kinds.model("measurements", "stationary_regression"),
    "smoothed_wells": kinds.model("measurements", "smoothed_wells"),
    "momentum_variance": kinds.model("measurements", "momentum_variance"),
    "exchange_figure": kinds.model("figures", "exchange"),
    "third_factor_figure": kinds.model("figures", "third_factor"),
    "schedules_figure": kinds.model("figures", "schedules"),
    "scaling_and_sampling_figure": kinds.model("figures", "scaling_and_sampling"),
    "local_entropy_figure": kinds.model("figures", "local_entropy"),
    "mass_flow_figure": kinds.model("figures", "mass_flow"),
    "soret_equilibrium_figure": kinds.model("figures", "soret_equilibrium"),
    "bound_links": kinds.model("measurements", "bound_links"),
    "silent_removal": kinds.model("measurements", "silent_removal"),
    "noise_spectrum": kinds.model("measurements", "noise_spectrum"),
    "hessian_norm": kinds.model("measurements", "hessian_norm"),
    "rescaled_layers": kinds.model("measurements", "rescaled_layers"),
    "flatness": kinds.model("figures", "flatness"),
    "generalisation": kinds.model("figures", "generalisation"),
    "noise_spectrum_figure": kinds.model("figures", "noise_spectrum"),
    "noise_statistics": kinds.model("measurements", "noise_statistics"),
    "dense_hessian": kinds.model("measurements", "dense_hessian"),
    "langevin_limit": kinds.model("measurements", "langevin_limit"),
    "noise_statistics_figure": kinds.model("figures", "noise_statistics"),
    "rank_threshold": kinds.model("figures", "rank_threshold"),
    "printed_spectra_figure": kinds.model("figures", "printed_spectra"),
    "chosen_snapshots": NamedSnapshot,
    "walk_square": kinds.model("measurements", "walk_square"),
    "mechanism": kinds.model("figures", "mechanism"),
    "early_phase": kinds.model("figures", "early_phase"),
    "neuron_drift": kinds.model("measurements", "neuron_drift"),
    "neuron_flow": kinds.model("figures", "neuron_flow"),
    "weight_spectrum": kinds.model("measurements", "weight_spectrum"),
    "circulation": kinds.model("measurements", "circulation"),
    "weights_in_time": kinds.model("figures", "weights_in_time"),
    "circulation_figure": kinds.model("figures", "circulation"),
    "controls_figure": kinds.model("figures", "controls"),
    "panel_of_cells": PanelOfCells,
    "curvature_figure": kinds.model("figures", "curvature"),
    "double_well": kinds.model("measurements", "double_well"),
    "double_well_particles": kinds.model("measurements", "double_well_particles"),
    "noise_potential": kinds.model("measurements", "noise_potential"),
    "force_premises": kinds.model("measurements", "force_premises"),
    "well_odds": kinds.model("measurements", "well_odds"),
    "well_odds_figure": kinds.model("figures", "well_odds"),
    "double_well_figure": kinds.model("figures", "double_well"),
    "noise_convention": kinds.model("measurements", "noise_convention"),
    "current_of_wells": kinds.model("measurements", "current_of_wells"),
    "escape_times": kinds.model("measurements", "escape_times"),
    "convention_figure": kinds.model("figures", "convention"),
    "drift_budget_figure": kinds.model("figures", "drift_budget"),
    "budget_panel": BudgetPanel,
    "segment": kinds.model("measurements", "segment"),
    "segments": kinds.model("figures", "segments"),
    "memorisation": kinds.model("figures", "memorisation"),
}


def documented(section: str) -> dict[str, tuple[str, str]]:
    """Return default and allowed values by setting, from the table of a section of the README."""
    text = (REPOSITORY / "config/README.md").read_text()
    (body,) = re.findall(
        rf"^## [^\n]*\({section}\)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    cell = r"((?:\\\||[^|])*)"  # a pipe inside a cell is escaped
    rows = re.findall(rf"^\| `(\w+)` \| {cell} \| {cell} \| {cell} \|$", body, re.MULTILINE)
    return {name: (default, allowed) for name, _, default, allowed in rows}


@pytest.mark.parametrize("section", DOCUMENTED)
def test_every_setting_is_documented_with_its_default(section: str):
    model: type[BaseModel] = DOCUMENTED[section]
    table = documented(section)
    assert set(table) == set(model.model_fields)
    for name, field in model.model_fields.items():
        default, allowed = table[name]
        value = field.get_default(call_default_factory=True)
        if field.is_required():
            assert default == "required", name
        elif isinstance(value, BaseModel):
            assert default == "see below", name
        else:
            shown = value if isinstance(value, str) else json.dumps(value)
            assert default == (f"`{shown}`" if shown else "empty"), name
        for value in json_literals(model, name):
            assert f"`{value}`" in allowed, name


# One is of a kind that is copied into the package first.
EXAMPLES = [it for it in (REPOSITORY / "examples").glob("*.yaml") if "_claims" not in it.name]
EXAMPLES.remove(REPOSITORY / "examples/own_dynamics.yaml")


@pytest.mark.parametrize("path", sorted(EXAMPLES), ids=lambda it: it.name)
def test_every_example_can_be_read_with_its_claims(path):
    assert load_claims(load(path)).subjects


def test_nothing_is_documented_twice():
    tables = re.split(
        r"^\|---.*$", (REPOSITORY / "config/README.md").read_text(), flags=re.MULTILINE
    )
    for table in tables:
        # What one name means of several statistics may be told in several rows.
        rows = re.findall(
            r"^(\| `[^|]*\| (?:of (?:`\w+`|the same))?)", table.partition("\n\n")[0], re.MULTILINE
        )
        assert len(rows) == len(set(rows)), sorted(rows)


def test_what_can_be_measured_of_a_run_is_documented():
    _, allowed = documented("experiment")["measure"]
    every = kinds.names("measurements")
    of_one = {it for it in every if kinds.model("measurements", it).measures == 1}
    assert {*re.findall(r"`(\w+)`", allowed)} == of_one


def test_every_key_and_statistic_of_claims_is_documented():
    text = (REPOSITORY / "config/README.md").read_text().partition("\n## Claims\n")[2]
    documented = set(re.findall(r"`(\w+)`", text))
    for statistic in kinds.names("statistics"):
        model = kinds.model("statistics", statistic)
        assert set(model.model_fields) <= documented
        for name in ("statistic", "kind", "window", "over", "inequality", "of", "on"):
            if name in model.model_fields:
                assert set(json_literals(model, name)) <= documented
    assert set(Criterion.model_fields) <= documented


def json_literals(model: type[BaseModel], name: str) -> list[str]:
    """Return the words that a setting may be, by the model's JSON schema."""
    schema = model.model_json_schema()["properties"][name]
    return [*schema.get("enum", []), *([schema["const"]] if "const" in schema else [])]


# --- Command line ---------------------------------------------------------------------------------


def test_check_prints_the_runs_that_would_be_made(capsys, tmp_path):
    path = tmp_path / "file.yaml"
    path.write_text(json.dumps(SETTINGS))
    assert cli.main(["check", "--quick", "--config", str(path)]) == 0
    header, row, total = capsys.readouterr().out.splitlines()
    assert header.split("  ")[0] == "experiment"
    # 60 · 3 / 0.05² steps
    assert row.split() == ["gaussian", "3", "2", "6", "256", "72,000"]
    assert total == "6 runs, 2 figures"


@pytest.mark.parametrize(
    ("traces", "finite", "line"),
    [
        # 24,001, 72,001 and 6,001 moments with two seeds; 32 · 288 numbers of 4 bytes.
        ({"every": 1}, {}, "at most 2.65 GB a run, 7.52 GB in all; that is much"),
        ({"every": 100, "weights": 1, "projections": 0, "replicas": 2}, {},
         "at most 5.77 kB a run, 16.4 kB in all"),
        ({"every": "epoch"}, {"sampling": "with_replacement", "training_set_size": 300},
         "at most 26.6 MB a run, 60.7 MB in all"),
    ],
)  # fmt: skip
def test_check_prints_how_large_traces_are(capsys, tmp_path, traces, finite, line):
    path = tmp_path / "file.yaml"
    settings = changed("experiments.gaussian.traces", traces)
    settings["experiments"]["gaussian"] |= finite
    path.write_text(json.dumps(settings))
    assert cli.main(["check", "--quick", "--config", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[-2] == f"traces of gaussian: {line}"


def test_expected_failures_are_one_line_without_traceback(capsys):
    assert cli.main(["check", "--config", "none.yaml"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("thermophoresis: error: none.yaml: cannot be read")
    assert error.count("\n") == 1


def test_settings_that_do_not_fit_are_one_line(capsys):
    arguments = ["make", "simulate", "--settings", "{}", "--fingerprint", "0"]
    arguments += ["--checkpoint", "z.npz", "--checkpoint-seconds", "9", "--outputs", "x.nc", "y.nc"]
    assert cli.main(arguments) == 1
    assert capsys.readouterr().err.count("\n") == 1
