"""What `verify` and `explain` say of a real run's results, and of what has happened to them."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

RUN = "results/runs/gaussian/lr=0.2_batch=1_seed=0.nc"
SNAPSHOTS = RUN.replace("/runs/", "/snapshots/")
CURVATURE = RUN.replace("/runs/", "/measurements/hessian_chain/")
REPORT = {"results/report.html", "results/claims.md"}


def drawn(*figures):
    return {
        f"results/figures/{name}.{ending}" for name in figures for ending in ("pdf", "svg", "png")
    }


# What rests on each file, as the rules have it.
ON_CURVES = drawn("fig3", "fig5") | REPORT
ON_RUN = ON_CURVES | {"results/curves/gaussian.nc"}
# No claim about gaussian reads the chain.
ON_SNAPSHOTS = {CURVATURE, "results/measurements/hessian_chain/gaussian.nc"}
ON_UNIFORM_SNAPSHOTS = {
    "results/measurements/hessian_chain/uniform/lr=0.1_batch=1_seed=0.nc",
    "results/measurements/hessian_chain/uniform.nc",
    *drawn("curvature_uniform"),
    *REPORT,
}


def call(project, *arguments):
    """Run a verb of this project's own code, as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "thermophoresis", *arguments],
        cwd=project.folder,
        env=os.environ | {"PYTHONPATH": str(project.path("src"))},
        capture_output=True,
        text=True,
        timeout=600,
    )


def verify(project, *arguments):
    """Return the files that are not intact, with what is said of each, and the last line."""
    result = call(project, "verify", *arguments)
    assert result.stderr == ""
    *lines, summary = result.stdout.splitlines()
    parsed = [re.fullmatch(r"(\w+) +([^:]+): (.*)", line).groups() for line in lines]
    assert result.returncode == bool(parsed)
    return {name: (status, reason) for status, name, reason in parsed}, summary


def statuses(project):
    return {name: status for name, (status, _) in verify(project)[0].items()}


def flip(path, position):
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def test_after_a_run_all_is_intact(finished):
    found, summary = verify(finished)
    assert found == {}
    # Five runs, each with its snapshots and curvature; curves and curvature of two experiments;
    # four figures in three formats; report and table.
    assert summary == "33 files: 33 intact"


def test_what_a_run_has_made_can_be_handed_on(finished):
    shutil.copy(REPOSITORY / "CITATION.cff", finished.folder)
    made = call(finished, "archive", "--to", "results.zip")
    assert (made.returncode, made.stderr) == (0, "")
    graph = json.loads(finished.path("results/ro-crate-metadata.json").read_text())["@graph"]
    (run,) = (it for it in graph if it["@type"] == "CreateAction")
    # Snakemake has left a benchmark of every job.
    assert run["startTime"] < run["endTime"]
    assert len(run["result"]) == 33 + 3  # verdicts have no seal
    compared = call(finished, "compare", "results.zip", "results")
    assert compared.returncode == 0, compared.stdout
    assert " 5 only in B; " in compared.stdout  # snapshots
    assert verify(finished)[0] == {}
    finished.path(RUN).unlink()
    refused = call(finished, "crate")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "results is not complete: 1 of 36 files are not there" in refused.stderr


