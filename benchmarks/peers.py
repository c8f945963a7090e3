"""Measures this package and what one would use in its place, and writes docs/benchmarks.md.

Every alternative runs in a locked environment of its own (environments/*.txt), made on first use
with uv, and is timed only after it has computed the same numbers as this package. All take turns.
With --quick nothing is installed: alternatives that the interpreter at hand lacks are named.

    uv run python benchmarks/peers.py [--quick] [--only WORD …] [--seconds S] [--output FILE]

A word of --only is a section, a network or the name of an alternative; of each sort those are
taken that are named, or all if none is. Without --output a run that is not whole prints its page;
one that is keeps what it has measured of a device (measured/*.json), of which the page is made.
"""

import argparse
import datetime
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import page
from contest import ALTERNATIVES, CASES, SCRIPTS, Plan, contests, limits
from locked import default_folder
from worker import Failed, variables

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
MEASURED = Path(__file__).with_name("measured")  # what the page is made of, a file for each device
SECTIONS = ("limit", "steps", "variance", "traces", "job", "scale")
JOB = {"replicas": 8192, "steps": 16_000}
QUICK_JOB = {"replicas": 512, "steps": 512}
JOB_ROUNDS = 2
QUICK_CASES = ("two_layer_10", "mlp6")


def main() -> None:
    """Parse the command line, measure, and write or print the page."""
    given = _arguments()
    if given.page_of:
        (given.output or PAGE).write_text(page.write(_kept(given.page_of)))
        return
    say = lambda line: print(line, file=sys.stderr, flush=True)  # noqa: E731
    words = set(given.only)
    names = {it.name for it in ALTERNATIVES}
    if unknown := words - {*SECTIONS, *CASES, *names}:
        allowed = ", ".join([*SECTIONS, *CASES, *sorted(names)])
        raise SystemExit(f"--only: got {sorted(unknown)[0]!r}; must be one of {allowed}")
    sections = [it for it in SECTIONS if it in words] or list(SECTIONS)
    default = QUICK_CASES if given.quick else tuple(CASES)
    cases = [it for it in CASES if it in words] or list(default)
    runs = []
    for device in given.devices or _devices():
        with tempfile.TemporaryDirectory() as caches:
            plan = Plan(
                device=device,
                seconds=given.seconds or (0.05 if given.quick else 0.3),
                rounds=given.rounds or (2 if given.quick else 5),
                quick=given.quick,
                folder=given.environments,
                interpreters=dict(given.interpreter),
                names=frozenset(words & names),
                caches=caches,
                say=say,
            )
            runs.append({})
            for runs[-1] in _run(plan, sections, cases, given.quick):
                if given.save:  # each time: of a command that is stopped, what it has measured
                    given.save.write_text(json.dumps(runs, indent=1))
    if not (given.quick or words):  # the other device's results stay
        for run in runs:
            (MEASURED / f"{run['device']}.json").write_text(json.dumps([run], indent=1) + "\n")
        (given.output or PAGE).write_text(page.write(_kept(sorted(MEASURED.glob("*.json")))))
    elif given.output:
        given.output.write_text(page.write(runs))
    else:
        print(page.write(runs))


def _kept(paths: Iterable[Path]) -> list[dict[str, Any]]:
    return [run for path in paths for run in json.loads(path.read_text())]


def _run(
    plan: Plan, sections: list[str], cases: list[str], quick: bool
) -> Iterator[dict[str, Any]]:
    """Yield what is measured on one device, more each time."""
    found: dict[str, Any] = {
        "device": plan.device,
        "command": " ".join(["uv run python benchmarks/peers.py", *sys.argv[1:]]),
        "date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}",
        "hardware": _hardware(plan.device),
        "processor": _hardware("cpu"),
        "load": os.getloadavg()[0],
        "rounds": plan.rounds,
        "seconds": plan.seconds,
        "versions": {"Python": platform.python_version()},
        "problems": {},
        "rows": [],
    }
    for section in sections:
        if section == "limit":
            found["limit"] = limits(plan, found["versions"])
        elif section == "job":
            found["job"] = _job(plan, QUICK_JOB if quick else JOB, 1 if quick else JOB_ROUNDS)
        elif section == "scale":
            if plan.device == "cpu":
                found["scale"] = _scale(quick)
        else:
            of_run = plan, found["problems"], found["versions"]
            for rows in contests(section, cases, *of_run):
                found["rows"] += rows
                yield found
        yield found


