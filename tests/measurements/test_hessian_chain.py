"""The chain along a run, from snapshots to files."""

import json

import numpy as np
import pytest
import torch
import xarray as xr
from dense_curvature import dense
from runs import settings as run_settings
from training import train

from thermophoresis.analysis import gathering
from thermophoresis.config.gathering import GatherSettings
from thermophoresis.config.measurement import MeasureSettings
from thermophoresis.config.measurements.hessian_chain import HessianChain
from thermophoresis.data import gaussian
from thermophoresis.data.samples import probe_set
from thermophoresis.errors import UserError
from thermophoresis.measurements import hessian_chain
from thermophoresis.measurements.hessian_trace_bound import kernel_trace_bound
from thermophoresis.measurements.job import check_origin, measure
from thermophoresis.networks import mlp
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.run import train_run

WIDE = {"kind": "mlp", "inputs": 12, "hidden": [513]}  # too large for the exact trace


def settings(samples=6, vectors=3, control=None, **changes):
    chosen = run_settings(**{"replicas": 3, "snapshots": 3, "probe_size": 8, **changes})
    measurement = {"kind": "hessian_chain", "samples": samples, "vectors": vectors}
    measurement |= {"control": control} if control else {}
    return MeasureSettings(measurement=measurement, runs=[chosen])


def evaluate(chosen, snapshots):
    return hessian_chain.evaluate(chosen.measurement, chosen.runs[0], snapshots)


def write_snapshots(folder, chosen, name="run"):
    path = folder / f"{name}.snapshots.nc"
    train_run(
        chosen.runs[0],
        fingerprint="trained",
        output=folder / f"{name}.nc",
        snapshots=path,
        device="cpu",
    )
    return path


def write(folder, chosen, name="run"):
    path = folder / f"{name}.curvature.nc"
    snapshots = write_snapshots(folder, chosen, name)
    measure(chosen, fingerprint="evaluated", inputs=[snapshots], output=path)
    return path


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("curvature")
    path = write(folder, settings())
    return xr.load_dataset(path), xr.load_dataset(folder / "run.snapshots.nc")


def test_means_and_errors_are_those_of_dense_matrices(evaluated):
    found, snapshots = evaluated
    x, y = probe_set(gaussian, seed=3, replicas=range(3), samples=6, inputs=6, dtype=torch.float64)
    network = TwoLayer(6, 4)
    for replica, record in ((0, 0), (2, 2)):
        at = {"replica": [replica], "record": record}
        stacked = {k: torch.tensor(snapshots[k].isel(at).values).double() for k in ("W", "b", "V")}
        layered, parameters = network.as_layered(stacked)
        own = (x[replica : replica + 1], y[replica : replica + 1])
        traces = {"hessian_trace": [], "ggn_trace": [], "trace_P": [], "trace_K": []}
        for sample in range(6):
            matrices = dense(layered, parameters, *own, 0, sample)
            for name, matrix in zip(traces, matrices, strict=True):
                traces[name].append(matrix.trace().item())
        traces["trace_product"] = np.multiply(traces["trace_P"], traces["trace_K"])
        bound = kernel_trace_bound(layered, parameters, own[0])
        traces["trace_bound"] = traces["trace_P"] * bound.derived[0].numpy()
        traces["trace_bound_printed"] = traces["trace_P"] * bound.printed[0].numpy()
        assert traces.keys() == {"hessian_trace", *hessian_chain.TRACES}
        here = found.isel(replica=replica, record=record)
        for name, values in traces.items():
            assert here[name].item() == pytest.approx(np.mean(values), rel=1e-8)
            error = np.std(values, ddof=1) / 6**0.5
            assert here[f"{name}_standard_error"].item() == pytest.approx(error, rel=1e-6)
            if f"{name}_of_sample" in here:
                np.testing.assert_allclose(here[f"{name}_of_sample"], values, rtol=1e-8)
        norm = sum((parameters[name] ** 2).sum() for name in ("W1", "W2")) ** 0.5
        assert here.weight_norm.item() == pytest.approx(norm.item())


