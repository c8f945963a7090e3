"""Contests: who takes part in which, that they compute the same, and how fast they are in turn."""

import importlib.util
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from locked import NotInstalled, interpreter
from worker import SCRIPTS, Failed, Worker, variables

sys.path.insert(0, str(SCRIPTS))
from cases import CASES, Case

OURS = "thermophoresis"
# Largest relative difference from this engine's numbers. Steps are made in float32, all else in
# float64; of an estimate from random vectors, standard errors.
AGREEMENT = {"steps": 1e-5, "variance": 1e-8, "traces": 1e-8}
STANDARD_ERRORS = 5.0
# Of the median replica; rounding can switch a unit whose input is about zero on or off, after which
# its network goes another way. The worst may be this far.
WORST = 1e-2


class Alternative(NamedTuple):
    """Something to compare with.

    Attributes
    ----------
    name
        In the page.
    script, arguments
        What runs it.
    environment
        Its list of pinned versions; None for the interpreter that runs the command.
    imports
        The module that it stands for, looked for where no environment is made.
    tasks
        What it takes part in.
    draws_normals
        Whether it differs from another only in how normal inputs are drawn.
    """

    name: str
    script: str
    arguments: tuple[str, ...] = ()
    environment: str | None = "torch"
    imports: str = "torch"
    tasks: tuple[str, ...] = ("steps",)
    draws_normals: bool = False


ALTERNATIVES = (
    Alternative(OURS, "thermophoresis_engine.py", (), None, tasks=("steps", "variance", "traces")),
    Alternative("PyTorch loop", "torch_loop.py"),
    Alternative("torch.func vmap", "torch_func.py"),
    Alternative("torch.func vmap, torch.compile", "torch_func.py", ("compiled",)),
    Alternative("JAX", "jax_scan.py", (), "jax", "jax"),
    Alternative("JAX, rbg generator", "jax_scan.py", ("rbg",), "jax", "jax", draws_normals=True),
    Alternative("torch.func per-sample gradients", "torch_func.py", tasks=("variance",)),
    Alternative("Opacus", "opacus_gradients.py", (), "opacus", "opacus", ("variance",)),
    Alternative(
        "BackPACK", "backpack_gradients.py", (), "backpack", "backpack", ("variance", "traces")
    ),
    Alternative("torch.func Jacobians", "torch_func.py", ("jacobian",), tasks=("traces",)),
    Alternative("torch.func Hessian columns", "torch_func.py", tasks=("traces",)),
    Alternative("curvlinops", "curvlinops_hessian.py", (), "curvlinops", "curvlinops", ("traces",)),
    Alternative(
        "PyHessian (estimate)", "pyhessian_trace.py", (), "pyhessian", "pyhessian", ("traces",)
    ),
)


class Plan(NamedTuple):
    """What a run of the command is to do.

    Attributes
    ----------
    device
        cpu or cuda.
    seconds, rounds
        How long a timed round takes about, and how many are counted.
    quick
        Whether only the least numbers of replicas take part, and no environments are made:
        alternatives run where the command does, if they can.
    folder
        Where environments are kept.
    interpreters
        Given by the user, by the name of an environment.
    names
        The alternatives that take part; empty for all.
    caches
        Folder for what is compiled.
    say
        Is told what happens.
    """

    device: str
    seconds: float
    rounds: int
    quick: bool
    folder: Path
    interpreters: Mapping[str, str]
    names: frozenset[str]
    caches: str
    say: Callable[[str], None]


def python_of(alternative: Alternative, plan: Plan) -> str:
    """Return the interpreter that runs an alternative.

    Raises
    ------
    NotInstalled
        It cannot be had.
    """
    name = alternative.environment
    if name == "jax" and plan.device == "cuda":
        name = "jax_cuda"
    if name is None:
        return sys.executable
    if name in plan.interpreters:
        return plan.interpreters[name]
    if not plan.quick:
        return interpreter(name, plan.folder)
    if importlib.util.find_spec(alternative.imports) is None:
        raise NotInstalled(f"no module named {alternative.imports} where the command runs")
    return sys.executable


