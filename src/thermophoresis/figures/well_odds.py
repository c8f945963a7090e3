"""Odds between two wells: against noise, by what makes it, and what larger steps do."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from thermophoresis.errors import UserError
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import Texts, measurement_settings
from thermophoresis.figures.parts.legend import Key, draw_rows
from thermophoresis.figures.parts.ticks import letter_panels
from thermophoresis.numerics.intervals import student_half_width

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

NOISE = r"noise $T = \sigma^2\eta/2|B|$ (dimensionless)"
ALLOWED = 0.1  # what the log ratio may be off by
APART = 0.015  # points at one T, in units of it
# What the pairs and the factors are called in legends; each has a colour and a marker.
PAIRS = {
    "sharp_deeper": "sharp one deeper",
    "flat_deeper": "flat one deeper",
    "equal_depth": "equal depth",
    "equal_width": "equal width",
}
WAYS = {"learning_rate": r"$\eta$", "batch_size": "$|B|$", "variance": r"$\sigma^2$"}


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Figure of odds between two wells; to be called within `style.context`.

    Parameters
    ----------
    settings
        Title, note and confidence level.
    datasets
        Content of the file of well_odds.

    Raises
    ------
    UserError
        The file is of another kind of computation.
    """
    (odds,) = datasets
    if "crossover_ratio" not in odds:
        raise UserError("its setting must name a computation of the kind well_odds")
    level = settings.figure.confidence_level
    texts = Texts.of(settings, _caption(odds, level))
    keys = 3.3 * style.LINE_HEIGHT
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + 2 * layout.ROW)
    _draw_legends(figure, odds, top)
    grid = figure.subplots(2, 3, squeeze=False)
    draw_pairs(grid[0, 0], odds, level)
    for axes, dimension in zip(grid[0, 1:], (1, 2), strict=True):
        draw_ways(axes, odds, dimension, level)
    draw_steps(grid[1, 0], odds, level)
    draw_anharmonic(grid[1, 1], odds)
    draw_variance(grid[1, 2], odds, level)
    letter_panels(grid.flat)
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From the file of the computation.
draw = partial(files.draw, compose)


def _caption(odds: xr.Dataset, level: float) -> str:
    """Say what is shown."""
    of = measurement_settings(odds)
    flat, sharp = of["curvatures"]
    count = of["replicas"] * of["particles"]
    tilts = ", ".join(f"{it:g}" for it in odds["tilt"].values)
    return (
        f"SGD on a finite sum in two wells with the curvatures H = {flat:g} (flat) and {sharp:g} "
        f"(sharp), of levels apart by {of['difference']:g} where one is the deeper, and a barrier "
        f"{of['barrier']:g} above the shallower. (a) Log ratio of the first well (flat, or else "
        "deeper) to the second: points are counted, lines as printed, dashes by quadrature of "
        "exp(−L/T); the first pair has even odds where it crosses zero. (b, c) What is counted of "
        f"the first pair less the printed ratio, in one dimension (at η = {of['learning_rate']:g}, "
        f"|B| = {of['batch_size']}, T = {of['temperature']:g} but for one of these) and in two; "
        "dashes are by quadrature, lines the stationary vector of discrete SGD with Gaussian "
        "noise, the same for |B| and σ²; shaded here and in (e) is ± 0.1, and points at one "
        "T are set apart. (d) "
        f"The log ratio less that of exp(−L/T) as η grows at a fixed η/|B|, at T = "
        f"{of['temperature']:g}: the line is the stationary vector, dashes are the first order in "
        "η with the kurtosis of batches, the dotted line is where the printed ratio is off by 0.1. "
        "(e) Log ratio of exp(−L/T) less that printed in wells that are no parabolas: "
        f"L′ ∝ (x² − 1)(x + b)(1 + cx²), b = {tilts} from below (grey; lines c = 0, dashes c = 1), "
        "and the pairs of (a) of quartics up to the barrier, whose L‴ has a jump at minima. "
        f"(f) Variance within the sharp well at T = {of['within']:g} over that of "
        f"exp(−L/T), and 1/(1 − ηH/2). {count:,} particles each; bars: {100 * level:g} % intervals "
        "(Student t) over replicas."
    )


def _looks(index: int) -> dict[str, Any]:
    return {"color": style.QUALITATIVE[index], "marker": style.marker(index)}


def _draw_legends(figure: Figure, odds: xr.Dataset, down: float) -> None:
    """Draw the legends of pairs, of factors and of ratios, one below the other."""
    rate = float(odds["learning_rate"][0])
    ratios = [rf"$\eta/|B|$ = 1/{first / rate:g}" for first in odds["first_batch"].values]

    def entries(words: Sequence[str]) -> list[tuple[Key, str]]:
        return [(Line2D([], [], **_looks(i)), it) for i, it in enumerate(words)]

    rows: list[tuple[str, list[tuple[Key, str]]]] = [
        ("(a, e)  wells", entries(list(PAIRS.values()))),
        ("(b, c)  varied", entries(list(WAYS.values()))),
        ("(d)  fixed ratio", entries(ratios)),
    ]
    draw_rows(figure, rows, down)


