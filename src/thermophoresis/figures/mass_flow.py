"""The flow of the random walk: counted, exactly, and as printed, a panel for each computation."""

import math
import string
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from thermophoresis.errors import UserError
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import Texts, measurement_settings
from thermophoresis.figures.parts.legend import draw_keys
from thermophoresis.figures.parts.ticks import label_axes
from thermophoresis.numerics.intervals import student_half_width

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

COLUMNS = 2
WALKERS, EXACT, PRINTED, FAR_END = style.QUALITATIVE[:4]
WIDE = 2.0  # of what another line lies on
KEYS = (
    (Line2D([], [], color=WALKERS, marker="o", linestyle="none"), "walkers"),
    (Line2D([], [], color=EXACT), "the walk, exactly"),
    (Line2D([], [], color=PRINTED, linestyle=style.DASHES, linewidth=WIDE), "Eq. 6 as printed"),
    (Line2D([], [], color=FAR_END), "all mass at the far end (A.4)"),
)


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Figure of computations of the kind walk_flux; to be called within `style.context`.

    Parameters
    ----------
    settings
        Title, note and confidence level.
    datasets
        Content of the file of each computation.

    Raises
    ------
    UserError
        A file is of another kind of computation.
    """
    level = settings.figure.confidence_level
    for dataset in datasets:
        if "flow_sampled" not in dataset:
            raise UserError("a figure of mass flow needs computations of the kind walk_flux")
    walkers = " or ".join(
        f"{count:,}"
        for count in sorted({it["flow_sampled_standard_error"].replicas for it in datasets})
    )
    caption = (
        f"Points: what is carried by {walkers} walkers drawn from ρ around each place, each making "
        f"one step, with {100 * level:g} % intervals. Titles: mean ratio of points and Eq. 6 with "
        "its interval. In two dimensions both coordinates share their coin, and the flow is that "
        "along the diagonal, on which g = (G, G)."
    )
    texts = Texts.of(settings, caption)
    rows = -(-len(datasets) // COLUMNS)
    keys = 1.3 * style.LINE_HEIGHT
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + rows * layout.ROW)
    handles, words = [it for it, _ in KEYS], [it for _, it in KEYS]
    draw_keys(figure, handles, words, top, layout.MARGIN, len(KEYS))
    grid = figure.subplots(rows, COLUMNS, squeeze=False)
    for axes in grid.flat[len(datasets) :]:
        axes.set_axis_off()
    for letter, axes, dataset in zip(string.ascii_lowercase, grid.flat, datasets, strict=False):
        draw_panel(axes, dataset, level)
        axes.set_title(f"({letter})  {describe(dataset)}: {describe_ratio(dataset, level)}")
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From a file of each computation, in this order.
draw = partial(files.draw, compose)


def draw_panel(axes: Axes, dataset: xr.Dataset, level: float) -> None:
    """Draw the flow of one computation against position, in units of η²."""
    measured = measurement_settings(dataset)
    unit = measured["step_size"] ** 2
    q = dataset["position"].values
    axes.plot(
        q,
        dataset["flow_printed"].values / unit,
        color=PRINTED,
        linestyle=style.DASHES,
        linewidth=WIDE,
    )
    axes.plot(q, dataset["flow_far_end"].values / unit, color=FAR_END)
    axes.plot(q, dataset["flow"].values / unit, color=EXACT)
    error = dataset["flow_sampled_standard_error"]
    half = student_half_width(error.values, error.replicas, level)
    axes.errorbar(
        q,
        dataset["flow_sampled"].values / unit,
        half / unit,
        color=WALKERS,
        linestyle="none",
        marker="o",
        elinewidth=0.6,
    )
    two = measured["cross_slope"] is not None
    axes.set_xlabel(r"place $q_1=q_2$ (dimensionless)" if two else r"place $q$ (dimensionless)")
    axes.set_ylabel(r"flow $J/\eta^2$ (mass per step)")
    label_axes(axes)


def describe(dataset: xr.Dataset) -> str:
    """Say what a computation is of."""
    measured = measurement_settings(dataset)
    own, cross, density = (measured[f"{it}_slope"] for it in ("noise", "cross", "density"))
    of_noise = "" if own or cross else r"$g$ constant"
    of_density = "" if density else r"$\rho$ uniform"
    parts = [it for it in (of_density, of_noise) if it]
    if cross is not None:
        divergence = r"$\nabla\!\cdot g=0$" if not own else ""
        parts += [it for it in ("2-D", divergence) if it]
    return ", ".join(parts) or r"$g$ and $\rho$ vary"


def describe_ratio(dataset: xr.Dataset, level: float) -> str:
    """Write the mean ratio of what walkers carry and what is printed, with its interval."""
    ratio, error = dataset["flow_sampled_ratio"], dataset["flow_sampled_ratio_standard_error"]
    weights = error.values**-2
    mean = float(np.average(ratio.values, weights=weights))
    half = student_half_width(math.sqrt(1 / weights.sum()), error.replicas, level)
    return rf"${mean:.2f}\pm{float(half):.2f}$"
