"""Where the Hessian's trace is taken: what each run is told."""

import json

import pytest
from runs import settings

from thermophoresis.config.canonical import essential_json
from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import load
from thermophoresis.config.control import Control
from thermophoresis.config.measurements.hessian_chain import HessianChain
from thermophoresis.config.problems import ConfigError


def told(control, **changes):
    """Return the control that a run is told, of a measurement with one."""
    run = settings(snapshots=5, **changes)
    return HessianChain(samples=4, control=control).of(run).control


@pytest.mark.parametrize(
    ("control", "cell", "snapshots"),
    [
        ({}, {}, 5),
        ({"snapshots": 2}, {}, 2),
        ({"learning_rate": 0.1}, {"learning_rate": 0.1}, 5),
        ({"learning_rate": 0.1}, {"learning_rate": 0.2}, 0),
        ({"batch_size": 2, "snapshots": 3}, {"batch_size": 2}, 3),
        ({"batch_size": 2, "snapshots": 3}, {"batch_size": 1}, 0),
        ({"cells": {"momentum": [0.5, 0.9]}}, {"axes": {"momentum": 0.9}}, 5),
        ({"cells": {"momentum": [0.5, 0.9]}}, {"axes": {"momentum": 0.0}}, 0),
    ],
)
def test_a_run_is_told_at_how_many_snapshots(control, cell, snapshots):
    assert told(Control(**control), **cell) == Control(snapshots=snapshots)


def test_without_settings_it_is_everywhere_and_jobs_are_told_what_they_were():
    assert told(None) is None
    assert essential_json(HessianChain(samples=4)) == '{"kind":"hessian_chain","samples":4}'


@pytest.mark.parametrize(
    ("count", "snapshots", "chosen"),
    [
        (0, 11, ()),
        (1, 11, (10,)),
        (2, 11, (0, 10)),
        (3, 11, (0, 5, 10)),
        (4, 11, (0, 3, 7, 10)),
        (3, 4, (0, 2, 3)),
        (None, 4, (0, 1, 2, 3)),
        (4, 4, (0, 1, 2, 3)),
        (1, 1, (0,)),
    ],
)
def test_snapshots_are_evenly_chosen(count, snapshots, chosen):
    assert Control(snapshots=count).chosen(snapshots) == chosen


@pytest.mark.parametrize("snapshots", range(1, 12))
def test_no_snapshot_is_chosen_twice(snapshots):
    for count in range(snapshots + 1):
        chosen = Control(snapshots=count).chosen(snapshots)
        assert len(set(chosen)) == count
        assert list(chosen) == sorted(chosen)


CLAIM = {
    "source": "s",
    "statement": "s",
    "experiment": "gaussian",
    "criterion": {"at_least": 0.9},
    "because": "b",
}
OF_TRACE = {
    "statistic": "measured_value",
    "measurement": "hessian_chain",
    "variable": "hessian_trace",
}


@pytest.mark.parametrize(
    ("control", "claim", "problem"),
    [
        ({"learning_rate": 0.05}, {"statistic": "hessian_ggn_ratio"}, None),
        ({"learning_rate": 0.05}, {**OF_TRACE, "learning_rate": 0.05}, None),
        ({"learning_rate": 0.05}, {**OF_TRACE, "variable": "ggn_trace"}, None),
        (
            {"snapshots": 0},
            {"statistic": "hessian_ggn_ratio"},
            "statistic: needs hessian_trace; hessian_chain does not have it in 0.05 with 1, "
            "0.1 with 1: see its control",
        ),
        (
            {"learning_rate": 0.05},
            OF_TRACE,
            "variable: got 'hessian_trace'; hessian_chain does not have it in 0.1 with 1: "
            "see its control",
        ),
    ],
)
def test_a_claim_about_a_trace_that_is_not_taken_is_refused(tmp_path, control, claim, problem):
    (tmp_path / "claims.yaml").write_text(json.dumps({"claims": {"one": {**CLAIM, **claim}}}))
    path = tmp_path / "config.yaml"
    experiment = {
        "network": {"kind": "two_layer"},
        "data": {"kind": "gaussian"},
        "sweep": {"learning_rate": [0.05, 0.1]},
        "measure": {"hessian_chain": {"control": control}},
    }
    figure = {
        "kind": "learning_rate_sweep",
        "experiment": "gaussian",
        "observable": "activation_rate",
        "batch_size": 1,
    }
    settings = {"experiments": {"gaussian": experiment}, "figures": {"one": figure}}
    path.write_text(json.dumps({**settings, "claims": ["claims.yaml"]}))
    if problem is None:
        load_claims(load(path))
        return
    with pytest.raises(ConfigError) as caught:
        load_claims(load(path))
    assert str(caught.value).endswith(f"claims.one.{problem}")
