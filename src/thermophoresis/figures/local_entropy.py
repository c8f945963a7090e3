"""Local entropy: what smoothing makes of wells, and how flat solutions of networks are."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from thermophoresis.claims.cells import Cells, select_cells
from thermophoresis.claims.equal_loss import each_at_one_loss
from thermophoresis.config.observables.local_entropy import VARIANCE
from thermophoresis.errors import UserError
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import Texts, describe_setup, how_many
from thermophoresis.figures.parts.legend import Key, draw_rows
from thermophoresis.figures.parts.ticks import letter_panels
from thermophoresis.numerics.intervals import mean_band

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

REPLACED = {"sampling": "with_replacement"}
OBSERVABLES = ("local_entropy", "loss", "train_loss")
PLACE = r"place $x$ (dimensionless)"
ENTROPY = r"$f_\gamma-f$ (nat)"
HIGHEST = {"double_well": 0.6, "narrow_and_wide": 2.2}  # of what is shown


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Title, note and confidence level.
    datasets
        Content of the curves file, and of the file of the computation.

    Raises
    ------
    UserError
        A file lacks a variable or a cell, or networks come down to no common loss.
    """
    curves, wells = datasets
    level = settings.figure.confidence_level
    cells = select_cells(curves, OBSERVABLES, further=REPLACED)
    entropy, loss, train = cells.values
    at_level = each_at_one_loss([entropy, loss], train)
    if at_level is None:
        raise UserError("there is no training loss that every network comes down to")
    reached, values = at_level
    drive = cells.learning_rate / cells.batch_size
    order = np.argsort(drive, kind="stable")
    colours = style.ordered_colours(style.FURTHER_MAP, len(drive))
    keys = 2.3 * style.LINE_HEIGHT
    texts = write_texts(settings, curves, wells, cells, reached)
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + layout.ROW)
    draw_legends(figure, wells, drive[order], colours, top)
    grid = figure.subplots(1, 4, squeeze=False)
    for axes, shape in zip(grid[0], HIGHEST, strict=False):
        draw_wells(axes, wells, shape)
    draw_drive(grid[0, 2], drive[order], values[0][order], colours, level)
    gap = values[1] - reached
    draw_gap(grid[0, 3], values[0][order], gap[order], colours)
    letter_panels(grid.flat)
    grid[0, 3].xaxis.set_major_locator(MaxNLocator(nbins=2, steps=[1, 2, 5, 10]))
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From the curves file of the experiment and the file of the computation.
draw = partial(files.draw, compose)


def draw_legends(
    figure: Figure,
    wells: xr.Dataset,
    drive: np.ndarray,
    colours: Sequence[tuple[float, float, float]],
    down: float,
) -> None:
    """Draw the legends of γ and of η/|B|, one below the other."""
    gammas = wells["gamma"].values
    of_gamma = style.ordered_colours(style.LEARNING_RATE_MAP, len(gammas))
    rows: list[tuple[str, list[tuple[Key, str]]]] = [
        (
            r"(a, b)  $\gamma$",
            [
                (Line2D([], [], color=colour), f"{gamma:g}")
                for colour, gamma in zip(of_gamma, gammas, strict=True)
            ],
        ),
        (
            r"(c, d)  $\eta/|B|$",
            [
                (Line2D([], [], color=colour, marker="o", linestyle="none"), f"{it:.2g}")
                for colour, it in zip(colours, drive, strict=True)
            ],
        ),
    ]
    draw_rows(figure, rows, down)


def draw_wells(axes: Axes, wells: xr.Dataset, shape: str) -> None:
    """Draw f_γ less its least value, a line for each γ."""
    one = wells["curve"].sel(shape=shape)
    colours = style.ordered_colours(style.LEARNING_RATE_MAP, one.sizes["gamma"])
    for colour, curve in zip(colours, one.values, strict=True):
        axes.plot(one["place"], curve, color=colour)
    axes.set(
        xlabel=PLACE, ylabel=r"$f_\gamma-\min f_\gamma$", ylim=(0, HIGHEST[shape]), xlim=(-2, 2)
    )


def draw_drive(
    axes: Axes,
    drive: np.ndarray,
    entropy: np.ndarray,
    colours: Sequence[tuple[float, float, float]],
    level: float,
) -> None:
    """Draw the mean of f_γ − f at equal training loss against η/|B|."""
    mean, low, high, *_ = mean_band(entropy, level)
    for cell, colour in enumerate(colours):
        bars = [[mean[cell] - low[cell]], [high[cell] - mean[cell]]]
        axes.errorbar([drive[cell]], [mean[cell]], bars, color=colour, marker="o", markersize=4)
    axes.set(xscale="log", xlabel=r"$\eta/|B|$ (dimensionless)", ylabel=ENTROPY)


def draw_gap(
    axes: Axes,
    entropy: np.ndarray,
    gap: np.ndarray,
    colours: Sequence[tuple[float, float, float]],
) -> None:
    """Draw the generalisation gap of each network against its f_γ − f."""
    for x, y, colour in zip(entropy, gap, colours, strict=True):
        axes.plot(x, y, color=colour, linestyle="none", marker="o", markersize=1.6)
    axes.set(xlabel=ENTROPY, ylabel="generalisation gap (nat)")


def write_texts(
    settings: "FigureSettings", curves: xr.Dataset, wells: xr.Dataset, cells: Cells, reached: float
) -> Texts:
    """Write what is said around the panels."""
    shown = settings.figure
    merging = float(wells["merging_variance"].sel(well="double_well"))
    caption = (
        "(a) The double well (x² − 1)²/4 averaged as f_γ = −ln(G_γ * exp(−f)), by quadrature: its "
        f"minima merge at γ = {merging:.3f}. (b) A deep narrow and a shallow wide Gaussian well: "
        "the wide one comes to be the lower. "
        f"(c, d) {describe_setup(curves, how_many([cells.replicas]))} "
        "Samples with replacement; weight decay gives cross entropy a stationary state. Each "
        f"network where its training loss first is {reached:.3g} nat; f_γ − f of the training loss "
        f"by Monte Carlo at γ = {VARIANCE:g}. (c) Means with "
        f"{100 * shown.confidence_level:g} % confidence intervals (Student t); (d) single "
        "networks: validation loss less training loss."
    )
    return Texts.of(settings, caption)
