"""Measures the pipeline with many cells: a dry run of them, and one real gather and draw.

The dry run is `snakemake -n` of a sweep of tiny networks, once as it is and once under cProfile,
which tells how much of it is this project's own (reading the configuration, paths, parameters,
fingerprints) and how much is Snakemake's. For the gather, run files of that many cells are written
by the package's own writer, all with the records of one real run; then Snakemake gathers and draws
them. Last, what jobs of each stage import. Prints a table for each, or everything as JSON.

    uv run python benchmarks/scale.py [--cells 100 1000 10000] [--gathered 10000] [--json]
"""

import argparse
import json
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from thermophoresis.config.canonical import canonical_json, essential_json
from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import load
from thermophoresis.products import Products
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.fingerprint import fingerprint

ROOT = Path(__file__).parents[1]
RATES = 10  # learning rates of a sweep; the cells are these with so many values of momentum
# What jobs of each stage import.
IMPORTED = {
    "(torch alone)": "torch",
    "prepare": "thermophoresis.data.prepare",
    "simulate": "thermophoresis.simulations.run, thermophoresis.simulations.dynamics.sgd",
    "measure": "thermophoresis.measurements.job, thermophoresis.measurements.hessian_chain",
    "gather": "thermophoresis.analysis.gathering",
    "judge": "thermophoresis.claims.judge",
    "draw": "thermophoresis.figures.learning_rate_sweep",
    "report": "thermophoresis.report.build",
}
PROFILED = """
import cProfile, sys, time
from snakemake.cli import main
profile = cProfile.Profile(time.process_time)  # others use the machine as well
try:
    profile.runcall(main, sys.argv[2:])
except SystemExit:
    pass
profile.dump_stats(sys.argv[1])
"""


