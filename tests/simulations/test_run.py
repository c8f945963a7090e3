"""A run, from settings to its file."""

import json
import time

import numpy as np
import pytest
import torch
import xarray as xr
from reference import initial_parameters, train_reference
from runs import settings

from thermophoresis.config.configuration import TwoLayerNetwork
from thermophoresis.config.grid import record_steps
from thermophoresis.config.vocabulary import RECORDED
from thermophoresis.data import gaussian
from thermophoresis.errors import UserError
from thermophoresis.networks.two_layer import TwoLayer, build
from thermophoresis.observables.activation import gaussian_activation_rate
from thermophoresis.simulations import run
from thermophoresis.simulations.sgd import engine, two_layer

RECORDED_HERE = RECORDED["two_layer"]


def write(path, chosen=None, **options):
    run.train_run(
        chosen or settings(),
        fingerprint="abc",
        output=path,
        snapshots=path.with_suffix(".snapshots.nc"),
        checkpoint=path.with_suffix(".checkpoint.npz"),
        checkpoint_seconds=120.0,
        **{"device": "cpu", **options},
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
        assert dataset.compiled == "false"
        assert dataset.data_source.startswith("synthetic: x ~ N(0, I)")
        assert dataset.data_checksum.endswith(" (probe set)")
        assert not dataset.diverged.any()
        for name in RECORDED_HERE:
            assert dataset[name].notnull().all()


@pytest.mark.parametrize("batch_size", [1, 3])
def test_the_recorded_curve_is_that_of_the_reference(batch_size):
    chosen = settings(precision="float64", batch_size=batch_size)
    dataset = run.train(chosen, device="cpu").run
    network = TwoLayer(6, 4)
    options = {"learning_rate": 0.1, "batch_size": batch_size, "seed": 3}
    for replica in (0, 4):
        for record, step in enumerate(record_steps(chosen).tolist()):
            expected = train_reference(network, gaussian, replica=replica, steps=step, **options)
            found = dataset.isel(replica=replica, record=record)
            rate = gaussian_activation_rate(expected["W"][None], expected["b"][None]).item()
            assert found.activation_rate.item() == pytest.approx(rate, rel=1e-6)
            assert found.second_layer_norm.item() == pytest.approx(
                expected["V"].norm().item(), rel=1e-6
            )


def test_a_replica_does_not_depend_on_the_others():
    few = run.train(settings(replicas=2), device="cpu").run
    many = run.train(settings(replicas=70), device="cpu").run.isel(replica=slice(2))
    xr.testing.assert_identical(few.drop_attrs(), many.drop_attrs())


def test_blocks_of_replicas_join_up(monkeypatch):
    whole = run.train(settings(), device="cpu").run
    monkeypatch.setattr(two_layer, "block_replicas", lambda network, dtype: 2)
    xr.testing.assert_identical(run.train(settings(), device="cpu").run, whole)


def test_how_often_is_recorded_changes_nothing_else():
    coarse = run.train(settings(records=2), device="cpu").run
    fine = run.train(settings(records=11), device="cpu").run
    xr.testing.assert_identical(coarse.drop_attrs(), fine.isel(record=[0, 10]).drop_attrs())


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


def test_snapshots_are_the_parameters_of_the_reference():
    chosen = settings(precision="float64", snapshots=2)
    snapshots = run.train(chosen, device="cpu").snapshots
    expected = train_reference(
        TwoLayer(6, 4), gaussian, replica=2, steps=100, learning_rate=0.1, batch_size=1, seed=3
    )
    for name, value in expected.items():
        found = snapshots[name].isel(replica=2, record=-1)
        np.testing.assert_allclose(found, value, rtol=1e-10)


def test_snapshots_are_of_the_first_replicas_across_blocks(monkeypatch):
    whole = run.train(settings(), device="cpu").snapshots
    monkeypatch.setattr(two_layer, "block_replicas", lambda network, dtype: 2)
    few = run.train(settings(snapshot_replicas=3), device="cpu")
    assert few.snapshots.sizes["replica"] == 3
    assert few.run.sizes["replica"] == 5
    xr.testing.assert_identical(few.snapshots, whole.isel(replica=slice(3)))


def test_snapshots_change_nothing_else():
    few = run.train(settings(snapshots=2, snapshot_replicas=1), device="cpu").run
    xr.testing.assert_identical(few, run.train(settings(), device="cpu").run)


def test_finite_sets_and_fixed_labels_can_be_learned():
    options = {"thermal_time_end": 30.0, "records": 2, "precision": "float64"}
    finite = {"sampling": "without_replacement", "training_set_size": 4, "labels": "shuffled"}
    memorised = run.train(settings(**options, **finite), device="cpu").run
    online = run.train(settings(**options), device="cpu").run
    # Four samples can be fitted, and the output grows for it; pure noise cannot.
    assert memorised.second_layer_norm[:, -1].mean() > 2 * online.second_layer_norm[:, -1].mean()


def test_diverged_replicas_are_marked_and_never_come_back():
    chosen = settings(
        learning_rate=0.9, thermal_time_end=200.0, records=20, replicas=64, divergence_loss=2.0
    )
    dataset = run.train(chosen, device="cpu").run
    diverged = dataset.diverged.values
    assert 0 < diverged[:, -1].sum() < 64
    assert (np.diff(diverged, axis=1) >= 0).all()
    for name in RECORDED_HERE:
        np.testing.assert_array_equal(dataset[name].isnull(), diverged == 1)
    assert dataset.loss.max() <= 2.0


def test_numbers_that_overflow_are_a_divergence():
    lines = []
    chosen = settings(learning_rate=50.0, thermal_time_end=1e6, records=3)
    dataset = run.train(chosen, device="cpu", report=lines.append).run
    assert dataset.diverged.values[:, -1].all()
    assert lines[-1].endswith("; 5 of 5 replicas diverged")


def test_progress_says_where_a_run_is(monkeypatch):
    clock = iter(range(0, 10_000, 4))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    lines = []
    progress = run.Progress(settings(replicas=4), 100, lines.append)
    for block in (range(2), range(2, 4)):
        for step in (0, 50, 100):
            progress.update(block, step)
    progress.finish(0)
    name = "gaussian lr=0.1 batch=1 seed=3"
    assert lines[0] == f"{name}: 100 steps of 4 replicas"
    # The clock ticks 4 s at each look and a line is due after 5 s: every second update reports.
    assert [line.partition(",")[0] for line in lines[1:-1]] == [
        f"{name}:  25%",
        f"{name}:  50%",
        f"{name}: 100%",
    ]
    assert "step 50 of 100" in lines[1]
    assert lines[1].endswith(", 24 s left")
    assert lines[-1].startswith(f"{name}: done in ")


def test_a_gpu_that_is_not_there_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="no CUDA device"):
        write(tmp_path / "run.nc", device="cuda")
    assert list(tmp_path.iterdir()) == []


