"""What is made from what."""

import itertools
import re

import pytest

from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import parse
from thermophoresis.products import Products

EXPERIMENT = {
    "network": {"inputs": 3, "hidden": 4},
    "data": {"kind": "gaussian"},
    "sweeps": [{"learning_rate": [0.1, 0.2]}],
    "seeds": [0],
    "records": 6,
}


@pytest.fixture
def products():
    """Products of an experiment with and one without snapshots."""
    settings = {
        "experiments": {
            "kept": {**EXPERIMENT, "measure": {"hessian_chain": {}}},
            "bare": {**EXPERIMENT, "snapshots": 0},
        },
        "figures": {
            "fig3": {
                "kind": "learning_rate_sweep",
                "experiment": "bare",
                "observable": "loss",
                "batch_size": 1,
            }
        },
    }
    config = parse(settings, "file")
    return Products(config, load_claims(config))


def test_a_run_leaves_the_snapshots_that_it_is_to_keep(products):
    run = "lr=0.1_batch=1_seed=0"
    assert products.simulate[f"kept/{run}"].outputs == (
        f"runs/kept/{run}.nc",
        f"snapshots/kept/{run}.nc",
    )
    assert products.simulate[f"bare/{run}"].outputs == (f"runs/bare/{run}.nc",)


def test_nothing_is_measured_where_there_are_no_snapshots(products):
    chain = "hessian_chain"
    assert set(products.measure) == {f"{chain}/kept/lr={lr}_batch=1_seed=0" for lr in (0.1, 0.2)}
    assert set(products.gather) == {"curves/kept", f"measurements/{chain}/kept", "curves/bare"}
    assert {path for path in products.wanted if "bare" in path} == {"curves/bare.nc"}


def swept(sweep):
    """Products of an experiment with a sweep, and of one without snapshots."""
    common = {key: value for key, value in EXPERIMENT.items() if key != "sweeps"}
    plain = {"kind": "learning_rate_sweep", "observable": "loss", "batch_size": 1}
    settings = {
        "experiments": {
            "swept": {**common, "sweep": {"learning_rate": [0.1], **sweep}},
            "bare": {**EXPERIMENT, "snapshots": 0},
        },
        "figures": {"f": {**plain, "experiment": "bare"}},
    }
    config = parse(settings, "file")
    return Products(config, load_claims(config))


@pytest.mark.parametrize(
    "sweep",
    [
        pytest.param({"momentum": [0, 0.5]}, id="all_leave_the_same"),
        pytest.param({"traces": {"off": None, "on": {"every": 10}}}, id="some_leave_more"),
    ],
)
def test_runs_are_told_apart_by_what_they_leave(sweep):
    products = swept(sweep)
    left = itertools.product((False, True), repeat=2)
    patterns = {it: products.leaving(snapshots=it[0], traces=it[1]) for it in left}
    for name, run in products.runs.items():
        matching = [it for it, pattern in patterns.items() if re.fullmatch(pattern, name)]
        assert matching == [(bool(run.snapshots), bool(run.traces))]
    assert len(set(patterns.values()) - {""}) == (3 if "traces" in sweep else 2)


def test_what_runs_leave_is_said_in_a_text_no_longer_for_more_cells():
    lengths = [
        len(swept({"momentum": [it / cells for it in range(cells)]}).leaving(
            snapshots=True, traces=False
        ))
        for cells in (2, 50)
    ]  # fmt: skip
    assert lengths[0] == lengths[1] < 200
