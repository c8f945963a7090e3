"""Kills in every stage of the pipeline, and whether it ends with the same bytes all the same.

    uv run python benchmarks/kills.py              # sixty; writes their table into docs/trust.md
    uv run python benchmarks/kills.py --kills 6    # what the tests do; prints it

A small pipeline with a job of each stage is run whole, for its bytes and for how long each job
takes. Then it is run again from nothing, and killed in one stage after the other: with SIGKILL or
SIGTERM; a job, Snakemake alone (what becomes of its job is left to it), or both at once, as when a
session ends. The moment is drawn: a share of the processor time that the job takes or, each third
time, while what the job has written is not yet on disk under its name. After each kill, all that is
there under the name of a product must have that product's bytes. What comes next is ``--unlock``,
where Snakemake needs it, and the same command; no other repair. At the end of each round, all
results must have the bytes of the whole run.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psutil

ROOT = Path(__file__).parents[1]
PARTS = ("Snakefile", "workflow", "profiles", "envs", "src", "config")
PAGE = ROOT / "docs/trust.md"
BEGIN, END = "<!-- kills: written by benchmarks/kills.py, do not edit -->", "<!-- end of kills -->"
DEADLINE = 1800.0  # seconds

# At zero seconds a checkpoint is written whenever there could be one, so that kills fall between.
CONFIGURATION = """\
device: cpu
checkpoint_seconds: 0
claims: [claims.yaml]
datasets:
  digits: {source: digits, size: 8}
experiments:
  coins:
    network: {inputs: 3, hidden: 4, bias: false}
    data: {kind: uniform}
    sweep: {learning_rate: [0.01], batch_size: [1]}
    seeds: [0]
    replicas: 400
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
    measure: {hessian_chain: {}}
  images:
    network: {kind: mlp, hidden: [8]}
    data: {kind: images, dataset: digits, samples: {train: 1000, test: 100}}
    labels: "true"
    sweep: {learning_rate: [0.1], batch_size: [10]}
    seeds: [0]
    replicas: 20
    probe_size: 100
    until: {epochs: 20}
    records: {count: 6, even_in: epochs}
    traces: {every: 10, weights: 4, projections: 2}
computations:
  flow: {kind: walk_flux, noise_slope: 1.0}
figures:
  mass_flow: {kind: mass_flow, flows: [flow]}
"""
CLAIMS = """\
claims:
  bound:
    source: Eq. 64
    statement: The bound holds.
    experiment: coins
    statistic: violated_fraction
    inequality: bound
    criterion: {at_most: 0}
    because: It is claimed without exception.
"""

# The stages in the order in which they come, with the product in whose job each is killed.
STAGES = {
    "prepare": "data/digits.nc",
    "simulate": "runs/coins/lr=0.01_batch=1_seed=0.nc",
    "simulate, with traces": "runs/images/lr=0.1_batch=10_seed=0.nc",
    "measure": "measurements/hessian_chain/coins/lr=0.01_batch=1_seed=0.nc",
    "compute": "computations/flow.nc",
    "gather": "curves/coins.nc",
    "judge": "claims/coins.json",
    "ledger": "claims.json",
    "draw": "figures/mass_flow.pdf",
    "report": "report.html",
}
WAYS = [(number, victim) for victim in ("job", "Snakemake", "both") for number in ("KILL", "TERM")]
# What a report says of the jobs that it rests on; its seal covers that as well.
PROCESSOR_TIME = re.compile(rb"[\d.]+\xc2\xa0(?:s|min|h) of processor time")


def without_times(results: dict[str, bytes]) -> dict[str, bytes]:
    """Return results by name without what differs from run to run: times in a report, its seal.

    A seal that is not that of the report stays.
    """
    name = STAGES["report"]
    page = results.get(name, b"")
    body, _, seal = page.rpartition(b"<!-- sha256:")
    if not seal.startswith(hashlib.sha256(body).hexdigest().encode()):
        return results
    return results | {name: PROCESSOR_TIME.sub(b"", body)}


# Python runs this at its start: each job tells when it begins and what it has taken, and waits
# where it is to be killed while it writes.
OBSERVER = """\
import atexit, fcntl, json, os, sys, time

folder, words, syncs = os.path.dirname(__file__), sys.orig_argv, 0

def note(event, **more):
    with open(folder + "/notes", "a") as file:
        file.write(json.dumps({"event": event, "pid": os.getpid(), "made": made, **more}) + "\\n")

def fsync(file, fsync=os.fsync):
    global syncs
    syncs += 1
    if made == hold["made"] and syncs == hold["sync"]:
        note("held", file=os.readlink("/proc/self/fd/%d" % file))
        with open(folder + "/gate") as gate:
            fcntl.flock(gate, fcntl.LOCK_SH)
    fsync(file)

if "thermophoresis" in words and "--outputs" in words:
    made = words[words.index("--outputs") + 1]
    with open(folder + "/hold") as file:
        hold = json.load(file)
    os.fsync = fsync
    atexit.register(lambda: note("ended", seconds=time.process_time(), syncs=syncs))
    note("begun")
