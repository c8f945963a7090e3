"""Loss and accuracy on segments between solutions, of networks that ended in several ways."""

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
from thermophoresis.figures.parts.bands import draw_band
from thermophoresis.figures.parts.caption import Texts, how_many
from thermophoresis.figures.parts.legend import Key, draw_rows
from thermophoresis.figures.parts.ticks import letter_panels
from thermophoresis.numerics.intervals import mean_band

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings
    from thermophoresis.config.figures.segments import SegmentsFigure

DASHES = {"train_": "solid", "": style.DASHES}
ALPHA = r"$\alpha$"


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Which segments, their names, title, note and confidence level.
    datasets
        Content of the gathered file of each pair.

    Raises
    ------
    UserError
        No pair has a segment that is asked for.
    """
    shown: SegmentsFigure = settings.figure  # type: ignore[assignment]
    keys = 2.3 * style.LINE_HEIGHT
    texts = Texts.of(settings, write_caption(datasets, shown.confidence_level))
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + 2 * layout.ROW)
    draw_legends(figure, [it.name for it in shown.curves], top)
    grid = figure.subplots(2, len(shown.panels), squeeze=False, sharex=True, sharey="row")
    for column, panel in zip(grid.T, shown.panels, strict=True):
        having = [
            (number, it.sel(segment=panel.segment))
            for number, it in enumerate(datasets)
            if panel.segment in it["segment"].values
        ]
        if not having:
            raise UserError(f"panels: got {panel.segment!r}, which no pair has")
        for number, measured in having:
            draw_curves(column, measured, style.QUALITATIVE[number], shown.confidence_level)
        for axes in column:
            for end in (0, 1):
                axes.axvline(end, color=style.MUTED_COLOUR, linewidth=0.4, zorder=0)
            axes.set_xticks([-1, 0, 1, 2])
        column[0].set_title(f"  {panel.name}")
        column[1].set_xlabel(ALPHA)
    grid[0, 0].set(yscale="log", ylabel="loss (nat)")
    grid[1, 0].set(ylabel="accuracy", ylim=(0, 1.03))
    letter_panels(grid.flat)
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From the gathered files of the pairs, in the order of the settings.
draw = partial(files.draw, compose)


def draw_legends(figure: Figure, names: Sequence[str], down: float) -> None:
    """Draw what colours and dashes mean, one below the other."""
    ends: list[tuple[Key, str]] = [
        (Line2D([], [], color=style.QUALITATIVE[number]), name) for number, name in enumerate(names)
    ]
    sets: list[tuple[Key, str]] = [
        (Line2D([], [], color=style.MUTED_COLOUR, linestyle=DASHES[prefix]), words)
        for prefix, words in (("train_", "training set"), ("", "validation"))
    ]
    draw_rows(figure, [("networks after", ends), ("evaluated on", sets)], down)


def draw_curves(column: np.ndarray, measured: xr.Dataset, colour: str, level: float) -> None:
    """Draw loss and accuracy of one segment at the last snapshot, on both sets."""
    alpha = measured["alpha"].values
    last = measured.isel(record=-1).stack(network=("seed", "replica"))
    axes: Axes
    for axes, quantity in zip(column, ("loss", "accuracy"), strict=True):
        for prefix, dashes in DASHES.items():
            values = last[f"{prefix}{quantity}"].transpose("alpha", "network").values
            if quantity == "loss":
                # On a logarithmic axis; a loss of 0 has no logarithm.
                logarithms = np.log(np.maximum(values, np.finfo(np.float32).tiny))
                band = mean_band(logarithms, level)
                mean, low, high = (np.exp(it) for it in (band.mean, band.low, band.high))
                band = band._replace(mean=mean, low=low, high=high)
            else:
                band = mean_band(values, level)
            draw_band(axes, alpha, band, colour, dashes)


def write_caption(datasets: Sequence[xr.Dataset], level: float) -> str:
    """Say how to read the panels."""
    networks = how_many(
        int(np.isfinite(it["loss"].isel(segment=0, record=-1, alpha=0)).sum()) for it in datasets
    )
    return (
        "Loss and accuracy on the straight line through the parameters of two cells (η, |B|), the "
        "first at α = 0 and the second at α = 1 (vertical lines). (a–c) From more to less η/|B|; "
        "(d, e) cells of one η/|B|. Both cells have their initial parameters in common, replica by "
        f"replica. Lines: means over {networks}, of losses geometric ones; bands: "
        f"{100 * level:g} % confidence intervals of the mean (Student t)."
    )
