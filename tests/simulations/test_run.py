"""The job of a run, from its settings to its files."""

import json

import numpy as np
import pytest
import torch
import xarray as xr
from runs import settings

from thermophoresis.config.networks.two_layer import TwoLayerNetwork
from thermophoresis.errors import UserError
from thermophoresis.simulations import run

RECORDED_HERE = TwoLayerNetwork.records


def write(path, chosen=None, **options):
    run.train_run(
        chosen or settings(),
        fingerprint="abc",
        output=path,
        **{"snapshots": path.with_suffix(".snapshots.nc"), "device": "cpu", **options},
    )
    return path


def test_the_same_run_gives_the_same_bytes(tmp_path):
    first = write(tmp_path / "first.nc").read_bytes()
    assert write(tmp_path / "second.nc").read_bytes() == first
    kept = [(tmp_path / f"{name}.snapshots.nc").read_bytes() for name in ("first", "second")]
    assert kept[0] == kept[1]
    assert write(tmp_path / "third.nc", settings(seed=4)).read_bytes() != first


def test_the_file_needs_no_project_code(tmp_path):
    with xr.open_dataset(write(tmp_path / "run.nc")) as dataset:
        assert dict(dataset.sizes) == {"replica": 5, "record": 6}
        assert set(dataset.data_vars) == {*RECORDED_HERE, "diverged"}
        for variable in dataset.variables.values():
            assert {"units", "long_name"} <= variable.attrs.keys()
        assert dataset.step.values.tolist() == [0, 20, 40, 60, 80, 100]
        np.testing.assert_allclose(dataset.thermal_time, np.linspace(0, 1, 6), rtol=1e-12)
        assert (dataset.learning_rate, dataset.batch_size, dataset.seed) == (0.1, 1, 3)
        assert json.loads(dataset.configuration) == json.loads(settings().model_dump_json())
        assert dataset.code_fingerprint == "abc"
        assert json.loads(dataset.package_versions)["torch"] == torch.__version__.split("+")[0]
        assert dataset.device == "cpu"
        assert dataset.stepper == "chains.lanes"
        assert dataset.data_source.startswith("synthetic: x ~ N(0, I)")
        assert dataset.data_checksum.endswith(" (probe set)")
        assert not dataset.diverged.any()
        for name in RECORDED_HERE:
            assert dataset[name].notnull().all()


def test_a_run_without_snapshots_is_one_file(tmp_path):
    path = tmp_path / "run.nc"
    write(path, settings(snapshots=0), snapshots=None)
    assert list(tmp_path.iterdir()) == [path]
    with xr.open_dataset(path) as dataset:
        assert dataset.attrs["title"] == (
            "gaussian: SGD ensemble at one learning rate, batch size and seed"
        )


@pytest.mark.parametrize(
    ("kind", "names"),
    [("two_layer", {"W", "b", "V"}), ("mlp6", {f"{p}{k}" for p in "Wb" for k in range(1, 7)})],
)
def test_snapshots_need_no_project_code(tmp_path, kind, names):
    chosen = settings(network={"kind": kind, "inputs": 6, "hidden": 4}, snapshots=3)
    path = write(tmp_path / "run.nc", chosen)
    with xr.open_dataset(path.with_suffix(".snapshots.nc")) as dataset:
        assert set(dataset.data_vars) == names | {"diverged"}
        assert dataset.record.values.tolist() == [0, 2, 5]
        assert dataset.step.values.tolist() == [0, 40, 100]
        for variable in dataset.variables.values():
            assert {"units", "long_name"} <= variable.attrs.keys()
        assert json.loads(dataset.configuration) == json.loads(chosen.model_dump_json())
        assert dataset.code_fingerprint == "abc"
        if kind == "two_layer":
            assert dataset.W.dims == ("replica", "record", "hidden", "input")
            norm = np.linalg.norm(dataset.V.values, axis=-1)
            with xr.open_dataset(path) as measured:
                expected = measured.second_layer_norm.isel(record=[0, 2, 5])
                np.testing.assert_allclose(norm, expected, rtol=1e-6)


def test_a_gpu_that_is_not_there_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="no CUDA device"):
        write(tmp_path / "run.nc", device="cuda")
    assert list(tmp_path.iterdir()) == []
