"""What a job leaves behind when it succeeds, fails or is killed; and that the DAG is well made."""

import html
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest


def test_every_job_leaves_result_log_and_benchmark(finished):
    names = set(finished.listing())
    for stem in ("runs/uniform/lr=0.1_batch=1_seed=0", "curves/uniform"):
        assert f"results/{stem}.nc" in names
        assert f"results/logs/{stem}.log" in names
        assert f"results/benchmarks/{stem}.tsv" in names
    for suffix in ("pdf", "svg", "png"):
        assert f"results/figures/fig7.{suffix}" in names
    log = finished.path("results/logs/runs/uniform/lr=0.1_batch=1_seed=0.log").read_text()
    assert "uniform lr=0.1 batch=1 seed=0" in log


def test_a_failed_job_says_why_and_the_others_go_on(finished):
    broken = finished.path("results/runs/gaussian/lr=0.1_batch=1_seed=0.nc")
    broken.write_text("not netCDF")
    finished.edit("config/config.yaml", "experiment: uniform, observable: loss", NEW_FIGURE)

    result = finished.run("--cores", "2")

    assert result.returncode != 0
    complaint = f"thermophoresis: error: cannot read {broken.relative_to(finished.folder)}"
    log = finished.path("results/logs/curves/gaussian.log").read_text()
    assert log.startswith(complaint)
    assert log.count("\n") == 1
    assert complaint in result.stdout  # the log is shown as well as kept
    assert "Traceback" not in result.stdout
    assert not finished.path("results/curves/gaussian.nc").exists()
    assert finished.pending() == {
        "Gathering the curves of gaussian",
        "Judging the claims about gaussian",
        "Drawing fig3",
        "Drawing fig5",
        *LEDGER,
    }


LEDGER = {"Gathering the claims", "Building the report"}
NEW_FIGURE = "experiment: uniform, observable: second_layer_norm"


def test_an_interrupted_run_leaves_no_half_file_and_can_be_taken_up(finished):
    finished.edit(
        "config/config.yaml",
        "sweeps: [{learning_rate: [0.1, 0.2]",
        "sweeps: [{learning_rate: [0.0001, 0.1, 0.2]",
    )
    long = "runs/uniform/lr=0.0001_batch=1_seed=0"
    log = finished.path(f"results/logs/{long}.log")
    # It would take hours, and says so when it begins to train.
    with finished.started("--cores", "1") as snakemake:
        finished.wait_until(lambda: log.exists() and log.read_text(), snakemake)
        os.killpg(snakemake.pid, signal.SIGINT)
        output, _ = snakemake.communicate(timeout=600)

    assert snakemake.returncode != 0
    assert "steps of 5 replicas" in log.read_text(), output
    folder = finished.path("results/runs/uniform")
    assert sorted(path.name for path in folder.iterdir()) == [
        "lr=0.1_batch=1_seed=0.nc",
        "lr=0.2_batch=1_seed=0.nc",
    ]
    assert finished.pending() == {
        f"Training {long.removeprefix('runs/')}",
        f"Measuring hessian_chain of {long.removeprefix('runs/')}",
        "Gathering the curves of uniform",
        "Gathering the measurements/hessian_chain of uniform",
        "Judging the claims about uniform",
        "Drawing fig7",
        "Drawing curvature_uniform",
        *LEDGER,
    }


@pytest.mark.parametrize("configuration", ["config/config.yaml", "config/smoke.yaml"])
def test_shipped_configurations_reach_every_figure_of_the_paper(
    repository, tmp_path, configuration
):
    project = repository.clone(tmp_path / "clone")
    jobs = project.pending("--configfile", configuration)
    figures = {job.removeprefix("Drawing ") for job in jobs if job.startswith("Drawing")}
    fig2 = {"fig2_top", "fig2_middle", "fig2_bottom"}
    experiments = ("gaussian_wide", "gaussian", "gaussian_tanh", "uniform", "mlp6", "cnn6")
    experiments += ("cnn6_resampled",)
    curvature = {f"curvature_{experiment}" for experiment in experiments}
    # Beside them there are those of the mechanism.
    assert figures >= fig2 | {f"fig{number}" for number in range(3, 11)} | curvature
    assert "Building the report" in jobs
    assert "Preparing the images of digits" in jobs
    for experiment in experiments:
        assert {
            f"Gathering the {kind} of {experiment}"
            for kind in ("curves", "measurements/hessian_chain")
        } <= jobs
        for verb in ("Training", "Measuring hessian_chain of"):
            assert any(job.startswith(f"{verb} {experiment}/") for job in jobs)


