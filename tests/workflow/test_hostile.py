"""What a user's shell has set for other programs, or has not, leaks into no job and no result."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from thermophoresis.products import STAGES

RUN = "results/runs/uniform/lr=0.1_batch=1_seed=0.nc"
FIGURE = "results/figures/fig7.pdf"
MORE = """\
datasets: {digits: {source: digits}}
computations: {flow: {kind: walk_flux, noise_slope: 1.0}}
experiments:
"""
OF_MORE = ("results/data/digits.nc", "results/computations/flow.nc")
COMPILER = "#!/bin/sh\necho 'no licence' >&2\nexit 1\n"


@pytest.fixture
def hostile(tmp_path):
    """The environment of a notebook on a machine where much is set and little works."""
    settings = tmp_path / "latin1.matplotlibrc"
    settings.write_bytes("axes.facecolor: red  # Größe\n".encode("latin-1"))
    compiler = tmp_path / "failing-compiler"
    compiler.write_text(COMPILER)
    compiler.chmod(0o755)
    return {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MATPLOTLIBRC": str(settings),
        "PYTHONOPTIMIZE": "2",
        "PYTHONWARNINGS": "error",
        "PYTHONHASHSEED": "7",
        "PYTHONIOENCODING": "latin-1",
        "LC_ALL": "de_DE.ISO-8859-1",
        "LANGUAGE": "de",
        "NUMBA_DISABLE_JIT": "1",
        "NUMBA_NUM_THREADS": "1",
        "CC": str(compiler),
        "CXX": str(compiler),
        "NUMBA_CACHE_DIR": "/proc/nohome",
        "TRITON_CACHE_DIR": "/proc/nohome",
        "MPLCONFIGDIR": "/proc/nohome",
        "OMP_NUM_THREADS": "3",
        "TORCH_LOGS": "nonsense",
        "ATEN_CPU_CAPABILITY": "default",
        "TMPDIR": str(tmp_path / "nowhere"),
        "HOME": "/proc/nohome",
    }


def run(project, environment, *arguments):
    command = project.command("--cores", "2", *arguments)
    command["env"].pop("XDG_CACHE_HOME", None)
    command["env"] |= environment
    return subprocess.run(**command, timeout=1800)


def test_jobs_of_every_stage_make_the_same_bytes_whatever_the_shell_has_set(finished, hostile):
    # What the tiny pipeline lacks: images, and a measurement of no run.
    finished.edit("config/config.yaml", "experiments:\n", MORE)
    assert finished.run(*OF_MORE, "--cores", "2").returncode == 0
    before = finished.contents()
    keep_machine_code(finished)
    result = run(finished, hostile, "all", *OF_MORE, "--forcerun", RUN, *OF_MORE)
    assert result.returncode == 0, result.stdout
    made = set(re.findall(r"^(\w+) +\d+$", result.stdout, re.MULTILINE))  # in the table of jobs
    assert made >= {*STAGES, "compute"}
    assert "/proc/nohome/.cache: nothing can be kept there" in result.stdout
    assert finished.contents() == before


def keep_machine_code(project):
    """Let jobs that have no home find what is compiled already, which takes a minute."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    project.path(".snakemake/caches").mkdir()
    project.path(".snakemake/caches/thermophoresis").symlink_to(caches / "thermophoresis")


@pytest.mark.parametrize(
    ("name", "target"),
    [("figures/parts/files", FIGURE), ("report/page", "results/report.html")],
    ids=["figure", "report"],
)
def test_what_cannot_be_made_again_stays_as_it_was(finished, name, target):
    before = finished.contents()
    finished.edit(
        f"src/thermophoresis/{name}.py",
        "import base64" if "page" in name else "import io",
        "import nothing_of_this_name",
    )
    result = finished.run("--cores", "2", target)
    assert result.returncode != 0
    assert "nothing_of_this_name" in result.stdout
    assert f"left as it was before, and old now: {target}" in result.stdout
    assert finished.contents() == before
