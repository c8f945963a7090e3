"""The clock of a run whose η or |B| change: where it is on every axis of time after every step.

A schedule may be given on an axis that depends on what the schedule says, such as thermal time. The
clock therefore goes step by step: step t has the factors of the place at which the t steps before
it have led. Many steps are found together, as the fixed point of that: it is reached after finitely
many iterations, because no step depends on a later one, and is what a loop would find, to the bit.
"""

import json
import math
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.run import RunSettings
from thermophoresis.config.schedule import ROUNDING, ScheduleSettings, factor_at
from thermophoresis.config.until import UNITS, End, Unit
from thermophoresis.errors import UserError

# Steps that are found and kept together.
CHUNK = 2**13

# Iterations after which fewer steps are tried together.
ITERATIONS = 24


class Chunk(NamedTuple):
    """Successive steps.

    Attributes
    ----------
    rate, batch_size
        η and |B| of each, (step,).
    axes
        By unit: where the run is before each step and after the last, (step + 1,).
    """

    rate: np.ndarray
    batch_size: np.ndarray
    axes: dict[Unit, np.ndarray]


class Clock:
    """η, |B| and the axes of time of a run with a schedule.

    Parameters
    ----------
    schedule
        Its schedule.
    learning_rate, batch_size
        η and |B| of its cell, to which factors are relative.
    end
        Where it ends.
    epoch_samples
        Samples in an epoch; None where there are no epochs.
    """

    def __init__(
        self,
        schedule: ScheduleSettings,
        *,
        learning_rate: float,
        batch_size: int,
        end: End,
        epoch_samples: int | None,
    ):
        self._schedule, self._end, self._epoch_samples = schedule, end, epoch_samples
        self._learning_rate, self._batch_size = learning_rate, batch_size
        both = (*(schedule.learning_rate or ()), *(schedule.batch_size or ()))
        # The axes that factors depend on.
        self._needed = {end.unit if it.unit == "run" else it.unit for it in both}
        # Samples, Σ η and Σ η²/|B| at the beginning of every chunk, as far as it is known, and how
        # many steps to try together there: no bit may depend on which chunks were looked at.
        self._begun: list[tuple[tuple[int, float, float], int]] = [((0, 0.0, 0.0), CHUNK)]
        self._last: tuple[int, Chunk] | None = None

    def rate(self, step: int) -> float:
        """Return η of the step that leads from a number of updates to the next."""
        number, offset = divmod(step, CHUNK)
        return float(self._chunk(number).rate[offset])

    def batch_size(self, step: int) -> int:
        """Return |B| of the step that leads from a number of updates to the next."""
        number, offset = divmod(step, CHUNK)
        return int(self._chunk(number).batch_size[offset])

    def position(self, unit: Unit, steps: np.ndarray) -> np.ndarray:
        """Return where the run is on an axis after t steps, shaped as these."""
        found = np.empty(len(steps))
        for number in np.unique(steps // CHUNK):
            here = steps // CHUNK == number
            found[here] = self._chunk(int(number)).axes[unit][steps[here] % CHUNK]
        return found

    def steps(self, unit: Unit, places: Sequence[float] | np.ndarray) -> np.ndarray:
        """Return the number of steps that leads closest to each place, (place,) int64.

        Parameters
        ----------
        unit
            The axis.
        places
            On it, not decreasing.
        """
        found: list[int] = []
        number = 0
        for place in places:
            while place > (axis := self._chunk(number).axes[unit])[-1]:
                number += 1
            after = int(np.searchsorted(axis, place))
            back = after > 0 and place - axis[after - 1] < axis[after] - place
            found.append(number * CHUNK + after - back)
        return np.array(found, np.int64)

    def _chunk(self, number: int) -> Chunk:
        if self._last is None or self._last[0] != number:
            while len(self._begun) <= number:
                self._found(len(self._begun) - 1)
            self._last = (number, self._found(number))
        return self._last[1]

    def _found(self, number: int) -> Chunk:
        """Return a chunk whose beginning is known, after which that of the next is."""
        state, size = self._begun[number]
        parts: list[tuple[np.ndarray, np.ndarray]] = []
        sums: list[tuple[np.ndarray, ...]] = []
        done = 0
        while done < CHUNK:
            count = min(size, CHUNK - done)
            part = self._steps_from(number * CHUNK + done, state, count)
            if part is None:
                size = max(1, count // 4)
                continue
            rate, batch_size, axes, iterations = part
            parts.append((rate, batch_size))
            sums.append(tuple(axis[:-1] for axis in axes))
            state = (int(axes[0][-1]), float(axes[1][-1]), float(axes[2][-1]))
            done += count
            if iterations < ITERATIONS / 4:
                size = min(2 * size, CHUNK)
        if len(self._begun) == number + 1:
            self._begun.append((state, size))
        rate, batch_size = (np.concatenate(found) for found in zip(*parts, strict=True))
        whole = [
            np.append(np.concatenate(found), last)
            for found, last in zip(zip(*sums, strict=True), state, strict=True)
        ]
        steps = np.arange(number * CHUNK, (number + 1) * CHUNK + 1)
        return Chunk(rate, batch_size, self._axes(steps, *whole))

    def _steps_from(
        self, first: int, state: tuple[int, float, float], count: int
    ) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, ...], int] | None:
        """Return η, |B|, the sums of successive steps and iterations; None if these are many."""
        steps = np.arange(first, first + count + 1)
        sums = tuple(np.full(count + 1, it) for it in state)
        rate, batch_size = self._factors(self._axes(steps, *sums))
        for number in range(ITERATIONS):
            sums = self._sums(state, rate, batch_size, sums, self._needed)
            before = rate, batch_size
            rate, batch_size = self._factors(self._axes(steps, *sums))
            if all(np.array_equal(*it) for it in zip(before, (rate, batch_size), strict=True)):
                sums = self._sums(state, rate, batch_size, sums, UNITS)
                return rate, batch_size, sums, number
        return None

    def _sums(
        self,
        state: tuple[int, float, float],
        rate: np.ndarray,
        batch_size: np.ndarray,
        old: tuple[np.ndarray, ...],
        units: Collection[str],
    ) -> tuple[np.ndarray, ...]:
        """Return samples, Σ η and Σ η²/|B| from a state on, the old ones for units not wanted."""
        samples, training, thermal = old
        if "epochs" in units:
            samples = np.cumsum(np.concatenate([[state[0]], batch_size]))
        if "training_time" in units:
            training = np.cumsum(np.concatenate([[state[1]], rate]))
        if "thermal_time" in units:
            thermal = np.cumsum(np.concatenate([[state[2]], rate**2 / batch_size]))
        return samples, training, thermal

    def _axes(
        self, steps: np.ndarray, samples: np.ndarray, training: np.ndarray, thermal: np.ndarray
    ) -> dict[Unit, np.ndarray]:
        epochs = samples / (self._epoch_samples or math.nan)
        found = (steps, epochs, training, thermal)
        return dict(zip(UNITS, found, strict=True))

    def _factors(self, axes: dict[Unit, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return η and |B| of steps from where the run is before each and after the last."""
        count = len(axes["steps"]) - 1
        rate = np.full(count, self._learning_rate)
        batch_size = np.full(count, self._batch_size)
        if stretches := self._schedule.learning_rate:
            rate = rate * factor_at(stretches, *self._place(stretches[0].unit, axes), np.cos)
        if stretches := self._schedule.batch_size:
            place, end = self._place(stretches[0].unit, axes)
            found = np.rint(batch_size * factor_at(stretches, place, end, np.cos))
            batch_size = np.maximum(1, found).astype(np.int64)
        return rate, batch_size

    def _place(self, unit: str, axes: dict[Unit, np.ndarray]) -> tuple[np.ndarray, float]:
        """Return the places before steps in a unit, and that at which the run ends."""
        axis: Unit = self._end.unit if unit == "run" else unit  # type: ignore[assignment]
        place = axes[axis][:-1]
        if axis in ("training_time", "thermal_time"):
            place = place * (1 + ROUNDING)
        if unit == "run":
            return place / self._end.value, 1.0
        return place, self._end.value if axis == self._end.unit else math.inf


def clock_of(settings: RunSettings) -> Clock:
    """Return the clock of a run with a schedule."""
    schedule = settings.schedule
    if schedule is None:
        raise ValueError("a run without a schedule has no clock")
    cell = (settings.learning_rate, settings.batch_size)
    return _clock(canonical_json(schedule), *cell, settings.end, settings.epoch_samples)


def epoch_steps(settings: RunSettings, *, last_step: int, set_size: int) -> np.ndarray:
    """Return the steps at which epochs of a run with a schedule begin, from 0 on.

    Parameters
    ----------
    settings
        The run.
    last_step
        That at which it ends.
    set_size
        Samples in its training set, which settings alone may not tell.
    """
    if settings.schedule is None:
        raise ValueError("a run without a schedule has no clock")
    cell = (settings.learning_rate, settings.batch_size)
    clock = _clock(canonical_json(settings.schedule), *cell, settings.end, set_size)
    epochs = math.floor(clock.position("epochs", np.array([last_step]))[0])
    return clock.steps("epochs", np.arange(epochs + 1))


@lru_cache(maxsize=8)
def _clock(
    schedule: str, learning_rate: float, batch_size: int, end: End, epoch_samples: int | None
) -> Clock:
    return Clock(
        ScheduleSettings.model_validate(json.loads(schedule)),
        learning_rate=learning_rate,
        batch_size=batch_size,
        end=end,
        epoch_samples=epoch_samples,
    )


def record_steps(settings: RunSettings) -> np.ndarray:
    """Return the steps at which a run with a schedule is measured; see `grid.record_steps`.

    Raises
    ------
    UserError
        Two records fall on one step.
    """
    clock, grid, end = clock_of(settings), settings.record_grid, settings.end
    last = np.maximum(1, clock.steps(end.unit, [end.value]))
    if grid.times is not None:
        places = np.array(grid.times[:-1])
    else:
        evenly = np.linspace(0, 1, grid.records)[:-1] ** grid.power
        places = float(clock.position(grid.unit, last)[0]) * evenly
    found = np.concatenate([clock.steps(grid.unit, places), last])
    if (np.diff(found) <= 0).any():
        first = int(np.argmax(np.diff(found) <= 0))
        raise UserError(
            f"{settings.name}: the records {first} and {first + 1} fall on one step "
            f"({found[first]}); lower the rate or records, or end later"
        )
    return found
