import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from thermophoresis.analysis import gathering
from thermophoresis.analysis.gathering import place
from thermophoresis.analysis.run_files import Run
from thermophoresis.config.gathering import GatherSettings
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf

REPLICAS, RECORDS = 3, 4
# 0.1 is trained at one batch size only, so that one cell of the rectangle is absent.
CELLS = ((0.05, 1), (0.05, 2), (0.1, 1))
SEEDS = (0, 7)
SETTINGS = GatherSettings(
    experiment="toy", cells=CELLS, seeds=SEEDS, records=RECORDS, replicas=REPLICAS
)


def value(rate, batch, seed, replica, record):
    """Give every entry a number that names its place, exact in float32."""
    return rate * 1000 + batch * 1000 + seed * 100 + replica * 10 + record


def configuration(rate, batch, seed):
    return {
        "experiment": "toy",
        "learning_rate": rate,
        "batch_size": batch,
        "seed": seed,
        "replicas": REPLICAS,
        "records": RECORDS,
        "network": {"kind": "two_layer", "inputs": 10, "hidden": 10},
    }


def run_dataset(rate, batch, seed):
    replica, record = np.ogrid[:REPLICAS, :RECORDS]
    rates = np.asarray(value(rate, batch, seed, replica, record), dtype=np.float32)
    diverged = np.zeros((REPLICAS, RECORDS), dtype=np.int8)
    if rate == 0.1:
        diverged[2, 3] = 1
        rates[2, 3] = np.nan
    step = np.arange(RECORDS) * round(batch / rate**2)
    return xr.Dataset(
        {
            "activation_rate": (
                ("replica", "record"),
                rates,
                {"units": "1", "long_name": "activation rate"},
            ),
            "loss": (("replica", "record"), -rates, {"units": "nat", "long_name": "loss"}),
            "diverged": (("replica", "record"), diverged, {"units": "1", "long_name": "diverged"}),
        },
        {
            "replica": np.arange(REPLICAS),
            "step": ("record", step, {"units": "1", "long_name": "step"}),
            "thermal_time": ("record", step * rate**2 / batch, {"units": "1", "long_name": "τ"}),
            "learning_rate": rate,
            "batch_size": batch,
            "seed": seed,
        },
        {
            "configuration": json.dumps(configuration(rate, batch, seed)),
            "code_fingerprint": "engine-1",
            "package_versions": '{"torch":"2"}',
            "device": "cpu",
            "data_source": "synthetic",
        },
    )


@pytest.fixture
def write_runs(tmp_path):
    """Write one file for every cell and seed; the callback may change a dataset before."""

    def write(change=lambda key, dataset: dataset):
        paths = {}
        for rate, batch in CELLS:
            for seed in SEEDS:
                key = (rate, batch, seed)
                paths[key] = tmp_path / "runs" / f"lr={rate}_batch={batch}_seed={seed}.nc"
                netcdf.write(change(key, run_dataset(*key)), paths[key])
        return paths

    return write


def changed_in(key, change):
    """Change the dataset of one run."""

    def apply(this, dataset):
        return change(dataset) if this == key else dataset

    return apply


@pytest.fixture
def gather(tmp_path):
    """Aggregate run files and open the result as somebody without this package would."""

    def gather(paths, settings=SETTINGS):
        output = tmp_path / "curves" / "toy.nc"
        gathering.gather(settings, "curves-1", list(paths), output)
        with xr.open_dataset(output) as dataset:
            return dataset.load()

    return gather


def test_every_number_lands_in_its_cell(write_runs, gather):
    curves = gather(write_runs().values())
    assert dict(curves.sizes) == {
        "learning_rate": 2,
        "batch_size": 2,
        "seed": 2,
        "replica": REPLICAS,
        "record": RECORDS,
    }
    for rate, batch in CELLS:
        for seed in SEEDS:
            for replica in range(REPLICAS):
                for record in range(RECORDS):
                    if (rate, replica, record) == (0.1, 2, 3):
                        continue
                    place = {"seed": seed, "replica": replica, "record": record}
                    entry = curves.sel(learning_rate=rate, batch_size=batch, **place)
                    expected = value(rate, batch, seed, replica, record)
                    assert entry["activation_rate"].item() == expected
                    assert entry["loss"].item() == -expected
                    assert entry["step"].item() == record * round(batch / rate**2)
                    assert entry["thermal_time"].item() == pytest.approx(record)


