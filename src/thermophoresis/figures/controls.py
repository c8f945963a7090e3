"""What is left of an effect where one thing of SGD is left out, or is another.

One observable in cells of several experiments against thermal time, in panels. Where an experiment
has the same cell at several learning rates, its exponent stands beside its name: α, for which
these curves coincide as functions of t η^α.
"""

import math
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thermophoresis.analysis.collapse import collapse_error
from thermophoresis.analysis.exponents import fit_exponents
from thermophoresis.analysis.sweep import Sweep
from thermophoresis.analysis.view import by_record, cells_with
from thermophoresis.claims.verdicts import OVERLAP
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import (
    Texts,
    describe_diverged,
    describe_networks,
    describe_training,
    loss_kind,
    settings_in_common,
    settings_of_cells,
)
from thermophoresis.figures.parts.curves import (
    THERMAL_TIME_LABEL,
    draw_absence,
    draw_curve,
    reason_of_absence,
)
from thermophoresis.figures.parts.network_words import describe_network
from thermophoresis.figures.parts.observable_labels import label_of
from thermophoresis.figures.parts.ranges import limits
from thermophoresis.figures.parts.ticks import label_axes
from thermophoresis.numerics.intervals import mean_band

if TYPE_CHECKING:
    from thermophoresis.config.chosen_cells import NamedCell
    from thermophoresis.config.figure import FigureSettings
    from thermophoresis.config.figures.controls import ControlsFigure

# Okabe & Ito (2008), as many as a panel may have curves.
COLOURS = (*style.QUALITATIVE, "#0072b2", "#e69f00")
# Exponents at which curves are laid on each other.
TRIED = np.linspace(-2, 6, 161)
COLUMNS = 2
KEY_HEIGHT = 0.97 * style.LINE_HEIGHT  # of a line of a legend
KEYS_APART = 0.2  # lines of a legend, in units of the size of letters
RESAMPLES = 100  # of networks: an interval's width is right to a fourteenth


