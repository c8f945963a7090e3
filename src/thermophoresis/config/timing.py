"""Axes of time in plain Python: how many steps a run has, for whoever parses a configuration.

Jobs have `grid`, which is exact for every step of a schedule.
"""

from collections.abc import Iterator

from thermophoresis.config.until import End

# Steps are counted in float64 on the way to the grid of records; beyond this they are not exact.
LARGEST_STEP = 2**53


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
    squared = learning_rate**2
    return end.value * batch_size / squared if squared else float("inf")


def uncountable(end: End, steps: tuple[float, float], needed: float, what: str) -> Iterator[str]:
    """Yield what is wrong with the number of steps of runs that differ in batch size alone.

    Parameters
    ----------
    end
        When they end.
    steps
        Of the shortest run and of the longest.
    needed
        Steps so that no two records coincide.
    what
        The records in words.
    """
    fewest, most = steps
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
