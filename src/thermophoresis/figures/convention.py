"""The convention of the noise, printed temperatures and ratios, currents and escape times."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

SHADES, LEVELS = "light:#4c72b0", 12
LAWS = {
    "gaussian": ("Gaussian", style.QUALITATIVE[0]),
    "two_sided": ("two-sided", style.QUALITATIVE[1]),
    "skew": ("skew", style.QUALITATIVE[3]),
}
MIDPOINT = style.QUALITATIVE[4]
CONVENTIONS = {1.0: style.QUALITATIVE[0], 0.5: style.QUALITATIVE[4], 0.0: style.QUALITATIVE[2]}
READINGS = {"theorem_1": "Theorem 1", "theorem_2": "Theorem 2", "slides": "slides"}
NOISES = {
    "theorem_1": (r"$n=\sigma^2\eta/2|B|$", style.QUALITATIVE[2]),
    "theorem_2": (r"$n=\sigma^2\eta/|B|$", style.QUALITATIVE[1]),
}
LEAST = 0.01  # of the largest density, where there are lines of the current
EVERY = 6  # of the places of a density that are marked


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Title, note and confidence level.
    datasets
        Content of the files of noise_convention, current_of_wells and escape_times.

    Raises
    ------
    UserError
        A file is of another kind of computation.
    """
    kinds = {
        "exponent": "noise_convention",
        "odds_change": "current_of_wells",
        "limit_slope": "escape_times",
    }
    for dataset, (variable, kind) in zip(datasets, kinds.items(), strict=True):
        if variable not in dataset:
            raise UserError(f"its setting must name a computation of the kind {kind}")
    noise, currents, escapes = datasets
    level = settings.figure.confidence_level
    keys = 4.3 * style.LINE_HEIGHT
    texts = Texts.of(settings, _caption(noise, currents, escapes, level))
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + 2 * layout.ROW)
    draw_legends(figure, escapes, top)
    grid = figure.subplots(2, 3, squeeze=False)
    draw_exponents(grid[0, 0], noise, level)
    draw_density(grid[0, 1], noise)
    draw_temperatures(grid[0, 2], noise)
    draw_ratio(grid[1, 0], noise)
    draw_current(grid[1, 1], currents)
    draw_times(grid[1, 2], escapes, level)
    letter_panels(grid.flat)
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From the files of the three computations, in this order.
draw = partial(files.draw, compose)


def _caption(
    noise: xr.Dataset, currents: xr.Dataset, escapes: xr.Dataset, confidence: float
) -> str:
    """Say what is shown."""
    of_noise, of_currents, of_escapes = map(measurement_settings, (noise, currents, escapes))
    level = f"{100 * confidence:g} % intervals"
    return (
        "All of discrete SGD's matrix of transitions but (e); (a–d) at "
        f"η/|B| = {of_noise['drive']:g}. (a) Exponent a of P ∝ exp(−(2|B|/η)∫g/C)/C^a, "
        f"mean over {of_noise['systems']} pairs of g and C that are drawn, and extrapolated to "
        f"η = 0 (open, with {level}, Student t, mostly smaller than the marks). As a control, "
        "noise of the middle of a step. (b) Density of one of them as η → 0 (points), and with "
        "three values of a, over that with a = 1. (c) Temperature fitted over printed; the line is "
        "1. (d) Odds between wells with σ² = 1 and ½, printed and by quadrature (black, as "
        "SGD's), against a constant added to L: 0 where L = 0 at the deeper minimum, and at the "
        "left end at the barrier. (e) Two wells with noise whose components are correlated by "
        f"{of_currents['correlation']:g}: density, and lines of the current where the density is "
        "above a hundredth of its largest, by the solver of Fokker–Planck's equation. (f) Mean "
        f"escape times over Kramers' formula: each of {of_escapes['wells']} wells as η → 0 (grey), "
        f"one of them at {escapes.sizes['step']} steps (lines), and walkers counted there at "
        f"ηH = {of_escapes['steps'][0]:g}, with {level}."
    )


def _steps(escapes: xr.Dataset) -> list[tuple[float, tuple[float, float, float]]]:
    steps = [float(it) for it in escapes["step"].values]
    colours = style.ordered_colours(style.LEARNING_RATE_MAP, len(steps))
    return list(zip(steps, reversed(colours), strict=True))


def draw_legends(figure: Figure, escapes: xr.Dataset, down: float) -> None:
    """Draw what tells lines and marks apart, a line for each group of panels."""
    laws: list[tuple[Key, str]] = [
        (Line2D([], [], color=colour, marker=style.marker(index)), words)
        for index, (words, colour) in enumerate(LAWS.values())
    ]
    midpoint = Line2D([], [], color=MIDPOINT, marker=style.marker(len(LAWS)))
    names = {1.0: "1, Itô", 0.5: "1/2, Stratonovich", 0.0: "0, C as if constant"}
    rows: list[tuple[str, list[tuple[Key, str]]]] = [
        ("(a)  law of noise", [*laws, (midpoint, "Gaussian, of the middle of a step")]),
        (
            r"(b)  $a$",
            [(Line2D([], [], color=it), names[a]) for a, it in CONVENTIONS.items()],
        ),
        (
            "(d)  printed with",
            [(Line2D([], [], color=colour), words) for words, colour in NOISES.values()],
        ),
        (
            r"(f)  $\eta H$",
            [(Line2D([], [], color=colour), f"{it:g}") for it, colour in _steps(escapes)],
        ),
    ]
    draw_rows(figure, rows, down)


