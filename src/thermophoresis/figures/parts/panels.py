"""Curves of sweeps against differently rescaled axes, side by side: what sweep figures share."""

import json
import math
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import seaborn as sns
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from thermophoresis.analysis.collapse import collapse_error, common_range
from thermophoresis.analysis.sweep import Sweep, select_sweep
from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.caption import (
    Texts,
    experiment_settings,
    row_headings,
    write_texts,
)
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.record import metadata

if TYPE_CHECKING:
    from thermophoresis.config.configuration import FigureSettings

# Inches.
MARGIN = 0.05
GAP = 0.28
TICK_LABEL_ROOM = 0.14  # what half of a number below one panel takes from the gap to the next
SCALE_HEIGHT = 2.7 * style.LINE_HEIGHT
LEGEND_TITLE_WIDTH = 1.0
LEGEND_ENTRY_WIDTH = 0.9
# Above a panel its title and a little space; below it the numbers and the label of its axis.
ABOVE = 1.5 * style.LINE_HEIGHT
BELOW = SCALE_HEIGHT + 0.3 * style.LINE_HEIGHT

THERMAL_TIME_LABEL = r"thermal time $\tau=\eta^2 t/|B|$ (dimensionless)"
MARKER_SPACING = 0.28  # of the diagonal of a panel


@dataclass(frozen=True)
class Hyperparameter:
    """What curves are compared in.

    Attributes
    ----------
    name
        In words and mathematics, as the title of a legend.
    symbol
        In plain text.
    colour_map
        Name of the map that colours its values.
    """

    name: str
    symbol: str
    colour_map: str

    def with_value(self, value: float) -> str:
        """Write the symbol with a value."""
        return f"{self.symbol} = {write_number(value)}"


HYPERPARAMETERS = {
    "learning_rate": Hyperparameter(r"learning rate $\eta$", "η", style.LEARNING_RATE_MAP),
    "batch_size": Hyperparameter("batch size $|B|$", "|B|", style.BATCH_SIZE_MAP),
}


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


@dataclass(frozen=True)
class Row:
    """Panels beside each other, with a shared vertical axis.

    Attributes
    ----------
    panels
        The rescaled axes, left to right.
    sweep
        The curves.
    heading
        What tells this row from the others; empty where there is only one.
    """

    panels: Sequence[Panel]
    sweep: Sweep
    heading: str = ""


@dataclass(frozen=True)
class Legend:
    """What tells the curves apart.

    Attributes
    ----------
    compared
        The hyperparameter that is varied.
    values
        Its values, one for each curve.
    """

    compared: Hyperparameter
    values: Sequence[float]

    @classmethod
    def of(cls, sweep: Sweep, compared: str) -> "Legend":
        """Return the legend of a sweep's curves; the hyperparameter by its name."""
        return cls(HYPERPARAMETERS[compared], getattr(sweep, compared))

    @property
    def entries(self) -> list[str]:
        """The values as text."""
        return [write_number(value) for value in self.values]

    @property
    def names(self) -> list[str]:
        """The values with the symbol of the hyperparameter, in plain text."""
        return [self.compared.with_value(value) for value in self.values]

    @property
    def colours(self) -> list[tuple[float, float, float]]:
        """One for each value."""
        return style.ordered_colours(self.compared.colour_map, len(self.values))

    @property
    def handles(self) -> list[tuple[Patch, Line2D]]:
        """A band with a line in it for each value."""
        return [
            (
                Patch(color=colour, alpha=style.BAND_OPACITY, linewidth=0),
                Line2D([], [], color=colour, marker=style.marker(index)),
            )
            for index, colour in enumerate(self.colours)
        ]


def compose_sweep(
    settings: "FigureSettings",
    curves: Sequence[xr.Dataset],
    rescalings: Callable[[Sweep], Sequence[Panel]],
    *,
    compared: str,
    fixed: str,
    width: float,
) -> Figure:
    """Draw a sweep of one hyperparameter at one value of another, a row for each curves file.

    Parameters
    ----------
    settings
        Which observable of which cells, title, note and confidence level.
    curves
        Content of the curves file of each row.
    rescalings
        Gives the panels of a row.
    compared, fixed
        Names of the two hyperparameters, keys of `HYPERPARAMETERS`.
    width
        Width of the figure in inches.

    Raises
    ------
    UserError
        The curves lack the observable, the cells or the settings of their experiment.
    """
    value = getattr(settings, fixed)
    sweeps = [
        select_sweep(
            dataset, settings.observable, **{fixed: value}, level=settings.confidence_level
        )
        for dataset in curves
    ]
    legend = Legend.of(sweeps[0], compared)
    return compose(
        [
            Row(rescalings(sweep), sweep, heading)
            for sweep, heading in zip(sweeps, row_headings(curves), strict=True)
        ],
        legend,
        texts=write_texts(
            settings,
            curves,
            sweeps,
            fixed=HYPERPARAMETERS[fixed].with_value(value),
            names=legend.names,
        ),
        width=width,
        label=style.OBSERVABLE_LABELS[settings.observable],
    )