@pytest.mark.parametrize(
    ("name", "dependents"),
    [
        pytest.param(RUN, ON_RUN, id="run"),
        pytest.param(SNAPSHOTS, ON_SNAPSHOTS, id="snapshots"),
        pytest.param(
            "results/snapshots/uniform/lr=0.1_batch=1_seed=0.nc",
            ON_UNIFORM_SNAPSHOTS,
            id="snapshots-of-a-figure",
        ),
        pytest.param(
            "results/figures/fig3.svg", {"results/report.html"}, id="figure-of-the-report"
        ),
        pytest.param("results/figures/fig3.png", set(), id="figure"),
        pytest.param("results/figures/fig3.pdf", set(), id="figure-for-print"),
    ],
)
def test_a_flipped_byte_is_found_and_all_that_rests_on_it_named(finished, name, dependents):
    path = finished.path(name)
    flip(path, path.stat().st_size // 3)
    found, summary = verify(finished)
    assert {it: status for it, (status, _) in found.items()} == {
        name: "altered",
        **dict.fromkeys(dependents, "doubtful"),
    }
    for dependent in dependents:
        assert f"{name} (altered)" in found[dependent][1]
    counts = [f"{len(dependents)} doubtful"] if dependents else []
    assert summary == ", ".join([f"33 files: {32 - len(dependents)} intact", "1 altered", *counts])


def test_a_deleted_input_is_missed(finished):
    finished.path(RUN).unlink()
    expected = dict.fromkeys(ON_CURVES, "doubtful") | {"results/curves/gaussian.nc": "missing"}
    assert statuses(finished) == expected


@pytest.mark.parametrize(
    ("module", "stale", "doubtful"),
    [
        pytest.param(
            "figures/batch_size_sweep.py", drawn("fig5"), {"results/report.html"}, id="figure"
        ),
        pytest.param(
            "analysis/gathering.py",
            {
                f"results/{kind}/{it}.nc"
                for kind in ("curves", "measurements/hessian_chain")
                for it in ("gaussian", "uniform")
            },
            drawn("fig3", "fig5", "fig7", "curvature_uniform") | REPORT,
            id="aggregation",
        ),
        pytest.param("report/page.py", REPORT, set(), id="report"),
        pytest.param("cli.py", set(), set(), id="command-line"),
    ],
)
def test_results_of_other_code_are_stale(finished, module, stale, doubtful):
    finished.append(f"src/thermophoresis/{module}", "\nCHANGED = True\n")
    expected = dict.fromkeys(stale, "stale") | dict.fromkeys(doubtful, "doubtful")
    assert statuses(finished) == expected


def test_all_is_intact_again_when_snakemake_has_made_it_anew(finished):
    finished.append("src/thermophoresis/figures/batch_size_sweep.py", "\nCHANGED = True\n")
    flip(finished.path("results/curves/uniform.nc"), 1000)
    assert len(statuses(finished)) > 3
    result = finished.run("--cores", "2", "--forcerun", "gather")
    assert result.returncode == 0, result.stdout
    assert statuses(finished) == {}


def test_results_can_be_moved(finished):
    finished.path("results").rename(finished.path("moved"))
    assert verify(finished, "moved") == ({}, "33 files: 33 intact")
    result = call(finished, "verify")
    assert result.returncode == 1
    assert result.stderr == "thermophoresis: error: results does not exist\n"


@pytest.mark.parametrize("ending", ["pdf", "svg", "png"])
def test_a_figure_is_explained_back_to_its_runs(finished, ending):
    result = call(finished, "explain", f"results/figures/curvature_uniform.{ending}")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 110
    assert "  made by   python -m thermophoresis make draw" in lines
    assert "  seeds     0" in lines
    assert "  status    intact" in lines
    tree = lines[lines.index("made from") + 1 :]
    assert [line.split("  sha256")[0] for line in tree] == [
        "  results/curves/uniform.nc",
        "    results/runs/uniform/lr=0.1_batch=1_seed=0.nc",
        "    results/runs/uniform/lr=0.2_batch=1_seed=0.nc",
        "  results/measurements/hessian_chain/uniform.nc",
        "    results/measurements/hessian_chain/uniform/lr=0.1_batch=1_seed=0.nc",
        "      results/snapshots/uniform/lr=0.1_batch=1_seed=0.nc",
        "    results/measurements/hessian_chain/uniform/lr=0.2_batch=1_seed=0.nc",
        "      results/snapshots/uniform/lr=0.2_batch=1_seed=0.nc",
    ]
    assert all(line.endswith("  intact") for line in tree)
