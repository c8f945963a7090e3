"""The double well in which a force circulates: density, streamlines, zeros of the drift."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
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
from thermophoresis.theory import double_well as theory

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

SHADES, LEVELS = "light:#4c72b0", 12
STRENGTH = r"strength $\lambda$ (dimensionless)"
# Of zeros of the drift by their linear part: how they are marked, and filled.
MARKS = {
    "stable": ("o", style.QUALITATIVE[2]),
    "saddle": ("X", style.QUALITATIVE[0]),
    "centre": ("o", "white"),
}
CURVE = 200  # points of a closed form


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Figure of a double well; to be called within `style.context`.

    Parameters
    ----------
    settings
        Strengths, title, note and confidence level.
    datasets
        Content of the files of double_well and double_well_particles.

    Raises
    ------
    UserError
        A file is of another kind of computation, or lacks a strength.
    """
    well, particles = datasets
    for dataset, variable, kind in (
        (well, "density", "double_well"),
        (particles, "deviation", "double_well_particles"),
    ):
        if variable not in dataset:
            raise UserError(f"its setting must name a computation of the kind {kind}")
    chosen = settings.figure
    strengths = getattr(chosen, "strengths", ())
    if missing := [it for it in strengths if it not in well["strength"]]:
        raise UserError(f"the computation has no strength {missing[0]:g}")
    texts = Texts.of(settings, _caption(well, particles, chosen.confidence_level))
    keys = 2.3 * style.LINE_HEIGHT
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + 3 * layout.ROW)
    _draw_legends(figure, well, top)
    grid = figure.subplots(3, 3, squeeze=False)
    ends = well["inverse_temperature"].values[[0, -1]]
    for panels, beta in zip(grid[:2], ends, strict=True):
        draw_maps(panels, well.sel(inverse_temperature=beta), strengths)
    draw_zeros(grid[2, 0])
    draw_near(grid[2, 1], well, particles, chosen.confidence_level)
    draw_turns(grid[2, 2], well, particles, chosen.confidence_level)
    letter_panels(grid.flat)
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From the files of both computations, in this order.
draw = partial(files.draw, compose)


def _caption(well: xr.Dataset, particles: xr.Dataset, level: float) -> str:
    """Say what is shown."""
    of_well, of_particles = (measurement_settings(it) for it in (well, particles))
    count = of_particles["replicas"] * of_particles["particles"]
    return (
        "(a–f) Stationary density, the darker the likelier (one scale for each row), lines of the "
        "drift, and its zeros by their linear part. (g) Distance of the zeros other than the "
        f"origin from it, in closed form. (h) Probability of r < {of_well['radius']:g} and (i) "
        "turns around the origin: lines by the solver, at β = 1 of (i) in closed form; points are "
        f"{count:,} particles each. Bars: {100 * level:g} % intervals (Student t). At β = 1 the "
        "density is the same for every λ; elsewhere it is not."
    )


def _colours(well: xr.Dataset) -> list[tuple[float, float, float]]:
    return style.ordered_colours(style.FURTHER_MAP, well.sizes["inverse_temperature"])


def _draw_legends(figure: Figure, well: xr.Dataset, down: float) -> None:
    """Draw the legends of zeros and of temperatures, one below the other."""
    zeros = [Line2D([], [], linestyle="none", **_marked(name)) for name in MARKS]
    of_zeros = ["stable", "saddle", "centre to first order, orbits spiral in"]
    betas = [
        Line2D([], [], color=colour, marker=style.marker(index))
        for index, colour in enumerate(_colours(well))
    ]
    of_betas = [rf"$\beta$ = {beta:g}" for beta in well["inverse_temperature"].values]
    rows: list[tuple[str, list[tuple[Key, str]]]] = [
        ("(a–g)  zeros of the drift", list(zip(zeros, of_zeros, strict=True))),
        ("(h, i)  inverse temperature", list(zip(betas, of_betas, strict=True))),
    ]
    draw_rows(figure, rows, down)


def _marked(name: str) -> dict[str, Any]:
    """Return how zeros of a sort are marked."""
    shape, fill = MARKS[name]
    edge = {"markeredgecolor": style.QUALITATIVE[0], "markeredgewidth": 0.7}
    return {"marker": shape, "markersize": 4.5, "color": fill, "markerfacecolor": fill, **edge}