def write_number(value: float) -> str:
    """Write a whole number in full, any other as short as it is told apart from its like."""
    return f"{value}" if isinstance(value, int | np.integer) else f"{value:g}"


def compose(
    rows: Sequence[Row], legend: Legend, *, texts: Texts, width: float, label: str
) -> Figure:
    """Draw rows of panels.

    From top to bottom: heading, notices, legend, rows, caption.

    Parameters
    ----------
    rows
        The rows, top to bottom, with the same number of panels and of curves.
    legend
        Names and colours of the curves, the same in every row.
    texts
        Heading, notices and caption.
    width
        Width of the figure in inches.
    label
        Label of the vertical axes.
    """
    line = style.LINE_HEIGHT
    legend_height = math.ceil(len(legend.values) / legend_columns(width)) * line
    above = ABOVE + (1.5 * line if any(row.heading for row in rows) else 0.0)
    timed = any(panel.thermal_time_unit is not None for row in rows for panel in row.panels)
    below = BELOW + (SCALE_HEIGHT if timed else 0.0)
    row_height = above + style.PANEL_HEIGHT + below
    figure, top, footer = begin_figure(texts, width, legend_height + len(rows) * row_height)

    draw_legend(figure, legend, top)
    header = top + legend_height
    for index, row in enumerate(rows):
        if row.heading:
            write_line(
                figure, row.heading, header + index * row_height + 0.4 * line, style="italic"
            )

    grid = figure.subplots(len(rows), len(rows[0].panels), sharey="row", squeeze=False)
    letters = iter(string.ascii_lowercase)
    for row, axes in zip(rows, grid, strict=True):
        draw_panels(axes, row, legend, letters)
        axes[0].set_ylabel(label)
        style.scale_small(axes[0].yaxis, max(map(abs, axes[0].get_ylim())))
    sns.despine(figure)
    arrange(figure, grid, top=header + above, bottom=below + footer, row_gap=below + above)
    return figure


def begin_figure(texts: Texts, width: float, body: float) -> tuple[Figure, float, float]:
    """Make a figure with heading and notices above, and the caption below, an empty body.

    Parameters
    ----------
    texts
        Heading, notices and caption.
    width
        Width of the figure in inches.
    body
        Height in inches of what is to come in between.

    Returns
    -------
    The figure, and the distances in inches of the body from its upper and lower edge.
    """
    line = style.LINE_HEIGHT
    notices, caption = (
        [row for text in part for row in style.wrap(text, width - 2 * MARGIN)]
        for part in (texts.notices, texts.caption)
    )
    heading_height = 1.3 * line if texts.heading else 0.0
    notices_height = (len(notices) + 0.3) * line if notices else 0.0
    header = MARGIN + heading_height + notices_height
    footer = len(caption) * line + MARGIN
    figure = style.new_figure(width, header + body + footer)
    if texts.heading:
        write_line(figure, texts.heading, MARGIN, weight="bold")
    for paragraph, down, colour in (
        (notices, MARGIN + heading_height, style.NOTICE_COLOUR),
        (caption, header + body, style.MUTED_COLOUR),
    ):
        for index, text in enumerate(paragraph):
            write_line(figure, text, down + index * line, color=colour)
    return figure, header, footer


def write_line(figure: Figure, text: str, down: float, **appearance: object) -> Text:
    """Write one line at the left margin, so many inches below the top of the figure."""
    width, height = figure.get_size_inches()
    return figure.text(MARGIN / width, 1 - down / height, text, va="top", **appearance)


