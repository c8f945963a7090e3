"""What is made from what."""

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