def with_layers(key, dataset, layers=(1, 2)):
    """Add an observable with an axis of its own, and one along samples, which are not labelled."""
    own = dataset["loss"].values[..., np.newaxis] + np.float32(0.25) * np.array(layers, np.float32)
    attributes = {"units": "1", "long_name": "rate"}
    return dataset.assign(
        rate=(("replica", "record", "layer"), own, attributes),
        loss_of_sample=(("replica", "record", "sample"), own),
    ).assign_coords(layer=("layer", list(layers), {"units": "1", "long_name": "number"}))


def test_an_axis_of_an_observable_is_kept_with_its_labels(write_runs, gather):
    curves = gather(write_runs(with_layers).values())
    dimensions = ("learning_rate", "batch_size", "seed", "replica", "record")
    assert curves["rate"].dims == (*dimensions, "layer")
    assert curves["rate"].dtype == np.float32
    assert curves["layer"].values.tolist() == [1, 2]
    assert curves["layer"].attrs == {"units": "1", "long_name": "number"}
    assert "loss_of_sample" not in curves
    for layer in (1, 2):
        np.testing.assert_array_equal(
            curves["rate"].sel(layer=layer), curves["loss"] + 0.25 * layer
        )
    assert curves["rate"].sel(learning_rate=0.1, batch_size=2).isnull().all()
    plain = gather(write_runs().values())
    assert plain.drop_attrs().identical(curves.drop_vars(["rate", "layer"]).drop_attrs())


@pytest.mark.parametrize("layers", [(1,), (1, 3)])
def test_refuses_a_run_with_other_layers(write_runs, gather, layers):
    def change(key, dataset):
        return with_layers(key, dataset, layers if key == (0.05, 2, 7) else (1, 2))

    expected = "lr=0.05_batch=2_seed=7.nc has other axes of rate than .*'layer': .1"
    with pytest.raises(UserError, match=expected):
        gather(write_runs(change).values())


def test_dimensions_types_and_units_are_as_documented(write_runs, gather):
    curves = gather(write_runs().values())
    dimensions = ("learning_rate", "batch_size", "seed", "replica", "record")
    assert curves["activation_rate"].dims == dimensions
    assert curves["activation_rate"].dtype == np.float32
    assert curves["diverged"].dims == dimensions
    assert curves["diverged"].dtype == np.int8
    assert curves["trained"].dims == dimensions[:2]
    assert curves["step"].dims == ("learning_rate", "batch_size", "record")
    assert curves["loss"].attrs == {"units": "nat", "long_name": "loss"}
    for variable in curves.variables.values():
        assert {"units", "long_name"} <= variable.attrs.keys()


def test_absent_cell_is_marked_and_empty(write_runs, gather):
    curves = gather(write_runs().values())
    np.testing.assert_array_equal(curves["trained"], [[1, 1], [1, 0]])
    absent = curves.sel(learning_rate=0.1, batch_size=2)
    for name in ("activation_rate", "loss", "step", "thermal_time"):
        assert absent[name].isnull().all()
    assert not absent["diverged"].any()


def test_step_is_stored_as_integers_with_a_fill_value(write_runs, gather, tmp_path):
    gather(write_runs().values())
    with xr.open_dataset(tmp_path / "curves" / "toy.nc", mask_and_scale=False) as raw:
        assert raw["step"].dtype == np.int64
        assert raw["step"].attrs["_FillValue"] == -1
        assert (raw["step"].sel(learning_rate=0.1, batch_size=2) == -1).all()


def test_diverged_replicas_are_kept_and_marked(write_runs, gather):
    curves = gather(write_runs().values())
    marked = curves["diverged"].values.astype(bool)
    assert marked.sum() == len(SEEDS)
    assert np.isnan(curves["activation_rate"].values[marked]).all()


