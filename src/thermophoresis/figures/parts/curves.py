"""The curves of a sweep in one panel, each with its band."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.typing import ColorType, LineStyleType

from thermophoresis.analysis.sweep import Sweep
from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.legend import Legend

THERMAL_TIME_LABEL = r"thermal time $\tau=\eta^2 t/|B|$ (dimensionless)"
# The same where η or |B| change.
SCHEDULED_TIME_LABEL = r"thermal time $\tau=\sum\eta^2/|B|$ (dimensionless)"
MARKER_SPACING = 0.28  # of the diagonal of a panel


@dataclass(frozen=True)
class Panel:
    """One way to rescale time.

    Attributes
    ----------
    label
        Axis label, with units.
    coordinate
        Rescaled time of every record, shape (K, records).
    thermal_time_unit
        Thermal time that goes by in one unit of the coordinate, to be shown on a second scale;
        None for no second scale.
    """

    label: str
    coordinate: np.ndarray
    thermal_time_unit: float | None = None


def draw_curves(axes: Axes, panel: Panel, sweep: Sweep, legend: Legend) -> None:
    """Draw every mean with its band; dashed from the record on at which replicas are lost."""
    for index, colour in enumerate(legend.colours):
        place = (index, len(legend.values))
        draw_curve(axes, panel.coordinate[index], sweep, index, colour, place)


def draw_curve(
    axes: Axes,
    coordinate: np.ndarray,
    sweep: Sweep,
    index: int,
    colour: ColorType,
    place: tuple[int, int],
) -> None:
    """Draw one mean with its band; dashed from the record on at which replicas are lost.

    Parameters
    ----------
    axes
        Where to.
    coordinate
        Rescaled time of every record, shape (records,).
    sweep, index
        The curves, and which of them.
    colour
        Of line and band.
    place
        Its number among the curves of the panel, which decides its marker, and how many there are.
    """
    number, count = place
    mean, low, high, *_ = (it[index] for it in sweep.band)
    # A curve ends with its last replica.
    curve = np.stack([coordinate, mean, low, high, sweep.left_out[index]])
    x, mean, low, high, left_out = curve[:, np.isfinite(mean)]
    axes.fill_between(x, low, high, color=colour, alpha=style.BAND_OPACITY, linewidth=0)
    for dashes, part in dash_reduced(left_out).items():
        axes.plot(
            x[part],
            mean[part],
            color=colour,
            linestyle=dashes,
            marker=style.marker(number),
            # Staggered, so that curves can be told apart where they lie on each other.
            markevery=(MARKER_SPACING * (number + 0.5) / count, MARKER_SPACING),
        )


def dash_reduced(left_out: np.ndarray) -> dict[LineStyleType, slice]:
    """Line styles of the parts of a curve: solid, and dashed once replicas are lost.

    Parameters
    ----------
    left_out
        Number of replicas that are missing at each of its points, shape (points,).
    """
    whole = int(np.argmax(left_out > 0)) if left_out.any() else len(left_out)
    # The dashes start at the last whole record, so that the curve has no gap.
    parts: dict[LineStyleType, slice] = {
        "-": slice(whole),
        style.DASHES: slice(max(whole - 1, 0), None),
    }
    if whole == len(left_out):
        del parts[style.DASHES]
    return {dashes: part for dashes, part in parts.items() if len(left_out[part])}


def draw_absence(axes: Axes, reason: str) -> None:
    """Say that there is nothing to draw, and why."""
    axes.set(xticks=[], yticks=[])
    axes.text(
        0.5,
        0.5,
        f"no curve:\n{reason}",
        ha="center",
        va="center",
        transform=axes.transAxes,
        color=style.NOTICE_COLOUR,
    )


def reason_of_absence(sweep: Sweep) -> str:
    """Say why a sweep without any mean has none."""
    return "every replica has diverged" if sweep.left_out.all() else "no finite value"
