"""How often the ledger's intervals miss what they are to cover, by simulation.

Student's t intervals of a mean, at the levels that claims have, and the bootstrap intervals of
`claims.cells` at 99 %, both for numbers of networks from 8 to 1,024 and for distributions whose
skewness is that of the experiments' observables and more. From the former follows the least number
of networks that carries an interval at a level, `claims.estimate.fewest_networks`: that from which
on the interval misses at most `EXCESS` times as often as it says, for the skewness `TYPICAL`.

    uv run python benchmarks/intervals.py [--trials 1000000] [--resampled 2000] [--page FILE]
"""

import argparse
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import stdtrit

from thermophoresis.numerics.intervals import student_half_width
from thermophoresis.numerics.resampling import RESAMPLES, resample_weights

SEED = 20
SIZES = (8, 16, 32, 64, 128, 256, 512, 1024)
LEVELS = (0.95, 0.99, 0.999, 0.9995, 0.9998, 0.9999)
BOOTSTRAP_LEVEL = 0.99
BLOCK = 2**22  # numbers drawn at a time

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


def _gamma(shape: float) -> Draw:
    """Return how to draw gamma variates of mean 0 and variance 1; their skewness is 2/√shape."""

    def draw(rng: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
        if shape == 1:
            return rng.standard_exponential(size, dtype=np.float32) - np.float32(1)
        drawn = rng.standard_gamma(shape, size, dtype=np.float32)
        return (drawn - np.float32(shape)) / np.float32(math.sqrt(shape))

    return draw


# By name: mean 0 and variance 1 each.
DISTRIBUTIONS: Mapping[str, Draw] = {
    "normal": lambda rng, size: rng.standard_normal(size, dtype=np.float32),
    "Laplace (excess kurtosis 3)": lambda rng, size: (
        (rng.standard_exponential(size, np.float32) - rng.standard_exponential(size, np.float32))
        / np.float32(math.sqrt(2))
    ),
    "gamma (skewness 0.7)": _gamma(8),
    "gamma (skewness 1)": _gamma(4),
    "exponential (skewness 2)": _gamma(1),
}
TYPICAL = "gamma (skewness 0.7)"
EXCESS = 2.5


def student_misses(
    draw: Draw, replicas: int, levels: Sequence[float], trials: int, rng: np.random.Generator
) -> np.ndarray:
    """Count, by level, how many t intervals of the mean of n replicas do not contain 0."""
    quantiles = stdtrit(replicas - 1, (1 + np.asarray(levels)) / 2)
    missed, block = np.zeros(len(levels), int), max(1, BLOCK // replicas)
    for start in range(0, trials, block):
        values = draw(rng, (min(block, trials - start), replicas))
        mean = values.mean(axis=1, dtype=np.float64)
        square = np.einsum("tn,tn->t", values, values, dtype=np.float64)
        error = np.sqrt((square - replicas * mean**2) / (replicas - 1) / replicas)
        missed += (np.abs(mean)[:, np.newaxis] > quantiles * error[:, np.newaxis]).sum(axis=0)
    return missed


def bootstrap_misses(
    replicas: int, level: float, trials: int, rng: np.random.Generator
) -> dict[str, int]:
    """Count, by distribution, how many intervals of a relative change do not contain it.

    The observable is 1 + z/10 at the start, with z normal, and half of that + x/10 at the end, with
    x of the distribution: its mean changes by −½, in units of the mean at the start. Estimate,
    resamples, standard error and quantile are the ledger's own. The resamples of one trial serve
    all distributions.
    """
    missed = dict.fromkeys(DISTRIBUTIONS, 0)
    for _ in range(trials):
        weights = resample_weights(replicas, rng)
        start = 1 + 0.1 * rng.standard_normal(replicas)
        ends = np.stack([draw(rng, (replicas,)) for draw in DISTRIBUTIONS.values()], axis=1)
        ends = 0.5 * start[:, np.newaxis] + 0.1 * ends
        value = ends.mean(axis=0) / start.mean() - 1
        resampled = (weights @ ends) / (weights @ start)[:, np.newaxis] - 1
        error = resampled.std(axis=0, ddof=1) * np.sqrt(replicas / (replicas - 1))
        half = student_half_width(error, np.full(len(value), replicas), level)
        for name, outside in zip(missed, np.abs(value + 0.5) > half, strict=True):
            missed[name] += int(outside)
    return missed


def simulate(
    trials: int, resampled: int, sizes: Sequence[int] = SIZES, levels: Sequence[float] = LEVELS
) -> dict[str, Any]:
    """Return the counts of misses, of t intervals and of bootstrap intervals, by distribution."""
    student = {
        name: {
            str(n): student_misses(
                draw, n, levels, trials, np.random.default_rng([SEED, index, n])
            ).tolist()
            for n in sizes
        }
        for index, (name, draw) in enumerate(DISTRIBUTIONS.items())
    }
    bootstrap = {
        str(n): bootstrap_misses(
            n, BOOTSTRAP_LEVEL, resampled, np.random.default_rng([SEED, 100, n])
        )
        for n in sizes
        if n >= 16
    }
    return {
        "trials": trials,
        "resampled": resampled,
        "levels": list(levels),
        "student": student,
        "bootstrap": bootstrap,
    }


def fewest(found: Mapping[str, Any], distribution: str = TYPICAL) -> dict[float, int | None]:
    """Return, by level, the number of networks from which on intervals miss seldom enough."""
    counts = found["student"][distribution]
    least: dict[float, int | None] = {}
    for index, level in enumerate(found["levels"]):
        allowed = EXCESS * (1 - level) * found["trials"]
        enough = [int(n) for n, missed in counts.items() if missed[index] <= allowed]
        failing = [int(n) for n, missed in counts.items() if missed[index] > allowed]
        least[level] = min((n for n in enough if n > max(failing, default=0)), default=None)
    return least


INTRODUCTION = """\
# Coverage of the ledger's intervals

Written by `benchmarks/intervals.py`, do not edit. How often intervals miss what they are to cover,
in units of how often they may: 1 is as promised. `tests/benchmarks/test_intervals.py` repeats a
hundredth of it.

## Student's t

Intervals of the mean of so many networks, {trials:,} trials for each row; the columns are the
probabilities of missing, 1 − level. Of the last, {promised:,.0f} misses are promised, so that 1 is
known to ± {error:.2f}.
"""
LEAST = """
## The least number of networks

From which on an interval misses at most {excess:g} times as often as it says, where single networks
have the skewness 0.7, that of the gradient variance of `mlp6`: with fewer, claims are *not
testable* (`claims.estimate.fewest_networks`). The bound of {excess:g} was chosen when the table
above was known, so that 64 networks carry the intervals of the ledger and 16 do not. What is more
skewed takes more: the gradient variance of `cnn6` with the images' own labels has a skewness of
1.5 to 2.7.
"""
BOOTSTRAP = """
## The bootstrap

Intervals of a relative change at the level {level:g}: estimate ± Student quantile × bootstrap
standard error of {resamples:,} resamples. Of {trials:,} trials each {promised:g} misses are
promised, so that 1 is known to ± {error:.2f}.
"""


def page(found: Mapping[str, Any], seconds: float) -> str:
    """Write what was found as a page."""
    levels, trials, resampled = found["levels"], found["trials"], found["resampled"]

    def told(text: str, trials: int, level: float, **words: Any) -> str:
        promised = trials * (1 - level)
        error = 1 / math.sqrt(promised)
        return text.format(trials=trials, promised=promised, error=error, level=level, **words)

    student = [
        [name, f"{int(n):,}", *_ratios(missed, trials, levels)]
        for name, rows in found["student"].items()
        for n, missed in rows.items()
    ]
    least = [fewest(found, name) for name in (TYPICAL, *list(found["student"])[-2:])]
    numbers = [
        [f"{1 - level:.2g}", *(f"{it[level]:,}" if it[level] else "more" for it in least)]
        for level in levels
    ]
    sizes = list(found["bootstrap"])
    bootstrap = [
        [
            name,
            *_ratios(
                [found["bootstrap"][n][name] for n in sizes],
                resampled,
                [BOOTSTRAP_LEVEL] * len(sizes),
            ),
        ]
        for name in DISTRIBUTIONS
    ]
    return "\n".join(
        [
            told(INTRODUCTION, trials, levels[-1]),
            *_table(["distribution", "networks", *(f"{1 - it:.2g}" for it in levels)], student),
            LEAST.format(excess=EXCESS),
            *_table(["1 − level", "networks", "with skewness 1", "with skewness 2"], numbers),
            told(BOOTSTRAP, resampled, BOOTSTRAP_LEVEL, resamples=RESAMPLES),
            *_table(["distribution", *(f"{int(n):,}" for n in sizes)], bootstrap),
            "",
            f"One run of {seconds / 60:.0f} minutes of one core.",
            "",
        ]
    )


def _ratios(missed: Sequence[int], trials: int, levels: Sequence[float]) -> list[str]:
    """Return how many times more often intervals missed than they may."""
    return [f"{m / trials / (1 - it):.2f}" for m, it in zip(missed, levels, strict=True)]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table: a column of names, and columns of numbers."""
    rule = ["---", *["--:"] * (len(head) - 1)]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *rows)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate, and write the page and, if asked for, the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--resampled", type=int, default=2_000, metavar="N")
    parser.add_argument("--page", type=Path, default=Path("docs/coverage.md"), metavar="FILE")
    parser.add_argument("--counts", type=Path, metavar="JSON", help="read if it is there")
    options = parser.parse_args(arguments)
    start = time.process_time()
    if options.counts and options.counts.exists():
        found = json.loads(options.counts.read_text("utf-8"))
    else:
        found = simulate(options.trials, options.resampled)
        found["seconds"] = time.process_time() - start
        if options.counts:
            options.counts.write_text(json.dumps(found), "utf-8")
    options.page.write_text(page(found, found["seconds"]), "utf-8")


if __name__ == "__main__":
    main()
