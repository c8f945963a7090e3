"""What becomes of random labels: curves, validation against memorised share, and times."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from thermophoresis.analysis.view import cells_with
from thermophoresis.claims.cells import Cells, select_cells
from thermophoresis.claims.measured_cells import one_noise
from thermophoresis.claims.statistics.start_after_best import times_of
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.bands import draw_band
from thermophoresis.figures.parts.caption import Texts, describe_setup, how_many
from thermophoresis.figures.parts.legend import Key, draw_rows
from thermophoresis.figures.parts.ticks import letter_panels
from thermophoresis.numerics.intervals import mean_band

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings
    from thermophoresis.config.figures.memorisation import MemorisationFigure

OBSERVABLES = {
    "memorised_share": ("wrong labels memorised", "solid"),
    "clean_train_accuracy": ("right labels", style.DOTS),
    "accuracy": ("validation", style.DASHES),
}
TIME = r"training time $\eta t$"
CHANCE = 0.1


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Which cells, title, note and confidence level.
    datasets
        Content of the curves file.

    Raises
    ------
    UserError
        The file lacks a variable or a cell.
    """
    shown: MemorisationFigure = settings.figure  # type: ignore[assignment]
    (curves,) = datasets
    level = shown.confidence_level
    names = [*OBSERVABLES]
    wholly = cells_with(curves, ["train_accuracy", "accuracy"], further={"labels": shown.wholly})
    partly = [select_cells(curves, names, further={"labels": label}) for label in shown.partly]
    drives = sorted({it for cells in partly for it in drive_of(cells).tolist()})
    colours = dict(zip(drives, style.ordered_colours(style.FURTHER_MAP, len(drives)), strict=True))
    keys = 3.3 * style.LINE_HEIGHT
    texts = write_texts(settings, curves, partly[0].replicas)
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + 2 * layout.ROW)
    draw_legends(figure, colours, partly[0], top)
    panels = figure.subplots(2, 3, squeeze=False)
    draw_wholly(panels[0, 0], wholly, colours, level)
    for panel, cells, label in zip(panels[0, 1:], partly, shown.partly, strict=True):
        draw_course(panel, cells, colours, level)
        panel.set_title(f"  {label} of the labels random")
    for panel, cells, label in zip(panels[1, :2], partly, shown.partly, strict=True):
        draw_against_share(panel, cells, colours, level)
        panel.set_title(f"  {label} of the labels random")
    draw_times(panels[1, 2], partly, colours, shown.level)
    letter_panels(panels.flat)
    layout.finish_figure(figure, panels, top=top + keys, footer=footer)
    return figure


# From the curves file of the experiment.
draw = partial(files.draw, compose)

Colours = dict[float, tuple[float, float, float]]


def drive_of(cells: "Cells | xr.Dataset") -> np.ndarray:
    """Return η/|B| of each cell."""
    return one_noise(np.asarray(cells.learning_rate), np.asarray(cells.batch_size))


def draw_legends(figure: Figure, colours: Colours, cells: Cells, down: float) -> None:
    """Draw what colours, markers and dashes mean, one below the other."""
    of_drives: list[tuple[Key, str]] = [
        (Line2D([], [], color=colour), f"{drive:.2g}") for drive, colour in colours.items()
    ]
    rates = np.unique(cells.learning_rate).tolist()
    of_rates: list[tuple[Key, str]] = [
        (
            Line2D(
                [], [], color=style.MUTED_COLOUR, linestyle="none", marker=style.marker(index),
                markersize=4,
            ),
            f"$\\eta$ = {rate:g}",
        )
        for index, rate in enumerate(rates)
    ]  # fmt: skip
    of_observables: list[tuple[Key, str]] = [
        (Line2D([], [], color=style.MUTED_COLOUR, linestyle=dashes), words)
        for words, dashes in OBSERVABLES.values()
    ]
    rows = [
        (r"$\eta/|B|$", of_drives),
        ("(b, c)  share of", of_observables),
        ("(d–f)  cells", of_rates),
    ]
    draw_rows(figure, rows, down)


