"""What state each job is in, by what it has left in a folder."""

import os
import re
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from made_up_run import MEASURED, OTHER, RUN, Folder
from runs import settings

from thermophoresis.report.run_state import PATIENCE, Progress, last_line, log_of, look, progress
from thermophoresis.simulations import progress as told

NOW = 1_800_000_000.0
GATHERED = "measurements/hessian_chain/one"


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path, NOW)


def seen(folder):
    return look(folder.needed, folder.results, now=NOW, snakemake=folder.snakemake)


def states(folder):
    return {job.product.stem: job.state for job in seen(folder).jobs}


def job(folder, stem):
    return next(job for job in seen(folder).jobs if job.product.stem == stem)


def test_what_is_not_there_waits_in_the_order_of_the_stages(folder):
    assert set(states(folder).values()) == {"waiting"}
    stages = [job.product.stage for job in seen(folder).jobs]
    assert [early for early, late in pairwise([*stages, ""]) if early != late] == [
        "simulate",
        "measure",
        "gather",
        "judge",
        "ledger",
        "draw",
        "report",
    ]


def test_what_is_there_whole_is_done(folder):
    folder.make(RUN, "report")
    (folder.results / f"{OTHER}.nc").touch()  # without its snapshots
    found = states(folder)
    assert (found[RUN], found["report"], found[OTHER]) == ("done", "done", "waiting")
    assert not seen(folder).at_work


def test_a_job_runs_while_it_gives_signs_of_life(folder):
    folder.make("figures/fig3")  # stays until the new one is whole
    folder.begin("figures/fig3", ago=500, alive=PATIENCE - 1, host="node7")
    found = job(folder, "figures/fig3")
    assert found[1:] == ("running", NOW - 500, NOW - PATIENCE + 1, "node7", "")


def test_a_killed_job_does_not_run_for_ever(folder):
    folder.begin(RUN, ago=500, alive=PATIENCE + 1)
    folder.begin(OTHER, ago=3, alive=1, end="interrupted")
    assert (job(folder, RUN).state, job(folder, RUN).status) == ("stopped", "")
    assert (job(folder, OTHER).state, job(folder, OTHER).status) == ("stopped", "interrupted")
    # The next Snakemake makes it, and all that rests on it.
    assert states(folder)[MEASURED] == "waiting"


def test_what_rests_on_a_failed_job_is_blocked_and_nothing_else(folder):
    folder.begin(MEASURED, ago=30, alive=2, end="137")
    found = states(folder)
    assert (found.pop(MEASURED), job(folder, MEASURED).status) == ("failed", "137")
    assert [stem for stem, state in found.items() if state == "blocked"] == [GATHERED]
    folder.begin("curves/one", ago=30, alive=2, end="1")
    found = states(folder)
    blocked = [stem for stem, state in found.items() if state == "blocked"]
    assert blocked == [GATHERED, "claims/one", "claims", "figures/fig3", "report"]


def test_what_is_there_of_before_an_attempt_does_not_count(folder):
    folder.make(*folder.products)
    folder.begin("curves/one", ago=30, alive=2, end="interrupted")
    rest = ["claims/one", "claims", "figures/fig3", "report"]
    assert [stem for stem, state in states(folder).items() if state == "waiting"] == rest
    folder.begin("curves/one", ago=30, alive=2, end="1")
    assert [stem for stem, state in states(folder).items() if state == "blocked"] == rest


def test_a_job_that_has_just_begun_has_not_told_when(folder):
    folder.write(folder.results / f"logs/{RUN}.job", "", 4)
    assert job(folder, RUN)[1:4] == ("running", NOW - 4, NOW - 4)


def test_what_snakemake_is_going_to_make_again_waits(folder):
    folder.make(RUN, OTHER, "curves/one")
    folder.lock(RUN, OTHER, ago=100)
    folder.make(OTHER, ago=50)
    found = states(folder)
    assert (found[RUN], found[OTHER], found["curves/one"]) == ("waiting", "done", "done")
    assert seen(folder).at_work


def test_what_has_failed_waits_when_snakemake_starts_again(folder):
    folder.begin(RUN, ago=500, alive=200, end="1")
    folder.begin(OTHER, ago=80, alive=20, end="1")
    folder.lock(RUN, OTHER, ago=100)
    assert (states(folder)[RUN], states(folder)[OTHER]) == ("waiting", "failed")


def test_a_snakemake_at_work_on_something_else_is_none_here(folder):
    other = folder.results / "nested/runs/one.nc"
    folder.write(folder.snakemake / "locks/0.output.lock", f"{other}\n", 10)
    assert not seen(folder).at_work


