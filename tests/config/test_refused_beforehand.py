"""What claims and figures of budgets, flows and controls cannot be about: told beforehand."""

import copy

import pytest
import yaml

from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import parse
from thermophoresis.config.problems import ConfigError

NETWORK = {"kind": "two_layer", "inputs": 10, "hidden": 10}
SHORT = {"data": {"kind": "gaussian"}, "thermal_time_end": 4.0, "records": 11, "replicas": 8}
GAUSSIAN = SHORT | {
    "network": NETWORK,
    "sweep": {"learning_rate": [0.05, 0.1]},
    "record": ["activation_rate", "activation_rate_unit", "second_layer_norm", "drift_budget"],
}
MEAN = GAUSSIAN | {
    "dynamics": {"kind": "surgery", "all": "mean"},
    "record": ["activation_rate", "activation_rate_unit"],
}
EXPERIMENTS = {
    "gaussian": GAUSSIAN,
    "uniform": GAUSSIAN | {"data": {"kind": "uniform"}, "network": NETWORK | {"bias": False}},
    "mean": MEAN,
    "other_seeds": MEAN | {"seeds": [5]},
    "fewer": MEAN | {"replicas": 7},
    "other_rates": MEAN | {"sweep": {"learning_rate": [0.02, 0.03]}},
    "shorter": MEAN | {"thermal_time_end": 1.0},
    "in_steps": SHORT
    | {
        "network": NETWORK,
        "sweep": {"learning_rate": [0.05, 0.1]},
        "thermal_time_end": None,
        "until": {"steps": 400},
        "record": ["activation_rate"],
    },
    "tanh": MEAN | {"network": NETWORK | {"activation": "tanh"}, "dynamics": {"kind": "sgd"}},
    "equal": GAUSSIAN
    | {
        "sweep": [
            {"learning_rate": [0.05], "batch_size": [1]},
            {"learning_rate": [0.1], "batch_size": [2]},
        ]
    },
    "sizes": SHORT
    | {
        "network": NETWORK,
        "sweep": {"learning_rate": [0.05], "network.hidden": [5, 10]},
        "record": ["second_layer_norm"],
    },
    "deep": SHORT
    | {
        "network": {"kind": "mlp6", "inputs": 10, "hidden": 10},
        "sweep": {"learning_rate": [0.05, 0.1]},
        "record": ["drift_budget_sampled", "activation_rate", "second_layer_norm"],
    },
    "two": SHORT
    | {
        "network": {"kind": "mlp", "inputs": 10, "hidden": [10], "bias": [True, False]},
        "sweep": {"learning_rate": [0.05, 0.1]},
        "record": ["drift_budget_sampled"],
    },
    "taken_apart": SHORT
    | {
        "network": NETWORK,
        "sweep": {
            "learning_rate": [0.05],
            "dynamics": {"sgd": {"kind": "sgd"}, "mean": {"kind": "surgery", "all": "mean"}},
        },
        "record": ["activation_rate"],
    },
    "neurons": GAUSSIAN | {"record": ["mean_bias"], "measure": {"neuron_drift": {}}},
}
COMPUTATIONS = {
    "flow": {"kind": "walk_flux", "noise_slope": 0.5},
    "state": {"kind": "soret_equilibrium", "noise": {"linear": [1.0, 2.0, 0.0]}},
    "moments": {"kind": "walk_moments"},
}
FIGURE = {
    "kind": "learning_rate_sweep",
    "experiment": "gaussian",
    "observable": "activation_rate",
    "batch_size": 1,
}


def told(tmp_path, *, figure=None, claim=None, computations=None, experiments=None):
    """Return the lines with which settings are refused; none where they are not."""
    settings = {
        "experiments": EXPERIMENTS | (experiments or {}),
        "computations": COMPUTATIONS | (computations or {}),
        "figures": {"plain": FIGURE} | ({} if figure is None else {"it": figure}),
    }
    settings = copy.deepcopy(settings)
    if claim is not None:
        about = {"source": "A.7", "statement": "So.", "because": "So.", "criterion": {"below": 0}}
        path = tmp_path / "claims.yaml"
        path.write_text(yaml.safe_dump({"claims": {"it": about | claim}}), "utf-8")
        settings["claims"] = [str(path)]
    try:
        load_claims(parse(settings, "file"))
    except ConfigError as error:
        return [
            line.split(": ", 1)[1].removeprefix("claims.it.").removeprefix("figures.it.")
            for line in str(error).splitlines()
        ]
    return []


# --- Claims ---------------------------------------------------------------------------------------

