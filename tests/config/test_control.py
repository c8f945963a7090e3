"""Where the Hessian's trace is taken: what each run is told."""

import pytest
from runs import settings

from thermophoresis.config.canonical import essential_json
from thermophoresis.config.control import Control
from thermophoresis.config.measurements.hessian_chain import HessianChain


def told(control, **changes):
    """Return the control that a run is told, of a measurement with one."""
    run = settings(snapshots=5, **changes)
    return HessianChain(samples=4, control=control).of(run).control


@pytest.mark.parametrize(
    ("control", "cell", "snapshots"),
    [
        ({}, {}, 5),
        ({"snapshots": 2}, {}, 2),
        ({"learning_rate": 0.1}, {"learning_rate": 0.1}, 5),
        ({"learning_rate": 0.1}, {"learning_rate": 0.2}, 0),
        ({"batch_size": 2, "snapshots": 3}, {"batch_size": 2}, 3),
        ({"batch_size": 2, "snapshots": 3}, {"batch_size": 1}, 0),
        ({"cells": {"momentum": [0.5, 0.9]}}, {"axes": {"momentum": 0.9}}, 5),
        ({"cells": {"momentum": [0.5, 0.9]}}, {"axes": {"momentum": 0.0}}, 0),
    ],
)
def test_a_run_is_told_at_how_many_snapshots(control, cell, snapshots):
    assert told(Control(**control), **cell) == Control(snapshots=snapshots)


def test_without_settings_it_is_everywhere_and_jobs_are_told_what_they_were():
    assert told(None) is None
    assert essential_json(HessianChain(samples=4)) == '{"kind":"hessian_chain","samples":4}'


@pytest.mark.parametrize(
    ("count", "snapshots", "chosen"),
    [
        (0, 11, ()),
        (1, 11, (10,)),
        (2, 11, (0, 10)),
        (3, 11, (0, 5, 10)),
        (4, 11, (0, 3, 7, 10)),
        (3, 4, (0, 2, 3)),
        (None, 4, (0, 1, 2, 3)),
        (4, 4, (0, 1, 2, 3)),
        (1, 1, (0,)),
    ],
)
def test_snapshots_are_evenly_chosen(count, snapshots, chosen):
    assert Control(snapshots=count).chosen(snapshots) == chosen


@pytest.mark.parametrize("snapshots", range(1, 12))
def test_no_snapshot_is_chosen_twice(snapshots):
    for count in range(snapshots + 1):
        chosen = Control(snapshots=count).chosen(snapshots)
        assert len(set(chosen)) == count
        assert list(chosen) == sorted(chosen)
