"""Which digits and which verdicts another kind of processor leaves as they are.

    uv run python benchmarks/processors.py run results/processors     # three times; some minutes
    uv run python benchmarks/processors.py page results/processors    # the table in docs/trust.md

Experiments of the default configuration are trained, measured and judged as this processor does it,
and with all that makes machine code or chooses between versions of it (Numba, LLVM, PyTorch, MKL,
oneDNN, OpenBLAS, NumPy) told that it is an older one. That is a stand-in for a second kind of
processor: sums are added up in another order and rounded otherwise, as there; what only other
hardware or other libraries do is not in it. The second command compares results of two real
machines in the same way: folders ``native`` and others.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/trust.md"
BEGIN = "<!-- processors: written by benchmarks/processors.py, do not edit -->"
END = "<!-- end of processors -->"
# What programs are told for each processor that this one is to be taken for, in the environment of
# Python itself: much of what a user's shell has set reaches no job. Without fused multiply-add, in
# sse, every product is rounded.
STAND_INS: Mapping[str, Mapping[str, str]] = {
    "avx2": {
        "NUMBA_CPU_NAME": "haswell",
        "NUMBA_CPU_FEATURES": "",
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL",
    },
    "sse": {
        "NUMBA_CPU_NAME": "x86-64-v2",
        "NUMBA_CPU_FEATURES": "",
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "OPENBLAS_CORETYPE": "Nehalem",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL",
    },
}
EXPERIMENTS: Mapping[str, tuple[str, ...]] = {
    "avx2": ("gaussian", "mlp6_batches"),
    "sse": ("gaussian_blocks", "mlp6_batches"),
}
# Python runs this at its start; the package asks LLVM which registers there are.
OTHER = """\
import os, sys

if "thermophoresis" in sys.orig_argv:
    os.environ.update({settings!r})
    from llvmlite import binding

    def features(found=binding.get_host_cpu_features):
        kept = found()
        for name in kept:
            kept[name] = kept[name] and not name.startswith("avx512")
        return kept

    binding.get_host_cpu_features = features
"""


def run(folder: Path) -> None:
    """Make the verdicts of the experiments as each processor does."""
    for kind in ("native", *STAND_INS):
        names = EXPERIMENTS.get(kind) or sorted({it for of in EXPERIMENTS.values() for it in of})
        results = folder / kind
        wanted = [f"{results}/claims/{name}.json" for name in names]
        arguments = ["--cores", "2", *wanted, "--config", f"results={results}"]
        with tempfile.TemporaryDirectory() as start:
            environment = dict(os.environ)
            if kind != "native":
                text = OTHER.format(settings=dict(STAND_INS[kind]))
                (Path(start) / "sitecustomize.py").write_text(text)
                environment["PYTHONPATH"] = start
            subprocess.run(
                [sys.executable, "-m", "snakemake", *arguments],
                cwd=ROOT,
                env=environment,
                check=True,
            )


def digits(one: float, other: float) -> float:
    """Return to how many digits two numbers agree; infinity if they are equal."""
    if one == other:
        return math.inf
    return max(0.0, -math.log10(abs(one - other) / max(abs(one), abs(other))))


def of_verdicts(
    one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return how the verdicts of an experiment agree.

    Estimates are compared where they are finite and have an interval; ``moved`` is by how much one
    moves at most, in half widths of its interval.
    """
    again = {it["id"]: it for it in other}
    pairs = [(it, again[it["id"]]) for it in one]
    measured = [
        (before, after)
        for before, after in pairs
        if None not in (before["estimate"], after["estimate"], before["ci_low"])
    ]
    agreed = [digits(before["estimate"], after["estimate"]) for before, after in measured]
    moved = [
        abs(before["estimate"] - after["estimate"]) / ((before["ci_high"] - before["ci_low"]) / 2)
        for before, after in measured
        if before["ci_high"] > before["ci_low"]
    ]
    return {
        "claims": len(pairs),
        "same": sum(before["verdict"] == after["verdict"] for before, after in pairs),
        "least": min(agreed),
        "median": float(np.median(agreed)),
        "moved": max(moved),
    }


def of_loss(one: Path, other: Path) -> dict[str, float]:
    """Return how far the last losses of an experiment are apart, relative to themselves.

    ``same`` is the share of networks that have the same one, to the last bit, ``single`` the
    largest distance of a network, and ``mean`` that of the mean over the networks of a cell.
    """
    with netCDF4.Dataset(one) as before, netCDF4.Dataset(other) as after:
        pair = [np.ma.filled(it["loss"][:].astype(float), np.nan) for it in (before, after)]
        names = before["loss"].dimensions
    record, replica = names.index("record"), names.index("replica")
    last = [it.take(-1, axis=record) for it in pair]
    means = [it.mean(axis=replica - (replica > record)) for it in last]
    there = np.isfinite(last[0]) | np.isfinite(last[1])
    return {
        "same": float(np.mean((last[0] == last[1])[there])),
        "single": float(np.nanmax(abs(last[1] / last[0] - 1))),
        "mean": float(np.nanmax(abs(means[1] / means[0] - 1))),
    }


def table(folder: Path, others: Sequence[str]) -> str:
    """Return the table of what folders of results have of those in ``native``."""
    heads, rows = [], {}
    for other in others:
        # Of a real machine there may be other experiments.
        ledgers = sorted((folder / other / "claims").glob("*.json"))
        for name in EXPERIMENTS.get(other) or [path.stem for path in ledgers]:
            pair = [folder / kind / f"claims/{name}.json" for kind in ("native", other)]
            found = of_verdicts(*(json.loads(it.read_text("utf-8")) for it in pair))
            loss = of_loss(*(folder / kind / f"curves/{name}.nc" for kind in ("native", other)))
            heads.append(f"{other}: `{name}`")
            for what, words in described(found, loss):
                rows.setdefault(what, []).append(words)
    lines = [f"| | {' | '.join(heads)} |", f"|---|{'--:|' * len(heads)}"]
    lines += [f"| {what} | {' | '.join(words)} |" for what, words in rows.items()]
    return "\n".join(lines)


def described(found: Mapping[str, Any], loss: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """Give what the table says of an experiment, row by row."""

    def agreed(number: float) -> str:
        return "all" if number == math.inf else f"{number:.1f}"

    def apart(number: float) -> str:
        return f"{number:.0e}" if number else "0"

    yield "claims with the same verdict", f"{found['same']} of {found['claims']}"
    yield "digits in which estimates agree, least", agreed(found["least"])
    yield "the same, median", agreed(found["median"])
    yield "an estimate moves at most by, in half widths", apart(found["moved"])
    yield "networks with the same last loss, to the bit", f"{loss['same']:.1%}".replace("%", " %")
    yield "the last loss of a network is apart by at most", apart(loss["single"])
    yield "its mean over a cell is apart by at most", apart(loss["mean"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the experiments, or write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=("run", "page"))
    parser.add_argument("folder", type=Path, help="of results")
    parser.add_argument("--others", nargs="+", default=[*STAND_INS], help="folders beside native")
    options = parser.parse_args(arguments)
    if options.verb == "run":
        return run(options.folder)
    from thermophoresis.report.readme import replace_section

    section = f"{BEGIN}\n\n{table(options.folder, options.others)}\n\n{END}"
    PAGE.write_text(replace_section(PAGE.read_text("utf-8"), section, PAGE.name), "utf-8")


if __name__ == "__main__":
    main()