def test_order_of_inputs_and_of_settings_is_irrelevant(write_runs, tmp_path):
    paths = list(write_runs().values())
    shuffled = SETTINGS.model_copy(update={"cells": CELLS[::-1], "seeds": SEEDS[::-1]})
    first, second, third = (tmp_path / f"{name}.nc" for name in "abc")
    gathering.gather(SETTINGS, "curves-1", paths, first)
    gathering.gather(SETTINGS, "curves-1", paths[::-1], second)
    assert first.read_bytes() == second.read_bytes()
    gathering.gather(shuffled, "curves-1", paths, third)
    assert netcdf.read(third).identical(netcdf.read(first))


def test_carries_its_settings_and_where_it_comes_from(write_runs, gather):
    curves = gather(write_runs().values())
    settings = json.loads(curves.attrs["configuration"])
    assert settings["experiment"] == "toy"
    assert settings["network"] == {"kind": "two_layer", "inputs": 10, "hidden": 10}
    assert settings["cells"] == [list(cell) for cell in CELLS]
    assert settings["seeds"] == list(SEEDS)
    assert "learning_rate" not in settings
    assert curves.attrs["code_fingerprint"] == "curves-1"
    assert "numpy" in json.loads(curves.attrs["package_versions"])
    assert json.loads(curves.attrs["run_fingerprints"]) == ["engine-1"]
    assert json.loads(curves.attrs["run_devices"]) == ["cpu"]
    assert json.loads(curves.attrs["data_source"]) == ["synthetic"]
    assert "note" not in curves.attrs


def test_a_note_travels_along(write_runs, gather):
    curves = gather(write_runs().values(), SETTINGS.model_copy(update={"note": "smoke"}))
    assert curves.attrs["note"] == "smoke"


def test_runs_from_several_machines_are_welcome_and_all_recorded(write_runs, gather):
    paths = write_runs(
        changed_in(
            (0.1, 1, 7),
            lambda run: run.assign_attrs(
                code_fingerprint="engine-0", device="cuda", package_versions='{"torch":"1"}'
            ),
        )
    )
    attributes = gather(paths.values()).attrs
    assert json.loads(attributes["run_fingerprints"]) == ["engine-0", "engine-1"]
    assert json.loads(attributes["run_devices"]) == ["cpu", "cuda"]
    assert json.loads(attributes["run_package_versions"]) == ['{"torch":"1"}', '{"torch":"2"}']


def with_settings(**other):
    def change(run):
        settings = {**configuration(0.05, 2, 7), **other}
        return run.assign_attrs(configuration=json.dumps(settings))

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_settings(experiment="other"), "belongs to experiment other, not to toy"),
        (with_settings(seed=8), "seed 8, which experiment toy does not have"),
        (with_settings(batch_size=3), "batch size 3, seed 7, which experiment toy does not have"),
        (with_settings(seed=0), r"and so does .*lr=0.05_batch=2_seed=0\.nc"),
        (with_settings(network={"kind": "mlp"}), "other settings than .*: network$"),
        (lambda run: run.isel(record=slice(3)), "has 3 records, experiment toy has 4"),
        (lambda run: run.isel(replica=slice(2)), "has 2 replicas, experiment toy has 3"),
        (lambda run: run.drop_vars("loss"), "other observables than"),
        (lambda run: run.drop_vars("diverged"), "no variable diverged"),
        (lambda run: run.drop_vars("step"), "no variable step"),
        (lambda run: run.assign_coords(step=run["step"] + 1), "another grid than"),
        (lambda run: run.drop_attrs(), "is not a run file"),
        (lambda run: run.assign_attrs(configuration="{"), "is not a run file"),
        (lambda run: run.assign_attrs(configuration="[]"), "is not a run file"),
        (lambda run: run.assign_attrs(configuration='{"seed":1}'), "is not a run file"),
    ],
)
def test_refuses_a_foreign_run_by_name(write_runs, tmp_path, change, message):
    paths = write_runs(changed_in((0.05, 2, 7), change))
    with pytest.raises(UserError, match=message) as caught:
        gathering.gather(SETTINGS, "curves-1", list(paths.values()), tmp_path / "toy.nc")
    assert "lr=0.05_batch=2_seed=7.nc" in str(caught.value)
    assert not (tmp_path / "toy.nc").exists()


