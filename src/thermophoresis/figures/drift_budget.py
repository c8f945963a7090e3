"""Drift budgets against thermal time: contributions stacked, the measured change on top of them.

What a term has added up to is stacked upwards where it is positive and downwards where it is
negative, so that upper end and lower end together are the change that the budget says.
"""

import string
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator

from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.budget.contributions import Contributions, contributions
from thermophoresis.figures.parts.budget.terms import FLUX, LABELS, appearance, label_of_quantity
from thermophoresis.figures.parts.caption import Texts, describe_setup, how_many
from thermophoresis.figures.parts.curves import THERMAL_TIME_LABEL, draw_absence
from thermophoresis.figures.parts.legend import KEY_WIDTH, Key, draw_keys
from thermophoresis.figures.parts.ticks import scale_small
from thermophoresis.numerics.intervals import mean_band

if TYPE_CHECKING:
    from thermophoresis.config.budget import BudgetPanel
    from thermophoresis.config.figure import FigureSettings

COLUMNS = 3
MEASURED, SUM = "measured change", "sum of all terms"
TICK_SPACING = 0.13  # of the axis, between numbers below it


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw a panel for each budget; to be called within `style.context`.

    Parameters
    ----------
    settings
        Panels, title, note and confidence level.
    datasets
        Content of the curves file of each experiment, in the order in which panels name them.

    Raises
    ------
    UserError
        The files lack a budget, a cell or the settings of their experiment.
    """
    panels = panels_of(settings)
    names = list(dict.fromkeys(panel.experiment for panel in panels))
    of_panels = [datasets[names.index(panel.experiment)] for panel in panels]
    found = [contributions(data, it) for data, it in zip(of_panels, panels, strict=True)]
    shown = [name for name in LABELS if any(name in it.means for it in found)]
    keys = legend_keys(shown, with_flux=any(it.flux is not None for it in found))

    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    width = style.DOUBLE_COLUMN
    per_line = max(int(width / (KEY_WIDTH + max(map(len, keys)) * style.LETTER_WIDTH)), 1)
    legend_height = (-(-len(keys) // per_line) + 0.4) * style.LINE_HEIGHT
    texts = write_texts(settings, of_panels, found)
    figure, top, footer = layout.begin_figure(texts, width, legend_height + rows * layout.ROW)
    draw_keys(figure, list(keys.values()), list(keys), top, layout.MARGIN, per_line)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat[len(panels) :]:
        axes.set_axis_off()
    for letter, axes, panel, one in zip(
        string.ascii_lowercase, grid.flat, panels, found, strict=False
    ):
        axes.set_title(f"({letter})  {panel.experiment}")
        axes.set(xlabel=THERMAL_TIME_LABEL.replace(" (dimensionless)", ""))
        axes.set_ylabel(f"change of {label_of_quantity(panel.of)}")
        draw_budget(axes, one, settings.figure.confidence_level)
    layout.finish_figure(figure, grid, top=top + legend_height, footer=footer)
    return figure


def panels_of(settings: "FigureSettings") -> Sequence["BudgetPanel"]:
    """Return the panels, which other kinds of figures have in other ways."""
    return cast("Sequence[BudgetPanel]", settings.figure.panels)


# From the curves files of all experiments.
draw = partial(files.draw, compose)


def draw_budget(axes: Axes, of: Contributions, level: float) -> None:
    """Fill a panel: stacked terms, their sum, the measured change in its band, and the flux."""
    root = np.sqrt(of.thermal_time)
    if len(root) < 2:
        draw_absence(axes, "a network is lost at once")
        return
    up, down = np.zeros_like(root), np.zeros_like(root)
    for name in (it for it in LABELS if it in of.means):
        mean, look = of.means[name], appearance(name)
        higher, lower = up + np.maximum(mean, 0), down + np.minimum(mean, 0)
        for low, high in ((up, higher), (lower, down)):
            axes.fill_between(root, low, high, **look)
        up, down = higher, lower
    axes.plot(root, up + down, color="black", linestyle=style.DASHES)
    if of.flux is not None:
        axes.plot(root, of.flux, **FLUX)
    band = mean_band(of.change.T, level)
    axes.fill_between(root, band.low, band.high, color="black", alpha=0.3, linewidth=0)
    axes.plot(root, band.mean, color="black")
    axes.axhline(0, color="black", linewidth=0.4)
    axes.set_xlim(0, root[-1])
    ticks = ticks_of(of.thermal_time[-1])
    axes.xaxis.set_major_locator(FixedLocator(np.sqrt(ticks).tolist()))
    axes.set_xticklabels([f"{it:g}" for it in ticks])
    scale_small(axes.yaxis, max(map(abs, axes.get_ylim())))


def ticks_of(end: float) -> list[float]:
    """Return round thermal times up to the end of a run that have room beside each other."""
    powers = 10.0 ** np.arange(-3, np.ceil(np.log10(end)) + 1)
    ticks, least = [0.0], TICK_SPACING * end**0.5
    for tick in np.outer(powers, (1, 2, 5)).ravel():
        if tick <= end * (1 + 1e-6) and tick**0.5 - ticks[-1] ** 0.5 >= least:
            ticks.append(float(tick))
    if end**0.5 - ticks[-1] ** 0.5 >= least:
        ticks.append(float(f"{end:.3g}"))
    return ticks


def legend_keys(shown: Sequence[str], *, with_flux: bool) -> dict[str, Key]:
    """Return what stands before each entry of the legend, by the entry."""
    keys: dict[str, Key] = {
        MEASURED: (
            Patch(color="black", alpha=0.3, linewidth=0),
            Line2D([], [], color="black"),
        ),
        SUM: Line2D([], [], color="black", linestyle=style.DASHES),
    }
    keys |= {LABELS[name]: Patch(**appearance(name)) for name in shown}
    if with_flux:
        keys["flux of $J$"] = Line2D([], [], **FLUX)
    return keys


def write_texts(
    settings: "FigureSettings", datasets: Sequence[xr.Dataset], found: Sequence[Contributions]
) -> Texts:
    """Write what is said around the panels."""
    panels = panels_of(settings)
    setups: dict[str, list[str]] = {}
    for letter, panel, data, one in zip(
        string.ascii_lowercase, panels, datasets, found, strict=False
    ):
        fixed = f"η = {panel.learning_rate:g}, |B| = {panel.batch_size}"
        setup = describe_setup(data, fixed, cells=one.cells).removesuffix(".")
        n = len(one.change)
        setups.setdefault(f"{setup}, {how_many([n])}.", []).append(letter)
    written = [f"({', '.join(letters)}) {words}" for words, letters in setups.items()]
    notices = [
        f"({letter}) {one.caveat}."
        for letter, one in zip(string.ascii_lowercase, found, strict=False)
        if one.caveat
    ]
    level = settings.figure.confidence_level
    reading = (
        "Areas: what each term of the expected change in a step has added up to, means over "
        "networks; increases are stacked upwards from 0, decreases downwards, in the order of the "
        "legend. First order: steps along the mean gradient; noise: half of the second derivatives "
        "times the second moments of the gradient of single samples. Solid line: measured change, "
        f"with its {100 * level:g} % confidence interval (Student\u00a0t); dashed: all terms "
        "together. The axis is linear in √τ."
    )
    if any("remainder" in one.means for one in found):
        reading += (
            " Remainder: what complete steps change beyond the second order; with terms from steps "
            "along samples."
        )
    if any(one.flux is not None for one in found):
        reading += (
            " Flux: what of the noise terms goes with the thermophoretic flow J, −½∇Q·div C, with "
            "C the covariance of the gradient of single samples; it is no further term of the sum."
        )
    return Texts(
        settings.figure.title,
        tuple(filter(None, (settings.note, *notices))),
        (" ".join([*written, reading]),),
    )
