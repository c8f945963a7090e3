"""The chain Tr H ≈ Tr(PK) ≤ Tr P · Tr K ≤ bound along training, and how it goes with sparsity.

Appendix A.8 of the paper (Eqs. 39–64): the trace of the Hessian is bounded by a product of layers'
weight norms, each over its active units only, so that a smaller activation rate and smaller
weights mean a smaller bound and, if the bound is any guide, a flatter minimum.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from thermophoresis.analysis.sweep import Sweep, select_sweep
from thermophoresis.analysis.view import at_labels
from thermophoresis.config import kinds
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import loss_kind
from thermophoresis.figures.parts.chain.caption import write_texts
from thermophoresis.figures.parts.chain.data import check_cell, join, select_cell
from thermophoresis.figures.parts.chain.legends import draw_legends, legends_height
from thermophoresis.figures.parts.chain.panels import (
    draw_chain,
    draw_links,
    draw_times,
    draw_trajectories,
)
from thermophoresis.figures.parts.chain.quantities import BOUND, GGN
from thermophoresis.figures.parts.curves import THERMAL_TIME_LABEL
from thermophoresis.figures.parts.legend import HYPERPARAMETERS, Legend, hyperparameter
from thermophoresis.figures.parts.observable_labels import label_of
from thermophoresis.figures.parts.ticks import label_axes

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

WEIGHT_NORM_LABEL = r"weight norm of all layers $\|W\|_F$"
GGN_LABEL = r"Gauss–Newton trace $\mathrm{Tr}(PK)$"
BOUND_LABEL = "bound"


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Figure of an experiment's curvature; to be called within `style.context`.

    Parameters
    ----------
    settings
        The batch size at which learning rates are compared, the learning rate at which the whole
        chain is shown, title, note and confidence level.
    datasets
        Content of the curves file and of the curvature file.

    Raises
    ------
    ValueError
        There are not two datasets, or the settings name no cell.
    UserError
        The files lack a variable, a cell or the settings of their experiment, or are not of the
        same runs.
    """
    curves, curvature = (at_labels(dataset, settings.figure.cells) for dataset in datasets)
    learning_rate, batch_size = settings.figure.learning_rate, settings.figure.batch_size
    if learning_rate is None or batch_size is None:
        raise ValueError("a figure of curvature needs a learning rate and a batch size")
    level = settings.figure.confidence_level
    joined, norm = join(curves, curvature)
    check_cell(joined, learning_rate, batch_size)
    sweeps = {
        name: select_sweep(joined, name, batch_size=batch_size, level=level)
        for name in (GGN.name, BOUND.name, "activation_rate", norm)
    }
    cell = select_cell(joined, learning_rate, batch_size)
    legend = Legend.of(sweeps[GGN.name], "learning_rate")

    texts = write_texts(
        settings,
        joined.sel(batch_size=batch_size),
        cell,
        sweeps[GGN.name],
        fixed=", ".join(
            [HYPERPARAMETERS["batch_size"].with_value(batch_size)]
            + [hyperparameter(axis).with_value(it) for axis, it in settings.figure.cells.items()]
        ),
        names=legend.names,
    )
    width = style.DOUBLE_COLUMN
    keys = legends_height(legend, width)
    figure, top, footer = layout.begin_figure(texts, width, keys + 3 * layout.ROW)
    draw_legends(figure, legend, top)
    grid = figure.subplots(3, 3, squeeze=False)
    draw_panels(grid, cell, sweeps, norm, legend, level)
    unit = " (nat)" if loss_kind(curvature) == "cross_entropy" else ""
    label_panels(grid, norm, legend.compared.with_value(learning_rate), unit)
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From a curves and a curvature file, in this order.
draw = partial(files.draw, compose)


def trajectories(norm: str) -> tuple[tuple[str, str], ...]:
    """Pairs of names, x and y: what the trace goes with, as the paper has it, then the bound."""
    return (
        ("activation_rate", GGN.name),
        (norm, GGN.name),
        (BOUND.name, GGN.name),
        ("activation_rate", BOUND.name),
        (norm, BOUND.name),
    )


def draw_panels(
    grid: np.ndarray,
    cell: xr.Dataset,
    sweeps: Mapping[str, Sweep],
    norm: str,
    legend: Legend,
    level: float,
) -> None:
    """Fill the panels, row by row.

    Parameters
    ----------
    grid
        The axes, shape (3, 3).
    cell
        The cell whose whole chain is shown.
    sweeps
        By its name, each quantity of the cells that are compared.
    norm
        Which of them is the weight norm.
    legend
        Colours of the cells that are compared.
    level
        Confidence level.
    """
    chain, links, trace_over_time, *others, bound_over_time = grid.flat
    draw_chain(chain, cell, level)
    draw_links(links, cell, level)
    draw_times(trace_over_time, sweeps[GGN.name], legend)
    draw_times(bound_over_time, sweeps[BOUND.name], legend)
    for axes, (x, y) in zip(others, trajectories(norm), strict=True):
        draw_trajectories(axes, sweeps[x], sweeps[y], legend)


def label_panels(grid: np.ndarray, norm: str, rate: str, unit: str) -> None:
    """Write titles, labels and numbers; the learning rate of the cell is that of (a) and (b)."""
    labels = {
        "activation_rate": label_of("activation_rate"),
        norm: label_of(norm) if norm in kinds.names("observables") else WEIGHT_NORM_LABEL,
        GGN.name: GGN_LABEL + unit,
        BOUND.name: BOUND_LABEL + unit,
    }
    written = (
        (f"(a)  {rate}", THERMAL_TIME_LABEL, f"traces and bounds{unit}"),
        (f"(b)  {rate}", THERMAL_TIME_LABEL, "ratios (dimensionless)"),
        ("(c)", THERMAL_TIME_LABEL, GGN_LABEL + unit),
        *(
            (f"({letter})", labels[x], labels[y])
            for letter, (x, y) in zip("defgh", trajectories(norm), strict=True)
        ),
        ("(i)", THERMAL_TIME_LABEL, BOUND_LABEL + unit),
    )
    for axes, (title, x, y) in zip(grid.flat, written, strict=True):
        axes.set(xlabel=x, ylabel=y)
        axes.set_title(title)
        label_axes(axes)
