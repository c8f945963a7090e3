"""A tiny copy of the pipeline, run once for real; every test works on a copy of it."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from kills import without_times

REPOSITORY = Path(__file__).parents[2]
BYTECODE = Path(tempfile.gettempdir()) / "thermophoresis-bytecode"
# Seconds. What takes longer, on however busy a machine, has come to a standstill.
DEADLINE = 1800.0
PARTS = ("Snakefile", "workflow", "profiles", "envs", "src", "config")

# Two experiments, every kind of figure, one experiment with two figures: the least on which every
# row of the rerun contract can be told from the others.
CONFIGURATION = """\
device: cpu
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
    measure: {hessian_chain: {}}
  uniform:
    network: {inputs: 3, hidden: 4, bias: false}
    data: {kind: uniform}
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    replicas: 5
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
    measure: {hessian_chain: {}}
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest and mostly waits: the end would wait for it alone."""
    items.sort(key=lambda item: item.path.name != "test_slurm.py")


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
        return subprocess.run(**self.command(*arguments), timeout=DEADLINE)

    @contextmanager
    def started(self, *arguments: str, **environment: str) -> Iterator[subprocess.Popen]:
        """Start Snakemake in a process group of its own, ended with the block at the latest."""
        command = self.command(*arguments)
        command["env"] |= environment

        def heed_interrupts() -> None:
            # A script that runs the tests in the background would have it ignore them.
            signal.signal(signal.SIGINT, signal.SIG_DFL)

        with subprocess.Popen(
            **command, start_new_session=True, preexec_fn=heed_interrupts
        ) as process:
            try:
                yield process
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    @staticmethod
    def wait_until(happened: Callable[[], object], process: subprocess.Popen) -> None:
        """Wait for what a Snakemake that has been started is to do; fail if it ends without."""
        deadline = time.monotonic() + DEADLINE
        while not happened():
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.02)

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

    def contents(self, folder: str = "results") -> dict[str, bytes]:
        """Return all results by name, without what tells of time."""
        root = self.path(folder)
        return without_times(
            {
                str(path.relative_to(root)): path.read_bytes()
                for path in sorted(root.rglob("*"))
                if path.is_file() and path.relative_to(root).parts[0] not in ("logs", "benchmarks")
            }
        )


# Python runs this at its start.
GATEKEEPER = """\
import fcntl, itertools, os, sys

def wait():
    with open({path!r}, "a") as file:
        print(*words, sep="\\n", file=file, flush=True)
        fcntl.flock(file, fcntl.LOCK_SH)  # which nobody gets while the test has it

def fsync(file, fsync=os.fsync, numbers=itertools.count(1)):
    if next(numbers) == {sync!r}:
        wait()
    fsync(file)

words = set({words!r}) & set(sys.orig_argv)
if words and "thermophoresis" in sys.orig_argv:
    if {sync!r}:
        os.fsync = fsync
    else:
        wait()
"""


class Gate:
    """Where jobs wait until the test lets them go on, or has ended.

    So what must happen during a job does, however fast or slow the machine is.

    Parameters
    ----------
    folder
        For what belongs to it; it must exist.
    words
        It holds the jobs that have one of them among their arguments: a verb, or a file.
    sync
        Where: when this number of files has been written and not yet put on disk; 0 at the start.

    Attributes
    ----------
    environment
        In which Snakemake is to be started.
    """

    def __init__(self, folder: Path, *words: str, sync: int):
        self.environment = {"PYTHONPATH": str(folder)}
        self._path = folder / "held"
        self._file = self._path.open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        text = GATEKEEPER.format(words=words, sync=sync, path=str(self._path))
        (folder / "sitecustomize.py").write_text(text)

    def held(self) -> list[str]:
        """Return the words of the jobs that have come to it so far."""
        return self._path.read_text().split("\n")[:-1]

    def wait(self, process: subprocess.Popen) -> None:
        """Wait until a Snakemake has a job that is held."""
        Project.wait_until(self.held, process)

    def open(self) -> None:
        """Let go what waits, and what will come."""
        self._file.close()


@pytest.fixture(scope="session")
def gate(tmp_path_factory):
    """Make a gate: ``gate(word, sync=0)``."""
    with ExitStack() as gates:

        def make(*words: str, sync: int = 0) -> Gate:
            made = Gate(tmp_path_factory.mktemp("gate"), *words, sync=sync)
            gates.callback(made.open)
            return made

        yield make


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
