"""How long the rest of a run takes: against sums by hand."""

import os

import pytest
from made_up_run import MEASURED, OTHER, RUN, Folder

from thermophoresis.report import time_left
from thermophoresis.report.run_state import Progress, look
from thermophoresis.report.time_left import SHORT_SECONDS, left, took, works

NOW = 1_800_000_000.0
MEASURED_OTHER = MEASURED.replace("0.1", "0.2")


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path, NOW)


def rest(folder, running=None):
    snapshot = look(folder.needed, folder.results, now=NOW, snakemake=folder.snakemake)
    finished = took(folder.needed, folder.results)
    return left(snapshot, works(folder.needed), finished, running or {})


def shorts(folder):
    """Number of jobs of which it is known beforehand that they take seconds."""
    return sum(product.stage in time_left.SHORT for product in folder.needed)


def test_of_runs_of_which_none_is_done_nothing_is_known(folder, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    found = rest(folder)
    assert found == (SHORT_SECONDS * shorts(folder) / 3, 3, 4)


def test_work_tells_how_long_a_run_takes(folder, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    # The same τ at twice the rate takes a quarter of the steps.
    work = works(folder.needed)
    assert work[RUN] == pytest.approx(4 * work[OTHER], rel=1e-6)
    folder.make(RUN, took=100)
    folder.make(MEASURED, took=7)
    seconds, _, unknown = rest(folder)
    assert unknown == 0
    assert seconds == pytest.approx(100 / 4 + 7 + SHORT_SECONDS * shorts(folder), rel=1e-6)


def test_what_is_learned_replaces_what_was_guessed(folder, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    folder.make(RUN, OTHER, MEASURED, MEASURED_OTHER)
    folder.make("curves/one", took=40)
    other_gather = 40
    assert rest(folder).seconds == other_gather + SHORT_SECONDS * (shorts(folder) - 2)


def test_running_jobs_say_how_long_they_take_and_so_tell_of_others(folder):
    folder.begin(RUN, ago=60)
    said = {RUN: Progress(0.5, 1000.0, 50.0, NOW - 10)}  # 50 s of work until then, 50 s to go
    seconds, parallel, unknown = rest(folder, said)
    assert (parallel, unknown) == (1, 2)  # measurements
    of_runs = 40 + (50 + 50) / 4
    assert seconds == pytest.approx(of_runs + SHORT_SECONDS * shorts(folder), rel=1e-6)


def test_a_job_that_says_nothing_is_as_long_as_others(folder):
    folder.make(RUN, OTHER)
    folder.make(MEASURED, took=30, ago=100)
    folder.begin(MEASURED_OTHER, ago=20)
    before = rest(folder).seconds
    folder.begin(MEASURED_OTHER, ago=29)
    assert before - rest(folder).seconds == pytest.approx(9)
    folder.begin(MEASURED_OTHER, ago=500)  # longer than thought; not less than nothing
    assert rest(folder).seconds == pytest.approx(SHORT_SECONDS * shorts(folder) / 1.06)


def test_jobs_at_a_time_are_counted_while_any_runs(folder):
    folder.begin(OTHER, ago=100)
    folder.make(RUN, ago=50, took=50)  # beside it, for half of the time
    assert rest(folder).parallel == pytest.approx(1.5)
    folder.make(RUN, ago=500, took=50)  # before it, alone
    assert rest(folder).parallel == 1
    folder.make(RUN, ago=5000, took=50)  # long ago
    assert rest(folder).parallel == 1


def test_the_end_waits_for_the_longest_job(folder, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1000)
    folder.make(OTHER, took=100)
    assert rest(folder).seconds == pytest.approx(400, rel=1e-6)


def test_what_cannot_be_made_takes_no_time(folder, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    folder.make(RUN, OTHER, MEASURED, MEASURED_OTHER)
    folder.begin("curves/one", ago=10, end="1")
    # Only the measurements are gathered.
    assert rest(folder) == (SHORT_SECONDS, 1, 0)


@pytest.mark.parametrize(
    ("points", "law"),
    [
        ([(1, 5), (2, 8), (4, 14)], (2, 3)),
        ([(2, 6)], (0, 3)),
        ([(2, 5), (2, 7)], (0, 3)),
        ([(1, 9), (3, 3)], (6, 0)),  # the more work, the shorter: nothing to be learned but a mean
        ([(1, 1), (2, 5)], (0, 11 / 5)),  # no start below 0: Σxy / Σx²
        ([(0, 4)], (0, 0)),
    ],
)
def test_start_and_rate_are_by_least_squares(points, law):
    assert time_left._law(points) == pytest.approx(law)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("s\th:m:s\n2.5\t0:00:02\n3.5\t0:00:03\n", 3.5),
        ("h:m:s\ts\n0:00:02\t2.5\n", 2.5),
        ("s\th:m:s\nNA\tNA\n", None),
        ("s\th:m:s\nnan\t0\n", None),
        ("s\th:m:s\n", None),
        ("h:m:s\n0:00:02\n", None),
        ("", None),
    ],
)
def test_benchmarks_tell_how_long_jobs_took(folder, text, seconds):
    folder.write(folder.results / f"benchmarks/{RUN}.tsv", text, 10)
    found = took(folder.needed, folder.results)
    assert found == ({} if seconds is None else {RUN: (seconds, NOW - 10)})
