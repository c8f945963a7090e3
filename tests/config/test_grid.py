"""When a run is measured."""

import numpy as np
import pytest
from runs import settings

from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.configuration import parse
from thermophoresis.config.grid import record_steps, snapshot_records, thermal_time
from thermophoresis.config.problems import ConfigError
from thermophoresis.config.records import SPACINGS
from thermophoresis.config.run import RunSettings


def test_quadratic_records_are_even_in_the_root_of_thermal_time():
    chosen = settings(records=5, record_spacing="quadratic", learning_rate=0.05)
    assert record_steps(chosen).tolist() == [0, 25, 100, 225, 400]


@pytest.mark.parametrize(
    ("rate", "batch_size", "steps"),
    [(0.1, 1, [0, 33, 67, 100]), (0.05, 3, [0, 400, 800, 1200]), (0.3, 1, [0, 4, 7, 11])],
)
def test_records_are_even_in_thermal_time(rate, batch_size, steps):
    chosen = settings(learning_rate=rate, batch_size=batch_size, records=4)
    assert record_steps(chosen).tolist() == steps
    assert chosen.steps == steps[-1]


def test_thermal_time_ends_where_the_settings_say():
    chosen = settings(learning_rate=0.05, batch_size=3, records=4)
    times = thermal_time(chosen, record_steps(chosen))
    np.testing.assert_allclose(times, np.linspace(0, 1, 4), rtol=1e-12)


@pytest.mark.parametrize(
    ("records", "snapshots", "expected"),
    [(6, 2, (0, 5)), (6, 3, (0, 2, 5)), (6, 6, (0, 1, 2, 3, 4, 5)), (61, 4, (0, 20, 40, 60))],
)
def test_snapshots_are_spread_from_the_first_record_to_the_last(records, snapshots, expected):
    assert snapshot_records(settings(records=records, snapshots=snapshots)) == expected


FINITE = {"sampling": "with_replacement", "training_set_size": 30}


@pytest.mark.parametrize(
    ("until", "steps"),
    [
        ({"steps": 7}, 7),
        ({"training_time": 1.25}, 25),  # / η
        ({"thermal_time": 0.5}, 600),  # |B| / η²
        ({"epochs": 4.5}, 45),  # 30 samples in batches of 3
    ],
)
def test_a_run_ends_on_one_axis_of_time(until, steps):
    chosen = settings(learning_rate=0.05, batch_size=3, records=3, until=until, **FINITE, **OPEN)
    assert chosen.steps == steps == record_steps(chosen)[-1]


# The settings of tests have an end.
OPEN = {"thermal_time_end": None}


def test_thermal_time_has_a_short_form():
    assert settings(until={"thermal_time": 2}, **OPEN) == settings(thermal_time_end=2)


@pytest.mark.parametrize(
    ("records", "until", "steps"),
    [
        # 30 samples in batches of 3: ten steps an epoch.
        ({"count": 4, "even_in": "epochs"}, {"epochs": 6}, [0, 20, 40, 60]),
        ({"count": 4, "even_in": "steps"}, {"epochs": 6}, [0, 20, 40, 60]),
        ({"count": 3, "even_in": "training_time"}, {"steps": 9}, [0, 4, 9]),
        ({"count": 3, "even_in": "sqrt_thermal_time"}, {"steps": 100}, [0, 25, 100]),
        (3, {"steps": 100}, [0, 25, 100]),
        ({"every": {"epochs": 1}, "within": 1}, {"epochs": 2}, [0, 5, 10, 15, 20]),
        # The first epoch of two, in four parts.
        (
            {"every": {"epochs": 2}, "within": 4, "over": 1.2},
            {"epochs": 4},
            [0, 3, 6, 9, 12, 20, 23, 26, 29, 32, 40],
        ),
        ({"every": {"steps": 40}}, {"steps": 100}, [0, 40, 80, 100]),
    ],
)
def test_records_lie_where_they_are_wanted(records, until, steps):
    spacing = "quadratic" if isinstance(records, int) else None
    chosen = settings(
        **{"records": records, "until": until, "record_spacing": spacing, "batch_size": 3},
        **FINITE,
        **OPEN,
    )
    assert record_steps(chosen).tolist() == steps
    assert chosen.record_grid.records == len(steps)


SPACED = OPEN | {"record_spacing": None}


def test_records_in_thermal_time_have_a_short_form():
    for spacing, even_in in SPACINGS.items():
        long = settings(records={"count": 5, "even_in": even_in}, record_spacing=None)
        assert long == settings(records=5, record_spacing=spacing)
    assert RunSettings.model_validate_json(canonical_json(long)) == long


@pytest.mark.parametrize(
    ("snapshots", "expected"),
    [
        ("records", (0, 1, 2, 3, 4, 5, 6)),
        ("end", (6,)),
        ("epochs", (0, 2, 4, 6)),
        ({"at": {"epochs": [0.1, 2, 2.9]}}, (1, 4, 6)),
        ({"at": {"epochs": [0, 1.2]}}, (0, 3)),
    ],
)
def test_snapshots_are_taken_at_records(snapshots, expected):
    chosen = {"records": {"every": {"epochs": 1}, "within": 1}, "until": {"epochs": 3}}
    found = settings(**chosen, snapshots=snapshots, **FINITE, **SPACED)
    assert snapshot_records(found) == expected
    assert found.snapshot_count == len(expected)


def test_times_are_crossed_at_the_next_record_in_thermal_time():
    # Records at τ = 0, 0.04, 0.16, 0.36, 0.64, 1.
    found = settings(record_spacing="quadratic", snapshots={"at": {"thermal_time": [0.04, 0.5]}})
    assert snapshot_records(found) == (1, 4)


@pytest.mark.parametrize(
    ("rate", "schedule", "words"),
    [
        (1e300, "constant", "at least"),
        (1e300, {"learning_rate": {"kind": "constant"}}, "at least"),
        (0.1, {"learning_rate": {"kind": "step", "at": [5], "factor": 1e300}}, "at least inf"),
        (0.1, {"learning_rate": {"kind": "constant", "factor": 1e-300}}, "at most"),
    ],
)
def test_a_rate_whose_square_is_no_number_is_refused(rate, schedule, words):
    experiment = {
        "data": {"kind": "gaussian"},
        "dynamics": {"schedule": schedule},
        "sweep": {"learning_rate": [rate]},
    }
    figure = {"kind": "sweep", "experiment": "x", "compare": "batch_size", "observable": "loss"}
    with pytest.raises(ConfigError, match=f"; must take {words}"):
        parse({"experiments": {"x": experiment}, "figures": {"f": figure}}, "file")