def draw_maps(panels: Sequence[Axes], well: xr.Dataset, strengths: Sequence[float]) -> None:
    """Draw the densities at one temperature, with lines of the drift and its zeros."""
    x, y = well["x1"].values, well["x2"].values
    density = well["density"].sel(strength=list(strengths))
    levels = np.linspace(0, float(density.max()), LEVELS)
    places = np.stack(np.meshgrid(x, y), axis=-1)
    for axes, strength in zip(panels, strengths, strict=True):
        axes.contourf(
            x,
            y,
            density.sel(strength=strength).transpose("x2", "x1").values,
            levels=levels,
            cmap=sns.color_palette(SHADES, as_cmap=True),
        )
        drift = theory.drift(places, strength)
        axes.streamplot(
            x,
            y,
            drift[..., 0],
            drift[..., 1],
            color=style.MUTED_COLOUR,
            linewidth=0.4,
            density=0.75,
            arrowsize=0.5,
        )
        other = theory.zero(strength)
        for zero in (np.zeros(2), other, -other):
            if np.isfinite(zero).all():
                name = theory.kind_of(theory.eigenvalues(zero, strength)).split()[0]
                axes.plot(*zero, linestyle="none", zorder=5, **_marked(name))
        beta = float(well["inverse_temperature"])
        axes.set_title(rf"  $\beta$ = {beta:g}, $\lambda$ = {strength:g}")
        axes.set(xlim=x[[0, -1]], ylim=y[[0, -1]])
        axes.set(xlabel=r"$x_1$ (dimensionless)", ylabel=r"$x_2$ (dimensionless)")


def draw_zeros(axes: Axes) -> None:
    """Draw how far the zeros of the drift are from the origin, and where they meet there."""
    merging = float(theory.MERGING_STRENGTH)
    strengths = np.append(merging * (1 - np.linspace(1, 0, CURVE, endpoint=False) ** 2), merging)
    distances = [np.linalg.norm(np.nan_to_num(theory.zero(it))) for it in strengths]
    axes.plot(strengths, distances, color=MARKS["stable"][1])
    axes.plot(
        [0, merging], [0, 0], color=style.QUALITATIVE[0], linestyle=style.DASHES, clip_on=False
    )
    axes.plot([merging], [0], linestyle="none", clip_on=False, **_marked("centre"))
    axes.set_title(rf"  they meet at $\lambda = e^{{-1/4}}$ = {merging:.3f}")
    axes.set(xlabel=STRENGTH, ylabel="distance from the origin", xlim=(0, 1.5), ylim=(0, 1.1))


def draw_near(axes: Axes, well: xr.Dataset, particles: xr.Dataset, level: float) -> None:
    """Draw the probability of being near the origin."""
    for index, colour in enumerate(_colours(well)):
        one = well.isel(inverse_temperature=index)
        axes.plot(one["strength"].values, one["near"].values, color=colour)
        _draw_particles(axes, particles, "near", one, index, colour, level)
    axes.set(xlabel=STRENGTH, ylabel="probability near the origin", xlim=(0, 1.55))
    axes.set_ylim(bottom=0)


def draw_turns(axes: Axes, well: xr.Dataset, particles: xr.Dataset, level: float) -> None:
    """Draw turns per time."""
    for index, colour in enumerate(_colours(well)):
        one = well.isel(inverse_temperature=index)
        turns = one["turns_closed" if one["inverse_temperature"] == 1 else "turns"]
        axes.plot(one["strength"].values, turns.values, color=colour)
        _draw_particles(axes, particles, "turns", one, index, colour, level)
    axes.set(xlabel=STRENGTH, ylabel="turns per time (dimensionless)", xlim=(0, 1.55))
    axes.set_ylim(bottom=0)


def _draw_particles(
    axes: Axes,
    particles: xr.Dataset,
    name: str,
    solved: xr.Dataset,
    index: int,
    colour: tuple[float, float, float],
    level: float,
) -> None:
    """Draw what particles say at the temperature of what was solved, if they were there."""
    beta = float(solved["inverse_temperature"])
    if beta not in particles["inverse_temperature"]:
        return
    some = particles.sel(inverse_temperature=beta)
    error = some[f"{name}_standard_error"]
    half = student_half_width(error.values, error.replicas, level)
    axes.errorbar(
        some["strength"].values,
        some[name].values,
        half,
        color=colour,
        linestyle="none",
        marker=style.marker(index),
        markersize=3.5,
        elinewidth=0.8,
    )
