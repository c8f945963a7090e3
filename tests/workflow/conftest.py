"""A tiny copy of the pipeline, run once for real; every test works on a copy of it."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
BYTECODE = Path(tempfile.gettempdir()) / "thermophoresis-bytecode"
PARTS = ("Snakefile", "workflow", "profiles", "envs", "src", "config")

# Two experiments, every kind of figure, one experiment with two figures: the least on which every
# row of the rerun contract can be told from the others.
CONFIGURATION = """\
device: cpu
compile: never
claims: [claims.yaml]
experiments:
  gaussian:
    network: {inputs: 3, hidden: 4}
    data: {kind: gaussian}
    sweeps:
      - {learning_rate: [0.1, 0.2], batch_size: [1]}
      - {learning_rate: [0.2], batch_size: [2]}
    seeds: [0]
    replicas: 5
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
  uniform:
    network: {inputs: 3, hidden: 4, bias: false}
    data: {kind: uniform}
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    replicas: 5
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
figures:
  fig3: {kind: learning_rate_sweep, experiment: gaussian, observable: loss, batch_size: 1}
  fig5: {kind: batch_size_sweep, experiment: gaussian, observable: loss, learning_rate: 0.2}
  fig7: {kind: learning_rate_sweep, experiment: uniform, observable: loss, batch_size: 1}
  curvature_uniform: {kind: curvature, experiment: uniform, batch_size: 1, learning_rate: 0.1}
"""

CLAIMS = """\
claims:
  gaussian-decreases:
    source: Fig. 3
    statement: The loss decreases.
    experiment: gaussian
    figure: fig3
    statistic: relative_change
    observable: loss
    batch_size: 1
    criterion: {below: 0}
    because: A decrease is a change below zero.
  uniform-bound:
    source: Eq. 64
    statement: The bound holds.
    experiment: uniform
    statistic: violated_fraction
    inequality: bound
    criterion: {at_most: 0}
    because: It is claimed without exception.
"""


class Project:
    """A copy of the repository in which Snakemake is run as a user runs it."""

    def __init__(self, folder: Path):
        self.folder = folder

    def clone(self, folder: Path) -> "Project":
        """Return a fresh clone: the sources alone, with times of their own."""
        folder.mkdir()
        for part in PARTS:
            if self.path(part).is_dir():
                shutil.copytree(
                    self.path(part),
                    folder / part,
                    ignore=shutil.ignore_patterns("__pycache__"),
                    copy_function=shutil.copyfile,
                )
            else:
                shutil.copyfile(self.path(part), folder / part)
        return Project(folder)

    def copy(self, folder: Path) -> "Project":
        """Return a copy with everything that was made, times and Snakemake's records included."""
        shutil.copytree(self.folder, folder)
        return Project(folder)

    def path(self, name: str) -> Path:
        return self.folder / name

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that must be in a file."""
        text = self.path(name).read_text()
        assert old in text, f"{old!r} is not in {name}"
        self.path(name).write_text(text.replace(old, new))

    def append(self, name: str, text: str) -> None:
        with self.path(name).open("a") as file:
            file.write(text)

    def command(self, *arguments: str) -> dict:
        """Return the arguments of `subprocess` that run Snakemake here."""
        # What jobs need must come from the Snakefile, not from how the tests are run.
        environment = {
            k: v
            for k, v in os.environ.items()
            if k not in ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
        }
        # Every copy of the sources would be compiled anew, which takes longer than what it does.
        environment["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
        return {
            "args": [sys.executable, "-m", "snakemake", *arguments],
            "cwd": self.folder,
            "env": environment,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.STDOUT,
            "text": True,
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run Snakemake; both of its streams are in ``stdout``."""
        return subprocess.run(**self.command(*arguments), timeout=600)

    def pending(self, *arguments: str) -> set[str]:
        """Return what a dry run says would be made, by message: ``Drawing fig3``."""
        result = self.run("--dry-run", *arguments)
        assert result.returncode == 0, result.stdout
        jobs = set(re.findall(r"^Job \d+: ([^;\n]+)", result.stdout, re.MULTILINE))
        assert jobs or "Nothing to be done" in result.stdout, result.stdout
        return jobs

    def listing(self) -> dict[str, tuple[int, int]]:
        """Return size and time of modification of all that is below ``results``."""
        return {
            str(path.relative_to(self.folder)): (path.stat().st_size, path.stat().st_mtime_ns)
            for path in sorted(self.path("results").rglob("*"))
        }


@pytest.fixture(scope="session")
def repository():
    """This repository itself; to be cloned, never run in."""
    return Project(REPOSITORY)


@pytest.fixture(scope="session")
def clone():
    """Make a clone of this repository in a folder, with a configuration of the test's own."""
    return tiny


@pytest.fixture
def fresh(tmp_path):
    """The pipeline with the tiny configuration and nothing made yet."""
    return tiny(tmp_path / "project")


@pytest.fixture(scope="session")
def finished_once(tmp_path_factory):
    """The tiny pipeline after one complete run; to be copied, never changed."""

    def make(folder: Path) -> Project:
        project = tiny(folder)
        result = project.run("--cores", "2")
        assert result.returncode == 0, result.stdout
        return project

    return once(tmp_path_factory, "finished", make)


@pytest.fixture
def finished(finished_once, tmp_path):
    """A copy of the finished tiny pipeline for one test to change."""
    return finished_once.copy(tmp_path / "project")


@pytest.fixture(scope="session")
def make_once(tmp_path_factory):
    """Make a project, by name, once for all processes that run tests."""
    return lambda name, make: once(tmp_path_factory, name, make)


def once(tmp_path_factory, name: str, make: Callable[[Path], Project]) -> Project:
    """Return the project that another process has made, or else make it."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder, done = root / name, root / f"{name}.done"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            return Project(folder)
        shutil.rmtree(folder, ignore_errors=True)
        project = make(folder)
        done.touch()
    return project


def tiny(folder: Path, configuration: str = CONFIGURATION) -> Project:
    """Return a clone of this repository with the tiny configuration, or with another one."""
    project = Project(REPOSITORY).clone(folder)
    project.path("config/config.yaml").write_text(configuration)
    project.path("config/claims.yaml").write_text(CLAIMS)
    return project