@contextmanager
def _workers(
    task: str, plan: Plan, problems: dict[str, str], versions: dict[str, str]
) -> Iterator[dict[Alternative, Worker]]:
    """Start those that take part in a task; say who cannot."""
    started: dict[Alternative, Worker] = {}
    environment = variables(plan.caches, plan.device)
    try:
        for it in ALTERNATIVES:
            if task not in it.tasks or (plan.names and it.name not in plan.names | {OURS}):
                continue
            try:
                # All of them import at the same time.
                started[it] = Worker(python_of(it, plan), it.script, it.arguments, environment)
            except NotInstalled as error:
                problems[it.name] = str(error)
                plan.say(f"{it.name}: {error}")
        for it, worker in [*started.items()]:
            try:
                versions |= worker.ask("versions")
            except Failed as error:
                problems[it.name] = str(error)
                started.pop(it).end()
                plan.say(f"{it.name}: {error}")
        yield started
    finally:
        for worker in started.values():
            worker.end()


def contests(
    task: str,
    chosen: Iterable[str],
    plan: Plan,
    problems: dict[str, str],
    versions: dict[str, str],
) -> Iterator[list[dict[str, Any]]]:
    """Hold all that take part in a task against each other.

    Parameters
    ----------
    task
        steps, variance or traces.
    chosen
        Names of cases.
    plan
        How.
    problems, versions
        Get the reasons of those that cannot take part, and the versions of those that do.

    Yields
    ------
    list
        For a case and a number of replicas, what was measured of every alternative.
    """
    with (
        _workers(task, plan, problems, versions) as workers,
        tempfile.TemporaryDirectory() as folder,
    ):
        for name in chosen:
            counts = replicas_of(task, CASES[name], plan.device)
            for replicas in counts[:1] if plan.quick else counts:
                yield _contest(task, name, replicas, plan, workers, Path(folder))


def replicas_of(task: str, case: Case, device: str) -> tuple[int, ...]:
    """Return how many replicas of a case take part in a task."""
    if task == "steps":
        return case.replicas if device == "cpu" else case.gpu_replicas
    return case.measured if task == "variance" else (1,)


def _contest(
    task: str,
    case: str,
    replicas: int,
    plan: Plan,
    workers: Mapping[Alternative, Worker],
    folder: Path,
) -> list[dict[str, Any]]:
    given = str(folder / "given.npz")
    common = {"device": plan.device, "seconds": plan.seconds}
    common |= {"task": task, "case": case, "path": given}
    rows: dict[Alternative, dict[str, Any]] = {}
    answers: dict[Alternative, Any] = {}
    units: dict[Alternative, int] = {}
    for it, worker in workers.items():
        if it.draws_normals and CASES[case].classes:
            continue
        row = {"task": task, "case": case, "replicas": replicas, "device": plan.device}
        rows[it] = row | {"name": it.name, "rates": [], "error": None}
        own = {"replicas": replicas} if it.name == OURS else {}
        try:
            prepared = worker.ask("prepare", **common, **own)
            rows[it]["warm_up"], units[it] = prepared["warm_up"], prepared["units"]
            answers[it] = _answer(worker, str(folder / "computed.npz"))
        except Failed as error:
            rows[it]["error"] = str(error)
            if it.name == OURS:  # the first: there is nothing to hold the others against
                plan.say(_line(rows[it]))
                return list(rows.values())
    ours = next(it for it in workers if it.name == OURS)
    judge(task, answers, ours, rows)
    for _ in range(plan.rounds):
        for it, row in rows.items():
            if row["error"] is None:
                try:
                    row["rates"].append(workers[it].ask("time", units=units[it])["rate"])
                except Failed as error:
                    row["error"] = str(error)
    for row in rows.values():
        plan.say(_line(row))
    return list(rows.values())


