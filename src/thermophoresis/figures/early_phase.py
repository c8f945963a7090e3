"""How noise brings ‖V‖² to its level, and what moves the activation rate meanwhile.

With W and b frozen, ‖V‖² relaxes in training time ηt to Nη/(2|B|), where the mean force takes from
it what noise adds. When all move, so does what holds it.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.typing import LineStyleType

from thermophoresis.analysis.shares import FIRST, NOISE, terms
from thermophoresis.analysis.view import cells_with
from thermophoresis.figures.parts import files, layout, style, theory
from thermophoresis.figures.parts.caption import Texts, describe_setup, how_many, settings_of_cells
from thermophoresis.figures.parts.legend import draw_keys, line_end
from thermophoresis.figures.parts.ticks import label_axes
from thermophoresis.numerics.intervals import mean_band
from thermophoresis.theory.slow_flow import plateau

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings
    from thermophoresis.config.figures.early_phase import EarlyPhaseFigure

VARIABLES = ("second_layer_norm", "drift_budget")
SQUARE, RATE = "second_layer_square", "activation_rate"
TIME_LABEL = r"training time $\eta\,t$ (dimensionless)"
PARTS: tuple[tuple[str, tuple[str, ...], LineStyleType], ...] = (
    ("first-order", FIRST, "-"),
    ("noise", NOISE, style.DASHES),
)


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Which cells are drawn, until when, title, note and confidence level.
    datasets
        Content of the curves files, one for each experiment.

    Raises
    ------
    UserError
        A file lacks a variable or a cell.
    """
    shown: EarlyPhaseFigure = settings.figure  # type: ignore[assignment]
    curves = dict(zip(dict.fromkeys(shown.experiments.values()), datasets, strict=True))
    views = [cells_with(curves[it.experiment], VARIABLES, **it.asked) for it in shown.of]
    hidden = [
        settings_of_cells(curves[it.experiment], view)["network"]["hidden"]
        for it, view in zip(shown.of, views, strict=True)
    ]
    texts = write_texts(settings, datasets[0], views)
    keys = 2.3 * style.LINE_HEIGHT
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + layout.ROW)
    colours = theory.COLOURS[: len(views)]
    draw_legends(figure, [it.name for it in shown.of], colours, top)
    grid = figure.subplots(1, 3, squeeze=False)
    for colour, view, units in zip(colours, views, hidden, strict=True):
        draw_cell(grid[0], view, units, colour, shown)
    label_panels(grid[0], shown.training_time)
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From the curves files of the experiments that it names.
draw = partial(files.draw, compose)


def draw_legends(figure: Figure, names: Sequence[str], colours: Sequence[str], down: float) -> None:
    """Draw the legend of the cells and that of the parts of a drift, one below the other."""
    second = layout.write_line(figure, "(c)", down + style.LINE_HEIGHT)
    start = line_end(figure, second)
    lines = [Line2D([], [], color=colour) for colour in colours]
    draw_keys(figure, lines, list(names), down, start, len(names))
    parts = [Line2D([], [], color=style.MUTED_COLOUR, linestyle=it) for _, _, it in PARTS]
    words = [f"{name} part" for name, _, _ in PARTS]
    draw_keys(figure, parts, words, down + style.LINE_HEIGHT, start, len(words))


def draw_cell(
    axes: Sequence[Axes],
    view: xr.Dataset,
    hidden: int,
    colour: str,
    shown: "EarlyPhaseFigure",
) -> None:
    """Draw one cell in all panels."""
    rate, batch = float(view["learning_rate"][0]), float(view["batch_size"][0])
    time = rate * view["step"].values[0]
    kept = slice(0, int(np.searchsorted(time, shown.training_time, side="right")) + 1)

    def band(panel: Axes, values: np.ndarray, dashes: LineStyleType) -> None:
        mean, low, high, *_ = mean_band(values.T[kept], shown.confidence_level)
        opacity = style.BAND_OPACITY
        panel.fill_between(time[kept], low, high, color=colour, alpha=opacity, linewidth=0)
        panel.plot(time[kept], mean, color=colour, linestyle=dashes)

    square = view["second_layer_norm"].values[0].astype(np.float64) ** 2
    band(axes[0], square / plateau(hidden, rate, batch), "-")
    grown = terms(view, SQUARE, ("noise_VV", "mean_square"))[0]
    taken = -terms(view, SQUARE, ("first_V",))[0]
    # Each network in units of what noise adds to the mean one.
    band(axes[1], taken / grown.mean(axis=0), "-")
    for _, names, dashes in PARTS:
        band(axes[2], terms(view, RATE, names)[0], dashes)


def label_panels(axes: Sequence[Axes], end: float) -> None:
    """Write titles, labels and numbers."""
    labels = (
        r"$\|V\|^2$ / $(N\eta/2|B|)$",
        r"force / noise in $d\|V\|^2$",
        r"drift of the activation rate per $\tau$",
    )
    for letter, panel, label in zip("abc", axes, labels, strict=True):
        panel.set(xlabel=TIME_LABEL, ylabel=label, xlim=(0, end))
        panel.set_title(f"({letter})")
        panel.axhline(0 if letter == "c" else 1, color=style.MUTED_COLOUR, linewidth=0.5, zorder=0)
        label_axes(panel)


def write_texts(
    settings: "FigureSettings", curves: xr.Dataset, views: Sequence[xr.Dataset]
) -> Texts:
    """Write what is said around the panels."""
    shown = settings.figure
    networks = how_many(view.sizes["network"] for view in views)
    caption = (
        f"{describe_setup(curves, networks, 'init', views[0])} "
        f"Means over networks; bands: {100 * shown.confidence_level:g} % confidence intervals. "
        "(a) ‖V‖² in units of the level at which mean force and noise would hold it with W and b "
        "frozen and η small. (b) What the mean force takes from ‖V‖² in a step over what noise "
        "adds to it: 1 where they balance. (c) The two parts of the drift of the activation rate "
        "by Itô's formula, per unit of thermal time τ = η²t/|B|."
    )
    return Texts.of(settings, caption)
