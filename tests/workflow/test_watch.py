"""What jobs leave for whoever looks; and the view beside a real run, in a terminal."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from terminal import started

SCRIPT = Path(__file__).parents[2] / "workflow/scripts/make.sh"
# In place of the package: does what it is told, in the words of the shell.
PYTHON = """\
#!/bin/bash
shift 3
eval "$*"
"""
TINY = """\
device: cpu
experiments:
  tiny:
    network: {inputs: 3, hidden: 4}
    data: {kind: gaussian}
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
    snapshots: 0
figures:
  fig3: {kind: learning_rate_sweep, experiment: tiny, observable: loss, batch_size: 1}
"""
RUN = "tiny/lr=0.1_batch=1_seed=0"  # has more steps than the other, and begins

__all__ = ["started"]  # a fixture


@pytest.fixture
def begin(tmp_path):
    """Begin a job that is some words of the shell; its log is ``job.log`` in the folder."""
    python = tmp_path / "bin/python"
    python.parent.mkdir()
    python.write_text(PYTHON)
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    begun = []

    def make(words: str, log: str = "job.log") -> subprocess.Popen:
        process = subprocess.Popen(
            ["bash", SCRIPT, python.parent, tmp_path / log, words],
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        begun.append(process)
        return process

    yield make
    for process in begun:
        process.communicate()


def wait_until(happened):
    deadline = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("words", "status", "left"), [("true", 0, None), ("exit 3", 3, "3"), ("kill -9 $$", 137, "137")]
)
def test_a_job_leaves_how_it_has_failed(begin, tmp_path, words, status, left):
    before = int(time.time())
    process = begin(f"echo said; {words}")
    # Whoever reads all of it would wait for what the job has left running.
    output, _ = process.communicate(timeout=60)
    assert process.returncode == status
    assert (output.splitlines()[0], (tmp_path / "job.log").read_text()[:5]) == ("said", "said\n")
    job = tmp_path / "job.job"
    if left is None:
        assert not job.exists()
    else:
        first, *more = job.read_text().splitlines()
        when, host = first.split()
        assert before <= int(when) <= time.time()
        assert (host, more) == (os.uname().nodename, [left])


@pytest.mark.parametrize(
    ("number", "left"),
    [
        (signal.SIGINT, ["interrupted"]),
        (signal.SIGTERM, ["interrupted"]),
        (signal.SIGKILL, []),  # which nobody can tell of
    ],
)
def test_an_interrupted_job_tells_so_and_a_killed_one_nothing(begin, tmp_path, number, left):
    process = begin("echo begun; sleep 100")
    log, job = tmp_path / "job.log", tmp_path / "job.job"
    wait_until(lambda: log.exists() and log.read_text())
    os.killpg(process.pid, number)
    process.communicate(timeout=60)
    assert process.returncode == -number
    assert job.read_text().splitlines()[1:] == left


def test_without_a_place_for_it_a_job_goes_on(begin, tmp_path):
    process = begin("exit 4", log="none/job.log")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 4
    assert output.count("none/job") == 1  # of the log, by tee


def test_beside_a_run_it_shows_what_runs_and_ends_with_it(clone, tmp_path, gate, started):
    project = clone(tmp_path / "project", TINY)
    held = gate("simulate")
    command = [sys.executable, "-m", "thermophoresis", "watch"]
    source = str(project.path("src"))
    terminal = started(command, cwd=project.folder, PYTHONPATH=source)
    terminal.wait_for("nothing runs")
    with project.started("--cores", "1", **held.environment) as snakemake:
        held.wait(snakemake)
        terminal.wait_for("1 running")
        terminal.wait_for("q ends")
        assert any(line.startswith(f"  {RUN}") for line in terminal.shown)
        assert project.path(f"results/logs/runs/{RUN}.job").exists()
        held.open()
        output, _ = snakemake.communicate(timeout=600)
    assert snakemake.returncode == 0, output
    assert terminal.end() == (0, True)
    assert "all 4 jobs are done" in terminal.text.rpartition("\x1b[?1049l")[2]
    assert not list(project.path("results").rglob("*.job"))
