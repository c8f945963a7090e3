"""Writes the page: the template's prose with tables of what was measured."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from contest import ALTERNATIVES, CASES, OURS, Case
from targets import TARGETS, Measured, job_seconds, ratio_of, seconds_of

TEMPLATE = Path(__file__).with_name("page.md")
DEVICES = {"cpu": "CPU, one core", "cuda": "GPU"}
NOT_MEASURED = "not measured"
ORDER = [it.name for it in ALTERNATIVES]


def write(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return the page of what runs of the command have measured; the last of each device counts."""
    measured = Measured(runs)
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        made=_made(measured),
        targets=_targets(measured),
        limits=_limits(measured),
        steps="\n\n".join(_steps(name, case, measured) for name, case in CASES.items()),
        variance=_evaluations("variance", measured),
        traces=_evaluations("traces", measured),
        job=_job(measured),
        scale=_scale(measured),
        problems=_problems(measured),
    )
    return text.rstrip() + "\n"


def _made(measured: Measured) -> str:
    lines = []
    for device, words in DEVICES.items():
        run = measured.of.get(device)
        if run is None:
            lines.append(f"- {words}: {NOT_MEASURED}.")
            continue
        versions = ", ".join(f"{name} {value}" for name, value in sorted(run["versions"].items()))
        lines.append(
            f"- {words}: `{run['command']}` on {run['date']}; {run['hardware']}; {versions}; load "
            f"of the machine at the start {run['load']:.1f}; n = {run['rounds']} rounds of about "
            f"{run['seconds']:g} s, median (least to greatest)."
        )
    return "\n".join(lines)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], words: int) -> str:
    """Return a table in Markdown, of which the first columns are words."""
    rule = ["---"] * words + ["--:"] * (len(heads) - words)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, rule, *rows))


def number(value: float) -> str:
    """Return a number with three digits."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def spread(values: Sequence[float], factor: float = 1.0) -> str:
    """Return median and range."""
    low, middle, high = (
        number(factor * it) for it in (min(values), statistics.median(values), max(values))
    )
    return f"{middle} ({low} to {high})"


def _targets(measured: Measured) -> str:
    rows = []
    for target in TARGETS:
        found = target.find(measured)
        verdict = NOT_MEASURED
        if found is not None:
            verdict = "met" if target.least <= found <= target.most else "**not met**"
        shown = "–" if found is None else f"{number(found)}{target.unit}"
        rows.append([DEVICES[target.device], target.what, target.wanted, shown, verdict])
    return table(["", "", "target", "measured", ""], rows, 3)


def _limits(measured: Measured) -> str:
    heads = ["", "network", "parameters", "FLOP a step", "bytes a step"]
    heads += ["M steps/s at the product's FLOP/s", "at the copy's bytes/s", "at those in cache"]
    heads += ["ours, M steps/s", "of the product's"]
    parts, rows = [], []
    for device, words in DEVICES.items():
        limit = measured.of.get(device, {}).get("limit")
        if not limit:
            parts.append(f"- {words}: {NOT_MEASURED}.")
            continue
        parts.append(
            f"- {words}: a product of two matrices in float32 makes "
            f"{spread(limit['gemm'], 1e-9)} GFLOP/s; a copy moves {spread(limit['copy'], 1e-9)} "
            f"GB/s in memory and {spread(limit['cached_copy'], 1e-9)} GB/s in cache, read and "
            "written."
        )
        for name, case in CASES.items():
            best = [it["rates"] for it in measured.rows(device, "steps", name)
                    if it["name"] == OURS and it["rates"]]  # fmt: skip
            ours = max(map(statistics.median, best), default=None)
            rates = {it: statistics.median(values) for it, values in limit.items()}
            bound = rates["gemm"] / case.flops
            cells = [words, case.title, f"{case.parameters:,}", f"{case.flops:,}"]
            cells += [f"{case.bytes:,}", number(bound / 1e6)]
            cells += [number(rates[it] / case.bytes / 1e6) for it in ("copy", "cached_copy")]
            cells += [number(ours / 1e6), f"{ours / bound:.0%}"] if ours else ["–", "–"]
            rows.append(cells)
    return "\n".join(parts) + ("\n\n" + table(heads, rows, 2) if rows else "")


def _contests(
    task: str, case: str, measured: Measured
) -> list[tuple[int, str, dict[str, Mapping[str, Any]]]]:
    """Return replicas, name and what each device has measured, in the order of the page."""
    found: dict[tuple[int, str], dict[str, Mapping[str, Any]]] = {}
    for device in DEVICES:
        for row in measured.rows(device, task, case):
            found.setdefault((row["replicas"], row["name"]), {})[device] = row
    keys = sorted(found, key=lambda key: (key[0], ORDER.index(key[1])))
    return [(*key, found[key]) for key in keys]


def _ours(
    contests: Iterable[tuple[int, str, dict[str, Mapping[str, Any]]]], replicas: int, device: str
) -> Mapping[str, Any] | None:
    found = (rows for count, name, rows in contests if count == replicas and name == OURS)
    return next(found, {}).get(device)


def _cells(
    row: Mapping[str, Any] | None,
    ours: Mapping[str, Any] | None,
    shown: str | None,
    device: str,
    measured: Measured,
) -> list[str]:
    """Return what was measured, how many times faster ours is, and the first call."""
    if row is None:
        return ["–" if device in measured.of else NOT_MEASURED, "", ""]
    if row["error"] or shown is None:
        return ["failed, see below", "", ""]
    ratio = ratio_of(ours, row) if ours and row["name"] != OURS else None
    return [shown, f"{number(ratio)} ×" if ratio else "", number(row["warm_up"])]


def _steps(name: str, case: Case, measured: Measured) -> str:
    contests = _contests("steps", name, measured)
    rows = []
    for replicas, alternative, found in contests:
        cells = [f"{replicas:,}", alternative]
        for device in DEVICES:
            row = found.get(device)
            shown = spread(row["rates"], 1e-3) if row and row["rates"] else None
            own = _ours(contests, replicas, device)
            cells += _cells(row, own, shown, device, measured)
        rows.append(cells)
    heads = ["replicas", case.title]
    for words in DEVICES.values():
        heads += [f"{words}: thousand replica-steps/s", "ours is faster by", "first call, s"]
    if not rows:
        return f"{case.title}: {NOT_MEASURED}."
    return f"{table(heads, rows, 2)}\n\n{_differences(contests)}"


def _differences(
    contests: Iterable[tuple[int, str, dict[str, Mapping[str, Any]]]],
) -> str:
    """Say how far the others' parameters are from ours after the steps that are checked."""
    rows = [row for _, name, found in contests if name != OURS for row in found.values()]
    agree = [row for row in rows if not row["error"]]
    if not agree:
        return "Nothing else was timed."
    median, worst = (max(row.get(it) or 0.0 for row in agree) for it in ("difference", "worst"))
    words = f"Parameters after 64 steps differ by {median:.1e} at most in the median replica"
    return f"{words}, by {worst:.1e} in the worst."


