"""What is said of a run while it goes on, and that nothing else depends on it."""

import time

import pytest
from runs import settings

from thermophoresis.provenance.fingerprint import closure
from thermophoresis.simulations.progress import Progress


def test_progress_says_where_a_run_is(monkeypatch):
    clock = iter(range(0, 10_000, 4))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    lines = []
    progress = Progress(settings(replicas=4), lines.append)
    progress.start(100)
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


@pytest.mark.parametrize("module", ["progress", "checkpoint"])
def test_no_code_that_makes_a_run_imports_it(module):
    found = closure(*settings().modules)
    assert "thermophoresis.simulations.ensemble" in found
    assert f"thermophoresis.simulations.{module}" not in found
