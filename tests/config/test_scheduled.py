"""Schedules and the clock of a run that has one, against torch and against a loop."""

import math
import time
import warnings

import numpy as np
import pytest
import torch
from runs import settings
from torch.optim import lr_scheduler

from thermophoresis.config import scheduled
from thermophoresis.config.canonical import canonical_json, essential_json
from thermophoresis.config.grid import batch_size_at, position, rate_at, record_steps, thermal_time
from thermophoresis.config.run import RunSettings
from thermophoresis.config.schedule import ScheduleSettings, factor_at
from thermophoresis.config.scheduled import Clock
from thermophoresis.config.until import End
from thermophoresis.errors import UserError

ETA = 0.1
CHUNK = 512
RATES = {
    "constant": (
        {"kind": "constant", "factor": 0.5},
        lambda it: lr_scheduler.LambdaLR(it, lambda step: 0.5),
    ),
    "step": (
        {"kind": "step", "at": [3, 7, 8], "factor": 0.1},
        lambda it: lr_scheduler.MultiStepLR(it, [3, 7, 8], 0.1),
    ),
    "cosine": (
        {"kind": "cosine", "floor": 0.2},
        lambda it: lr_scheduler.CosineAnnealingLR(it, 20, 0.2 * ETA),
    ),
    "cyclic": (
        {"kind": "cyclic", "period": 6, "factors": [0.1, 1]},
        lambda it: lr_scheduler.CyclicLR(it, 0.1 * ETA, ETA, 3, cycle_momentum=False),
    ),
    "warmup": (
        {"kind": "warmup", "over": 5, "start": 0.25},
        lambda it: lr_scheduler.LinearLR(it, 0.25, 1.0, 5),
    ),
    "warmup, then cosine": (
        [{"kind": "warmup", "over": 5, "start": 0.25}, {"kind": "cosine", "floor": 0.2}],
        lambda it: lr_scheduler.SequentialLR(
            it,
            [
                lr_scheduler.LinearLR(it, 0.25, 1.0, 5),
                lr_scheduler.CosineAnnealingLR(it, 15, 0.2 * ETA),
            ],
            [5],
        ),
    ),
}


def with_schedule(*, until, **schedule) -> RunSettings:
    finite = {"sampling": "without_replacement", "training_set_size": 40}
    return settings(
        **{"learning_rate": ETA, "batch_size": 2, "records": 3, "thermal_time_end": None},
        **{"until": until, "dynamics": {"kind": "sgd", "schedule": schedule}, **finite},
    )


@pytest.mark.parametrize("name", RATES)
def test_rates_are_those_of_torch(name):
    chosen, make = RATES[name]
    run = with_schedule(until={"steps": 20}, learning_rate=chosen)
    optimiser = torch.optim.SGD([torch.zeros(1)], lr=ETA)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = make(optimiser)
        for step in range(20):
            assert rate_at(run, step) == pytest.approx(optimiser.param_groups[0]["lr"], rel=1e-12)
            optimiser.step()
            scheduler.step()


def test_cycles_of_two_factors_change_in_the_middle():
    run = with_schedule(
        until={"steps": 8},
        learning_rate={"kind": "cyclic", "shape": "steps", "period": 4, "factors": [1, 0.1]},
        batch_size={"kind": "cyclic", "shape": "steps", "period": 4, "factors": [1, 2.6]},
    )
    assert [rate_at(run, step) for step in range(8)] == pytest.approx([0.1, 0.1, 0.01, 0.01] * 2)
    assert [batch_size_at(run, step) for step in range(8)] == [2, 2, 5, 5] * 2


CYCLE = {"kind": "cyclic", "period": 0.3, "factors": [0.1, 1]}
CLOCKS = {
    "steps": ({"learning_rate": {"kind": "step", "at": [500], "factor": 0.1}}, ("steps", 2000)),
    "times of η": (
        {"learning_rate": [
            {"kind": "warmup", "unit": "training_time", "over": 9.0, "start": 0.1},
            {"kind": "cosine", "unit": "training_time", "over": 40.0, "floor": 0.05},
        ]},
        ("training_time", 60.0),
    ),
    "cycles of τ": ({"learning_rate": {**CYCLE, "unit": "thermal_time"}}, ("thermal_time", 20.0)),
    "both": (
        {"learning_rate": {"kind": "step", "unit": "thermal_time", "at": [1, 2], "factor": 0.5},
         "batch_size": {"kind": "cyclic", "unit": "epochs", "period": 7, "factors": [1, 3.3]}},
        ("epochs", 90.0),
    ),
    "share": (
        {"batch_size": {"kind": "step", "unit": "run", "at": [0.5], "factor": 10}},
        ("thermal_time", 3.0),
    ),
}  # fmt: skip