SHARE = {
    "statistic": "budget_share",
    "experiment": "gaussian",
    "observable": "drift_budget",
    "of": "activation_rate",
    "terms": "noise_bb",
}
SAMPLED = SHARE | {"observable": "drift_budget_sampled", "experiment": "deep", "terms": "noise"}
SCALING = SHARE | {"statistic": "budget_scaling", "up_to": 1.0}
DISTANCE = {"statistic": "distance_from_theory", "experiment": "gaussian", "batch_size": 1}
LEVEL = {"statistic": "norm_plateau", "experiment": "gaussian"}
DIVERGED = {
    "statistic": "diverged_fraction",
    "experiment": "gaussian",
    "thermal_time": 4.0,
    "criterion": {"at_most": 0},
}
PAIRS = {"statistic": "pair_collapse_error", "experiment": "equal", "observable": "activation_rate"}
TOTALS = {
    "statistic": "ratio_of_totals",
    "experiment": "neurons",
    "measurement": "neuron_drift",
    "of": "drift_b",
    "over": "change_b",
}
ENDS = "where the run of 0.05 with 1 ends"
WHOSE = (
    "must be of two_layer ReLU networks with biases, trained by plain sgd with cross entropy and "
    "resampled labels on white Gaussian inputs"
)


@pytest.mark.parametrize(
    "claim",
    [
        SHARE,
        SHARE | {"up_to": 4.0},
        SHARE | {"terms": "flux"},
        SHARE | {"experiment": "uniform", "terms": "noise_WW"},
        SHARE | {"experiment": "uniform", "of": "mean_bias", "terms": "flux"},
        SHARE | {"terms": ["noise_WW"], "among": ["noise_WW", "noise_bb"]},
        SAMPLED,
        SAMPLED | {"experiment": "two", "terms": ["noise_VV", "first_b"]},
        SCALING,
        DISTANCE,
        LEVEL,
        DIVERGED,
        DIVERGED | {"experiment": "in_steps", "thermal_time": 1.0},
        PAIRS,
        PAIRS | {"among": "equal_noise"},
        TOTALS,
    ],
)
def test_what_there_is_can_be_claimed_of(tmp_path, claim):
    assert told(tmp_path, claim=claim) == []


@pytest.mark.parametrize(
    ("claim", "line"),
    [
        (SHARE | {"up_to": 4.1}, f"up_to: got 4.1; must be <= 4, {ENDS}"),
        (SCALING | {"up_to": 5.0}, f"up_to: got 5; must be <= 4, {ENDS}"),
        (SHARE | {"statistic": "budget_term", "up_to": 5.0},
         f"up_to: got 5; must be <= 4, {ENDS}"),
        (DIVERGED | {"thermal_time": 4.1}, f"thermal_time: got 4.1; must be <= 4, {ENDS}"),
        (DIVERGED | {"experiment": "in_steps", "thermal_time": 2.0},
         f"thermal_time: got 2; must be <= 1, {ENDS}"),
        (SHARE | {"experiment": "uniform", "of": "gradient_square"},
         "of: got 'gradient_square', of which there is no budget in 0.1 with 1: see its needs"),
        (SHARE | {"experiment": "uniform", "terms": "flux"},
         "terms: got 'flux', which the budget of activation_rate lacks in 0.1 with 1; must be one "
         "of first_V, first_W, first_b, noise_VV, noise_VW, noise_Vb, noise_WW, noise_Wb, "
         "noise_bb, mean_square"),
        (SAMPLED | {"terms": "noise_VV"},
         "terms: got 'noise_VV', which the budget of activation_rate lacks in 0.1 with 1; must be "
         "one of first, noise, mean_square, remainder (did you mean 'noise'?)"),
        (SHARE | {"among": ["noise_WW"]},
         "among: got ['noise_WW']; must have the terms themselves, also noise_bb"),
        (SCALING | {"experiment": "equal"},
         "statistic: got 'budget_scaling'; must be of cells that differ in η/|B|, not all with "
         "0.05"),
        *[(DISTANCE | {"experiment": name},
           f"statistic: got 'distance_from_theory', which is not of 0.05 with 1; {WHOSE}")
          for name in ("uniform", "mean", "tanh")],
        (LEVEL | {"experiment": "deep"},
         "statistic: got 'norm_plateau', which is not of 0.05 with 1; must be of two_layer "
         "networks trained with cross entropy and resampled labels"),
        (LEVEL | {"experiment": "sizes"},
         "statistic: got 'norm_plateau'; must be of cells with one number of hidden units, not 5, "
         "10"),
        (PAIRS | {"experiment": "gaussian", "among": "equal_noise"},
         "experiment: got 'gaussian'; must be one with two cells of equal η/|B| at least"),
        (TOTALS | {"over": "drift_b"},
         "it: got drift_b as both of and over; must be two quantities"),
    ],
)  # fmt: skip
def test_what_there_is_not_is_refused_before_anything_runs(tmp_path, claim, line):
    assert [it.removeprefix("claims.") for it in told(tmp_path, claim=claim)] == [line]