def _answer(worker: Worker, path: str) -> dict[str, Any]:
    """Return what a contestant computes; parameters from the file that it writes."""
    answer = worker.ask("check", path=path)
    if not answer:
        with np.load(path) as file:
            return {"parameters": {name: file[name] for name in file.files}}
    return answer


def judge(
    task: str,
    answers: Mapping[Alternative, Any],
    ours: Alternative,
    rows: Mapping[Alternative, dict[str, Any]],
) -> None:
    """Say how far what each computes is from ours; who is further than rounding is out."""
    diagonal = next(
        (it["diagonal"] for it in answers.values() if "values" in it and "diagonal" in it), None
    )
    for it, answer in answers.items():
        row, limit = rows[it], AGREEMENT[task]
        row["columns"] = answer.get("columns")
        if "parameters" in answer:
            each = distances(answer["parameters"], answers[ours]["parameters"])
            far, row["worst"] = float(np.median(each)), float(each.max())
        elif "values" in answer:
            values, reference = (np.array(each["values"]) for each in (answer, answers[ours]))
            scale = np.array(answer["errors"]) if "errors" in answer else np.abs(reference)
            far = float(np.max(np.abs(values - reference) / scale))
            limit = STANDARD_ERRORS if "errors" in answer else limit
        elif answer["columns"] == len(answer["diagonal"]):
            reference = answers[ours]["values"][0]
            far = abs(sum(answer["diagonal"]) / reference - 1)
        elif diagonal is not None:
            count = min(len(answer["diagonal"]), len(diagonal))
            values, reference = (np.array(each[:count]) for each in (answer["diagonal"], diagonal))
            far = float(np.abs(values - reference).max() / np.abs(reference).max())
        else:
            far = float("nan")
        row["difference"] = far
        row["difference_in"] = "standard errors" if "errors" in answer else None
        if not far <= limit:
            row["error"] = f"it differs from {OURS} by {far:.1e}, more than {limit:g}"
        elif not row.get("worst", 0.0) <= WORST:
            row["error"] = f"a replica differs from {OURS} by {row['worst']:.1e}"


def distances(found: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return ‖θ − θ'‖/‖θ'‖ of every replica that both have."""
    replicas = min(len(found["W1"]), len(expected["W1"]))
    square = {"difference": np.zeros(replicas), "norm": np.zeros(replicas)}
    for name, value in expected.items():
        own, other = (
            it[:replicas].astype(float).reshape(replicas, -1) for it in (value, found[name])
        )
        square["difference"] += ((other - own) ** 2).sum(1)
        square["norm"] += (own**2).sum(1)
    found_distances: np.ndarray = np.sqrt(square["difference"] / square["norm"])
    return found_distances


def _line(row: Mapping[str, Any]) -> str:
    where = f"{row['task']}, {row['case']}, {row['replicas']} replicas, {row['name']}"
    if row["error"]:
        return f"{where}: {row['error']}"
    rate = float(np.median(row["rates"]))
    return f"{where}: {rate:.4g} a second, differs by {row['difference']:.1e}"


def limits(plan: Plan, versions: dict[str, str]) -> dict[str, list[float]]:
    """Return what the device delivers: FLOP/s of a product, bytes/s of copies."""
    worker = Worker(sys.executable, "device_limit.py", (), variables(plan.caches, plan.device))
    try:
        versions |= worker.ask("versions")
        found: dict[str, list[float]] = {}
        for task in ("gemm", "copy", "cached_copy"):
            prepared = worker.ask("prepare", task=task, device=plan.device, seconds=plan.seconds)
            times: Sequence[Any] = range(plan.rounds)
            found[task] = [worker.ask("time", units=prepared["units"])["rate"] for _ in times]
        return found
    finally:
        worker.end()
