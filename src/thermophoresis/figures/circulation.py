"""What tells circulating weights from reversible noise, and what the current is worth."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from thermophoresis.analysis.view import cells_with
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import Texts, describe_setup
from thermophoresis.figures.parts.legend import Key, draw_keys
from thermophoresis.figures.parts.ticks import letter_panels
from thermophoresis.numerics.intervals import mean_band

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

BLACK, BLUE, RED, GREEN = style.QUALITATIVE[:4]
TESTS = (
    ("area_p", "area swept", BLACK),
    ("lagged_p", "lagged covariance", BLUE),
    ("reversal_p", "reversed time", RED),
    ("null_p", "reversible process", GREEN),
)
SHARES = (("current_square", BLACK), ("linear_current_share", RED))
SIZEABLE = 0.1


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Figure of the circulation; to be called within `style.context`.

    Parameters
    ----------
    settings
        Title, note and confidence level.
    datasets
        Curves of the experiment and of that at several η/|B|, then `circulation` of both.

    Raises
    ------
    UserError
        A file lacks a variable.
    """
    # What was measured comes after the curves; one experiment may be both.
    measured = datasets[len(datasets) // 2 :]
    own, noise = (cells_with(it, _names(it)) for it in (measured[0], measured[-1]))
    level = settings.figure.confidence_level
    fixed = f"η/|B| = {', '.join(f'{it:.3g}' for it in temperatures(own))}"
    setup = describe_setup(measured[0], fixed, cells=own)
    texts = Texts.of(settings, f"{setup} {_reading(own, noise, level)}")
    keys = 2.3 * style.LINE_HEIGHT
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + layout.ROW)
    _draw_legends(figure, top)
    grid = figure.subplots(1, 4, squeeze=False)
    draw_p_values(grid[0, 0], own)
    draw_areas(grid[0, 1], own, noise)
    draw_entropy(grid[0, 2], noise, level)
    draw_shares(grid[0, 3], noise, level)
    letter_panels(grid.flat)
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From the curves of both experiments, then what was measured of both.
draw = partial(files.draw, compose)


def _names(dataset: xr.Dataset) -> list[str]:
    """Return the variables that are drawn, of those that a file has."""
    wanted = [*(name for name, _, _ in TESTS), "area", "entropy_production", "current_square"]
    return [*wanted, *(name for name, _ in SHARES[1:] if name in dataset)]


def _reading(own: xr.Dataset, noise: xr.Dataset, level: float) -> str:
    """Say how to read the panels."""
    of_cells = ", ".join(f"{it:g}" for it in sorted(temperatures(noise)))
    return (
        f"Leading components of what is traced, of {own.sizes['network']} networks. (a) Share of "
        "networks with a p-value of at most so much; on the dotted line where there is no "
        "circulation. (b) Root mean square over networks and planes of the antisymmetric lagged "
        "covariance, over its standard deviation in reversible Gaussian noise: 1 there (dotted). "
        f"Grey: with replacement at η/|B| = {of_cells}. (c) Entropy per training time ηt of a "
        "Gaussian Markov process, less that of reversible noise: a lower bound. (d) Root mean "
        "square of the current over that of the force; black: measured, of leading components, "
        "what reversible noise leaves taken off before the root; vermilion: of linear noise, from "
        "Hessian and noise, in leading eigenvectors of the Hessian; dotted: "
        f"{SIZEABLE:g}. (c, d) With replacement; bars: {100 * level:g}% intervals of means over "
        "networks."
    )


def _draw_legends(figure: Figure, down: float) -> None:
    """Draw which test and which share is which."""
    of_tests: list[Key] = [Line2D([], [], color=colour) for _, _, colour in TESTS]
    words = [f"(a) {words}" for _, words, _ in TESTS]
    draw_keys(figure, of_tests, words, down, layout.MARGIN, len(words))
    markers: list[Key] = [
        Line2D([], [], color=colour, marker=style.marker(index))
        for index, (_, colour) in enumerate(SHARES)
    ]
    names = ["(d) measured, leading components", "(d) linear noise, leading eigenvectors"]
    draw_keys(figure, markers, names, down + style.LINE_HEIGHT, layout.MARGIN, len(names))


def temperatures(cells: xr.Dataset) -> np.ndarray:
    """Return η/|B| of each cell."""
    found: np.ndarray = cells["learning_rate"].values / cells["batch_size"].values
    return found


def draw_p_values(axes: Axes, own: xr.Dataset) -> None:
    """Draw the distribution of the p-values of all networks, for each test."""
    for name, _, colour in TESTS:
        values = own[name].values.ravel()
        values = np.sort(values[np.isfinite(values)])
        shares = np.arange(1, len(values) + 1) / max(len(values), 1)
        axes.step([0, *values, 1], [0, *shares, 1], where="post", color=colour)
    axes.plot([0, 1], [0, 1], color=style.MUTED_COLOUR, linestyle=style.DOTS)
    axes.set(xlabel="p-value", ylabel="share of networks", xlim=(0, 1), ylim=(0, 1.02))


def draw_areas(axes: Axes, own: xr.Dataset, noise: xr.Dataset) -> None:
    """Draw the antisymmetric lagged covariance in units of its deviation in reversible noise."""
    for cells, colour in ((noise, style.MUTED_COLOUR), (own, BLACK)):
        squares = cells["area"].transpose("cell", "network", "plane", "lag").values ** 2
        for cell in np.sqrt(np.nanmean(squares, axis=(1, 2))):
            axes.plot(cells["lag"].values, cell, color=colour, marker=style.marker(0))
    axes.axhline(1, color=style.MUTED_COLOUR, linestyle=style.DOTS)
    axes.set(xscale="log", xlabel="lag (moments)", ylabel="area (deviations)")
    axes.set_ylim(bottom=0)


def _draw_means(axes: Axes, noise: xr.Dataset, name: str, level: float, index: int) -> None:
    """Draw the means over networks of a variable against η/|B|."""
    values = noise[name].transpose("cell", "network").values
    band, heat = mean_band(values, level), temperatures(noise)
    order = np.argsort(heat)
    low, middle, high = (it[order] for it in (band.low, band.mean, band.high))
    if name.endswith("_square"):
        low, middle, high = (np.sqrt(np.maximum(it, 0)) for it in (low, middle, high))
    half = [middle - low, high - middle]
    colour = SHARES[index][1]
    marker = style.marker(index)
    axes.errorbar(heat[order], middle, half, color=colour, marker=marker, elinewidth=0.6)
    axes.set_xmargin(0.15)


def draw_entropy(axes: Axes, noise: xr.Dataset, level: float) -> None:
    """Draw the entropy production against the temperature."""
    _draw_means(axes, noise, "entropy_production", level, 0)
    axes.axhline(0, color=style.MUTED_COLOUR, linestyle=style.DOTS)
    axes.set(xscale="log", xlabel=r"$\eta/|B|$", ylabel=r"entropy per $\eta t$ (nat)")


def draw_shares(axes: Axes, noise: xr.Dataset, level: float) -> None:
    """Draw how much of the force the current is against the temperature."""
    for index, (name, _) in enumerate(SHARES):
        if name in noise:
            _draw_means(axes, noise, name, level, index)
    axes.axhline(SIZEABLE, color=style.MUTED_COLOUR, linestyle=style.DOTS)
    axes.set(xscale="log", xlabel=r"$\eta/|B|$", ylabel="current over force")
    axes.set_ylim(bottom=0)
