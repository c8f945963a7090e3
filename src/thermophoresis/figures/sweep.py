"""An observable along any axis of a sweep, against steps, training time η t or thermal time."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import xarray as xr
from matplotlib.figure import Figure

from thermophoresis.analysis.sweep import Sweep
from thermophoresis.figures.parts import files
from thermophoresis.figures.parts.curves import SCHEDULED_TIME_LABEL, THERMAL_TIME_LABEL, Panel
from thermophoresis.figures.parts.rows import compose_sweep
from thermophoresis.figures.parts.style import DOUBLE_COLUMN, TWO_PANELS

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings


def panel(time: str, sweep: Sweep) -> Panel:
    """Return a panel with one of the times as its horizontal axis."""
    if time == "steps":
        return Panel("training time $t$ (iterations)", sweep.step)
    if time == "training_time":
        words = r"\sum\eta" if sweep.scheduled else r"\eta\,t"
        return Panel(f"training time ${words}$ (dimensionless)", sweep.training_time)
    label = SCHEDULED_TIME_LABEL if sweep.scheduled else THERMAL_TIME_LABEL
    return Panel(label, sweep.thermal_time)


def compose(settings: "FigureSettings", curves: Sequence[xr.Dataset]) -> Figure:
    """Draw what the settings compare; see `parts.rows.compose_sweep`."""
    times = settings.figure.panels

    def panels(sweep: Sweep) -> list[Panel]:
        return [panel(time, sweep) for time in times]

    width = DOUBLE_COLUMN if len(times) > 2 else TWO_PANELS
    return compose_sweep(panels, settings, curves, width=width)


# Of settings and the content of curves files.
draw = partial(files.draw, compose)
