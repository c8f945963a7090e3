"""Where units go in the plane of output weight and bias, by Eq. 38, by the slow flow, and in fact.

Arrows are rates times a span of thermal time, in the units of the axes; each panel has a span of
its own, because V relaxes many times faster than anything that Eq. 38 says of it.
"""

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import seaborn as sns
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thermophoresis.analysis.view import cells_with
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import Texts, describe_setup
from thermophoresis.figures.parts.legend import hyperparameter
from thermophoresis.theory import neuron, slow_flow

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

VARIABLES = ("output_weight", "bias", "weight_norm", "drift_V", "drift_b")
COLUMNS, ROWS = 11, 7  # of arrows
FEWEST = 10  # units in a bin, at all snapshots together
LONGEST = 0.95  # of an arrow, in bins
BESIDE = 0.13  # of a bin: how far arrows of two fields are from its middle
COLOURS = (style.QUALITATIVE[0], style.QUALITATIVE[2])  # black and vermilion
SHOWN = 0.98  # of units and snapshots that are within the axes, in each direction
PANEL_HEIGHT = 2.1
V_LABEL = r"output weight $V\,/\,\sqrt{\eta/2|B|}$"
B_LABEL = r"bias $b\,/\,\bar{n}$"


class Plane(NamedTuple):
    """Units and snapshots of a cell, in the units of the axes.

    Attributes
    ----------
    v, b
        Places (network, record, unit).
    drift_v, drift_b
        Their mean rates per thermal time, of the same shape.
    level, norm
        In units of what they are: √(η/2|B|), and the mean norm of a unit's weights.
    """

    v: np.ndarray
    b: np.ndarray
    drift_v: np.ndarray
    drift_b: np.ndarray
    level: float
    norm: float

    @property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Edges of the bins along both axes."""
        reach = float(np.nanquantile(np.abs(self.v), SHOWN))
        low, high = np.nanquantile(self.b, [(1 - SHOWN) / 2, (1 + SHOWN) / 2])
        return np.linspace(-reach, reach, COLUMNS + 1), np.linspace(low, high, ROWS + 1)


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Figure of the plane; to be called within `style.context`.

    Parameters
    ----------
    settings
        The cell, title and note.
    datasets
        Content of the curves file and of that of the measurement `neuron_drift`.

    Raises
    ------
    UserError
        The files lack a variable or the cell, or do not carry the settings of their experiment.
    """
    chosen = settings.figure
    rate, batch = chosen.learning_rate or math.nan, chosen.batch_size or 1
    view = cells_with(
        datasets[1], VARIABLES, learning_rate=rate, batch_size=batch, further=chosen.cells
    )
    plane = plane_of(view.isel(cell=0), math.sqrt(rate / (2 * batch)))
    asked = {"learning_rate": rate, "batch_size": batch, **chosen.cells}
    fixed = ", ".join(hyperparameter(axis).with_value(it) for axis, it in asked.items())
    texts = Texts.of(settings, describe(plane, describe_setup(datasets[1], fixed, cells=view)))
    row = layout.ABOVE + PANEL_HEIGHT + layout.BELOW
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, 2 * row)
    grid = figure.subplots(2, 2, squeeze=False)
    measured = measured_field(plane)
    of_bias = [slow_field(plane), without_v(measured)]
    shown = (
        (grid[0, 0], "(a)  Eq. 38 by components", [printed_field(plane)]),
        (grid[0, 1], "(b)  bias alone: slow flow, measured", of_bias),
        (grid[1, 0], "(c)  measured", [measured]),
    )
    for axes, title, fields in shown:
        length = span(plane, fields)
        draw_arrows(axes, plane, fields, length)
        axes.set_title(rf"{title}; arrows: $\Delta\tau = {length:g}$")
    draw_paths(grid[1, 1], plane, getattr(chosen, "trajectories", 1))
    grid[1, 1].set_title("(d)  paths of single units")
    for axes in grid.flat:
        horizontal, vertical = plane.edges
        axes.set(xlabel=V_LABEL, ylabel=B_LABEL)
        axes.set(xlim=horizontal[[0, -1]], ylim=vertical[[0, -1]])
        axes.axvline(0, color=style.MUTED_COLOUR, linewidth=0.4, zorder=0)
        axes.axhline(0, color=style.MUTED_COLOUR, linewidth=0.4, zorder=0)
    sns.despine(figure)
    layout.arrange(
        figure,
        grid,
        top=top + layout.ABOVE,
        bottom=layout.BELOW + footer,
        row_gap=(layout.ABOVE + layout.BELOW) * style.PANEL_HEIGHT / PANEL_HEIGHT,
    )
    return figure


# From a curves file and that of a measurement, in this order.
draw = partial(files.draw, compose)


def plane_of(cell: xr.Dataset, level: float) -> Plane:
    """Return the units of a cell (network, record, unit) in the units of the axes."""
    v, b, n, drift_v, drift_b = (
        cell[name].transpose("network", "record", "unit").values.astype(float) for name in VARIABLES
    )
    norm = float(np.nanmean(n))
    return Plane(v / level, b / norm, drift_v / level, drift_b / norm, level, norm)