@dataclass(frozen=True)
class Curve:
    """What is drawn of one cell.

    Attributes
    ----------
    name
        What to call it.
    sweep
        The cell alone.
    exponent
        What is to be said of the exponent of its experiment; empty where it has one learning rate.
    rates
        Learning rates of which it is the exponent.
    """

    name: str
    sweep: Sweep
    exponent: str
    rates: tuple[float, ...]


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Which observable of which cells in which panels, title, note and confidence level.
    datasets
        Content of the curves files, one for each experiment.

    Raises
    ------
    UserError
        A file lacks the observable or a cell, or there are several.
    """
    shown: ControlsFigure = settings.figure  # type: ignore[assignment]
    files_of = dict(zip(dict.fromkeys(shown.experiments.values()), datasets, strict=True))
    exponents: dict[str, tuple[str, tuple[float, ...]]] = {}
    panels = [
        [read_curve(files_of[it.experiment], it, shown, exponents) for it in panel.curves]
        for panel in shown.panels
    ]
    columns = min(COLUMNS, len(panels))
    rows = math.ceil(len(panels) / columns)
    keys = max(map(len, panels)) * KEY_HEIGHT
    above = layout.ABOVE + keys
    row_height = above + style.PANEL_HEIGHT + layout.BELOW
    width = style.DOUBLE_COLUMN if columns > 1 else style.TWO_PANELS
    figure, top, footer = layout.begin_figure(
        write_texts(settings, files_of, panels), width, rows * row_height
    )
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for number, (axes, panel, curves) in enumerate(
        zip(grid.flat, shown.panels, panels, strict=False)
    ):
        axes.set_xlabel(THERMAL_TIME_LABEL)
        draw_panel(axes, curves)
        first = number - number % columns
        lines = max(map(len, panels[first : first + columns]))
        title = f"({string.ascii_lowercase[number]})  {panel.title}".rstrip()
        axes.set_title(title, pad=7.0 + 72 * lines * KEY_HEIGHT)
    bands = [it.sweep.band for curves in panels for it in curves]
    if any(np.isfinite(band.mean).any() for band in bands):
        grid[0, 0].set_ylim(limits(bands, logarithmic=False))
    for axes in grid.flat[len(panels) :]:
        axes.set_axis_off()
    label = label_of(shown.observable, loss=loss_kind(datasets[0]))
    for axes in grid[:, 0]:
        axes.set_ylabel(label)
    for axes in grid.flat[: len(panels)]:
        label_axes(axes)
    layout.finish_figure(figure, grid, top=top, footer=footer, above=above)
    return figure


# From the curves files of the experiments that it names.
draw = partial(files.draw, compose)


def read_curve(
    dataset: xr.Dataset,
    cell: "NamedCell",
    shown: "ControlsFigure",
    exponents: dict[str, tuple[str, tuple[float, ...]]],
) -> Curve:
    """Return what is drawn of a cell, and what is said of the exponent at its other rates.

    Parameters
    ----------
    dataset
        Content of the curves file of its experiment.
    cell
        Which, and what to call it.
    shown
        The observable, and the level of bands and intervals.
    exponents
        Those that are known; a cell that several panels show is fitted once.
    """
    name, level = shown.observable, shown.confidence_level
    view = cells_with(dataset, [name], **cell.asked)
    if view.sizes["cell"] > 1:
        raise ValueError(f"{cell.name}: got {view.sizes['cell']} cells; must be one")
    family = f"{cell.experiment} {cell.batch_size} {cell.cells}"
    if family not in exponents:
        others = cells_with(dataset, [name], **cell.asked | {"learning_rate": None})
        rates = tuple(dict.fromkeys(others["learning_rate"].values.tolist()))
        if len(rates) > 1 and others.sizes["cell"] == len(rates):
            sweep = Sweep(others, mean_band(by_record(others, name), level))
            exponents[family] = describe_exponent(sweep, name, level), rates
        else:
            exponents[family] = "", ()
    sweep = Sweep(view, mean_band(by_record(view, name), level))
    return Curve(cell.name, sweep, *exponents[family])


def describe_exponent(family: Sweep, name: str, level: float) -> str:
    """Say for which α curves coincide as functions of t η^α, or that they do for none.

    They do for none where at all that are tried they are further apart than `OVERLAP`, less what
    noise explains.
    """
    fit = fit_exponents(
        family.learning_rate,
        family.batch_size,
        family.step,
        family.cells[name].values,
        resamples=RESAMPLES,
        rng=np.random.default_rng(0),
    )
    closest = least_collapse_error(family)
    if closest > OVERLAP:
        return f"no exponent (ε ≥ {closest:.2f})"
    if not fit.alpha.identified:
        return "α undetermined"
    low, high = fit.alpha.interval(level)
    return f"α = {fit.alpha.value:.2f} [{low:.2f}, {high:.2f}]".replace("-", "−")


def least_collapse_error(family: Sweep) -> float:
    """Return the smallest ε of curves against t η^α, whatever α, less what noise adds to it."""
    _, _, _, error, _ = family.band
    found = []
    for alpha in TRIED:
        axis = family.step * family.learning_rate[:, np.newaxis] ** alpha
        collapse = collapse_error(axis, family.band.mean, error)
        found.append(max(collapse.error**2 - collapse.noise_floor**2, 0.0) ** 0.5)
    finite = [it for it in found if np.isfinite(it)]
    return min(finite, default=np.nan)


def draw_panel(axes: Axes, curves: Sequence[Curve]) -> None:
    """Draw the curves of a panel, with a line of a legend above it for each."""
    drawn = 0
    for number, (curve, colour) in enumerate(zip(curves, COLOURS, strict=False)):
        name = "   ".join(filter(None, (curve.name, curve.exponent)))
        axes.plot([], [], color=colour, marker=style.marker(number), label=name)
        if not np.isfinite(curve.sweep.band.mean).any():
            continue
        (tau,) = curve.sweep.thermal_time
        draw_curve(axes, tau, curve.sweep, 0, colour, (number, len(curves)))
        drawn += 1
    if not drawn:
        draw_absence(axes, reason_of_absence(curves[0].sweep))
        return
    axes.set_xlim(0, max(it.sweep.thermal_time.max() for it in curves))
    height = style.PANEL_HEIGHT
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1 + 0.3 * style.LINE_HEIGHT / height),
        labelspacing=KEYS_APART,
    )


def write_texts(
    settings: "FigureSettings",
    files_of: Mapping[str, xr.Dataset],
    panels: Sequence[Sequence[Curve]],
) -> Texts:
    """Write what is said around the panels: what all curves have in common, and how to read α."""
    shown: ControlsFigure = settings.figure  # type: ignore[assignment]
    curves = [it for panel in panels for it in panel]
    experiments = list(shown.experiments.values())
    common = settings_in_common(
        [
            settings_of_cells(files_of[name], curve.sweep.cells)
            for name, curve in zip(experiments, curves, strict=True)
        ]
    )
    parts = describe_network(common.get("network", {})) + describe_training(common)
    for symbol, axis in (("η", "learning_rate"), ("|B|", "batch_size")):
        held = {float(curve.sweep.cells[axis].values[0]) for curve in curves}
        parts += [f"{symbol} = {held.pop():g}"] if len(held) == 1 else []
    networks = list(dict.fromkeys(describe_networks(it.sweep) for it in curves))
    rates = list(dict.fromkeys(", ".join(f"{it:g}" for it in one.rates) for one in curves))
    level = f"{100 * shown.confidence_level:g} %"
    caption = (
        f"{', '.join(parts)}. Lines: means over {' or '.join(networks)}; bands: {level} "
        "confidence intervals of the mean (Student\u00a0t)."
    )
    if any(rates):
        caption += (
            f" α: the exponent for which the curves of η = {' or '.join(filter(None, rates))} "
            f"coincide as functions of t η^α (2: thermal time; 1: η t), with its {level} interval "
            "over networks; no exponent where their collapse error ε, less noise, exceeds "
            f"{OVERLAP:g} for every α."
        )
    notices = [settings.note, *(describe_diverged(it.sweep, [it.name]) for it in curves)]
    return Texts(shown.title, tuple(filter(None, notices)), (caption,))