@pytest.mark.parametrize(
    "network",
    [
        {"hidden": []},
        {"hidden": [4], "activation": "identity", "bias": [False, True]},
        {"hidden": [4, 3, 5], "activation": "tanh", "bias": [True, False, True, False]},
    ],
    ids=["logistic", "linear", "deep"],
)
def test_traces_of_fully_connected_networks_are_those_of_dense_matrices(network):
    chosen = settings(network={"kind": "mlp", "inputs": 6, **network})
    (run,) = chosen.runs
    snapshots = train(run).snapshots.assign_attrs(
        configuration=run.model_dump_json(), code_fingerprint=""
    )
    found = evaluate(chosen, snapshots)
    assert found.hessian_method == "exact"
    layered = mlp.build(run.network, (6,), None)
    x, y = probe_set(gaussian, seed=3, replicas=range(3), samples=6, inputs=6, dtype=torch.float64)
    for record in range(3):
        parameters = {
            name: torch.tensor(snapshots[name].isel(record=record).values).double()
            for name in layered.parameter_dimensions
        }
        for replica in range(3):
            matrices = [dense(layered, parameters, x, y, replica, sample) for sample in range(6)]
            here = found.isel(replica=replica, record=record)
            traces = ("hessian_trace", "ggn_trace", "trace_P", "trace_K")
            for name, of_samples in zip(traces, zip(*matrices, strict=True), strict=True):
                mean = np.mean([matrix.trace().item() for matrix in of_samples])
                assert here[name].item() == pytest.approx(mean, rel=1e-8)
    assert not found.violations_product.any()
    assert not found.violations_bound.any()


def test_it_makes_what_it_declares(evaluated):
    found, _ = evaluated
    for name in HessianChain.variables:
        assert found[name].dims == ("replica", "record")


def test_the_file_needs_no_project_code(evaluated):
    found, snapshots = evaluated
    assert dict(found.sizes) == {"replica": 3, "record": 3, "sample": 6}
    assert found.record.values.tolist() == [0, 2, 5]
    for variable in found.variables.values():
        assert {"units", "long_name"} <= variable.attrs.keys()
    assert found.hessian_method == "exact"
    assert found.probe_samples == 6
    assert (found.run_fingerprint, found.code_fingerprint) == ("trained", "evaluated")
    assert json.loads(found.configuration) == json.loads(settings().model_dump_json())
    assert found.data_checksum == snapshots.data_checksum
    assert (found.hessian_trace_estimator_error == 0).all()


def test_the_chain_holds_and_its_violations_are_counted(evaluated, monkeypatch, tmp_path):
    found, snapshots = evaluated
    assert not found.violations_product.any()
    assert not found.violations_bound.any()
    product, bound = found.trace_product, found.trace_bound
    assert (product <= bound).all()

    def wrong(*arguments):
        true = kernel_trace_bound(*arguments)
        return true._replace(derived=true.derived / 1e3, printed=true.printed / 1e3)

    monkeypatch.setattr(hessian_chain, "kernel_trace_bound", wrong)
    damaged = evaluate(settings(), snapshots)
    for name in ("violations_bound", "violations_kernel_printed", "violations_bound_printed"):
        # All samples but one, at which every unit is silent.
        assert damaged[name].sum() == 3 * 3 * 6 - 1
    assert not damaged.violations_product.any()
    assert "53 samples with Tr P Tr K > the bound as derived" in hessian_chain.describe(damaged)


def test_large_networks_get_a_stochastic_trace(tmp_path):
    chosen = settings(network=WIDE, vectors=200)
    found = xr.load_dataset(write(tmp_path, chosen))
    assert found.hessian_method == "stochastic"
    error = found.hessian_trace_estimator_error
    assert (error > 0).all()
    # With ReLU, the closed form of the Gauss–Newton trace is that of the Hessian.
    assert (abs(found.hessian_trace - found.ggn_trace) < 4 * error).all()


@pytest.mark.parametrize(
    ("count", "chosen"), [(1, [5]), (2, [0, 5]), (3, [0, 2, 5])], ids=["last", "ends", "all"]
)
def test_the_control_is_taken_at_some_snapshots(evaluated, tmp_path, count, chosen):
    everywhere, _ = evaluated
    found = xr.load_dataset(write(tmp_path, settings(control={"snapshots": count})))
    assert found.control.values.tolist() == chosen
    for name in ("", "_standard_error", "_estimator_error"):
        variable = found[f"hessian_trace{name}"]
        assert variable.dims == ("replica", "control")
        expected = everywhere[f"hessian_trace{name}"].sel(record=chosen)
        np.testing.assert_array_equal(variable, expected)
    for name in {*found.data_vars} - {name for name in found if "hessian" in name}:
        xr.testing.assert_identical(found[name].drop_attrs(), everywhere[name].drop_attrs())