def test_commands_in_the_report_make_again_what_they_stand_below(finished):
    page = finished.path("results/report.html")
    commands = re.findall('<code class="command">(.*?)</code>', page.read_text())
    assert "uv run snakemake --cores all -- results/figures/fig3.png" in commands
    assert "uv run snakemake --cores all -- results/claims/gaussian.json" in commands
    # How they are asked for is told to them all, and makes nothing anew.
    asked = ("--configfile", "config/config.yaml", "--config", "device=cpu")
    assert finished.pending("--cores", "2", *asked) == set()
    page.unlink()
    result = finished.run("--cores", "2", *asked)
    assert result.returncode == 0, result.stdout
    text = html.unescape(page.read_text())
    times = re.findall(r"of processor time in (\d+) jobs", text)
    assert times.count("5") == 3  # three runs, gathered: fig3, fig5 and the claim on them
    commands = re.findall('<code class="command">(.*?)</code>', text)
    (command,) = (it for it in commands if it.endswith("-- results/figures/fig7.png"))
    finished.path("results/figures/fig7.png").unlink()
    start, *arguments = shlex.split(command.removeprefix("uv run "))
    assert start == "snakemake"
    assert finished.pending(*arguments) == {"Drawing fig7"}


def test_parsing_the_dag_imports_nothing_heavy(fresh):
    fresh.append(
        "Snakefile",
        "\nheavy = {'torch', 'xarray', 'matplotlib', 'scipy', 'netCDF4'} & sys.modules.keys()\n"
        "sys.exit(f'heavy: {sorted(heavy)}')\n",
    )
    assert "heavy: []" in fresh.run("--dry-run").stdout


def test_lint_is_clean(fresh):
    result = fresh.run("--lint")
    assert result.returncode == 0, result.stdout


def test_long_settings_and_lists_of_inputs_reach_jobs_in_files(fresh):
    fresh.edit("workflow/rules/common.smk", "LONGEST_ARGUMENT = 100_000", "LONGEST_ARGUMENT = 10")
    target = "results/curves/uniform.nc"
    result = fresh.run("--cores", "2", target)
    assert result.returncode == 0, result.stdout
    found = [path.read_text() for path in fresh.path("results/settings").iterdir()]
    # Of two runs, and of what gathers them.
    assert sum(text.startswith("{") for text in found) == 3
    runs = [f"results/runs/uniform/lr={rate}_batch=1_seed=0.nc" for rate in (0.1, 0.2)]
    assert "\n".join(runs) in found
    assert "Nothing to be done" in fresh.run("--dry-run", target).stdout


# In place of what jobs run: says when it begins and ends, and leaves what it is to make.
TELLING = """\
echo + >> begun; sleep 2; echo - >> begun
while [ "$1" != --outputs ]; do shift; done
for file in "${@:2}"; do echo > "$file"; done
"""


@pytest.mark.parametrize(
    ("gpu_jobs", "device", "expected"), [(1, "auto", 1), (2, "auto", 2), (1, "cpu", 4)]
)
def test_as_many_jobs_train_on_a_gpu_at_a_time_as_the_profile_says(
    fresh, gpu_jobs, device, expected
):
    fresh.path("workflow/scripts/make.sh").write_text(TELLING)
    profile = "profiles/default/config.yaml"
    fresh.edit(profile, "  gpu_jobs: null\n", f"  gpu_jobs: {gpu_jobs}\n")
    settings = ("--config", f"device={device}")
    result = fresh.run("--cores", "4", "--until", "simulate", *settings)
    assert result.returncode == 0, result.stdout
    marks = fresh.path("begun").read_text().split()
    assert len(marks) >= 2 * 4
    at_once = [marks[:index].count("+") - marks[:index].count("-") for index in range(len(marks))]
    assert max(at_once) == expected


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"PYTHONDONTWRITEBYTECODE": "1"}, ".snakemake/bytecode"),
        ({"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "elsewhere"}, None),
        ({"PYTHONPYCACHEPREFIX": "elsewhere"}, "elsewhere"),
    ],
)
def test_modules_are_compiled_once_where_none_may_lie_beside_sources(
    fresh, tmp_path, environment, folder
):
    names = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
    others = {name: value for name, value in os.environ.items() if name not in names}
    script, python = fresh.path("workflow/scripts/make.sh"), Path(sys.executable).parent
    subprocess.run(
        ["bash", script, python, "log", "--help"],
        cwd=tmp_path,
        env={**others, **environment},
        check=True,
    )
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("cli.*.pyc")}
    assert len(found) == (folder is not None)
    assert all(it.startswith(f"{folder}/") for it in found)