def test_a_snakemake_that_starts_is_at_work(folder):
    logs = folder.snakemake / "log"
    started = "SNAKEMAKE\n=====\nBuilding DAG of jobs...\n"
    folder.write(logs / "2026-01-01T000000.0.snakemake.log", "Complete log(s)\n", 5)
    assert not seen(folder).at_work
    last = logs / "2026-01-02T000000.0.snakemake.log"
    folder.write(last, started, 5)
    assert seen(folder).at_work
    folder.write(last, started, PATIENCE + 1)  # it was killed
    assert not seen(folder).at_work
    for end in ("Job stats:", "Nothing to be done (all …", "LockException:\nError: Directory …"):
        folder.write(last, f"{started}{end}\n", 5)
        assert not seen(folder).at_work


def test_locks_are_of_files_as_snakemake_names_them(folder, monkeypatch):
    monkeypatch.chdir(folder.path)
    folder.make(RUN)
    folder.write(folder.snakemake / "locks/0.output.lock", f"./results/{RUN}.nc\n", 10)
    found = look(folder.needed, Path("results"), now=NOW)
    assert found.at_work
    assert found.jobs[0].state == "waiting"


def test_the_lines_of_training_are_understood(folder, monkeypatch):
    clock = iter(range(0, 1000, 6))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    lines = []
    training = told.Progress(settings(replicas=400), lines.append)
    training.start(1000)
    folder.begin(RUN, ago=30)
    folder.say(RUN, *lines)
    assert progress(job(folder, RUN), folder.results) is None
    training.update(range(400), 500)  # 200,000 replica-steps in 6 s
    folder.say(RUN, "a warning", *lines, "another", ago=2)
    assert progress(job(folder, RUN), folder.results) == Progress(0.5, 33333, 6, NOW - 2)


def test_lines_of_an_earlier_attempt_say_nothing_of_this_one(folder):
    line = "one lr=0.1: 25%, step 5 of 20, 1,234 replica-steps per second, 60 s left"
    folder.begin(RUN, ago=30)
    folder.say(RUN, line, ago=40)
    assert progress(job(folder, RUN), folder.results) is None
    folder.say(RUN, line, ago=20)
    assert progress(job(folder, RUN), folder.results) == Progress(0.25, 1234, 60, NOW - 20)


def test_the_last_line_of_a_log_says_why(folder):
    log = log_of(job(folder, RUN), folder.results)
    assert last_line(log) == ""
    folder.say(RUN, "x" * 100_000, "ValueError: no", "", "  ")
    assert last_line(log) == "ValueError: no"
    log.write_bytes(b"\xff\n")
    assert last_line(log) == "�"


def test_signs_of_life_come_often_enough():
    script = Path(__file__).parents[2] / "workflow/scripts/make.sh"
    (beat,) = re.findall(r"sleep (\d+)", script.read_text())
    # One may be missed, and another node see a file as it was a minute ago.
    assert 2 * int(beat) + 60 <= PATIENCE


def test_a_locked_file_need_not_have_a_name_in_utf_8(folder):
    folder.lock(RUN, ago=100)
    (lock,) = (folder.snakemake / "locks").glob("*.output.lock")
    lock.write_bytes(b"caf\xe9.nc\n" + lock.read_bytes())
    assert seen(folder).at_work


def test_a_pace_without_figures_is_no_progress(folder):
    folder.begin(RUN, ago=30)
    folder.say(RUN, "x: 25%, step 1 of 4, , replica-steps per second, 60 s left", ago=20)
    assert progress(job(folder, RUN), folder.results) is None


def test_a_time_that_is_none_is_that_of_the_last_sign_of_life(folder):
    folder.write(folder.results / f"logs/{RUN}.job", f"{'9' * 400} node7\n", 4)
    folder.say(RUN, "begun", ago=2)
    found = job(folder, RUN)
    assert found[1:5] == ("running", NOW - 4, NOW - 4, "node7")
    assert progress(found, folder.results) is None


def test_a_status_that_is_none_does_not_tell_of_a_failure(folder):
    folder.begin(RUN, ago=9, end="1" * 5000)
    assert job(folder, RUN).state == "stopped"


def test_a_pipe_tells_of_no_job(folder):
    path = folder.results / f"logs/{RUN}.job"
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    # Who reads it comes to its end, and does not hang.
    writer = threading.Thread(target=path.write_text, args=("",))
    writer.start()
    found = job(folder, RUN).state
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer.join(10)
    os.close(reader)
    assert found == "waiting"
