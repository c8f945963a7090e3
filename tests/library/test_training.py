"""Training without the pipeline gives what the pipeline gives."""

import numpy as np
import pytest
import torch
import xarray as xr

import thermophoresis as tp
from thermophoresis import cli
from thermophoresis.config.canonical import essential_json
from thermophoresis.config.claims import Claims
from thermophoresis.config.configuration import load
from thermophoresis.products import Products
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.fingerprint import fingerprint

SETTINGS = {
    "network": {"kind": "two_layer", "inputs": 3, "hidden": 4},
    "data": {"kind": "gaussian"},
    "until": {"thermal_time": 0.5},
    "records": 4,
    "probe_size": 16,
    "replicas": 5,
}
CONFIGURATION = """
experiments:
  mine:
    network: {kind: two_layer, inputs: 3, hidden: 4}
    data: {kind: gaussian}
    sweep: {learning_rate: [0.1, 0.2], batch_size: [2], momentum: [0, 0.9]}
    until: {thermal_time: 0.5}
    records: 4
    probe_size: 16
    replicas: 5
    seeds: [3]
figures:
  mine: {kind: sweep, experiment: mine, compare: momentum, observable: loss, learning_rate: 0.1}
"""


def made_by_the_pipeline(folder):
    """Make the curves of the configuration as its jobs do, and return where runs and curves are."""
    path = folder / "config.yaml"
    path.write_text(CONFIGURATION)
    config = load(path)
    products = Products(config, Claims({}, config))
    for product in (*products.simulate.values(), products.gather["curves/mine"]):
        job = [
            *("make", product.stage, "--settings", essential_json(product.settings)),
            *("--fingerprint", fingerprint(*product.settings.modules)),
            *("--inputs", *(str(folder / it) for it in product.inputs)),
            *("--outputs", *(str(folder / it) for it in product.outputs)),
        ]
        if product.stage == "simulate":
            job += ["--device", "cpu", "--checkpoint-seconds", "60"]
            job += ["--checkpoint", str(folder / "checkpoint.npz")]
        assert cli.main(job) == 0
    return [folder / it.outputs[0] for it in products.simulate.values()], folder / "curves/mine.nc"


def test_curves_are_those_of_the_pipeline_to_the_last_bit(tmp_path, capsys):
    runs, curves = made_by_the_pipeline(tmp_path)
    sweep = {"learning_rate": [0.1, 0.2], "batch_size": [2], "momentum": [0, 0.9]}
    found = tp.train(**SETTINGS, sweep=sweep, seeds=[3], name="mine", progress=False)
    # With all that the file says of itself: the checksums of its runs are among it.
    assert found.identical(netcdf.read(curves))
    for path in runs:
        run = netcdf.read(path)
        cell = {it: float(run[it]) for it in ("learning_rate", "batch_size", "seed")}
        momentum = 0.9 if "momentum=0.9" in path.name else 0
        same = tp.select(found, **cell, momentum=momentum)
        for name in ("loss", "activation_rate", "diverged"):
            np.testing.assert_array_equal(same[name], run[name])


def test_a_bar_ends_where_all_steps_are_made(capsys):
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 1)
    try:
        found = tp.train(**SETTINGS, learning_rate=np.array([0.1, 0.2]), seeds=range(2))
        assert torch.get_num_threads() == threads + 1
    finally:
        torch.set_num_threads(threads)
    steps = found["step"].isel(record=-1).sum() * 2 * 5
    assert dict(found.sizes)["seed"] == 2
    last = capsys.readouterr().err.split("\r")[-1]
    assert last.startswith("trained: 100%")
    assert f"| {int(steps)}/{int(steps)} [" in last
    of_numpy = SETTINGS | {
        "network": {"kind": "two_layer", "inputs": np.int64(3), "hidden": xr.DataArray(4)},
        "replicas": np.int32(5),
    }
    again = tp.train(**of_numpy, learning_rate=np.float64(0.2), progress=False)
    assert capsys.readouterr().err == ""
    np.testing.assert_array_equal(
        again["loss"].squeeze(), tp.select(found, learning_rate=0.2, batch_size=1, seed=0)["loss"]
    )


def test_images_are_read_as_the_pipeline_reads_them(tmp_path):
    x = np.random.default_rng(0).normal(size=(40, 3))
    y = np.arange(40) % 2
    np.savez(tmp_path / "mine.npz", x_train=x, y_train=y, x_test=x[:8], y_test=y[:8])
    found = tp.train(
        network={"kind": "mlp", "hidden": [4]},
        data={"kind": "arrays", "dataset": "mine"},
        datasets={"mine": {"source": "arrays", "path": str(tmp_path / "mine.npz")}},
        learning_rate=0.1,
        until={"steps": 20},
        records=3,
        record=["loss"],
        labels=True,
        probe_size=4,
        replicas=2,
        progress=False,
    )
    assert np.isfinite(found["loss"]).all()
    assert float(found["step"].max()) == 20


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"replicas": -1}, "train: replicas: got -1; must be >= 1"),
        ({"netwrk": {}}, r"train: netwrk: unknown setting; .*did you mean 'network'"),
        ({"learning_rate": None}, r"train: sweep.learning_rate\[0\]: got nothing"),
        ({"learning_rate": "x"}, r"train: sweep.learning_rate\[0\]: got 'x'; must be a number"),
        ({"sweep": {"learning_rate": [0.1]}}, "train: learning_rate: must stand in the sweep"),
        (
            {"sweep": {"learning_rate": [0.1]}, "learning_rate": None, "batch_size": 4},
            "train: batch_size: must stand in the sweep",
        ),
        ({"datasets": [1]}, r"train: datasets: got \[1\]; must be a mapping"),
        ({"measure": {"hessian_chain": {}}}, "train: measure: got .*; must be left out"),
        ({"traces": {"every": 1}}, "train: traces: got .*; must be left out"),
        ({"name": "my own"}, "my own.*; must consist of letters, digits and _"),
        ({"datasets": {"x": {"source": "nowhere"}}}, "train: datasets.x.*: got 'nowhere'"),
        ({"device": "tpu"}, "tpu"),
    ],
)
def test_what_is_not_allowed_is_said_in_the_words_of_a_configuration(changes, words):
    with pytest.raises(tp.UserError, match=words) as caught:
        tp.train(**{**SETTINGS, "learning_rate": 0.1, "progress": False, **changes})
    assert "\n" not in str(caught.value)
