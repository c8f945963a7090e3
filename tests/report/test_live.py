"""The command: once, line by line, and in a terminal, which it leaves as it was."""

import re
import signal
import subprocess
import sys
import time

import pytest
from made_up_run import OTHER, RUN, Folder
from terminal import started

from thermophoresis import cli
from thermophoresis.report import live
from thermophoresis.report.run_state import Snapshot

COLOUR = re.compile(r"\x1b\[[\d;]*3\dm")
SHORT_NAME = RUN.removeprefix("runs/")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = Folder(tmp_path, time.time())
    monkeypatch.chdir(made.path)
    return made


def once(*more):
    return cli.main(["watch", "--config", "config.yaml", *more])


def test_of_nothing_there_is_one_line(folder, capsys):
    assert once("--once") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line == (
        f"{folder.results}: nothing is made and nothing runs; to begin: "
        "snakemake --cores all --configfile config.yaml"
    )


def test_a_failure_is_the_exit_status(folder, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # of a terminal, which this is none
    folder.make(RUN)
    folder.begin(OTHER, ago=10, end="interrupted")
    assert once("--once") == 0
    folder.begin(OTHER, ago=10, end="1")
    assert once("--once") == 1
    out = capsys.readouterr().out
    assert f"failed {OTHER.removeprefix('runs/')}: exit status 1" in out
    assert "\x1b" not in out


def test_results_may_be_elsewhere(folder, capsys, tmp_path):
    folder.make(*folder.products)
    assert once("--once", "--results", str(tmp_path / "other")) == 0
    assert "nothing is made" in capsys.readouterr().out
    assert once("--once") == 0
    assert "all 10 jobs are done" in capsys.readouterr().out


def test_a_mistake_in_the_configuration_is_told(folder, capsys):
    folder.config.write_text("experiments: 3\n")
    assert once("--once") == 1
    assert "config.yaml: experiments: got 3" in capsys.readouterr().err


def test_line_by_line_it_goes_on_until_snakemake_has_ended(folder, capsys, monkeypatch):
    def begin():
        folder.lock(RUN, OTHER, ago=5)
        folder.begin(RUN, ago=0)

    def go_on():
        folder.make(RUN, ago=0)
        folder.begin(OTHER, ago=0)

    def fail():
        folder.begin(OTHER, ago=0, end="1")

    def end():
        (folder.snakemake / "locks/0.output.lock").unlink()

    happens = iter([lambda: None, begin, lambda: None, go_on, fail, end])
    monkeypatch.setattr(live.time, "sleep", lambda seconds: next(happens)())
    assert once() == 1
    out = capsys.readouterr().out
    lines = [line for line in out.splitlines() if line.startswith(f"{folder.results}: ")]
    assert [re.sub(r" [^,]+ left, \S+ at a time,", "", it.partition(": ")[2]) for it in lines] == [
        "0 of 10 jobs are done, nothing runs",
        "0 of 10 jobs are done, 1 running",
        "1 of 10 jobs are done, 1 running",
        "1 of 10 jobs are done, Snakemake is at work, 1 failed, 7 blocked",
    ]
    assert "exit status 1" in out  # the whole at the end
    assert next(happens, None) is None


def test_looking_takes_a_tenth_of_the_time_and_showing_does_not_count(monkeypatch):
    clock, waits, costs = [0.0], [], iter([0.01, 0.5, 10.0, 0.0])

    def see():
        clock[0] += next(costs)
        return live.Seen(Snapshot((), False, 0.0), None, {})

    monkeypatch.setattr(live.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(live.Seen, "done", False)
    looks = live._looks(see, waits.append)
    for _ in range(4):
        next(looks)
        clock[0] += 1000  # nobody reads what is written to the terminal
    assert waits == [1.0, 5.0, 30.0]


def test_it_ends_when_all_is_done(folder, capsys):
    folder.make(*folder.products)
    assert once() == 0
    assert "all 10 jobs are done" in capsys.readouterr().out


__all__ = ["started"]  # a fixture

COMMAND = [sys.executable, "-m", "thermophoresis", "watch", "--config", "config.yaml"]


def test_a_closed_pipe_and_an_interrupt_end_it_quietly(folder):
    folder.begin(RUN, ago=0)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(COMMAND, **pipes) as process:
        assert b"1 running" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.communicate() == (b"", b"")
    assert process.returncode == 0
    with subprocess.Popen([*COMMAND, "--once"], **pipes) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 128 + signal.SIGPIPE


END = "q ends the view"


@pytest.mark.parametrize("columns", [80, 120])
def test_in_a_terminal_q_ends_it(folder, started, columns):
    folder.make(OTHER)
    folder.begin(RUN, ago=0)
    line = "one lr=0.1: 25%, step 5 of 20, 1,234 replica-steps per second, 600 s left"
    folder.say(RUN, line)
    terminal = started(COMMAND, columns)
    terminal.wait_for(END)
    terminal.press(b"x")
    terminal.wait_for(END)  # which was a key like others
    found = terminal.shown
    assert max(map(len, found)) <= columns
    assert len(found) <= 24
    (row,) = (row.split() for row in found if SHORT_NAME in row)
    assert row[:3] == [SHORT_NAME, "25%", "1,234"]
    assert COLOUR.search(terminal.text)
    terminal.press(b"q")
    assert terminal.end() == (0, True)
    assert "\x1b[?1049l" in terminal.text  # what was there before it is back
    assert "Traceback" not in terminal.text


@pytest.mark.parametrize(("how", "status"), [(b"\x03", 0), (signal.SIGTERM, 128 + 15)])
def test_interrupts_end_it_and_leave_the_terminal_as_it_was(folder, started, how, status):
    terminal = started(COMMAND, NO_COLOR="1")
    terminal.wait_for(END)
    terminal.press(how) if isinstance(how, bytes) else terminal.process.send_signal(how)
    assert terminal.end() == (status, True)
    assert terminal.text.endswith("\x1b[?25h\x1b[?1049l")  # a cursor, and what was there before
    assert not COLOUR.search(terminal.text)
    assert "Traceback" not in terminal.text


def test_a_dumb_terminal_gets_lines(folder, started):
    folder.begin(RUN, ago=0)
    terminal = started(COMMAND, TERM="dumb")
    terminal.wait_for("1 running")
    terminal.press(b"\x03")
    assert terminal.end() == (0, True)
    assert "\x1b" not in terminal.text