def test_networks_that_gain_nothing_are_not_compiled(monkeypatch):
    monkeypatch.setenv("CXX", "sh")  # any program that exists
    chosen = settings(network={"kind": "mlp6", "inputs": 6, "hidden": 4})
    assert run.train(chosen, device="cpu", compile="always").run.compiled == "false"


def test_without_a_compiler_training_goes_on_as_well(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "COMPILE_AFTER_STEPS", 1)
    monkeypatch.setenv("CXX", "sh")  # any program that exists
    assert engine.choose_compiled("auto", settings().steps)  # a compiler would be made use of
    monkeypatch.setenv("CXX", "no-such-compiler")
    path = write(tmp_path / "run.nc", compile="auto")
    assert xr.load_dataset(path).compiled == "false"
    assert path.read_bytes() == write(tmp_path / "never.nc", compile="never").read_bytes()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device")
def test_cuda_records_what_the_cpu_records():
    chosen = settings(precision="float64")
    on_gpu = run.train(chosen, device="cuda").run.drop_attrs()
    xr.testing.assert_allclose(on_gpu, run.train(chosen, device="cpu").run.drop_attrs(), rtol=1e-6)


@pytest.mark.parametrize("bias", [True, False])
def test_initial_parameters_are_those_of_torch_layers(bias):
    network = build(TwoLayerNetwork(inputs=25, hidden=16, bias=bias), (25,), None)
    drawn = initial_parameters(network, range(200), torch.float64)
    bounds = {"W": 1 / 5, "V": 1 / 4} | ({"b": 1 / 5} if bias else {})
    assert drawn.keys() == bounds.keys()
    for name, bound in bounds.items():
        values = drawn[name].numpy()
        assert np.abs(values).max() <= bound
        assert values.std() == pytest.approx(bound / 3**0.5, rel=0.05)