def arrange(figure: Figure, grid: np.ndarray, *, top: float, bottom: float, row_gap: float) -> None:
    """Spread the panels over the width that their labels leave, between margins in inches.

    The gaps between the panels are alike, and wide enough for the vertical axis of each.
    """
    width, height = figure.get_size_inches()
    figure.subplots_adjust(
        bottom=bottom / height, top=1 - top / height, hspace=row_gap / style.PANEL_HEIGHT
    )
    figure.draw_without_rendering()
    to_inches = figure.dpi_scale_trans.inverted()
    first, last = (
        [axes.get_tightbbox().transformed(to_inches) for axes in column]
        for column in (grid[:, 0], grid[:, -1])
    )
    left_edge, right_edge = (
        grid[0, 0].get_position().x0 * width,
        grid[0, -1].get_position().x1 * width,
    )
    left = MARGIN + left_edge - min(box.x0 for box in first)
    right = MARGIN + max(max(box.x1 for box in last) - right_edge, 0.0)
    gap = max([GAP, *(TICK_LABEL_ROOM + axis_width(axes) for axes in grid[:, 1:].flat)])
    columns = grid.shape[1]
    panel_width = (width - left - right - gap * (columns - 1)) / columns
    figure.subplots_adjust(left=left / width, right=1 - right / width, wspace=gap / panel_width)


def axis_width(axes: Axes) -> float:
    """Width in inches of the ticks and texts of a vertical axis, left of its line."""
    box = axes.yaxis.get_tightbbox()
    return 0.0 if box is None else (axes.get_window_extent().x0 - box.x0) / axes.figure.dpi


def draw_panels(
    row_of_axes: Sequence[Axes], row: Row, legend: Legend, letters: Iterator[str]
) -> None:
    """Fill each axes with its panel, or with the reason why there is nothing to see."""
    sweep = row.sweep
    drawable = bool(np.isfinite(sweep.band.mean).any())
    for panel, axes in zip(row.panels, row_of_axes, strict=True):
        letter = next(letters)
        axes.set_xlabel(panel.label)
        if not drawable:
            draw_absence(axes, reason_of_absence(sweep))
            continue
        draw_curves(axes, panel, sweep, legend)
        low, high = horizontal_range(panel, sweep)
        axes.set_xlim(low, high)
        axes.set_title(f"({letter})  {describe_collapse(panel, sweep)}")
        style.label_ticks(axes.xaxis, high)
        draw_thermal_time(axes, panel)
    if drawable:
        row_of_axes[0].set_ylim(vertical_range(row.panels, sweep))


def draw_curves(axes: Axes, panel: Panel, sweep: Sweep, legend: Legend) -> None:
    """Draw every mean with its band; dashed from the record on at which replicas are lost."""
    count = len(legend.values)
    means, lows, highs, *_ = sweep.band
    curves = np.stack([panel.coordinate, means, lows, highs, sweep.left_out], axis=1)
    for index, (colour, curve) in enumerate(zip(legend.colours, curves, strict=True)):
        # A curve ends with its last replica.
        x, mean, low, high, left_out = curve[:, np.isfinite(means[index])]
        opacity = style.BAND_OPACITY
        axes.fill_between(x, low, high, color=colour, alpha=opacity, linewidth=0)
        for dashes, part in dash_reduced(left_out).items():
            axes.plot(
                x[part],
                mean[part],
                color=colour,
                linestyle=dashes,
                marker=style.marker(index),
                # Staggered, so that curves can be told apart where they lie on each other.
                markevery=(MARKER_SPACING * (index + 0.5) / count, MARKER_SPACING),
            )


def dash_reduced(left_out: np.ndarray) -> dict[object, slice]:
    """Line styles of the parts of a curve: solid, and dashed once replicas are lost.

    Parameters
    ----------
    left_out
        Number of replicas that are missing at each of its points, shape (points,).
    """
    whole = int(np.argmax(left_out > 0)) if left_out.any() else len(left_out)
    # The dashes start at the last whole record, so that the curve has no gap.
    parts = {"-": slice(whole), style.DASHES: slice(max(whole - 1, 0), None)}
    if whole == len(left_out):
        del parts[style.DASHES]
    return {dashes: part for dashes, part in parts.items() if len(left_out[part])}


def draw_thermal_time(axes: Axes, panel: Panel) -> None:
    """Draw thermal time as a second scale below the first, where the panel asks for it."""
    if panel.thermal_time_unit is None:
        return
    unit = panel.thermal_time_unit
    below = SCALE_HEIGHT / style.PANEL_HEIGHT
    scale = axes.secondary_xaxis(-below, functions=(lambda x: x * unit, lambda tau: tau / unit))
    scale.set_xlabel(THERMAL_TIME_LABEL)
    style.label_ticks(scale.xaxis, axes.get_xlim()[1] * unit)


def reason_of_absence(sweep: Sweep) -> str:
    """Say why a sweep without any mean has none."""
    return "every replica has diverged" if sweep.left_out.all() else "no finite value"


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


