"""How a process of the command line starts and ends."""

import subprocess
import sys

import pytest

# In place of the verbs, what makes as many objects that stay as imports do.
PROGRAM = """
import atexit, gc, runpy
import thermophoresis.cli
kept, before = [], gc.get_threshold()
def main():
    start = gc.get_stats()[2]["collections"]
    kept.extend([] for _ in range(1_000_000))
    print(gc.get_threshold()[:2] == before[:2], gc.get_stats()[2]["collections"] - start)
    return 3
atexit.register(lambda: print(gc.get_freeze_count() > len(kept)))
thermophoresis.cli.main = main
runpy.run_module("thermophoresis", run_name="__main__")
"""


def test_no_time_goes_into_looking_for_cycles_among_all_that_is_imported():
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    # Cycles of young objects are looked for as always, those of all neither before nor at the end.
    assert (run.returncode, run.stdout.split()) == (3, ["True", "0", "True"]), run.stderr


@pytest.mark.parametrize(
    "verb", [["check", "--quick", "--config", "config/smoke.yaml"], ["--help"]]
)
def test_who_reads_may_have_seen_enough(verb):
    command = [sys.executable, "-m", "thermophoresis", *verb]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()  # before anything is printed
        assert process.stderr.read() == b""
    assert process.returncode in (0, 141)  # as of other tools that SIGPIPE ends


def test_without_docstrings_there_are_the_same_verbs():
    command = [sys.executable, "-OO", "-m", "thermophoresis", "make", "--help"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "simulate" in run.stdout