"""


class Plan(NamedTuple):
    """A kill that is to come: in which stage, how, whom, and when.

    ``share`` is of the job's processor time, or of its writes to disk.
    """

    stage: str
    signal: str
    victim: str
    writing: bool
    share: float


class Kill(NamedTuple):
    """A kill that has been.

    ``left`` are the files that it has left beside products: what was half-written, checkpoints.
    """

    plan: Plan
    left: tuple[str, ...]


def plans(kills: int, seed: int = 0) -> list[list[Plan]]:
    """Return the kills of each round: every stage once, or as many as are left.

    In six rounds each stage is killed in each of the six ways, two times of them while it writes.
    """
    drawn = random.Random(seed)
    rounds = []
    for number, first in enumerate(range(0, kills, len(STAGES))):
        chosen = sorted(drawn.sample(range(len(STAGES)), min(len(STAGES), kills - first)))
        of_round = []
        for place, index in enumerate(chosen):
            way = WAYS[(number + place) % len(WAYS)]
            writing = (number + 2 * place) % 3 == 0
            of_round.append(Plan([*STAGES][index], *way, writing, drawn.uniform(0.02, 0.95)))
        rounds.append(of_round)
    return rounds


class Pipeline:
    """A clone of this repository, small settings, and someone who looks at its jobs."""

    def __init__(self, folder: Path):
        self.folder = folder / "project"
        self._observer = folder / "observer"
        for part in PARTS:
            (self.folder / part).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / part).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / part, self.folder / part, ignore=ignored)
            else:
                shutil.copyfile(ROOT / part, self.folder / part)
        (self.folder / "config/config.yaml").write_text(CONFIGURATION)
        (self.folder / "config/claims.yaml").write_text(CLAIMS)
        self._observer.mkdir()
        (self._observer / "sitecustomize.py").write_text(OBSERVER)
        (self._observer / "notes").touch()
        (self._observer / "gate").touch()
        self._hold("", 0)

    def _hold(self, made: str, sync: int) -> None:
        (self._observer / "hold").write_text(json.dumps({"made": made, "sync": sync}))

    def notes(self, event: str, made: str) -> list[dict[str, Any]]:
        """Return what jobs of a product have told."""
        lines = (self._observer / "notes").read_text().splitlines()
        found = [json.loads(line) for line in lines]
        return [it for it in found if (it["event"], it["made"]) == (event, made)]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start Snakemake as the leader of a session."""
        left_out = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
        environment = {name: value for name, value in os.environ.items() if name not in left_out}
        environment["PYTHONPATH"] = str(self._observer)
        environment["PYTHONPYCACHEPREFIX"] = str(self._observer / "bytecode")
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "snakemake", *arguments],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def complete(self) -> None:
        """Take up the run and end it, as docs/faults.md says."""
        self.unlock()
        for _ in range(2):
            before = (self.folder / "log").stat().st_size if (self.folder / "log").exists() else 0
            if not self.start("--cores", "2").wait(DEADLINE):
                return
            told = (self.folder / "log").read_bytes()[before:].decode()
            # A job that was left behind may be in the way of its successor: then once more.
            if "another process" not in told:
                break
        raise RuntimeError(told[-5000:])

    def unlock(self) -> None:
        """Unlock the folder if it is locked."""
        locks = self.folder / ".snakemake/locks"
        if locks.exists() and any(locks.iterdir()):
            self.start("--unlock").wait(DEADLINE)

    def contents(self) -> dict[str, bytes]:
        """Return all results by name, without what tells of time."""
        root, found = self.folder / "results", {}
        for path in sorted(root.rglob("*")):
            name = str(path.relative_to(root))
            # A job whose Snakemake is gone may still rename its files.
            with contextlib.suppress(FileNotFoundError):
                if path.is_file() and name.split("/")[0] not in ("logs", "benchmarks"):
                    found[name] = path.read_bytes()
        return without_times(found)

    def kill(self, plan: Plan, taken: Mapping[str, Any]) -> bool:
        """Run until the stage of a plan is under way, and kill; return whether it was in time.

        Parameters
        ----------
        plan
            What to do.
        taken
            What a job of the stage has taken that was not killed: ``seconds`` and ``syncs``.

        Raises
        ------
        AssertionError
            It writes a product under the product's name.
        """
        made = f"results/{STAGES[plan.stage]}"
        begun, held = (len(self.notes(event, made)) for event in ("begun", "held"))
        self._hold(made, 1 + int(plan.share * taken["syncs"]) if plan.writing else 0)
        with self._gate(), _ended(self.start("--cores", "2", made)) as process:
            if not _until(lambda: len(self.notes("begun", made)) > begun, process):
                raise RuntimeError((self.folder / "log").read_text()[-5000:])
            pid = self.notes("begun", made)[-1]["pid"]
            if plan.writing:
                if _until(lambda: len(self.notes("held", made)) > held, process):
                    file = self.notes("held", made)[-1]["file"]
                    assert file.endswith((".part", ".traces")), f"{file} is written in its place"
            else:
                _until(lambda: _seconds(pid) >= plan.share * taken["seconds"], process)
            self._hold("", 0)
            in_time = psutil.pid_exists(pid)
            number = getattr(signal, f"SIG{plan.signal}")
            with contextlib.suppress(ProcessLookupError):
                if plan.victim == "both":
                    os.killpg(process.pid, number)
                else:
                    os.kill(pid if plan.victim == "job" else process.pid, number)
        process.wait(DEADLINE)
        return in_time

    @contextlib.contextmanager
    def _gate(self) -> Iterator[None]:
        """Keep the gate closed, at which a job waits that is to be killed while it writes."""
        with (self._observer / "gate").open() as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Give a Snakemake that is killed with all of its jobs if anything goes wrong here."""
    try:
        yield process
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise


def _until(happened: Callable[[], object], process: subprocess.Popen[bytes]) -> bool:
    """Wait for something; return whether it has happened before a process ended."""
    deadline = time.monotonic() + DEADLINE
    while not happened():
        if process.poll() is not None or time.monotonic() > deadline:
            return bool(happened())
        time.sleep(0.01)
    return True


def _seconds(pid: int) -> float:
    """Return the processor time of a process so far, infinity if it has ended."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return float("inf")
    return times.user + times.system


