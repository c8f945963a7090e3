"""Arrivals: the step at which a replica has a loss, and what is seen of it when it is frozen."""

import numpy as np
import pytest
import torch
import xarray as xr
from runs import settings as run_settings

from thermophoresis.simulations.callbacks import Checkpoints
from thermophoresis.simulations.run import train_run
from thermophoresis.simulations.sgd import engine
from thermophoresis.simulations.sgd.chains import stepper as chains
from thermophoresis.simulations.watchers import arrivals

LEVEL = 0.69
NETWORKS = {
    "two_layer": {"kind": "two_layer", "inputs": 6, "hidden": 4},
    "mlp": {"kind": "mlp", "inputs": 6, "hidden": [4, 3]},
}


def settings(level=LEVEL, every=4, arrived="mark", network="two_layer", **changes):
    """A run that is recorded at every step, and whose replicas arrive one after the other."""
    return run_settings(
        **{
            "until": {"steps": 100, "loss": {"at_most": level}, "every": every},
            "thermal_time_end": None,
            "arrived": arrived,
            "records": 101,
            "learning_rate": 0.3,
            "network": NETWORKS[network],
            "traces": {"every": 1, "weights": 3},
            "snapshots": 11,
        }
        | changes
    )


def files(folder, chosen, **options):
    folder.mkdir(exist_ok=True)
    paths = {name: folder / f"{name}.nc" for name in ("run", "snapshots", "traces")}
    kept = {name: path for name, path in paths.items() if name != "run"}
    train_run(chosen, fingerprint="abc", output=paths["run"], device="cpu", **kept, **options)
    return paths


def datasets(folder, chosen, **options):
    return {name: xr.load_dataset(path) for name, path in files(folder, chosen, **options).items()}


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("every", [1, 4])
def test_it_is_the_first_look_that_finds_the_level(tmp_path, network, every):
    run = datasets(tmp_path, settings(every=every, network=network))["run"]
    # Recorded at every step.
    assert run.step.values.tolist() == list(range(101))
    found = [
        next((step for step in range(0, 101, every) if loss[step] <= LEVEL), -1)
        for loss in run.loss.values
    ]
    assert run.arrival_step.values.tolist() == found
    assert len({*found}) > 2  # not all at once
    tau = [np.nan if step < 0 else 0.09 * step for step in found]
    np.testing.assert_allclose(run.arrival_thermal_time, tau, rtol=1e-12)
    for name in ("arrival_step", "arrival_thermal_time"):
        assert run[name].dims == ("replica",)
        assert "loss at most 0.69" in run[name].attrs["long_name"]
        assert run[name].attrs["units"] == "1"


def test_a_run_without_a_level_has_no_arrivals(tmp_path):
    run = datasets(tmp_path, settings(until={"steps": 100}))["run"]
    assert not {"arrival_step", "arrival_thermal_time"} & run.variables.keys()


@pytest.mark.parametrize("network", NETWORKS)
def test_marking_changes_nothing_and_freezing_what_comes_after(tmp_path, network):
    plain, marked, frozen = (
        datasets(tmp_path / name, settings(network=network, **changes))
        for name, changes in {
            "plain": {"until": {"steps": 100}},
            "marked": {},
            "frozen": {"arrived": "freeze"},
        }.items()
    )
    step = marked["run"].arrival_step.values
    assert (step >= 0).any()
    np.testing.assert_array_equal(frozen["run"].arrival_step, step)
    for name, dataset in plain.items():
        names = ["arrival_step", "arrival_thermal_time"] if name == "run" else []
        xr.testing.assert_equal(marked[name].drop_vars(names), dataset)
        axis = "time" if name == "traces" else "record"
        for replica, arrived in enumerate(step[: dataset.sizes["replica"]]):
            before, after = dataset.isel(replica=replica), frozen[name].isel(replica=replica)
            until = arrived if arrived >= 0 else 100
            early = before.step.values <= until
            xr.testing.assert_equal(
                after.drop_vars(names).isel({axis: early}), before.isel({axis: early})
            )
            # It repeats what it was when it arrived, which is recorded and traced.
            if name != "snapshots" and arrived >= 0:
                late = after.isel({axis: ~early})
                for variable in set(late.data_vars) - {*names}:
                    last = before[variable].isel({axis: until})
                    assert (late[variable] == last).all()