def draw_wholly(axes: Axes, view: xr.Dataset, colours: Colours, level: float) -> None:
    """Draw training and validation accuracy where all labels are random."""
    one = view.isel(cell=0).transpose("network", "record", ...)
    times = float(one["learning_rate"]) * one["step"].values
    colour = colours.get(float(drive_of(view)[0]), style.QUALITATIVE[0])
    axes.axhline(CHANCE, color=style.MUTED_COLOUR, linewidth=0.5, zorder=0)
    for name, dashes in (("train_accuracy", "solid"), ("accuracy", style.DASHES)):
        draw_band(axes, times, mean_band(one[name].values.T, level), colour, dashes)
    axes.set(xlabel=TIME, ylabel="accuracy", ylim=(0, 1.03), title="  all labels random")


def draw_course(axes: Axes, cells: Cells, colours: Colours, level: float) -> None:
    """Draw shares against ηt where η/|B| is least and largest, at the smallest η."""
    drives, rates = drive_of(cells), cells.learning_rate
    times = rates[:, np.newaxis] * cells.step
    for drive in (drives.min(), drives.max()):
        cell = min(np.flatnonzero(drives == drive), key=lambda it: rates[it])
        for values, (_, dashes) in zip(cells.values, OBSERVABLES.values(), strict=True):
            band = mean_band(values[cell].T, level)
            draw_band(axes, times[cell], band, colours[float(drive)], dashes)
    axes.set(
        xlabel=TIME, ylabel="share predicted", ylim=(0, 1.03), xlim=(0, times[:, -1].min() * 2)
    )


def draw_against_share(axes: Axes, cells: Cells, colours: Colours, level: float) -> None:
    """Draw validation accuracy against the share that is memorised, means of each cell."""
    share, _, validation = (it.mean(axis=1) for it in cells.values)
    rates = np.unique(cells.learning_rate).tolist()
    for cell, drive in enumerate(drive_of(cells).tolist()):
        # From where the share is least on.
        from_here = int(share[cell].argmin())
        axes.plot(
            share[cell, from_here:],
            validation[cell, from_here:],
            color=colours[drive],
            marker=style.marker(rates.index(cells.learning_rate[cell])),
            markevery=6,
        )
    axes.set(xlabel="share of wrong labels memorised", ylabel="validation accuracy", xlim=(0, 1))


def draw_times(axes: Axes, partly: Sequence[Cells], colours: Colours, level: float) -> None:
    """Draw when memorising starts against when validation is best, of each cell."""
    for cells, filled in zip(partly, (True, False), strict=True):
        rates = np.unique(cells.learning_rate).tolist()
        share, _, validation = (it.mean(axis=1) for it in cells.values)
        starts, best = times_of(cells, share, validation, level, "accuracy")
        for cell, drive in enumerate(drive_of(cells).tolist()):
            axes.plot(
                [best[cell]], [starts[cell]],
                linestyle="none", markersize=4, markeredgewidth=0.8,
                color=colours[drive],
                markerfacecolor=colours[drive] if filled else "none",
                marker=style.marker(rates.index(cells.learning_rate[cell])),
            )  # fmt: skip
    ends = [0, 1.05 * max(axes.get_xlim()[1], axes.get_ylim()[1])]
    axes.plot(ends, ends, color=style.MUTED_COLOUR, linewidth=0.5, zorder=0)
    axes.set(
        xlabel=r"$\eta t$ of the best validation",
        ylabel=r"$\eta t$ where memorising starts",
        xlim=ends,
        ylim=ends,
    )


def write_texts(settings: "FigureSettings", curves: xr.Dataset, networks: int) -> Texts:
    """Write what is said around the panels."""
    shown: MemorisationFigure = settings.figure  # type: ignore[assignment]
    first, second = shown.partly
    setup = describe_setup(curves, how_many([networks]), without="labels")
    caption = (
        f"{setup} Wrong is a random label that is not that of the image; validation is on images "
        "with their own labels. (a) All labels are random: training set (solid) and validation "
        f"(dashed), with chance. (b, c) Cells with the least and the largest η/|B|; bands: "
        f"{100 * shown.confidence_level:g} % confidence intervals of the mean (Student t). (d, e) "
        "Means of each cell, from where the memorised share is least. (f) Memorising starts where "
        f"the mean share rises to {shown.level:g}; above the line it does so after the best "
        f"validation; filled: {first}, open: {second}."
    )
    return Texts.of(settings, caption)