# Places and rates of the arrows, each (row, column).
Field = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def places(plane: Plane) -> list[np.ndarray]:
    """Return the middles of the bins, V and b, (row, column)."""
    return list(np.meshgrid(*((edges[1:] + edges[:-1]) / 2 for edges in plane.edges)))


def printed_field(plane: Plane) -> Field:
    """Return Eq. 38 by components, of units of the mean norm with E r² = ¼."""
    v, b = places(plane)
    moments = neuron.gaussian_moments(np.full_like(b, plane.norm), b * plane.norm)
    of_v, of_b = neuron.component_drift(neuron.unit(v * plane.level, moments))
    return v, b, of_v / plane.level, of_b / plane.norm


def slow_field(plane: Plane) -> Field:
    """Return the slow flow, which V, held by noise, has no part in."""
    v, b = places(plane)
    return v, b, np.zeros_like(v), slow_flow.bias_rate(np.ones_like(b), b)


def measured_field(plane: Plane) -> Field:
    """Return the mean rates of the units in each bin, NaN where there are too few."""
    v, b = places(plane)
    present = np.isfinite(plane.v) & np.isfinite(plane.drift_b)

    def binned(weights: np.ndarray) -> np.ndarray:
        own = [it[present] for it in (plane.v, plane.b, weights)]
        found, *_ = np.histogram2d(own[0], own[1], bins=list(plane.edges), weights=own[2])
        return np.asarray(found.T)

    count = binned(np.ones_like(plane.v))
    there = np.where(count >= FEWEST, count, np.nan)
    return v, b, binned(plane.drift_v) / there, binned(plane.drift_b) / there


def without_v(field: Field) -> Field:
    """Return the rates of b alone."""
    return field[0], field[1], 0 * field[2], field[3]


def span(plane: Plane, fields: Sequence[Field]) -> float:
    """Return the largest of 1, 2, 5, 10, … for which hardly an arrow is longer than a bin."""
    sizes = [edges[1] - edges[0] for edges in plane.edges]
    lengths = np.hypot(*(np.array([it[2 + k] for it in fields]) / sizes[k] for k in (0, 1)))
    longest = float(np.nanquantile(lengths, SHOWN)) if np.isfinite(lengths).any() else 0.0
    if not longest > 0:
        return 1.0
    limit = LONGEST / longest
    power = 10.0 ** math.floor(math.log10(limit))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= limit)


def draw_arrows(axes: Axes, plane: Plane, fields: Sequence[Field], length: float) -> None:
    """Draw rates times a span of time, from the middle of each bin or, of two, beside it."""
    width = plane.edges[0][1] - plane.edges[0][0]
    for index, (v, b, of_v, of_b) in enumerate(fields):
        axes.quiver(
            v + BESIDE * width * (2 * index + 1 - len(fields)),
            b,
            of_v * length,
            of_b * length,
            angles="xy",
            scale_units="xy",
            scale=1.0,
            color=COLOURS[index],
            width=0.0035,
            headwidth=4.0,
            headlength=4.5,
            headaxislength=4.0,
            minlength=0.3,
        )


def draw_paths(axes: Axes, plane: Plane, count: int) -> None:
    """Draw the paths of units that stay within the axes, from a large symbol on."""
    inside = np.isfinite(plane.v) & np.isfinite(plane.b)
    for values, edges in zip((plane.v, plane.b), plane.edges, strict=True):
        inside &= (values >= edges[0]) & (values <= edges[-1])
    network, unit = np.nonzero(inside.all(axis=1))
    # Evenly among them in the order of their biases at the start.
    order = np.argsort(plane.b[network, 0, unit], kind="stable")
    places = np.rint(np.linspace(0, len(order) - 1, count + 2)[1:-1]).astype(int)
    for index, place in enumerate(dict.fromkeys(order[places].tolist() if len(order) else [])):
        v, b = (it[network[place], :, unit[place]] for it in (plane.v, plane.b))
        colour = style.QUALITATIVE[1:][index % 4]
        axes.plot(v, b, color=colour, marker=".", markersize=3, zorder=2)
        axes.plot(v[:1], b[:1], color=colour, marker=style.marker(index), markersize=6, zorder=3)


def describe(plane: Plane, setup: str) -> str:
    """Say what axes and arrows are."""
    networks, records, units = plane.v.shape
    return (
        f"{setup} V is in units of the square root of η/2|B|, {plane.level:.3g} here, the level at "
        f"which noise and mean force balance for small η; b in those of the mean norm "
        f"of a unit's input weights, {plane.norm:.3g}. Arrows: mean rate per thermal "
        "time τ = η²t/|B| times the span Δτ above the panel. (a) For units of the mean norm and "
        "E(p\u00a0−\u00a0y)²\u00a0=\u00a0¼. (b) Black: slow flow of label noise, in which V is at "
        "its level in the mean; vermilion: the vertical part of what (c) shows. (c) Mean steps "
        f"given the parameters, over {networks:,} networks × {units} units × {records} snapshots, "
        f"in bins with {FEWEST} or more. (d) From snapshot to snapshot; large symbols are starts."
    )