def draw_exponents(axes: Axes, noise: xr.Dataset, level: float) -> None:
    """Draw exponents against η, with what they are extrapolated to."""
    rates = noise["learning_rate"].values
    curves = [
        (noise[names[0]].sel(law=law), noise[names[1]].sel(law=law), noise[names[2]].sel(law=law))
        for law in LAWS
        for names in [("exponent_by_rate", "exponent", "exponent_standard_error")]
    ]
    midpoint = "midpoint_exponent"
    curves.append((noise["midpoint_by_rate"], noise[midpoint], noise[f"{midpoint}_standard_error"]))
    colours = [colour for _, colour in LAWS.values()] + [MIDPOINT]
    replicas = noise["exponent_standard_error"].attrs["replicas"]
    for index, ((by_rate, limit, error), colour) in enumerate(zip(curves, colours, strict=True)):
        mark = style.marker(index)
        values = [float(limit), *by_rate.values[::-1]]
        axes.plot([0, *rates[::-1]], values, color=colour, marker=mark, markevery=slice(1, None))
        half = float(student_half_width(error.values, replicas, level))
        axes.errorbar(
            [0],
            [float(limit)],
            [half],
            color=colour,
            marker=mark,
            markersize=4,
            markerfacecolor="white",
            markeredgewidth=0.8,
            clip_on=False,
            zorder=5,
        )
    for a in CONVENTIONS:
        axes.axhline(a, color=style.MUTED_COLOUR, linestyle=style.DOTS, linewidth=0.6)
    axes.set(xlabel=r"learning rate $\eta$", ylabel=r"exponent $a$")
    axes.set(xlim=(0, 1.04 * rates[0]), ylim=(-0.05, 1.15))


def draw_density(axes: Axes, noise: xr.Dataset) -> None:
    """Draw the density of one system and what three exponents have, over that of the first."""
    places = noise["place"].values
    first = noise["expected"].sel(convention=1.0).values
    for a, colour in CONVENTIONS.items():
        axes.plot(places, noise["expected"].sel(convention=a).values / first, color=colour)
    axes.plot(
        places[::EVERY],
        (noise["density"].values / first)[::EVERY],
        color=style.QUALITATIVE[0],
        linestyle="none",
        marker="o",
    )
    axes.set(xlabel=r"$\theta$ (dimensionless)", ylabel="density over that with $a=1$")
    axes.set(xlim=places[[0, -1]])


def draw_temperatures(axes: Axes, noise: xr.Dataset) -> None:
    """Draw temperatures fitted over printed."""
    values = noise["temperature_ratio"].sel(reading=list(READINGS)).values
    axes.axhline(1, color=style.MUTED_COLOUR, linestyle=style.DOTS, linewidth=0.6)
    axes.plot(range(len(READINGS)), values, color="black", linestyle="none", marker="o")
    axes.set_xticks(range(len(READINGS)), list(READINGS.values()))
    axes.set(xlim=(-0.5, len(READINGS) - 0.5), ylim=(0, 1.2))
    axes.set(ylabel="temperature, fitted/printed")


def draw_ratio(axes: Axes, noise: xr.Dataset) -> None:
    """Draw the logarithm of odds against a constant added to the loss."""
    constants = noise["constant"].values
    for name, (_, colour) in NOISES.items():
        axes.plot(constants, noise["printed_log_ratio"].sel(noise=name).values, color=colour)
    axes.axhline(float(noise["log_odds"]), color="black")
    axes.set(xlabel="added to the loss $L$ (dimensionless)", ylabel=r"$\ln(p_A/p_B)$")
    axes.set(xlim=constants[[0, -1]])
    axes.margins(y=0.08)


def draw_current(axes: Axes, currents: xr.Dataset) -> None:
    """Draw the density between two wells, and the lines of the current."""
    x, y = currents["x"].values, currents["y"].values
    density = currents["density"].transpose("y", "x").values
    some = density >= LEAST * density.max()
    along, across = (
        np.where(some, currents[name].transpose("y", "x").values, np.nan)
        for name in ("flow_x", "flow_y")
    )
    axes.contourf(
        x,
        y,
        density,
        levels=np.linspace(0, float(density.max()), LEVELS),
        cmap=sns.color_palette(SHADES, as_cmap=True),
    )
    axes.streamplot(
        x,
        y,
        along,
        across,
        color=style.MUTED_COLOUR,
        linewidth=0.4,
        density=0.75,
        arrowsize=0.5,
    )
    axes.set(xlabel=r"$\theta_1$ (dimensionless)", ylabel=r"$\theta_2$ (dimensionless)")
    axes.set(xlim=(-1.8, 1.8), ylim=(-1.2, 1.2))


def draw_times(axes: Axes, escapes: xr.Dataset, level: float) -> None:
    """Draw escape times over Kramers' formula."""
    ratios = escapes["ratio"].values
    axes.plot(ratios, escapes["wells_over_kramers"].values.T, color="#bbbbbb", linewidth=0.5)
    for step, colour in _steps(escapes):
        axes.plot(ratios, escapes["time_over_kramers"].sel(step=step).values, color=colour)
    error = escapes["counted_over_kramers_standard_error"]
    half = student_half_width(error.values, error.attrs["replicas"], level)
    axes.errorbar(
        ratios,
        escapes["counted_over_kramers"].values,
        half,
        color=_steps(escapes)[0][1],
        linestyle="none",
        marker="o",
        elinewidth=0.8,
    )
    axes.axhline(1, color=style.MUTED_COLOUR, linestyle=style.DOTS, linewidth=0.6)
    axes.set(xlabel=r"$\Delta L/T$ (dimensionless)", ylabel="escape time/Kramers")