COMBINED = {
    "statistic": "combined_change",
    "experiment": "taken_apart",
    "observable": "activation_rate",
    "learning_rate": 0.05,
    "batch_size": 1,
    "compare": "dynamics",
    "cells": {"dynamics": ["sgd", "mean"]},
    "weights": {"sgd": 1, "mean": -1},
    "relative_to": "sgd",
    "until": 4.0,
}
AGREEMENT = {
    "statistic": "agreement_at_equal_loss",
    "experiment": "gaussian",
    "lower": "activation_rate",
    "higher": "second_layer_norm",
    "batch_size": 1,
}


def test_controls_are_compared_while_they_run_and_by_one_curve_each(tmp_path):
    assert told(tmp_path, claim=COMBINED) == told(tmp_path, claim=AGREEMENT) == []
    (line,) = told(tmp_path, claim=COMBINED | {"until": 4.1})
    assert line == f"until: got 4.1; must be <= 4, {ENDS.replace(' ends', ', dynamics=sgd ends')}"
    (line,) = told(tmp_path, claim=AGREEMENT | {"lower": "activation_rate_unit"})
    words = "got 'activation_rate_unit'; must be one without further axes, not along layer, unit"
    assert line == f"lower: {words}"


# --- Figures --------------------------------------------------------------------------------------

CURVE = {"name": "a curve", "experiment": "gaussian", "learning_rate": 0.05}
MECHANISM = {
    "kind": "mechanism",
    "curves": [CURVE],
    "level": {"experiment": "gaussian"},
    "control": {"experiment": "mean"},
    "thermal_time": 4.0,
}


def controlled(name):
    return MECHANISM | {"control": {"experiment": name}}


PANEL = {
    "experiment": "gaussian",
    "observable": "drift_budget",
    "of": "gradient_square",
    "learning_rate": 0.05,
}


@pytest.mark.parametrize(
    "figure", [MECHANISM, {"kind": "drift_budget", "panels": [PANEL]},
               {"kind": "mass_flow", "flows": ["flow"]},
               {"kind": "soret_equilibrium", "equilibrium": "state", "moments": "moments"}],
)  # fmt: skip
def test_what_there_is_can_be_drawn(tmp_path, figure):
    assert told(tmp_path, figure=figure) == []


@pytest.mark.parametrize(
    ("figure", "lines"),
    [
        (MECHANISM | {"thermal_time": 5.0}, [f"thermal_time: got 5; must be <= 4, {ENDS}"]),
        (MECHANISM | {"level": {"experiment": "uniform"}},
         [f"level.experiment: got 'uniform', of which there is no slow flow; {WHOSE}"]),
        (controlled("other_seeds"),
         ["control.experiment: got 'other_seeds' with seeds [5]; must have those of level: "
          "[0, 1, 2, 3]"]),
        (controlled("fewer"),
         ["control.experiment: got 'fewer' with replicas 7; must have those of level: 8"]),
        (controlled("other_rates"),
         ["control.experiment: got 'other_rates' with 0.02 with 1; must have cells that level has "
          "as well"]),
        (controlled("shorter"), [f"thermal_time: got 4; must be <= 1, {ENDS}"]),
        (MECHANISM | {"curves": [CURVE, CURVE]},
         ["curves[1].name: got 'a curve'; must be another one than that of an earlier cell"]),
        ({"kind": "drift_budget", "panels": [PANEL | {"experiment": "uniform"}]},
         ["panels[0].of: got 'gradient_square', of which there is no budget in experiment uniform: "
          "see its needs"]),
        ({"kind": "controls", "observable": "drift_budget", "panels": [{"curves": [CURVE]}]},
         ["observable: got 'drift_budget'; must be one without further axes, not along budget_of, "
          "budget_term"]),
        ({"kind": "mass_flow", "flows": ["flow", "state"]},
         ["flows[1]: got 'state', of kind soret_equilibrium; must be one of kind walk_flux"]),
        ({"kind": "soret_equilibrium", "equilibrium": "moments", "moments": "state"},
         ["equilibrium: got 'moments', of kind walk_moments; must be one of kind "
          "soret_equilibrium",
          "moments: got 'state', of kind soret_equilibrium; must be one of kind walk_moments"]),
    ],
)  # fmt: skip
def test_what_there_is_not_cannot_be_drawn(tmp_path, figure, lines):
    assert told(tmp_path, figure=figure) == lines


# --- Others ---------------------------------------------------------------------------------------


def test_a_list_that_is_too_short_is_told(tmp_path):
    short = {"state": {"kind": "soret_equilibrium", "noise": {"linear": [1.0, 2.0]}}}
    found = told(tmp_path, computations=short)
    assert found == ["computations.state.noise.linear[2]: got nothing; must be given"]


def test_a_parameter_follows_one_thing(tmp_path):
    dynamics = {"kind": "surgery", "modes": {"W": "mean"}, "W": "noise"}
    found = told(tmp_path, experiments={"mean": MEAN | {"dynamics": dynamics}})
    assert found == ["experiments.mean.dynamics.W: must not be in modes as well"]