def walked(schedule: ScheduleSettings, unit: str, end: float):
    """Go through a run step by step; return η, |B| and places before each and after the last."""
    places = {"steps": 0, "samples": 0, "training_time": 0.0, "thermal_time": 0.0}
    rates, sizes, path = [], [], []

    def factor(stretches):
        if not stretches:
            return 1.0
        of, scale = (unit, end) if stretches[0].unit == "run" else (stretches[0].unit, 1.0)
        place = places["samples"] / 40 if of == "epochs" else places[of]
        if of in ("training_time", "thermal_time"):
            place = place * (1 + 1e-9)
        return factor_at(stretches, place / scale, math.inf, lambda it: float(np.cos(it)))

    for _ in range(3 * CHUNK):
        path.append(places.copy())
        rate = ETA * factor(schedule.learning_rate)
        size = max(1, round(2 * factor(schedule.batch_size)))
        rates.append(rate)
        sizes.append(size)
        places["steps"] += 1
        places["samples"] += size
        places["training_time"] += rate
        places["thermal_time"] += rate**2 / size
    return np.array(rates), np.array(sizes), path


@pytest.mark.parametrize("name", CLOCKS)
def test_the_clock_goes_as_a_loop_does(name, monkeypatch):
    monkeypatch.setattr(scheduled, "CHUNK", CHUNK)
    given, (unit, value) = CLOCKS[name]
    schedule = ScheduleSettings.model_validate(given)
    clock = Clock(schedule, learning_rate=ETA, batch_size=2, end=End(unit, value), epoch_samples=40)
    rates, sizes, path = walked(schedule, unit, value)
    steps = np.array([0, 1, 17, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 5, 3 * CHUNK - 1])
    for step in steps.tolist():
        assert clock.rate(step) == pytest.approx(rates[step], rel=1e-12), step
        assert clock.batch_size(step) == sizes[step]
    for axis in ("steps", "training_time", "thermal_time", "epochs"):
        name = "samples" if axis == "epochs" else axis
        wanted = np.array([it[name] for it in path]) / (40 if axis == "epochs" else 1)
        np.testing.assert_allclose(clock.position(axis, steps), wanted[steps], rtol=1e-11)
        # Every place has the nearest step.
        places = wanted[-1] * np.array([0, 0.1, 0.5, 0.77])
        nearest = [int(np.argmin(np.abs(wanted - place))) for place in places]
        assert np.abs(wanted[clock.steps(axis, places)] - places) == pytest.approx(
            np.abs(wanted[nearest] - places), rel=1e-6, abs=1e-12
        )


def test_a_time_that_is_a_whole_number_of_steps_is_reached_by_them():
    # A thousand times 0.01 is a bit less than 10, added up.
    schedule = {"kind": "step", "unit": "thermal_time", "at": [10], "factor": 0.1}
    run = settings(
        dynamics={"kind": "sgd", "schedule": {"learning_rate": schedule}}, thermal_time_end=12.0
    )
    assert [rate_at(run, step) for step in (999, 1000)] == pytest.approx([0.1, 0.01])
    # 1000 steps of 0.01 and 20000 of 0.0001.
    assert record_steps(run)[-1] == 21000
    assert record_steps(run)[[1, 4]].tolist() == [240, 960]  # at τ = 2.4 and 9.6
    assert thermal_time(run, record_steps(run)) == pytest.approx(np.linspace(0, 12, 6))
    assert run.steps == pytest.approx(21000, rel=0.01)


def test_records_and_ends_go_by_whole_batches_of_changing_size():
    # 2 samples in a step, and 4 from the 20th on: 40 samples in each of the first two epochs.
    run = with_schedule(
        until={"epochs": 3}, batch_size={"kind": "step", "unit": "epochs", "at": [1], "factor": 2}
    ).model_copy(update={"record_spacing": None})
    run = RunSettings(**dict(run) | {"records": {"every": {"epochs": 1}}})
    assert record_steps(run).tolist() == [0, 20, 30, 40]
    assert position(run, "epochs", record_steps(run)).tolist() == [0, 1, 2, 3]
    assert (run.steps, run.samples) == (40, 120)


def test_a_million_steps_take_moments():
    for schedule, end in [
        ({"kind": "cosine", "floor": 0.1}, End("steps", 10**6)),
        ({"kind": "cosine", "unit": "run", "floor": 0.5}, End("thermal_time", 5e1)),
    ]:
        begun = time.perf_counter()
        found = ScheduleSettings.model_validate({"learning_rate": schedule})
        clock = Clock(found, learning_rate=0.01, batch_size=1, end=end, epoch_samples=None)
        assert clock.steps(end.unit, [end.value])[0] > 5e5
        assert time.perf_counter() - begun < 10  # about 0.1 s


def test_settings_are_the_same_however_a_schedule_is_written():
    warm = {"kind": "warmup", "over": 5, "start": 0.5}
    runs = [with_schedule(until={"steps": 9}, learning_rate=it) for it in (warm, [warm])]
    assert runs[0] == runs[1]
    for text in (essential_json(runs[0]), canonical_json(runs[0])):
        assert RunSettings.model_validate_json(text) == runs[0]
    plain = with_schedule(until={"steps": 9})
    assert plain.dynamics.schedule == "constant"
    assert "dynamics" not in essential_json(plain)
    found = {it for it in runs[0].modules if "schedule" in it}
    assert found == {"config.scheduled", "config.schedules.warmup"}


def test_records_that_coincide_are_refused_by_the_job():
    run = with_schedule(
        until={"steps": 20}, learning_rate={"kind": "step", "at": [2], "factor": 0.1}
    )
    run = run.model_copy(update={"records": 12})  # even in √τ: most of it in two steps
    with pytest.raises(UserError, match="the records 0 and 1 fall on one step"):
        record_steps(run)
