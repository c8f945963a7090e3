"""Axes of time in plain Python: how many steps a run has, for whoever parses a configuration.

Jobs have `grid`, which is exact for every step of a schedule.
"""

import bisect
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from thermophoresis.config.records import Grid
from thermophoresis.config.schedule import ScheduleSettings, Stretch, factor_at
from thermophoresis.config.until import UNITS, End, Unit

# Steps are counted in float64 on the way to the grid of records; beyond this they are not exact.
LARGEST_STEP = 2**53

# The square of a larger η is no number, and no run with it has a step.
LARGEST_RATE = 1e150


def steps_to(
    end: End, learning_rate: float, batch_size: int, epoch_samples: int | None = None
) -> float:
    """Return the number of steps to an end, not yet rounded, at constant η and |B|.

    That is t = τ |B| / η², ∫ η dt / η, or the samples of epochs over |B|.
    """
    if end.unit == "steps":
        return end.value
    if end.unit == "epochs":
        return end.value * (epoch_samples or 1) / batch_size
    if end.unit == "training_time":
        return end.value / learning_rate
    squared = min(learning_rate, LARGEST_RATE) ** 2
    return end.value * batch_size / squared if squared else float("inf")


# Pieces take some milliseconds, and every run of a cell is asked its length several times.
ESTIMATES = 4096

# Pieces into which a run with a schedule is cut to estimate its length.
PIECES = 1000
GOLDEN_RATIO = (math.sqrt(5) - 1) / 2


class Estimate(NamedTuple):
    """Roughly where a run with a schedule is: on each axis, at the ends of pieces of the run."""

    axes: dict[Unit, list[float]]

    @property
    def steps(self) -> float:
        """About how many steps the run has."""
        return self.axes["steps"][-1]

    @property
    def samples(self) -> float:
        """About how many samples they take; one in an epoch where there are none."""
        return self.axes["epochs"][-1]

    def closest(self, grid: Grid) -> float:
        """Return about how many steps lie between the closest two records."""
        axis, steps = self.axes[grid.unit], self.axes["steps"]
        last = grid.records - 1
        even = (axis[-1] * (k / last) ** grid.power for k in range(grid.records))
        at = [_between(axis, steps, place) for place in grid.times or even]
        return min(late - early for early, late in pairwise(at))


@lru_cache(maxsize=ESTIMATES)
def estimate(
    schedule: ScheduleSettings,
    end: End,
    learning_rate: float,
    batch_size: int,
    epoch_samples: int | None = None,
) -> Estimate:
    """Return roughly how a run with a schedule passes; jobs have `scheduled.Clock`."""
    piece = end.value / PIECES

    def factor(stretches: tuple[Stretch, ...] | None, here: Mapping[Unit, float]) -> float:
        if not stretches:
            return 1.0
        unit = stretches[0].unit
        if unit == "run":
            return float(factor_at(stretches, here[end.unit] / end.value, 1.0))
        whole = end.value if unit == end.unit else float("inf")
        return float(factor_at(stretches, here[unit], whole))

    def passed(here: Mapping[Unit, float], share: float) -> dict[Unit, float]:
        """Return where a run is after a share of a piece at the pace that it has somewhere."""
        rate = learning_rate * factor(schedule.learning_rate, here)
        size = max(1.0, batch_size * factor(schedule.batch_size, here))
        of_step: dict[Unit, float] = {
            "steps": 1.0,
            "epochs": size / (epoch_samples or 1),
            "training_time": rate,
            "thermal_time": min(rate, LARGEST_RATE) ** 2 / size,
        }
        steps = share * piece / of_step[end.unit] if of_step[end.unit] else float("inf")
        return {unit: pace * steps for unit, pace in of_step.items()}

    axes: dict[Unit, list[float]] = {unit: [0.0] for unit in UNITS}
    for number in range(PIECES):
        here = {unit: places[-1] for unit, places in axes.items()}
        # Somewhere in the piece, now here, now there: cycles may be as long as pieces.
        part = passed(here, number * GOLDEN_RATIO % 1)
        whole = passed({unit: here[unit] + part[unit] for unit in UNITS}, 1)
        for unit, places in axes.items():
            places.append(places[-1] + whole[unit])
    return Estimate(axes)


def length(
    schedule: ScheduleSettings | None,
    end: End,
    grid: Grid,
    learning_rate: float,
    batch_size: int,
    epoch_samples: int | None,
) -> tuple[float, float]:
    """Return how many steps a run has, and how many it needs so that no two records coincide.

    With a schedule both are estimates, the second a lenient one: the job finds out.
    """
    if schedule is None:
        steps = steps_to(end, learning_rate, batch_size, epoch_samples)
        return steps, round(1 / grid.closest, 6)
    found = estimate(schedule, end, learning_rate, batch_size, epoch_samples)
    if math.isnan(found.steps):  # η² or |B| is no number: the run never ends
        return math.inf, 0.0
    closest = found.closest(grid)
    return found.steps, 0.9 * found.steps / closest if closest else math.inf


def _between(axis: list[float], steps: list[float], place: float) -> float:
    """Return the step at a place by linear interpolation."""
    after = min(max(1, bisect.bisect_left(axis, place)), len(axis) - 1)
    low, high = axis[after - 1], axis[after]
    share = (place - low) / (high - low) if high > low else 0.0
    return steps[after - 1] + share * (steps[after] - steps[after - 1])


def uncountable(end: End, lengths: Sequence[tuple[float, float]], what: str) -> Iterator[str]:
    """Yield what is wrong with the number of steps of runs that differ in batch size alone.

    Parameters
    ----------
    end
        When they end.
    lengths
        What `length` returned of each.
    what
        The records in words.
    """
    fewest, needed = min(lengths)
    most, _ = max(lengths)
    setting = "thermal_time_end" if end.unit == "thermal_time" else f"until.{end.unit}"
    if needed > fewest * (1 + 1e-12):  # η² is rounded
        yield (
            f"must take at least {needed:g} steps for {what}, not {fewest:.4g}: "
            f"lower the rate or records, or raise {setting}"
        )
    if most > LARGEST_STEP:
        yield (
            f"must take at most {LARGEST_STEP:.0e} steps, not {most:.0e}: "
            f"raise the rate or lower {setting}"
        )