def configuration(cells: int, folder: Path) -> Path:
    """Write a configuration of one experiment with so many cells, and of one figure of it."""
    momentum = [index * RATES / cells for index in range(cells // RATES)]
    experiment = {
        "network": {"kind": "two_layer", "inputs": 2, "hidden": 2},
        "data": {"kind": "gaussian"},
        "sweep": {"learning_rate": [(it + 1) / 100 for it in range(RATES)], "momentum": momentum},
        "until": {"steps": 4},
        "records": {"count": 3, "even_in": "steps"},
        "snapshots": 0,
        "seeds": [0],
        "replicas": 2,
        "probe_size": 16,
    }
    figure = {
        "kind": "sweep",
        "experiment": "many",
        "compare": "learning_rate",
        "cells": {"momentum": momentum[0]},
        "observable": "activation_rate",
    }
    settings = {
        "results": str(folder / "results"),
        "experiments": {"many": experiment},
        "figures": {"some": figure},
    }
    path = folder / "many.yaml"
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


def timed(*command: object, env: Mapping[str, str] | None = None) -> dict[str, float]:
    """Run a command here; return its seconds, processor time of all it starts, and memory."""
    start = time.perf_counter()
    with subprocess.Popen(
        [*map(str, command)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))[:500]}\n{said[-5000:]}")
    return {
        "seconds": time.perf_counter() - start,
        "processor_seconds": usage.ru_utime + usage.ru_stime,
        "max_rss_mb": usage.ru_maxrss / 1024,
    }


def own_seconds(profile: Path) -> tuple[float, float]:
    """Return how long a profiled dry run was in this project's code, with what it calls; and all.

    That is the time in the Snakefile, parsing included, and in the functions of its rules, which
    Snakemake calls later.
    """
    stats: Any = pstats.Stats(str(profile))
    ours = (str(ROOT / "workflow"), str(ROOT / "src"), str(ROOT / "Snakefile"))
    total = 0.0
    for (file, _, name), (*_, cumulative, callers) in stats.stats.items():
        if not file.startswith(ours):
            continue
        if name == "<module>":
            total += cumulative if file == str(ROOT / "Snakefile") else 0.0
            continue
        calls = (it[3] for (caller, *_), it in callers.items() if "/snakemake/" in caller)
        total += sum(calls)
    return total, stats.total_tt


def dry_run(cells: int) -> dict[str, float]:
    """Measure the dry run of so many cells."""
    with tempfile.TemporaryDirectory() as scratch:
        config = configuration(cells, Path(scratch))
        options = ("-n", "--quiet", "--cores", "1", "--configfile", config)
        plain = timed(sys.executable, "-m", "snakemake", *options)
        timed(sys.executable, "-c", PROFILED, Path(scratch, "profile"), *options)
        own, profiled = own_seconds(Path(scratch, "profile"))
    return {"cells": cells, **plain, "own_profiled_seconds": own, "profiled_seconds": profiled}


def write_runs(config: Path) -> float:
    """Write the run files of a configuration; return how long one took."""
    settings = load(str(config))
    products = Products(settings, load_claims(settings))
    results = Path(settings.results)
    first, *others = products.simulate.values()
    code = fingerprint(*first.settings.modules)
    path = results / first.outputs[0]
    timed(
        *(sys.executable, "-m", "thermophoresis", "make", "simulate", "--device", "cpu"),
        *("--settings", essential_json(first.settings), "--fingerprint", code),
        *("--checkpoint", results / "checkpoint.npz", "--checkpoint-seconds", "1000"),
        *("--outputs", path),
    )
    run = netcdf.read(path).drop_encoding()
    start = time.perf_counter()
    for product in others:
        told = run.assign_attrs(configuration=canonical_json(product.settings))
        netcdf.write(told, results / product.outputs[0])
    return (time.perf_counter() - start) / len(others)


def benchmark(path: Path) -> dict[str, float]:
    """Return what Snakemake has measured of a job."""
    names, values = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    found = dict(zip(names, values, strict=True))
    keys = {"seconds": "s", "processor_seconds": "cpu_time", "max_rss_mb": "max_rss"}
    return {ours: float(found[theirs]) for ours, theirs in keys.items()}


def gather_and_draw(cells: int) -> dict[str, dict[str, float]]:
    """Measure gathering the runs of so many cells, drawing a figure of it, and Snakemake itself."""
    with tempfile.TemporaryDirectory() as scratch:
        config = configuration(cells, Path(scratch))
        written = write_runs(config)
        results = Path(scratch, "results")
        # Files that Snakemake has not made it takes as they are.
        whole = timed(
            *(sys.executable, "-m", "snakemake", "--quiet", "--cores", "1"),
            *("--configfile", config),
        )
        again = timed(
            *(sys.executable, "-m", "snakemake", "-n", "--quiet", "--cores", "1"),
            *("--configfile", config),
        )
        return {
            "gather": {"cells": cells, **benchmark(results / "benchmarks/curves/many.tsv")},
            "draw": {"cells": cells, **benchmark(results / "benchmarks/figures/some.tsv")},
            "snakemake, with both": {"cells": cells, **whole},
            "dry run when all is there": {"cells": cells, **again},
            "written before: one run file": {"cells": 1, "seconds": written},
        }


def start_up(rounds: int = 3) -> list[dict[str, Any]]:
    """Measure what a job of each stage imports, also with all compiled anew."""
    found = []
    with tempfile.TemporaryDirectory() as kept:
        names = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
        plain = {name: value for name, value in os.environ.items() if name not in names}
        for what, module in IMPORTED.items():
            command = (sys.executable, "-c", f"import {module}")
            row: dict[str, Any] = {"what": what}
            for key, settings in (
                ("compiling_seconds", {"PYTHONDONTWRITEBYTECODE": "1", names[1]: f"{kept}/none"}),
                ("processor_seconds", {names[1]: kept}),
            ):
                environment = {**plain, "PYTHONPATH": str(ROOT / "src"), **settings}
                seconds = [
                    timed(*command, env=environment)["processor_seconds"] for _ in range(rounds)
                ]
                row[key] = min(seconds)
            found.append(row)
    return found


def table(rows: Sequence[dict[str, Any]], columns: dict[str, tuple[str, str]]) -> list[str]:
    """Return rows as a table in Markdown, by the keys of the columns, with words and formats."""
    heads = [words for words, _ in columns.values()]
    lines = ["| " + " | ".join(heads) + " |", "|---" + "|--:" * (len(heads) - 1) + "|"]
    for row in rows:
        cells = [format(row[key], form) if key in row else "" for key, (_, form) in columns.items()]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def markdown(found: dict[str, Any]) -> str:
    """Return what was measured as three tables."""
    dry = table(
        found["dry_run"],
        {
            "cells": ("`snakemake -n`: cells", ",d"),
            "seconds": ("s", ".1f"),
            "processor_seconds": ("processor s", ".1f"),
            "max_rss_mb": ("MB", ".0f"),
            "profiled_seconds": ("s under cProfile", ".1f"),
            "own_profiled_seconds": ("of that our own", ".1f"),
        },
    )
    jobs = table(
        [{"what": what, **it} for what, it in found["gathered"].items()],
        {
            "what": ("", ""),
            "cells": ("cells", ",d"),
            "seconds": ("s", ".3g"),
            "processor_seconds": ("processor s", ".3g"),
            "max_rss_mb": ("MB", ".0f"),
        },
    )
    imports = table(
        found["start_up"],
        {
            "what": ("imports of a job", ""),
            "processor_seconds": ("processor s", ".2f"),
            "compiling_seconds": ("without bytecode", ".2f"),
        },
    )
    return "\n".join([*dry, "", *jobs, "", *imports])


def measure(cells: Sequence[int], gathered: int) -> dict[str, Any]:
    """Measure dry runs of so many cells each, gathering and drawing of so many, and imports."""
    return {
        "dry_run": [dry_run(count) for count in cells],
        "gathered": gather_and_draw(gathered) if gathered else {},
        "start_up": start_up(),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", type=int, nargs="*", default=[100, 1000, 10_000])
    parser.add_argument("--gathered", type=int, default=10_000, help="0: no gather")
    parser.add_argument("--json", action="store_true", help="not as tables")
    options = parser.parse_args()
    found = measure(options.cells, options.gathered)
    print(json.dumps(found, indent=1) if options.json else markdown(found))


if __name__ == "__main__":
    main()
