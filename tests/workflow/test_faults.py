"""What goes wrong on real machines ends in a clear message or a correct result.

Nothing that was finished is lost, and nothing half-written is used. docs/faults.md lists all this
for users.
"""

import json
import os
import re
import shutil
import signal
import subprocess

import numpy as np
import pytest

from thermophoresis.numerics.intervals import mean_band
from thermophoresis.provenance import netcdf

RUN = "results/runs/uniform/lr=0.1_batch=1_seed=0.nc"
CURVES = "results/curves/uniform.nc"
FIGURE = "results/figures/fig7.pdf"


def kill(process: subprocess.Popen) -> None:
    """Kill Snakemake and all of its jobs, as a crash of the machine would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def in_namespace(project, mounting: str, *arguments: str) -> subprocess.CompletedProcess:
    """Run Snakemake where other file systems are mounted, which nobody else sees."""
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "true"]).returncode:
        pytest.skip("mounting a file system is not allowed here")
    command = project.command(*arguments)
    script = f'{mounting} && exec "$@"'
    command["args"] = [*unshare, "sh", "-c", script, "sh", *command["args"]]
    return subprocess.run(**command, timeout=600)


def complete(project, *arguments) -> None:
    """Take up a run after a crash, as docs/faults.md says."""
    if project.path(".snakemake/locks").exists():  # not after a crash of a job alone
        project.run("--unlock")
    result = project.run("--cores", "2", *arguments)
    assert result.returncode == 0, result.stdout


def test_killed_training_goes_on_from_its_checkpoint(fresh, gate):
    fresh.edit("config/config.yaml", "device: cpu", "device: cpu\ncheckpoint_seconds: 0")
    fresh.edit(
        "config/config.yaml",
        "sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]\n    seeds: [0]\n    replicas: 5",
        "sweeps: [{learning_rate: [0.01, 0.1], batch_size: [1]}]\n    seeds: [0]\n"
        "    replicas: 400",
    )
    run = "runs/uniform/lr=0.01_batch=1_seed=0"
    checkpoint = fresh.path(f"results/checkpoints/{run.removeprefix('runs/')}.npz")
    # The first one is made before the first step, and the third is never complete.
    training = gate("simulate", sync=3)
    with fresh.started("--cores", "1", f"results/{run}.nc", **training.environment) as process:
        training.wait(process)
        kill(process)
    assert checkpoint.exists()
    assert not fresh.path(f"results/{run}.nc").exists()

    complete(fresh, f"results/{run}.nc")

    log = fresh.path(f"results/logs/{run}.log").read_text()
    assert "resumed at step" in log
    assert not checkpoint.exists()
    resumed = fresh.contents()
    complete(fresh, "--force", f"results/{run}.nc")
    assert "resumed" not in fresh.path(f"results/logs/{run}.log").read_text()
    assert fresh.contents() == resumed


def test_code_that_is_edited_meanwhile_makes_nothing_under_the_old_fingerprint(fresh, gate):
    fresh.edit("config/config.yaml", "learning_rate: [0.1, 0.2], batch_size: [1]}]\n", LONG_FIRST)
    runs = [f"results/runs/uniform/lr={rate}_batch=1_seed=0.nc" for rate in (0.05, 0.1)]
    first = gate("simulate", sync=1)  # until it has trained, before it writes
    with fresh.started("--cores", "1", CURVES, **first.environment) as process:
        first.wait(process)
        fresh.append("src/thermophoresis/simulations/run.py", "\nCHANGED = True\n")
        first.open()
        output, _ = process.communicate(timeout=600)

    assert process.returncode != 0
    told = (
        "thermophoresis: error: the code has changed since Snakemake was started: its fingerprint"
    )
    assert told in output
    # What was being trained already was the code that its file names.
    assert [fresh.path(run).exists() for run in runs] == [True, False]
    before = code_of(fresh, runs[0])
    complete(fresh, CURVES)
    (now,) = {code_of(fresh, run) for run in runs}
    assert now != before
    assert f"{before}, now it is {now}; start Snakemake again" in output


LONG_FIRST = "learning_rate: [0.05, 0.1], batch_size: [1]}]\n"


def code_of(project, name):
    return netcdf.read(project.path(name)).attrs["code_fingerprint"]


def test_a_damaged_checkpoint_is_refused(finished):
    checkpoint = finished.path("results/checkpoints/uniform/lr=0.1_batch=1_seed=0.npz")
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_bytes(b"no checkpoint")
    before = finished.contents()
    complete(finished, "--force", RUN)
    log = finished.path("results/logs/runs/uniform/lr=0.1_batch=1_seed=0.log").read_text()
    assert f"{checkpoint.relative_to(finished.folder)} is damaged; starting over" in log
    del before[str(checkpoint.relative_to(finished.path("results")))]
    assert finished.contents() == before


@pytest.mark.parametrize(
    ("verb", "target"), [("simulate", RUN), ("gather", CURVES), ("draw", FIGURE)]
)
def test_killed_while_it_writes_a_job_leaves_no_half_file(finished, tmp_path, verb, target):
    # Python runs this at its start: when the file is written but not yet renamed, the end comes.
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        f"def fsync(file, fsync=os.fsync):\n"
        f"    os.kill(os.getpid(), signal.SIGKILL) if {verb!r} in sys.argv else fsync(file)\n"
        "os.fsync = fsync\n"
    )
    before = finished.contents()
    finished.path(target).unlink()
    with finished.started("--cores", "1", target, PYTHONPATH=str(tmp_path)) as process:
        output, _ = process.communicate(timeout=600)
    assert process.returncode != 0
    assert "Killed" in output
    assert not finished.path(target).exists()
    assert list(finished.path("results").rglob(".*.part"))

    complete(finished, target)

    assert finished.contents() == before  # and no part of a file is left


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda content: content[: len(content) // 2], "NetCDF: HDF error"),
        (lambda content: b"", "NetCDF: Unknown file format"),
        (
            lambda content: content[:3000] + bytes([content[3000] ^ 1]) + content[3001:],
            "its seal does not match",
        ),
    ],
    ids=["truncated", "empty", "flipped-byte"],
)
def test_a_damaged_run_file_is_named_and_not_used(finished, damage, words):
    before = finished.contents()
    path = finished.path(RUN)
    path.write_bytes(damage(path.read_bytes()))

    result = finished.run("--cores", "1", CURVES)

    assert result.returncode != 0
    (line,) = finished.path("results/logs/curves/uniform.log").read_text().splitlines()
    assert line.startswith(f"thermophoresis: error: cannot read {RUN}")
    assert words in line
    assert line.endswith("; delete it to have it made again")
    assert not finished.path(CURVES).exists()
    path.unlink()
    complete(finished, CURVES)
    assert finished.contents() == before


def test_a_full_disk_is_named_and_leaves_nothing(finished):
    before = finished.contents()
    finished.path(CURVES).unlink()
    mounting = "mount -t tmpfs -o size=8k tmpfs results/curves"

    result = in_namespace(finished, mounting, "--cores", "1", CURVES)

    assert result.returncode != 0
    log = finished.path("results/logs/curves/uniform.log").read_text()
    assert log.startswith(f"thermophoresis: error: cannot write {CURVES}: ")
    assert "bytes are free there" in log
    complete(finished, CURVES)
    assert finished.contents() == before


@pytest.mark.parametrize("setting", ["device=cpu", "device=cuda"])
def test_a_full_disk_of_logs_costs_no_result(finished, setting):
    before = finished.contents()
    mounting = "mount -t tmpfs -o size=4k tmpfs results/logs && head -c 4096 /dev/zero"
    mounting += " > results/logs/full && export CUDA_VISIBLE_DEVICES="
    result = in_namespace(finished, mounting, "--cores", "1", "--config", setting, "--force", RUN)
    assert re.search(r"tee: .*No space left on device", result.stdout)
    # Whether a job has succeeded is for the verb alone to say.
    assert (result.returncode == 0) == (setting == "device=cpu"), result.stdout
    assert ("torch finds no CUDA device" in result.stdout) == (result.returncode != 0)
    if result.returncode != 0:
        complete(finished, RUN)
    assert finished.contents() == before


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        pytest.param([], "Write-protected output files", id="results-to-replace"),
        pytest.param(
            ["results/figures/fig8.svg"], "results/figures: nothing can be written", id="new-figure"
        ),
        pytest.param([CURVES], "results: nothing can be written here; make it", id="nothing-yet"),
    ],
)
def test_read_only_results_are_named_before_anything_runs(finished, targets, words):
    finished.edit("config/config.yaml", "fig7: {kind", "fig8: {kind")
    if words.startswith("results:"):
        shutil.rmtree(finished.path("results"))
        finished.path("results").mkdir()
    mounting = "mount --bind results results && mount -o remount,ro,bind results"

    before = finished.listing()
    result = in_namespace(finished, mounting, "--cores", "1", *targets)

    assert result.returncode != 0
    assert words in result.stdout
    assert "Traceback" not in result.stdout
    assert "OSError" not in result.stdout
    assert "\nrule " not in result.stdout  # as a job begins
    assert finished.listing() == before
    assert finished.run("--cores", "1", *targets).returncode == 0  # nothing is left locked, either


def test_a_run_that_does_not_fit_into_memory_is_named_before_anything_runs(fresh):
    fresh.edit("config/config.yaml", "hidden: 4}", "hidden: 400000000}")
    result = fresh.run("--cores", "1")
    assert result.returncode != 0
    (line,) = [line for line in result.stdout.splitlines() if " of memory" in line]
    # Parameters (3 + 1 for each unit, 4 bytes each) of one network, and of 5 at 6 records.
    assert line.startswith("gaussian/lr=0.1_batch=1_seed=0: needs about 198.4 GB of memory or more")
    assert "Traceback" not in result.stdout
    assert "\nrule " not in result.stdout  # as a job begins
    assert not fresh.path("results").exists()


def test_a_second_snakemake_in_the_folder_is_refused(fresh, gate):
    training = gate("simulate")
    with fresh.started("--cores", "1", RUN, **training.environment) as process:
        training.wait(process)
        second = fresh.run("--cores", "1", RUN)
        training.open()
        output, _ = process.communicate(timeout=600)
    assert second.returncode != 0
    assert "Directory cannot be locked" in second.stdout
    assert process.returncode == 0, output
    assert fresh.pending(RUN) == set()


def test_diverged_replicas_are_told_and_left_out(fresh):
    # A loss of 0.1 is below where any training here begins; one of 0.75 is within reach of some.
    for experiment, loss in (("uniform", 0.1), ("gaussian", 0.75)):
        data = f"    data: {{kind: {experiment}}}\n"
        fresh.edit("config/config.yaml", data, f"{data}    divergence_loss: {loss}\n")
    result = fresh.run("--cores", "2")
    assert result.returncode == 0, result.stdout
    run = "lr=0.1_batch=1_seed=0"
    log = fresh.path(f"results/logs/runs/uniform/{run}.log").read_text()
    assert "; 5 of 5 replicas diverged" in log
    log = fresh.path(f"results/logs/runs/gaussian/{run}.log").read_text()
    (gone,) = re.findall(r"; ([1-4]) of 5 replicas diverged", log)
    assert "no curve: every replica has diverged" in words_of(fresh, "fig7")
    told = words_of(fresh, "fig3")
    assert "Diverged, left out of the mean from then on (dashed): " in told
    assert f" {gone} of 5 at η = 0.1 (first by τ = " in told
    curves = netcdf.read(fresh.path("results/curves/gaussian.nc"))
    last = curves.loss.sel(learning_rate=0.1, batch_size=1).isel(seed=0, record=-1).values
    left = last[np.isfinite(last)]
    assert len(left) == 5 - int(gone)
    assert mean_band(last).mean == left.mean(dtype=np.float64)
    claims = {
        claim["id"]: claim for claim in json.loads(fresh.path("results/claims.json").read_text())
    }
    assert claims["uniform-bound"]["verdict"] == "not testable"


def words_of(project, figure):
    """Return all that is written in a figure: beside its glyphs, as comments."""
    text = project.path(f"results/figures/{figure}.svg").read_text()
    return " ".join(" ".join(re.findall(r"<!--(.*?)-->", text, re.DOTALL)).split())


@pytest.mark.parametrize(
    ("setting", "environment", "words"),
    [
        ("device=cuda", {"CUDA_VISIBLE_DEVICES": ""}, "device: got 'cuda', but torch finds no"),
    ],
)
def test_what_the_machine_lacks_is_named(finished, setting, environment, words):
    before = finished.contents()
    command = finished.command("--cores", "1", "--config", setting, "--force", RUN)
    result = subprocess.run(**{**command, "env": command["env"] | environment}, timeout=600)
    assert result.returncode != 0
    (line,) = [line for line in result.stdout.splitlines() if words in line]
    assert line.startswith("thermophoresis: error: ")
    assert line.endswith("set device to 'auto' or 'cpu'")
    complete(finished, RUN)
    assert finished.contents() == before
