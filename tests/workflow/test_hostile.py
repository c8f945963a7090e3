"""What a user's shell has set for other programs, or has not, leaks into no job and no result."""

import subprocess

import pytest

RUN = "results/runs/uniform/lr=0.1_batch=1_seed=0.nc"
FIGURE = "results/figures/fig7.pdf"
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
        "NUMBA_DISABLE_JIT": "1",
        "NUMBA_NUM_THREADS": "1",
        "CC": str(compiler),
        "CXX": str(compiler),
        "TMPDIR": str(tmp_path / "nowhere"),
        "HOME": "/proc/nohome",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }


def run(project, environment, *arguments):
    command = project.command("--cores", "2", *arguments)
    command["env"] |= environment
    return subprocess.run(**command, timeout=1800)


def test_jobs_of_every_stage_make_the_same_bytes_whatever_the_shell_has_set(finished, hostile):
    before = finished.contents()
    result = run(finished, hostile, "--forcerun", RUN)
    assert result.returncode == 0, result.stdout
    assert finished.contents() == before


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
    assert finished.contents() == before
