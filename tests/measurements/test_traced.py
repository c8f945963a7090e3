"""Measurements of traces: from the files of a run to theirs; networks that are not stationary."""

import numpy as np
import pytest
import xarray as xr
from runs import settings as run_settings

from thermophoresis.analysis.gathering import gather
from thermophoresis.config.configuration import parse
from thermophoresis.config.gathering import GatherSettings
from thermophoresis.config.measurement import MeasureSettings
from thermophoresis.config.problems import ConfigError
from thermophoresis.errors import UserError
from thermophoresis.measurements import circulation, traced, weight_spectrum
from thermophoresis.measurements.job import measure
from thermophoresis.simulations.run import train_run

REPLICAS = 3
SETTINGS = {
    "network": {"kind": "mlp", "inputs": 4, "hidden": [4], "activation": "tanh"},
    "dynamics": {"kind": "sgd", "weight_decay": 0.1},
    "sampling": "with_replacement",
    "training_set_size": 12,
    "labels": "shuffled",
    "learning_rate": 0.3,
    "batch_size": 2,
    "replicas": REPLICAS,
    "thermal_time_end": None,
    "until": {"steps": 1500},
    "records": {"count": 16, "even_in": "steps"},
    "record_spacing": None,
    "record": ["loss"],
    "snapshots": "records",
    "traces": {"every": 2, "weights": 8, "projections": 4},
}
OPTIONS = {
    "weight_spectrum": {"burn_in": 100, "surrogates": 9},
    "circulation": {"burn_in": 100, "surrogates": 9, "curvature": 3, "directions": 3},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Settings of a run, and its files: records, snapshots, traces."""
    folder = tmp_path_factory.mktemp("run")
    chosen = run_settings(**SETTINGS)
    paths = [folder / f"{name}.nc" for name in ("run", "snapshots", "traces")]
    output, snapshots, traces = paths
    train_run(
        chosen, fingerprint="a", output=output, snapshots=snapshots, traces=traces, device="cpu"
    )
    return chosen, paths


def measured(run, kind, output, **changes):
    chosen, (_, *inputs) = run
    settings = {"kind": kind} | OPTIONS[kind] | changes
    of_run = MeasureSettings.model_validate({"measurement": settings, "runs": (chosen,)})
    measure(of_run, fingerprint="b", inputs=inputs, output=output)
    return xr.load_dataset(output)


@pytest.mark.parametrize(
    ("kind", "module"), [("weight_spectrum", weight_spectrum), ("circulation", circulation)]
)
def test_networks_have_their_numbers_once(run, tmp_path, kind, module):
    output = tmp_path / "found.nc"
    dataset = measured(run, kind, output)
    declared = MeasureSettings.model_validate(
        {"measurement": {"kind": kind} | OPTIONS[kind], "runs": (run[0],)}
    ).measurement
    for name in declared.variables:
        assert dataset[name].dims == ("replica",), name
        assert {"units", "long_name"} <= dataset[name].attrs.keys()
    assert dataset["stationary"].values.tolist() == [1, 1, 1]
    assert np.isfinite(dataset["stationarity_p"]).all()
    assert np.isfinite(dataset[declared.variables[2]]).all()
    assert "3 of 3 networks are stationary" in module.describe(dataset)
    # The same inputs give the same bytes, and the file can be gathered.
    before = output.read_bytes()
    measured(run, kind, output)
    assert output.read_bytes() == before
    chosen = run[0]
    settings = GatherSettings(
        experiment=chosen.experiment,
        cells=((chosen.learning_rate, chosen.batch_size),),
        seeds=(chosen.seed,),
        records=16,
        replicas=REPLICAS,
        note="",
    )
    gather(settings, "c", [output], tmp_path / "gathered.nc")
    gathered = xr.load_dataset(tmp_path / "gathered.nc")
    own = gathered[declared.variables[2]]
    assert own.dims == ("learning_rate", "batch_size", "seed", "replica")
    np.testing.assert_array_equal(own.values.ravel(), dataset[declared.variables[2]].values)


def test_what_is_not_stationary_is_not_told_of(run, tmp_path, monkeypatch):
    p_values = iter([0.5, 1e-9, 0.5, 1e-9, 1e-9, 0.5])
    monkeypatch.setattr(traced, "stationarity_p", lambda _: next(p_values))
    most = measured(run, "weight_spectrum", tmp_path / "most.nc")
    assert most["stationary"].values.tolist() == [1, 0, 1]
    assert np.isnan(most["low_power"].values).tolist() == [False, True, False]
    assert np.isnan(most["power"].values).all(axis=1).tolist() == [False, True, False]
    few = measured(run, "weight_spectrum", tmp_path / "few.nc")
    assert few["stationary"].values.tolist() == [0, 0, 1]
    assert np.isnan(few["low_power"]).all()
    assert few["stationarity_p"].values.tolist() == [1e-9, 1e-9, 0.5]


def test_what_nothing_moves_is_left_out():
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((2, 500, 6)).astype(np.float32)
    weights[0, :, 2] = 1.0
    weights[1, :, 1:] = np.nan
    projections = rng.standard_normal((2, 500, 3)).astype(np.float32)
    (moving, found, p), (_, none, unknown) = traced.networks(weights, projections, 4)
    assert (moving.shape, found.shape) == ((500, 5), (500, 4))
    assert 0 < p <= 1
    assert none.shape == (500, 0)
    assert np.isnan(unknown)


def test_too_few_moments_are_refused(run, tmp_path):
    with pytest.raises(UserError, match=r"burn_in: got 700, which leaves 51 of 751 moments"):
        measured(run, "circulation", tmp_path / "x.nc", burn_in=700)


def test_traces_of_another_run_are_refused(run, tmp_path):
    other = run_settings(**SETTINGS | {"seed": 4}), run[1]
    with pytest.raises(UserError, match="made with other settings: seed"):
        measured(other, "circulation", tmp_path / "x.nc")


def problems(changes):
    experiment = {key: value for key, value in SETTINGS.items() if key not in (
        "learning_rate", "batch_size")}  # fmt: skip
    experiment |= {"data": {"kind": "gaussian"}, "sweep": {"learning_rate": [0.1, 0.2]}} | changes
    figures = {"a": {"kind": "sweep", "experiment": "mine", "observable": "loss",
                     "compare": "learning_rate", "panels": ["steps"]}}  # fmt: skip
    with pytest.raises(ConfigError) as caught:
        parse({"experiments": {"mine": experiment}, "figures": figures}, "file")
    return [str(it) for it in caught.value.problems]


def test_settings_that_do_not_suit_are_refused_beforehand():
    without = {"traces": None, "measure": {"weight_spectrum": {}}}
    (line,) = problems(without)
    assert line.startswith("experiments.mine.measure.weight_spectrum: needs the traces of at least")
    online = {"sampling": "online", "training_set_size": None, "labels": "resampled"}
    (line,) = problems(online | {"measure": {"circulation": {"curvature": 3}}})
    assert "circulation.curvature: needs a finite training set" in line
    momentum = {"dynamics": {"kind": "sgd", "momentum": 0.9}}
    (line,) = problems(momentum | {"measure": {"circulation": {"curvature": 3}}})
    assert "circulation.curvature: is the current of plain SGD" in line