@pytest.mark.parametrize(
    "later",
    [{"momentum": 0.0}, {"network": {**configuration(0.05, 2, 7)["network"], "later": True}}],
)
def test_a_run_may_be_from_before_a_setting_existed(write_runs, tmp_path, later):
    paths = write_runs(changed_in((0.05, 2, 7), with_settings(**later)))
    gathering.gather(SETTINGS, "curves-1", list(paths.values()), tmp_path / "toy.nc")


def test_refuses_to_leave_a_run_out(write_runs, tmp_path):
    paths = write_runs()
    del paths[(0.05, 1, 7)]
    with pytest.raises(
        UserError, match=r"lacks 1 of 6 .* learning rate 0.05, batch size 1, seed 7"
    ):
        gathering.gather(SETTINGS, "curves-1", list(paths.values()), tmp_path / "toy.nc")


def test_refuses_a_file_that_is_none(write_runs, tmp_path):
    paths = write_runs()
    paths[(0.1, 1, 0)].write_text("not netCDF")
    with pytest.raises(UserError, match=r"lr=0.1_batch=1_seed=0\.nc"):
        gathering.gather(SETTINGS, "curves-1", list(paths.values()), tmp_path / "toy.nc")


def test_place_puts_blocks_along_the_leading_axes():
    blocks = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]
    placed = place(blocks, [(1, 0), (0, 1)], (2, 2, 2), -1, np.int64)
    np.testing.assert_array_equal(placed, [[[-1, -1], [3, 4]], [[1, 2], [-1, -1]]])
    assert placed.dtype == np.int64


def test_what_a_network_has_once_is_gathered_without_records(write_runs, gather):
    def arrived(key, dataset):
        rate, batch, seed = key
        steps = np.arange(REPLICAS) + 10 * seed + 100 * batch
        tau = np.where(steps % 2, np.nan, steps * rate)
        attributes = {"units": "1", "long_name": "arrival"}
        return dataset.assign(
            arrival_step=("replica", steps, attributes),
            arrival_thermal_time=("replica", tau, attributes),
        )

    curves = gather(write_runs(arrived).values())
    for name in ("arrival_step", "arrival_thermal_time"):
        assert curves[name].dims == ("learning_rate", "batch_size", "seed", "replica")
        assert curves[name].attrs["long_name"] == "arrival"
    of_cell = curves.sel(learning_rate=0.05, batch_size=2, seed=7)
    assert of_cell.arrival_step.values.tolist() == [270, 271, 272]
    np.testing.assert_array_equal(of_cell.arrival_thermal_time, [13.5, np.nan, 272 * 0.05])
    absent = curves.sel(learning_rate=0.1, batch_size=2)
    assert (absent.arrival_step == -1).all()
    assert absent.arrival_thermal_time.isnull().all()
    assert curves.loss.dims[-1] == "record"


def test_each_run_is_looked_at_a_few_times_however_many_there_are(monkeypatch):
    def labelled(count):
        """Count labelled arrays that are made of so many runs, one a cell."""
        cells = tuple((0.05, batch) for batch in range(1, count + 1))
        settings = SETTINGS.model_copy(update={"cells": cells, "seeds": (0,)})
        runs = [
            Run(Path(f"{batch}.nc"), configuration(rate, batch, 0), run_dataset(rate, batch, 0))
            for rate, batch in cells
        ]
        made = []
        with monkeypatch.context() as patched:
            take = xr.Dataset.__getitem__
            patched.setattr(
                xr.Dataset, "__getitem__", lambda self, key: made.append(key) or take(self, key)
            )
            gathering.assemble(settings, runs)
        return len(made)

    few, many = labelled(10), labelled(40)
    assert many - few <= 3 * 30  # its step and its thermal time
