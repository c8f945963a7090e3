"""A sweep in rows of panels against differently rescaled axes: what sweep figures share."""

import math
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import seaborn as sns
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thermophoresis.analysis.collapse import collapse_error
from thermophoresis.analysis.sweep import Sweep, select_sweep
from thermophoresis.analysis.view import SWEPT, at_coordinates, axes_of
from thermophoresis.figures.parts import style, theory
from thermophoresis.figures.parts.caption import Texts, loss_kind, row_headings, write_texts
from thermophoresis.figures.parts.curves import (
    THERMAL_TIME_LABEL,
    Panel,
    draw_absence,
    draw_curves,
    reason_of_absence,
)
from thermophoresis.figures.parts.layout import (
    ABOVE,
    BELOW,
    MARGIN,
    SCALE_HEIGHT,
    arrange,
    begin_figure,
    write_line,
)
from thermophoresis.figures.parts.legend import (
    Legend,
    draw_keys,
    draw_legend,
    hyperparameter,
    legend_columns,
)
from thermophoresis.figures.parts.observable_labels import label_of
from thermophoresis.figures.parts.ranges import horizontal_range, vertical_range, widen
from thermophoresis.figures.parts.ticks import label_ticks, scale_small

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings


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
    theory
        The observable of a theory at every record, shape (K, records); None for no theory.
    """

    panels: Sequence[Panel]
    sweep: Sweep
    heading: str = ""
    theory: np.ndarray | None = None


def compose_sweep(
    rescalings: Callable[[Sweep], Sequence[Panel]],
    settings: "FigureSettings",
    curves: Sequence[xr.Dataset],
    *,
    width: float,
) -> Figure:
    """Draw curves along one axis of a sweep at fixed places of the others, a row for each file.

    To be called within `style.context`.

    Parameters
    ----------
    rescalings
        Gives the panels of a row.
    settings
        Which observable of which cells, title, note and confidence level.
    curves
        Content of the curves file of each row.
    width
        Width of the figure in inches.

    Raises
    ------
    UserError
        The curves lack the observable, the cells or the settings of their experiment.
    ValueError
        The settings name no observable.
    """
    shown = settings.figure
    if (observable := shown.observable) is None:
        raise ValueError("a sweep needs an observable")
    at, level = shown.at, shown.confidence_level
    asked = dict(shown.asked)
    grid = {axis: asked.pop(axis, None) for axis in SWEPT}
    sweeps = [
        select_sweep(at_coordinates(dataset, at), observable, **grid, further=asked, level=level)
        for dataset in curves
    ]
    legend = Legend.of(sweeps[0], shown.compared)
    fixed = [
        hyperparameter(axis).with_value(sweeps[0].labels(axis)[0])
        for axis in axes_of(sweeps[0].cells)
        if axis != shown.compared
    ]
    return compose_rows(
        [
            Row(
                rescalings(sweep),
                sweep,
                heading,
                theory.activation_rate(dataset, sweep) if shown.theory else None,
            )
            for dataset, sweep, heading in zip(curves, sweeps, row_headings(curves), strict=True)
        ],
        legend,
        texts=write_texts(
            settings,
            curves,
            sweeps,
            fixed=", ".join(fixed),
            names=legend.names,
            reading=theory.CAPTION if shown.theory else "",
        ),
        width=width,
        label=label_of(observable, at, loss_kind(curves[0])),
    )


def compose_rows(
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
    columns = legend_columns(width, entries=legend.entries)
    values_height = math.ceil(len(legend.values) / columns) * line
    compared = any(row.theory is not None for row in rows)
    legend_height = values_height + (line if compared else 0.0)
    above = ABOVE + (1.5 * line if any(row.heading for row in rows) else 0.0)
    timed = any(panel.thermal_time_unit is not None for row in rows for panel in row.panels)
    below = BELOW + (SCALE_HEIGHT if timed else 0.0)
    row_height = above + style.PANEL_HEIGHT + below
    figure, top, footer = begin_figure(texts, width, legend_height + len(rows) * row_height)

    draw_legend(figure, legend, top)
    if compared:
        draw_keys(figure, [theory.key()], [theory.LABEL], top + values_height, MARGIN, 1)
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
        scale_small(axes[0].yaxis, max(map(abs, axes[0].get_ylim())))
    sns.despine(figure)
    arrange(figure, grid, top=header + above, bottom=below + footer, row_gap=below + above)
    return figure


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
        if row.theory is not None:
            theory.draw_theory(axes, panel, sweep, row.theory)
        low, high = horizontal_range(panel, sweep)
        axes.set_xlim(low, high)
        axes.set_title(f"({letter})  {describe_collapse(panel, sweep)}")
        label_ticks(axes.xaxis, high)
        draw_thermal_time(axes, panel)
    if drawable:
        low, high = vertical_range(row.panels, sweep)
        if row.theory is not None:
            lowest, highest = widen(row.theory.min(), row.theory.max())
            low, high = min(low, lowest), max(high, highest)
        row_of_axes[0].set_ylim(low, high)


def draw_thermal_time(axes: Axes, panel: Panel) -> None:
    """Draw thermal time as a second scale below the first, where the panel asks for it."""
    if panel.thermal_time_unit is None:
        return
    unit = panel.thermal_time_unit
    below = SCALE_HEIGHT / style.PANEL_HEIGHT
    scale = axes.secondary_xaxis(
        -below, functions=(lambda x: np.multiply(x, unit), lambda tau: np.divide(tau, unit))
    )
    scale.set_xlabel(THERMAL_TIME_LABEL)
    label_ticks(scale.xaxis, axes.get_xlim()[1] * unit)


def describe_collapse(panel: Panel, sweep: Sweep) -> str:
    """Say how well the curves of a panel overlap, and how well noise would let them."""
    result = collapse_error(panel.coordinate, sweep.band.mean, sweep.band.standard_error)
    if np.isnan(result.error):
        return "ε undefined: no common range"
    floor = "" if np.isnan(result.noise_floor) else f" (noise {result.noise_floor:.3f})"
    return f"ε = {result.error:.3f}{floor}"
