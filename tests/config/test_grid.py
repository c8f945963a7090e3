"""When a run is measured."""

import numpy as np
import pytest
from runs import settings

from thermophoresis.config.grid import record_steps, snapshot_records, thermal_time


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