def _job(plan: Plan, size: dict[str, int], rounds: int) -> dict[str, Any]:
    """Return how long the job of one run takes from the start of its process to its end.

    Time is the process's processor time on a CPU and the clock's on a GPU. A small run before
    leaves what jobs share in the caches.
    """
    command = [sys.executable, str(SCRIPTS / "whole_job.py"), "--device", plan.device]
    environment = variables(plan.caches, plan.device)

    def run(replicas: int, steps: int) -> dict[str, float]:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = datetime.datetime.now()
        options = ["--replicas", str(replicas), "--steps", str(steps)]
        done = subprocess.run([*command, *options], env=environment, capture_output=True, text=True)
        wall = (datetime.datetime.now() - start).total_seconds()
        if done.returncode:
            raise Failed((done.stderr.strip() or "no word").splitlines()[-1])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return answer | {"wall": wall, "processor": used}

    try:
        run(16, 64)
        found = [run(**size) for _ in range(rounds)]
    except Failed as error:
        plan.say(f"job: {error}")
        return size | {"error": str(error)}
    plan.say(f"job: {found}")
    return size | {"runs": found}


def _scale(quick: bool) -> dict[str, Any] | None:
    """Return what `scale` measures with many cells, if it is there."""
    script = Path(__file__).with_name("scale.py")
    if not script.exists():
        return None
    few = ["--cells", "20", "--gathered", "0"] if quick else []
    command = [sys.executable, str(script), "--json", *few]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        return {"error": (done.stderr.strip() or "it ended without a word").splitlines()[-1]}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _devices() -> list[str]:
    import torch

    return ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]


def _hardware(device: str) -> str:
    """Return the model of the processor, or of the card with its driver."""
    if device == "cuda":
        query = [
            "nvidia-smi",
            "--query-gpu=name,driver_version,memory.total",
            "--format=csv,noheader",
        ]
        done = subprocess.run(query, capture_output=True, text=True)
        name, driver, memory = done.stdout.splitlines()[0].split(", ")
        return f"{name}, {memory}, driver {driver}"
    if shutil.which("lscpu"):
        done = subprocess.run(
            ["lscpu"], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}
        )
        said = dict(line.split(":", 1) for line in done.stdout.splitlines() if ":" in line)
        said = {name.strip(): value.strip() for name, value in said.items()}
        flags = said.get("Flags", "").split()
        vector = next((it for it in ("avx512f", "avx2") if it in flags), "")
        what = [said.get("Model name", platform.processor())]
        what += (
            [f"family {said['CPU family']} model {said['Model']}"] if "CPU family" in said else []
        )
        return ", ".join([*what, *([vector] if vector else []), f"one core of {os.cpu_count()}"])
    return f"{platform.processor() or platform.machine()}, one core of {os.cpu_count()}"


def _pair(text: str) -> tuple[str, str]:
    name, _, path = text.partition("=")
    if not path:
        raise argparse.ArgumentTypeError(
            f"got {text!r}; must be NAME=PYTHON, such as jax=/usr/bin/python3"
        )
    return name, path


def _arguments() -> argparse.Namespace:
    first, _, rest = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=first, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="small, offline, in less than two minutes")
    add("--only", nargs="+", default=[], metavar="WORD", help="sections, networks, alternatives")
    add("--seconds", type=float, help="what a timed round takes, about (default 0.3)")
    add("--rounds", type=int, help="counted rounds (default 5)")
    add("--devices", nargs="+", choices=("cpu", "cuda"), help="default: all that there are")
    add("--output", type=Path, help=f"page to write (default docs/{PAGE.name}, if all is measured)")
    add("--save", type=Path, metavar="FILE", help="keep what was measured, as JSON")
    add(
        "--page-of",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="measure nothing: page of kept files",
    )
    add("--environments", type=Path, default=default_folder(), help="folder (default %(default)s)")
    add(
        "--interpreter",
        type=_pair,
        action="append",
        default=[],
        metavar="NAME=PYTHON",
        help="for the alternatives of an environment, in place of one that is made",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