def legend_columns(width: float, title_width: float = LEGEND_TITLE_WIDTH) -> int:
    """Return how many values fit beside a title into a figure; widths in inches."""
    return max(int((width - title_width) / LEGEND_ENTRY_WIDTH), 1)


def draw_legend(figure: Figure, legend: Legend, down: float) -> None:
    """Draw what is varied and a row of its values, more rows where there are many."""
    title = write_line(figure, legend.compared.name, down)
    columns = min(len(legend.values), legend_columns(figure.get_figwidth()))
    draw_keys(figure, legend.handles, legend.entries, down, line_end(title), columns)


def draw_keys(
    figure: Figure,
    handles: Sequence,
    entries: Sequence[str],
    down: float,
    start: float,
    columns: int,
) -> None:
    """Draw a legend whose upper left corner is so many inches from the upper left of the figure."""
    width, height = figure.get_size_inches()
    figure.legend(
        handles,
        entries,
        loc="upper left",
        bbox_to_anchor=(start / width, 1 - down / height),
        ncols=columns,
    )


def line_end(text: Text) -> float:
    """Where something can begin beside a text, in inches from the left of the figure."""
    return text.get_window_extent().x1 / text.get_figure().dpi + 0.5 * style.LINE_HEIGHT


def describe_collapse(panel: Panel, sweep: Sweep) -> str:
    """Say how well the curves of a panel overlap, and how well noise would let them."""
    result = collapse_error(panel.coordinate, sweep.band.mean, sweep.band.standard_error)
    if np.isnan(result.error):
        return "ε undefined: no common range"
    floor = "" if np.isnan(result.noise_floor) else f" (noise {result.noise_floor:.3f})"
    return f"ε = {result.error:.3f}{floor}"


def horizontal_range(panel: Panel, sweep: Sweep) -> tuple[float, float]:
    """Range that all curves share; where one is missing, that of the others."""
    present = np.isfinite(sweep.band.mean).any(axis=1)
    low, high = common_range(panel.coordinate[present], sweep.band.mean[present])
    if low < high:
        return low, high
    return float(np.nanmin(panel.coordinate)), float(np.nanmax(panel.coordinate))


def vertical_range(panels: Sequence[Panel], sweep: Sweep) -> tuple[float, float]:
    """Range of everything that some panel shows, and a little air."""
    shown = []
    for panel in panels:
        edges = horizontal_range(panel, sweep)
        for x, *values in zip(panel.coordinate, *sweep.band[:3], strict=True):
            for y in values:
                present = np.isfinite(x) & np.isfinite(y)
                if not present.any():
                    continue
                inside = present & (x >= edges[0]) & (x <= edges[1])
                shown.append(y[inside])
                # A curve can leave a panel between two records.
                crossing = [edge for edge in edges if x[present].min() <= edge <= x[present].max()]
                shown.append(np.interp(crossing, x[present], y[present]))
    everything = np.concatenate(shown)
    bottom, top = everything.min(), everything.max()
    air = 0.04 * (top - bottom) or 0.04 * abs(top) or 1.0
    return float(bottom - air), float(top + air)


def draw(
    compose: Callable[["FigureSettings", Sequence[xr.Dataset]], Figure],
    settings: "FigureSettings",
    fingerprint: str,
    curves: Sequence[str | Path],
    outputs: Sequence[str | Path],
) -> None:
    """Compose a figure from curves files and write it in every format, with its provenance.

    Parameters
    ----------
    compose
        What makes the figure from its settings and the content of the curves files.
    settings
        Which observable of which cells, title, note and confidence level.
    fingerprint
        Code fingerprint of the figure, stored in the files.
    curves
        The curves files, one for each row.
    outputs
        One path for every format: .pdf, .svg, .png.

    Raises
    ------
    UserError
        A curves file is unreadable or lacks what the figure shows, or an output cannot be written.
    """
    datasets = [netcdf.read(path) for path in curves]
    with style.context():
        figure = compose(settings, datasets)
        experiments = [
            {
                "experiment": experiment_settings(dataset),
                "curves_fingerprint": dataset.attrs.get("code_fingerprint", ""),
                "run_fingerprints": json.loads(dataset.attrs.get("run_fingerprints", "[]")),
            }
            for dataset in datasets
        ]
        seeds = [seed for it in experiments for seed in it["experiment"].get("seeds", ())]

        def origin(output: Path) -> dict[str, object]:
            return {"curves": experiments} | metadata(
                settings,
                fingerprint,
                made_by="figure",
                seeds=seeds,
                inputs=curves,
                output=output,
            )

        style.save(figure, outputs, origin)