def draw_points(
    axes: Axes,
    x: np.ndarray,
    of: xr.DataArray,
    error: xr.DataArray,
    *,
    index: int,
    level: float,
) -> None:
    """Draw what was counted with its intervals."""
    half = student_half_width(error.values, int(error.attrs["replicas"]), level)
    axes.errorbar(
        x, of.values, half, linestyle="none", markersize=3, elinewidth=0.7, **_looks(index)
    )


def draw_pairs(axes: Axes, odds: xr.Dataset, level: float) -> None:
    """Draw log ratios of four pairs of wells against noise."""
    noise = odds["temperature"].values
    axes.axhline(0, color=style.MUTED_COLOUR, linewidth=0.5)
    for index, name in enumerate(PAIRS):
        one = odds.sel(pair=name)
        colour = style.QUALITATIVE[index]
        axes.plot(noise, one["printed"].values, color=colour)
        axes.plot(noise, one["boltzmann"].values, color=colour, linestyle=style.DASHES)
        of, error = one["log_odds"], one["log_odds_standard_error"]
        draw_points(axes, noise, of, error, index=index, level=level)
    axes.set(xlabel=NOISE, ylabel=r"$\ln(p_A/p_B)$")


def draw_ways(axes: Axes, odds: xr.Dataset, dimension: int, level: float) -> None:
    """Draw what is counted less the printed ratio, by what makes the noise."""
    noise = odds["temperature"].values
    axes.axhspan(-ALLOWED, ALLOWED, color=style.MUTED_COLOUR, alpha=0.12, linewidth=0)
    axes.axhline(0, color=style.MUTED_COLOUR, linewidth=0.5)
    for index, way in enumerate(WAYS):
        one = odds.sel(dimension=dimension, way=way)
        of, error = one["residual_by_way"], one["residual_by_way_standard_error"]
        draw_points(axes, noise * (1 + APART * (index - 1)), of, error, index=index, level=level)
        printed = one["log_odds_by_way"] - of
        if dimension == 1 and way != "variance":  # of which it is that of |B|
            axes.plot(noise, (one["oracle"] - printed).values, color=style.QUALITATIVE[index])
    quadrature = (one["boltzmann_by_dimension"] - printed).values
    axes.plot(noise, quadrature, color=style.MUTED_COLOUR, linestyle=style.DASHES)
    axes.set_title(f"  {dimension} dimension{'s' if dimension > 1 else ''}")
    axes.set(xlabel=NOISE, ylabel="log ratio less printed", ylim=(-0.15, 0.15))


def draw_steps(axes: Axes, odds: xr.Dataset, level: float) -> None:
    """Draw what larger steps change at a fixed ratio of η and |B|."""
    sharp = measurement_settings(odds)["curvatures"][1]
    steps = odds["learning_rate"].values * sharp
    axes.axhline(0, color=style.MUTED_COLOUR, linewidth=0.5)
    boltzmann = odds["scaled_log_odds"] - odds["scaled_shift"]
    exact = odds["scaled_oracle"] - boltzmann.isel(first_batch=0)
    axes.plot(steps, exact.values, color=style.MUTED_COLOUR)
    for index in range(odds.sizes["first_batch"]):
        one = odds.isel(first_batch=index)
        first_order = one["scaled_first_order"] - boltzmann.isel(first_batch=index)
        colour = style.QUALITATIVE[index]
        axes.plot(steps, first_order.values, color=colour, linestyle=style.DASHES)
        of, error = one["scaled_shift"], one["scaled_shift_standard_error"]
        draw_points(axes, steps, of, error, index=index, level=level)
    if np.isfinite(broken := float(odds["break_step"])):
        axes.axvline(broken, color=style.MUTED_COLOUR, linestyle=style.DOTS)
    axes.set(xscale="log", xlabel=r"step $\eta H$ of the sharp well", ylabel="log ratio less limit")


def draw_anharmonic(axes: Axes, odds: xr.Dataset) -> None:
    """Draw how far wells that are no parabolas are from the printed ratio."""
    noise = odds["temperature"].values
    axes.axhspan(-ALLOWED, ALLOWED, color=style.MUTED_COLOUR, alpha=0.12, linewidth=0)
    axes.axhline(0, color=style.MUTED_COLOUR, linewidth=0.5)
    for stiffness, line in zip(odds["stiffness"].values, ("-", style.DASHES), strict=True):
        one = odds["tilted_residual"].sel(stiffness=stiffness).transpose("temperature", "tilt")
        axes.plot(noise, one.values, color=style.MUTED_COLOUR, linestyle=line, linewidth=0.8)
    for index, name in enumerate(PAIRS):
        one = odds["quartic_residual"].sel(pair=name)
        axes.plot(noise, one.values, markersize=3, **_looks(index))
    axes.set(xlabel=NOISE, ylabel="log ratio less printed")


def draw_variance(axes: Axes, odds: xr.Dataset, level: float) -> None:
    """Draw the variance within the sharp well, and that of a parabola."""
    steps = odds["step"].values
    line = np.linspace(0, steps.max() * 1.05, 100)
    axes.plot(line, 1 / (1 - line / 2), color=style.MUTED_COLOUR)
    of, error = odds["variance_excess"], odds["variance_excess_standard_error"]
    draw_points(axes, steps, of, error, index=0, level=level)
    axes.set(xlabel=r"step $\eta H$ of the sharp well", ylabel="variance / limit")