def run(
    folder: Path, kills: int, seed: int = 0, tell: Callable[[str], None] = lambda line: None
) -> list[Kill]:
    """Kill a small pipeline again and again.

    Parameters
    ----------
    folder
        Where; it must be empty.
    kills
        How often.
    seed
        Of the moments.
    tell
        Called with a line of text after each kill.

    Returns
    -------
    list of Kill
        All that have been. Those that came too late, after the end of their job, were made again.

    Raises
    ------
    AssertionError
        A product was there that was not whole, or the end has other bytes.
    RuntimeError
        A run that nobody killed has failed.
    """
    pipeline = Pipeline(folder)
    pipeline.complete()
    whole = pipeline.contents()
    taken = {
        stage: pipeline.notes("ended", f"results/{made}")[-1] for stage, made in STAGES.items()
    }
    done = []
    for of_round in plans(kills, seed):
        for made in ("results", ".snakemake"):
            shutil.rmtree(pipeline.folder / made)
        before: set[str] = set()
        for plan in of_round:
            while not pipeline.kill(plan, taken[plan.stage]):  # a busy machine: it has ended
                pipeline.unlock()
                (pipeline.folder / "results" / STAGES[plan.stage]).unlink()
                plan = plan._replace(share=plan.share / 2)
            found = pipeline.contents()
            done.append(Kill(plan, tuple(it for it in examine(found, whole) if it not in before)))
            before = {*found}
            tell(f"{len(done)} of {kills}: {' '.join(map(str, done[-1]))}")
            pipeline.unlock()
        pipeline.complete()
        end = pipeline.contents()
        other = sorted(name for name in whole.keys() | end if whole.get(name) != end.get(name))
        assert not other, f"other than in a run that nobody killed: {other}"
    return done


def examine(found: Mapping[str, bytes], whole: Mapping[str, bytes]) -> Iterator[str]:
    """Give the names of what is no product; raise AssertionError if a product is not whole."""
    for name, content in found.items():
        if name in whole:
            assert content == whole[name], f"{name} is there and is not whole"
        else:
            assert name.endswith(".part") or name.startswith("checkpoints/"), name
            yield name


def table(done: Sequence[Kill]) -> str:
    """Return the table of kills, by stage and way, with what it adds up to."""
    heads = [f"{'−9' if number == 'KILL' else number} to {victim}" for number, victim in WAYS]
    lines = [f"| killed in | {' | '.join(heads)} |", f"|---|{'--:|' * len(heads)}"]
    for stage in STAGES:
        cells = {}
        for plan, left in done:
            if plan.stage == stage:
                part = any(name.endswith(".part") for name in left)
                moment = "writing" if plan.writing else f"{plan.share:.0%}".replace("%", " %")
                cells[plan.signal, plan.victim] = moment + ("*" if part else "")
        lines.append(f"| {stage} | {' | '.join(cells.get(way, '') for way in WAYS)} |")
    halves = sum(any(name.endswith(".part") for name in it.left) for it in done)
    points = sum(any(name.endswith(".npz") for name in it.left) for it in done)
    lines += [
        "",
        f"{len(done)} kills; {halves} left a half-written file (*) and {points} a checkpoint, none "
        "of them under the name of a product. No product that was there differed from that of a "
        "run that nobody killed, after a kill or at the end.",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Kill, and write the table where it belongs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        done = run(Path(folder), options.kills, options.seed, tell=lambda it: print(it, flush=True))
    text = table(done)
    print(text)
    if options.kills == len(WAYS) * len(STAGES):
        from thermophoresis.report.readme import replace_section

        section = f"{BEGIN}\n\n{text}\n\n{END}"
        PAGE.write_text(replace_section(PAGE.read_text("utf-8"), section, PAGE.name), "utf-8")


if __name__ == "__main__":
    main()
