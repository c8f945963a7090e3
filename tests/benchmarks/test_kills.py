"""Kills leave nothing half-written under a product's name, and cost no byte."""

import os
import subprocess
import sys
from collections import Counter

import pytest


def test_killed_in_six_stages_it_ends_with_the_same_bytes(tmp_path):
    from kills import WAYS, run

    done = run(tmp_path, 6)
    assert [(it.plan.signal, it.plan.victim) for it in done] == WAYS
    assert len({it.plan.stage for it in done}) == 6
    # What was being written is there, and under another name.
    assert any(name.endswith(".part") for it in done for name in it.left)


def test_sixty_kills_are_each_way_in_each_stage():
    from kills import STAGES, WAYS, plans

    rounds = plans(60)
    assert [[plan.stage for plan in it] for it in rounds] == [[*STAGES]] * 6
    drawn = [plan for it in rounds for plan in it]
    ways = Counter((plan.stage, plan.signal, plan.victim) for plan in drawn)
    assert ways == Counter((stage, *way) for stage in STAGES for way in WAYS)
    writing = Counter(plan.stage for plan in drawn if plan.writing)
    assert writing == dict.fromkeys(STAGES, 2)
    assert all(0 < plan.share < 1 for plan in drawn)
    assert plans(60) == rounds
    assert plans(60, seed=1) != rounds


def test_what_is_half_written_under_its_name_is_noticed():
    from kills import examine

    whole = {"runs/a.nc": b"whole", "claims.json": b"{}"}
    left = {"runs/.a.nc.x1.part": b"wh", "checkpoints/a.npz": b"state"}
    assert [*examine({"claims.json": b"{}", **left}, whole)] == [*left]
    with pytest.raises(AssertionError, match=r"runs/a\.nc is there and is not whole"):
        list(examine({"runs/a.nc": b"wh"}, whole))
    with pytest.raises(AssertionError, match=r"runs/b\.nc"):
        list(examine({"runs/b.nc": b"whole"}, whole))


def test_a_process_that_has_ended_has_taken_all_of_its_time():
    from kills import _seconds

    assert 0 < _seconds(os.getpid()) < float("inf")
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert _seconds(child.pid) == float("inf")


def test_the_table_has_each_kill_in_its_place():
    from kills import Kill, Plan, table

    done = [
        Kill(Plan("draw", "TERM", "both", False, 0.437), ()),
        Kill(Plan("gather", "KILL", "job", True, 0.5), ("curves/.coins.nc.a.part",)),
        Kill(Plan("simulate", "KILL", "Snakemake", False, 0.1), ("checkpoints/a.npz",)),
    ]
    cells = (row.split(" | ") for row in table(done).splitlines())
    rows = {first.strip("| "): rest for first, *rest in cells}
    assert [it.strip(" |") for it in rows["draw"]] == ["", "", "", "", "", "44 %"]
    assert [it.strip(" |") for it in rows["gather"]] == ["writing*", "", "", "", "", ""]
    assert "3 kills; 1 left a half-written file (*) and 1 a checkpoint" in table(done)
