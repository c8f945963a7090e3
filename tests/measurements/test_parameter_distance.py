"""The distance between two runs, against one network after the other."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from thermophoresis.config.measurements.parameter_distance import ParameterDistance
from thermophoresis.errors import UserError
from thermophoresis.measurements.parameter_distance import measure

TIMED = {"record_grid": SimpleNamespace(unit="thermal_time"), "schedule": None}
RUNS = tuple(
    SimpleNamespace(name=name, learning_rate=0.1, batch_size=1, **TIMED)
    for name in ("one", "other")
)
REPLICAS, RECORDS = 3, 4


def snapshots(seed, records=RECORDS, width=5):
    rng = np.random.default_rng(seed)
    dims = ("replica", "record")
    shape = (REPLICAS, records)
    return xr.Dataset(
        {
            "diverged": (dims, np.zeros(shape, np.int8)),
            "W": ((*dims, "hidden", "input"), rng.normal(size=(*shape, width, 2)).astype("f4")),
            "b": ((*dims, "hidden"), rng.normal(size=(*shape, width)).astype("f4")),
        },
        {
            "replica": np.arange(REPLICAS),
            "record": np.arange(records) * 3,
            "step": ("record", np.arange(records)),
            "thermal_time": ("record", np.arange(records) * 0.5),
        },
    )


def measured(first, second):
    return measure(ParameterDistance(kind="parameter_distance"), RUNS, (first, second), ())


def flat(dataset, replica, record):
    at = dataset.isel(replica=replica, record=record)
    return np.concatenate([at["W"].values.ravel(), at["b"].values]).astype(float)


def test_it_is_the_norm_of_the_difference_of_all_parameters():
    first, second = snapshots(0), snapshots(1)
    found = measured(first, second)
    for replica in range(REPLICAS):
        for record in range(RECORDS):
            here, there = (flat(it, replica, record) for it in (first, second))
            starts = [flat(it, replica, 0) for it in (first, second)]
            at = found.isel(replica=replica, record=record)
            expected = {
                "distance": here - there,
                "displacement_first": here - starts[0],
                "displacement_second": there - starts[1],
            }
            for name, difference in expected.items():
                assert float(at[name]) == pytest.approx(np.linalg.norm(difference), rel=1e-12)
    assert found["record"].values.tolist() == [0, 3, 6, 9]
    assert found["thermal_time"].values.tolist() == [0, 0.5, 1, 1.5]


def test_it_makes_what_it_declares():
    found = measured(snapshots(0), snapshots(1))
    assert found.data_vars.keys() >= set(ParameterDistance.variables)
    assert {found[name].dims for name in ParameterDistance.variables} == {("replica", "record")}


def test_a_run_is_at_no_distance_from_itself():
    assert (measured(snapshots(2), snapshots(2))["distance"] == 0).all()


def test_where_one_of_the_two_has_diverged_there_is_no_distance():
    first, second = snapshots(0), snapshots(1)
    first["diverged"][0, 2:] = 1
    second["diverged"][2, 3:] = 1
    missing = np.isnan(measured(first, second)["distance"].values)
    assert missing.sum() == 3
    assert missing[0, 2:].all()
    assert missing[2, 3]


@pytest.mark.parametrize("other", [snapshots(1, records=3), snapshots(1, width=4)])
def test_other_networks_or_records_are_refused(other):
    with pytest.raises(UserError, match="one and other keep other parameters, replicas, rec"):
        measured(snapshots(0), other)


def test_other_records_of_the_same_number_are_refused():
    other = snapshots(1).assign_coords(record=np.arange(RECORDS))
    with pytest.raises(UserError, match="no distance"):
        measured(snapshots(0), other)


def test_times_may_differ_by_half_a_step_of_each_and_no_more():
    rounded = snapshots(1)
    for shift, refused in ((0.0099, False), (0.0101, True)):
        other = rounded.assign_coords(thermal_time=rounded["thermal_time"] + shift)
        if refused:
            with pytest.raises(UserError, match="or times"):
                measured(snapshots(0), other)
        else:
            measured(snapshots(0), other)