def _evaluations(task: str, measured: Measured) -> str:
    rows = []
    for name, case in CASES.items():
        contests = _contests(task, name, measured)
        for replicas, alternative, found in contests:
            cells = [case.title, f"{replicas:,}", alternative]
            for device in DEVICES:
                row = found.get(device)
                shown = None
                if row and row["rates"]:
                    shown = spread(seconds_of(row), 1e3)
                    shown += " †" if (row.get("columns") or 0) > 256 else ""
                own = _ours(contests, replicas, device)
                cells += _cells(row, own, shown, device, measured)
            rows.append(cells)
    heads = ["network", "replicas", ""]
    for words in DEVICES.values():
        heads += [f"{words}: ms", "ours is faster by", "first call, s"]
    return table(heads, rows, 3) if rows else f"{NOT_MEASURED.capitalize()}."


def _job(measured: Measured) -> str:
    rows = []
    for device, words in DEVICES.items():
        job = measured.of.get(device, {}).get("job")
        if not job:
            rows.append([words, NOT_MEASURED, "", "", "", ""])
        elif "error" in job:
            rows.append([words, f"failed: {job['error']}", "", "", "", ""])
        else:
            seconds = job_seconds(device, job)
            rate = job["replicas"] * job["steps"] / statistics.median(seconds)
            cells = [words, f"{job['replicas']:,} replicas, {job['steps']:,} steps"]
            cells += [spread(seconds), str(len(seconds)), number(rate / 1e6)]
            rows.append([*cells, number(statistics.median(it["imports"] for it in job["runs"]))])
    heads = ["", "job", "s", "n", "M replica-steps/s", "of these s, imports (clock)"]
    return table(heads, rows, 2)


def _scale(measured: Measured) -> str:
    found = measured.of.get("cpu", {}).get("scale")
    if not found:
        return f"{NOT_MEASURED.capitalize()}."
    if "error" in found:
        return f"Failed: {found['error']}."
    from scale import markdown  # only there where it was measured

    return markdown(found)


def _problems(measured: Measured) -> str:
    lines = []
    for device, run in measured.of.items():
        for name, reason in run["problems"].items():
            lines.append(f"- {DEVICES[device]}, {name}: cannot be run here: {reason}")
        for row in run["rows"]:
            if row["error"]:
                where = f"{row['task']}, {CASES[row['case']].title}, {row['replicas']:,} replicas"
                lines.append(f"- {DEVICES[device]}, {where}, {row['name']}: {row['error']}")
    return "\n".join(lines) or "Nothing: every alternative was installed and agreed."
