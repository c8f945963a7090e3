"""What is around every job: an environment of its own, and words about one that was killed.

What it can no longer say itself its shell does, or the next attempt.
"""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from thermophoresis.provenance import seal

SCRIPT = Path(__file__).parents[2] / "workflow/scripts/make.sh"
FIGURE = "results/figures/fig7.svg"
NEXT = "thermophoresis: an earlier attempt "


@pytest.fixture
def job(tmp_path):
    """Run what a job runs, with another program in place of Python; return status and log."""
    python = tmp_path / "bin/python"
    python.parent.mkdir()
    log, output = tmp_path / "job.log", tmp_path / "output"
    output.write_text("old")

    def run(program, stage="draw", **environment):
        python.write_text(f"#!/bin/sh\necho working\n{program}\n")
        python.chmod(0o755)
        command = ["bash", SCRIPT, python.parent, log, stage, "--settings", SCRIPT]
        ended = subprocess.run(
            [*command, "--outputs", output, tmp_path / "none"],
            cwd=tmp_path,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert set(log.read_text().splitlines()) <= set(ended.stdout.splitlines())
        return ended.returncode, log.read_text()

    run.kept = f"thermophoresis: left as it was before, and old now: {output}\n"
    return run


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("KILL", "was killed (signal KILL); memory may be why\n"),
        ("TERM", "was stopped from outside (signal TERM)\n"),
        ("INT", "was stopped from outside (signal INT)\n"),
        ("SEGV", "has crashed (signal SEGV), in a library; memory may be why\n"),
        ("BUS", "has crashed (signal BUS), in a library; memory may be why\n"),
    ],
)
def test_log_and_next_attempt_say_by_what_signal_a_job_ended(job, name, words):
    status, log = job(f"kill -{name} $$")
    assert status == 128 + signal.Signals[f"SIG{name}"]
    assert log.startswith("working\n")
    assert log.endswith(f"thermophoresis: error: this attempt {words}{job.kept}")
    status, log = job("exit 0")
    assert (status, log) == (0, f"{NEXT}{words}working\n")
    assert job("exit 0") == (0, "working\n")  # once is enough


def test_the_next_attempt_says_that_a_job_was_killed_with_its_shell(job):
    status, log = job("kill -KILL $(ps -o ppid= $PPID) $PPID; exit 0")
    assert (status, log) == (-signal.SIGKILL, "working\n")
    words = "has not come to its end: it was killed, for which memory may be why, or stopped from"
    assert job("exit 0") == (0, f"{NEXT}{words} outside\nworking\n")


def test_a_file_about_the_job_that_cannot_be_removed_costs_no_result(job, tmp_path):
    (tmp_path / "job.job").mkdir()
    status, log = job("exit 0")
    assert (status, log.splitlines()[-1]) == (0, "working")


def test_a_job_that_fails_by_itself_says_what_is_old_and_no_more(job):
    assert job("exit 1") == (1, f"working\n{job.kept}")
    assert job("exit 0") == (0, "working\n")


def test_a_job_sees_folders_and_devices_of_the_shell_and_no_more(job, tmp_path):
    kept = {
        **{name: str(tmp_path) for name in ("MPLCONFIGDIR", "NUMBA_CACHE_DIR", "TORCH_HOME")},
        **{"TRITON_CACHE_DIR": str(tmp_path / "made"), "CUDA_VISIBLE_DEVICES": "1"},
    }
    settled = {"LANG": "de_DE", "MPLBACKEND": "qt", "PYTHONUTF8": "0"}
    names = (
        "PYTHONOPTIMIZE PYTHONWARNINGS NUMBA_DISABLE_JIT TRITON_DEBUG TORCH_LOGS LC_ALL LANGUAGE"
    )
    names += " TORCHDYNAMO_DISABLE ATEN_CPU_CAPABILITY NPY_DISABLE_CPU_FEATURES MKL_CBWR"
    names += " MKL_ENABLE_INSTRUCTIONS OPENBLAS_CORETYPE ONEDNN_MAX_CPU_ISA DNNL_MAX_CPU_ISA"
    taken = dict.fromkeys(names.split(), "1")
    _, log = job("env", **kept, **settled, **taken)
    found = dict(line.partition("=")[::2] for line in log.splitlines())
    assert found | kept == found
    assert not found.keys() & taken.keys()
    assert [found[name] for name in settled] == ["C.UTF-8", "agg", "1"]


@pytest.mark.parametrize(
    ("missing", "replaced"),
    [
        ("TRITON_CACHE_DIR", ["TRITON_CACHE_DIR"]),
        ("MPLCONFIGDIR", ["MPLCONFIGDIR"]),
        ("HOME", ["TRITON_CACHE_DIR", "MPLCONFIGDIR"]),
    ],
)
def test_what_keeps_something_has_a_folder_where_that_of_the_shell_cannot_be_written_to(
    job, tmp_path, monkeypatch, missing, replaced
):
    for name in ("TRITON_CACHE_DIR", "MPLCONFIGDIR"):
        monkeypatch.delenv(name, raising=False)
    _, log = job("env", **{missing: "/proc/nowhere"})
    found = dict(line.partition("=")[::2] for line in log.splitlines())
    own = {"TRITON_CACHE_DIR": "triton", "MPLCONFIGDIR": "matplotlib"}
    kept = {name for name, it in own.items() if found.get(name) == f"{tmp_path}/.snakemake/{it}"}
    assert kept == {*replaced}


def test_a_redraw_that_is_killed_leaves_the_old_figure_whole(finished, gate, tmp_path):
    before = finished.path(FIGURE).read_bytes()
    finished.append("src/thermophoresis/figures/learning_rate_sweep.py", "\nCHANGED = True\n")
    # Python runs this at its start: when the file is written but not yet renamed, the end comes.
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "if 'draw' in sys.argv:\n"
        "    os.fsync = lambda file: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with finished.started("--cores", "1", FIGURE, PYTHONPATH=str(tmp_path)) as process:
        output, _ = process.communicate(timeout=600)
    assert process.returncode != 0
    assert "this attempt was killed (signal KILL); memory may be why" in output
    parts = [FIGURE.replace("svg", it) for it in ("pdf", "svg", "png")]
    assert f"left as it was before, and old now: {', '.join(parts)}\n" in output
    assert finished.path(FIGURE).read_bytes() == before

    with_snakemake = gate("draw", sync=2)  # while the second of its files is written
    with finished.started("--cores", "1", FIGURE, **with_snakemake.environment) as process:
        with_snakemake.wait(process)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert finished.path(FIGURE).read_bytes() == before
    assert all(seal.examine(finished.path(part)).state == "intact" for part in parts)

    finished.run("--unlock")
    result = finished.run("--cores", "1", FIGURE)
    assert result.returncode == 0, result.stdout
    assert f"{NEXT}has not come to its end: it was killed" in result.stdout
    assert finished.path(FIGURE).read_bytes() != before
    assert finished.pending(FIGURE) == set()
