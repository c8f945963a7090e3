"""How a process of the command line starts and ends."""

import json
import os
import subprocess
import sys

import pytest

import thermophoresis.cli

CHECK = ["check", "--quick", "--config", "config/smoke.yaml"]

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


@pytest.mark.parametrize("verb", [CHECK, ["--help"]])
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


@pytest.mark.parametrize("verb", [CHECK, ["claims"], ["verify"]])
def test_what_the_shell_has_set_for_other_programs_ends_no_verb(tmp_path, verb):
    (tmp_path / "claims.json").write_text(json.dumps([]))
    settings = tmp_path.parent / f"{tmp_path.name}.matplotlibrc"
    settings.write_bytes("axes.facecolor: red  # Größe\n".encode("latin-1"))
    nonsense = {"MPLBACKEND": "none", "MATPLOTLIBRC": str(settings), "SOURCE_DATE_EPOCH": "abc"}
    command = [sys.executable, "-m", "thermophoresis", *verb]
    if verb is not CHECK:
        command.append(str(tmp_path))
    run = subprocess.run(command, capture_output=True, text=True, env=os.environ | nonsense)
    assert "Traceback" not in run.stderr + run.stdout


def test_output_that_is_full_is_told_in_one_line():
    command = [sys.executable, "-m", "thermophoresis", *CHECK]
    with open("/dev/full", "w") as full:
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert run.stderr == "thermophoresis: error: cannot write: No space left on device\n"
    assert run.returncode == 1


@pytest.mark.parametrize("verb", [CHECK, ["--help"]])
def test_output_that_is_closed_is_left_out(verb):
    command = ["bash", "-c", 'exec "$@" >&-', "-", sys.executable, "-m", "thermophoresis", *verb]
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    assert (run.returncode, run.stderr) == (0, "")


def test_who_interrupts_sees_no_traceback(monkeypatch, capsys):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(thermophoresis.cli, "_run", interrupted)
    assert thermophoresis.cli.main(["verify"]) == 130
    assert capsys.readouterr().err == ""