def test_without_a_control_there_is_no_trace_of_the_hessian(evaluated, tmp_path, monkeypatch):
    monkeypatch.delattr(hessian_chain, "exact_hessian_trace")
    found = xr.load_dataset(write(tmp_path, settings(control={"snapshots": 0})))
    everywhere, _ = evaluated
    without = {name for name in everywhere if "hessian" not in name}
    assert set(found) == without
    assert "control" not in found.dims
    assert found.hessian_method == "exact"


def test_the_same_snapshots_give_the_same_bytes(tmp_path):
    chosen = settings(network=WIDE)
    once, again = (write(tmp_path / name, chosen) for name in ("once", "again"))
    assert once.read_bytes() == again.read_bytes()


def test_a_diverged_replica_is_no_number():
    chosen = settings(learning_rate=50.0, thermal_time_end=1e6)
    trained = train(chosen.runs[0])
    snapshots = trained.snapshots.assign_attrs(
        configuration=chosen.runs[0].model_dump_json(), code_fingerprint=""
    )
    found = evaluate(chosen, snapshots)
    assert found.diverged[:, -1].all()
    assert found.ggn_trace[:, 0].notnull().all()
    for name in ("ggn_trace", "ggn_trace_of_sample", "violations_bound"):
        assert found[name][:, -1].isnull().all()


def test_snapshots_of_other_settings_are_refused(tmp_path):
    snapshots = xr.load_dataset(write_snapshots(tmp_path, settings()))
    with pytest.raises(UserError, match="made with other settings: seed"):
        check_origin(settings(seed=4).runs[0], snapshots)
    with pytest.raises(UserError, match="does not carry its settings"):
        check_origin(settings().runs[0], snapshots.drop_attrs())


def test_snapshots_from_before_a_setting_existed_had_it_at_its_default(tmp_path):
    snapshots = xr.load_dataset(write_snapshots(tmp_path, settings()))
    known = json.loads(snapshots.attrs["configuration"])
    del known["dynamics"]
    check_origin(settings().runs[0], snapshots.assign_attrs(configuration=json.dumps(known)))
    known["probe_size"] += 1
    with pytest.raises(UserError, match="made with other settings: probe_size"):
        check_origin(settings().runs[0], snapshots.assign_attrs(configuration=json.dumps(known)))


def test_curvature_files_are_gathered_like_runs(tmp_path):
    paths = [write(tmp_path, settings(seed=seed), f"seed{seed}") for seed in (3, 4)]
    wanted = GatherSettings(
        experiment="gaussian", cells=[(0.1, 1)], seeds=[3, 4], records=3, replicas=3
    )
    gathering.gather(wanted, "gathered", paths, tmp_path / "all.nc")
    found = xr.load_dataset(tmp_path / "all.nc")
    assert found.ggn_trace.dims == ("learning_rate", "batch_size", "seed", "replica", "record")
    assert found.record.values.tolist() == [0, 2, 5]
    assert found.title == "Curvature of experiment gaussian"
    assert (found.hessian_method, found.probe_samples) == ("exact", 6)
    assert json.loads(found.run_fingerprints) == ["trained"]
    assert json.loads(found.evaluation_fingerprints) == ["evaluated"]
    for path, seed in zip(paths, (3, 4), strict=True):
        expected = xr.load_dataset(path).ggn_trace
        np.testing.assert_array_equal(found.ggn_trace.sel(seed=seed).squeeze(), expected)


def test_cells_without_a_control_are_marked(tmp_path):
    cells = {0.1: {"snapshots": 2}, 0.2: {"snapshots": 0}}
    paths = [
        write(tmp_path, settings(seed=seed, learning_rate=rate, control=control), f"{rate}_{seed}")
        for rate, control in cells.items()
        for seed in (3, 4)
    ]
    wanted = GatherSettings(
        experiment="gaussian",
        cells=[(rate, 1) for rate in cells],
        seeds=[3, 4],
        records=3,
        replicas=3,
    )
    gathering.gather(wanted, "gathered", paths, tmp_path / "all.nc")
    found = xr.load_dataset(tmp_path / "all.nc")
    networks = ("learning_rate", "batch_size", "seed", "replica")
    assert found.hessian_trace.dims == (*networks, "control")
    assert found.control.values.tolist() == [0, 5]
    assert found.control_count.values.tolist() == [[2], [0]]
    assert found.hessian_trace[0].notnull().all()
    assert found.hessian_trace[1].isnull().all()
    assert found.ggn_trace.dims == (*networks, "record")
    assert found.ggn_trace.notnull().all()
    assert "control" not in json.loads(found.configuration)["measurement"]