def test_accuracy_or_others_are_reached_from_below(tmp_path):
    level = {"at_least": 0.75}
    chosen = settings(until={"steps": 100, "loss": level, "every": 1})
    run = datasets(tmp_path, chosen)["run"]
    found = [next((i for i, it in enumerate(loss) if it >= 0.75), -1) for loss in run.loss.values]
    assert run.arrival_step.values.tolist() == found
    assert max(found) > 0


def test_who_has_diverged_does_not_arrive(monkeypatch):
    watcher = arrivals.Watcher(settings(), None, None, journal=None, last_step=100)
    monkeypatch.setattr(arrivals, "observe", lambda *given, **how: {"loss": torch.zeros(5)})
    watcher.begin(range(5), ())
    watcher.look(4, {"V": torch.tensor([1, torch.inf, 1, torch.nan, 1])})
    assert watcher.variables()["arrival_step"][1].tolist() == [4, -1, 4, -1, 4]


@pytest.mark.parametrize(("last_step", "every"), [(100, 1), (2500, 2), (100_000, 100)])
def test_it_is_looked_for_a_thousand_times_in_a_run(last_step, every):
    chosen = settings(every=None)
    watcher = arrivals.Watcher(chosen, None, None, journal=None, last_step=last_step)
    assert watcher.steps.tolist() == list(range(0, last_step + 1, every))


def test_a_block_at_rest_trains_no_further(tmp_path, monkeypatch):
    chosen = settings(level=10.0, arrived="freeze")  # all are there at the start
    steps = []
    advance = chains.ChainSGD.advance

    def counted(self, start, stop):
        steps.append(stop - start)
        advance(self, start, stop)

    monkeypatch.setattr(chains.ChainSGD, "advance", counted)
    early = files(tmp_path / "early", chosen)
    assert sum(steps) == 0
    monkeypatch.setattr(arrivals.Watcher, "at_rest", False)
    late = files(tmp_path / "late", chosen)
    assert sum(steps) > 0
    for name, path in early.items():
        assert path.read_bytes() == late[name].read_bytes()


class Killed(BaseException):
    """Stands for a kill."""


class Killing(Checkpoints):
    """Keeps a state in memory, saved at the second opportunity, and is killed right after."""

    saved = {}  # noqa: RUF012

    def __init__(self):
        self.opportunities = 0

    def load(self, **identity):
        return dict(self.saved)

    @property
    def due(self):
        self.opportunities += 1
        return self.opportunities > 1

    def save(self, content):
        type(self).saved = {name: np.array(value) for name, value in content.items()}
        raise Killed


@pytest.mark.parametrize("arrived", ["mark", "freeze"])
@pytest.mark.parametrize("network", NETWORKS)
def test_killed_again_and_again_it_ends_with_the_same_bytes(
    tmp_path, monkeypatch, arrived, network
):
    monkeypatch.setattr(engine, "DRAW_BYTES", 1)
    monkeypatch.setattr(chains, "block_replicas", lambda *_: 2)
    monkeypatch.setattr(Killing, "saved", {})
    chosen = settings(arrived=arrived, network=network, traces=None)
    expected = contents(tmp_path / "whole", chosen)
    kills = 0
    while True:
        try:
            found = contents(tmp_path / "killed", chosen, checkpoints=Killing())
        except Killed:
            kills += 1
            continue
        break
    assert kills >= 1
    assert found == expected


def contents(folder, chosen, **options):
    paths = files(folder, chosen, **options)
    return [paths[name].read_bytes() for name in ("run", "snapshots")]
