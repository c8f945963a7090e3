"""Stationary states of the random walk, how they come about, and where single particles go."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from thermophoresis.errors import UserError
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import Texts, measurement_settings
from thermophoresis.figures.parts.legend import draw_rows
from thermophoresis.figures.parts.ticks import letter_panels
from thermophoresis.numerics.intervals import student_half_width

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

TIME = r"thermal time $\tau=\eta^2t$ (dimensionless)"
PRINTED, PRINTED_POWER = style.QUALITATIVE[2], -1
MOMENTS = (
    ("mean_change", "mean", style.QUALITATIVE[0]),
    ("median_change", "median", style.QUALITATIVE[1]),
)


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Figure of an equilibrium and of moments; to be called within `style.context`.

    Parameters
    ----------
    settings
        Title, note and confidence level.
    datasets
        Content of the files of soret_equilibrium and walk_moments.

    Raises
    ------
    UserError
        A file is of another kind of computation.
    """
    equilibrium, moments = datasets
    for dataset, variable, kind in (
        (equilibrium, "power_path", "soret_equilibrium"),
        (moments, "median_change", "walk_moments"),
    ):
        if variable not in dataset:
            raise UserError(f"its setting must name a computation of the kind {kind}")
    level = settings.figure.confidence_level
    texts = Texts.of(settings, _caption(equilibrium, moments, level))
    keys = 2.3 * style.LINE_HEIGHT
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + layout.ROW)
    _draw_legends(figure, equilibrium, top)
    grid = figure.subplots(1, 3, squeeze=False)
    draw_density(grid[0, 0], equilibrium, level)
    draw_powers(grid[0, 1], equilibrium, level)
    draw_moments(grid[0, 2], moments, level)
    letter_panels(grid.flat)
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From the files of both computations, in this order.
draw = partial(files.draw, compose)


def _caption(equilibrium: xr.Dataset, moments: xr.Dataset, level: float) -> str:
    """Say what is shown, of how many particles."""
    in_equilibrium, walking = (measurement_settings(it) for it in (equilibrium, moments))
    counts = [it["replicas"] * it["particles"] for it in (in_equilibrium, walking)]
    slope = "" if walking["noise_slope"] == 1 else f"{walking['noise_slope']:g} "
    return (
        f"(a, b) {counts[0]:,} particles between reflecting walls at q = 0 and 1, "
        f"η = {in_equilibrium['step_size']:g}: (a) their density at the end, five steps from the "
        "walls or more, with lines of the fitted power of g; (b) that power since an even start. "
        f"(c) {counts[1]:,} particles with g = {slope}q from q = 1, "
        f"η = {walking['step_size']:g}; thin lines are single ones. "
        f"Bars and bands: {100 * level:g} % intervals (Student t)."
    )


def _colours(count: int) -> list[str]:
    """Return a colour for each shape of g, none of them that of what is printed."""
    others = [colour for colour in style.QUALITATIVE if colour != PRINTED]
    return [others[index % len(others)] for index in range(count)]


def _draw_legends(figure: Figure, equilibrium: xr.Dataset, down: float) -> None:
    """Draw the legends of shapes and of moments, one below the other."""
    shapes = [str(name) for name in equilibrium["shape"].values]
    noise = measurement_settings(equilibrium)["noise"]
    of_shapes: list[tuple[Line2D | tuple[Patch, Line2D], str]] = [
        (Line2D([], [], color=colour, marker=style.marker(index)), write_noise(noise[name]))
        for index, (name, colour) in enumerate(zip(shapes, _colours(len(shapes)), strict=True))
    ]
    printed = Line2D([], [], color=PRINTED, linestyle=style.DASHES)
    of_shapes.append((printed, f"printed: power −{-PRINTED_POWER}"))
    of_moments: list[tuple[Line2D | tuple[Patch, Line2D], str]] = [
        (
            (
                Patch(color=colour, alpha=style.BAND_OPACITY, linewidth=0),
                Line2D([], [], color=colour),
            ),
            words,
        )
        for _, words, colour in MOMENTS
    ]
    draw_rows(figure, [("(a, b)  noise", of_shapes), ("(c)  place", of_moments)], down)


def write_noise(coefficients: Sequence[float]) -> str:
    """Write a polynomial: ``g = 1 + 2q``."""
    powers = ("", "$q$", "$q^2$")
    parts = [
        (value, f"{'' if abs(value) == 1 and power else format(abs(value), 'g')}{power}")
        for value, power in zip(coefficients, powers, strict=True)
        if value
    ]
    (first, text), *others = parts
    more = "".join(f" {'−' if value < 0 else '+'} {words}" for value, words in others)
    return f"$g$ = {'−' if first < 0 else ''}{text}{more}"


def _half(dataset: xr.Dataset, name: str, level: float) -> np.ndarray:
    """Return half of the intervals of a variable."""
    error = dataset[f"{name}_standard_error"]
    return student_half_width(error.values, error.replicas, level)


def draw_density(axes: Axes, dataset: xr.Dataset, level: float) -> None:
    """Draw the density against g, both logarithmic, with lines of the fitted power."""
    half = _half(dataset, "density", level)
    for index, (colour, error) in enumerate(
        zip(_colours(dataset.sizes["shape"]), half, strict=True)
    ):
        one = dataset.isel(shape=index)
        g, density = one["bin_noise"].values, one["density"].values
        axes.errorbar(
            g,
            density,
            error,
            color=colour,
            linestyle="none",
            marker=style.marker(index),
            elinewidth=0.6,
        )
        ends = np.array([g.min(), g.max()])
        for power, line, dashes in (
            (float(one["power"]), colour, "-"),
            (PRINTED_POWER, PRINTED, style.DASHES),
        ):
            # As many particles as there are.
            scale = density.mean() / (g**power).mean()
            axes.plot(ends, scale * ends**power, color=line, linestyle=dashes)
    axes.set(xscale="log", yscale="log", xlabel=r"noise $g(q)$", ylabel="density (of its mean)")


def draw_powers(axes: Axes, dataset: xr.Dataset, level: float) -> None:
    """Draw the power of g in the density as it goes on."""
    tau, half = dataset["thermal_time"].values, _half(dataset, "power_path", level)
    axes.axhline(PRINTED_POWER, color=PRINTED, linestyle=style.DASHES)
    for index, (colour, error) in enumerate(
        zip(_colours(dataset.sizes["shape"]), half, strict=True)
    ):
        power = dataset["power_path"].values[index]
        axes.plot(tau, power, color=colour, marker=style.marker(index))
        axes.fill_between(
            tau, power - error, power + error, color=colour, alpha=style.BAND_OPACITY, linewidth=0
        )
    axes.set(xlabel=TIME, ylabel=r"power of $g$ in the density")


def draw_moments(axes: Axes, dataset: xr.Dataset, level: float) -> None:
    """Draw mean and median of q, and some particles."""
    tau = dataset["thermal_time"].values
    axes.plot(tau, dataset["path"].values.T, color=style.MUTED_COLOUR, linewidth=0.3)
    for name, _, colour in MOMENTS:
        place, half = 1 + dataset[name].values, _half(dataset, name, level)
        axes.plot(tau, place, color=colour)
        axes.fill_between(
            tau, place - half, place + half, color=colour, alpha=style.BAND_OPACITY, linewidth=0
        )
    axes.set(xlabel=TIME, ylabel=r"place $q$ (dimensionless)")
