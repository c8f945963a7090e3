"""Whether η and |B| can be exchanged at one η/|B|: curves, and what noise leaves.

Curves at one η/|B| and at one η/√|B| beside the one without noise; how far they are apart in units
of the spread of networks; and what noise leaves late in training, over what it leaves in the base.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from thermophoresis.analysis.view import cells_with, is_label, labels_of
from thermophoresis.claims.exchange import clock, exchanged, on_one_grid, squared_distances
from thermophoresis.claims.noise_quantities import late_excess, quantities
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import Texts, count_networks, describe_setup
from thermophoresis.figures.parts.legend import Key, draw_rows
from thermophoresis.figures.parts.ticks import letter_panels
from thermophoresis.numerics.intervals import student_half_width
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings
    from thermophoresis.config.figures.exchange import ExchangeFigure

LOSS = "train_loss"
SEED = 0  # of the resamples behind intervals
TIME = r"training time $\eta t$"
ROOT = style.QUALITATIVE[2]
KINDS = (("excess", "excess", 0), ("spread", "spread", 1))
TOLERANCE = (0.9, 1.1)


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Which cells, title, note and confidence level.
    datasets
        Content of the curves files of both experiments.

    Raises
    ------
    UserError
        A file lacks a variable or a cell.
    """
    shown: ExchangeFigure = settings.figure  # type: ignore[assignment]
    course, late = datasets
    keys = 3.3 * style.LINE_HEIGHT
    texts = write_texts(settings, course, late)
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + layout.ROW)
    noisy = noisy_cells(course, shown.noise_free, _one_size(shown))
    without = cells_with(course, [LOSS], further=shown.noise_free)
    draw_legends(figure, course, shown, top)
    panels = figure.subplots(1, 4, squeeze=False)
    for axes, scaling, factors in (
        (panels[0, 0], "linear", shown.factors),
        (panels[0, 1], "root", shown.root_factors),
    ):
        draw_curves(axes, noisy, without, shown, scaling, factors)
    draw_distances(panels[0, 2], course, without, shown)
    draw_late(panels[0, 3], late, shown)
    letter_panels(panels.flat)
    for axes in panels[0, 2:]:
        tick_factors(axes, (1.0, *shown.factors))
    layout.finish_figure(figure, panels, top=top + keys, footer=footer)
    return figure


# From the curves files of both experiments.
draw = partial(files.draw, compose)


def _one_size(shown: "ExchangeFigure") -> dict[str, object]:
    return {shown.along: shown.shown}


def colours_of(shown: "ExchangeFigure") -> dict[float, tuple[float, float, float]]:
    """Return the colour of each β."""
    every = sorted({1.0, *shown.factors, *shown.root_factors})
    found = style.ordered_colours(style.BATCH_SIZE_MAP, len(every))
    return dict(zip(every, found, strict=True))


def draw_legends(figure: Figure, course: xr.Dataset, shown: "ExchangeFigure", down: float) -> None:
    """Draw the legends of β, of sizes and of quantities, one below the other."""
    of_factors: list[tuple[Key, str]] = [
        (Line2D([], [], color=colour), f"{factor:g}")
        for factor, colour in colours_of(shown).items()
    ]
    of_factors.append(
        (Line2D([], [], color=style.MUTED_COLOUR, linestyle=style.DASHES), "no noise")
    )
    sizes = np.unique(course[shown.along].values)
    of_sizes: list[tuple[Key, str]] = [
        (Line2D([], [], color=colour, marker="o"), f"{size:g} samples")
        for size, colour in zip(sizes, style.ordered_colours("copper_r", len(sizes)), strict=True)
    ]
    of_sizes.append((Line2D([], [], color=ROOT, marker="s"), r"one $\eta/\sqrt{|B|}$"))
    of_kinds: list[tuple[Key, str]] = [
        (Line2D([], [], color=style.QUALITATIVE[number], marker="o"), words)
        for _, words, number in KINDS
    ]
    of_kinds.append((Line2D([], [], color=ROOT, marker="s"), r"excess at one $\eta/\sqrt{|B|}$"))
    rows = [
        (r"(a, b)  $\beta=|B|/|B|_0$", of_factors),
        ("(c)", of_sizes),
        ("(d)", of_kinds),
    ]
    draw_rows(figure, rows, down)


def draw_curves(
    axes: Axes,
    noisy: xr.Dataset,
    without: xr.Dataset,
    shown: "ExchangeFigure",
    scaling: str,
    factors: Sequence[float],
) -> None:
    """Draw the mean loss of each β against ηt, with the spread of networks of the base."""
    colours = colours_of(shown)
    base = (shown.base_rate, shown.base_batch)
    cells = exchanged(noisy, base, tuple(factors), scaling)
    times = clock(noisy, "training_time")
    for factor, cell in zip((1.0, *factors), cells, strict=True):
        values = noisy[LOSS].values[cell]
        mean = values.mean(axis=0)
        if factor == 1:
            deviation = values.std(axis=0, ddof=1)
            band = (times[cell], mean - deviation, mean + deviation)
            axes.fill_between(*band, color=colours[1.0], alpha=style.BAND_OPACITY, linewidth=0)
        axes.plot(times[cell], mean, color=colours[factor])
    free = clock(without, "training_time")[0], without[LOSS].values[0].mean(axis=0)
    axes.plot(*free, color=style.MUTED_COLOUR, linestyle=style.DASHES)
    kept = r"one $\eta/|B|$" if scaling == "linear" else r"one $\eta/\sqrt{|B|}$"
    axes.set(yscale="log", xlabel=TIME, ylabel="training loss (nat)", title=f"  {kept}")


def draw_distances(
    axes: Axes, course: xr.Dataset, without: xr.Dataset, shown: "ExchangeFigure"
) -> None:
    """Draw distances of curves from that of the base against β, a line for each N."""
    labels = np.unique(course[shown.along].values)
    axes.axhline(1, color=style.MUTED_COLOUR, linewidth=0.5, zorder=0)
    drawn = [
        (size, "linear", shown.factors, colour, "o")
        for size, colour in zip(labels, style.ordered_colours("copper_r", len(labels)), strict=True)
    ]
    drawn.append((shown.shown, "root", shown.root_factors, ROOT, "s"))  # type: ignore[arg-type]
    for size, scaling, factors, colour, marker in drawn:
        view = noisy_cells(course, shown.noise_free, {shown.along: size})
        cells = exchanged(view, (shown.base_rate, shown.base_batch), tuple(factors), scaling)
        distance, half = _distances(view, cells, shown.confidence_level)
        axes.errorbar(factors, distance, half, color=colour, marker=marker)
    view = noisy_cells(course, shown.noise_free, _one_size(shown))
    (base,) = exchanged(view, (shown.base_rate, shown.base_batch), (), "linear")
    both = xr.concat([view.isel(cell=[base]), without], "cell")
    free, _ = _distances(both, [0, 1], shown.confidence_level)
    axes.axhline(free[0], color=style.MUTED_COLOUR, linestyle=style.DASHES)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel=r"$\beta$",
        ylabel="distance of curves\n(spread of networks)",
    )


def tick_factors(axes: Axes, factors: Sequence[float]) -> None:
    """Label the values of β alone."""
    axes.set_xticks(list(factors), [f"{it:g}" for it in factors])
    axes.set_xticks([], minor=True)


def _distances(view: xr.Dataset, cells: list[int], level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return distances from the first cell, and half of their intervals."""
    values = view[LOSS].transpose("cell", "network", "record").values[cells].astype(np.float64)
    whole = np.isfinite(values).all(axis=(0, 2))
    n = int(whole.sum())
    weights = sample_and_resamples(n, np.random.default_rng(SEED))
    curves = on_one_grid(values[:, whole], clock(view, "training_time")[cells])
    found = np.sqrt(np.maximum(squared_distances(curves, weights), 0))
    error = np.array([spread(row[1:], n) for row in found])
    return found[:, 0], student_half_width(error, n, level)


def noisy_cells(
    curves: xr.Dataset,
    noise_free: Mapping[str, object],
    further: Mapping[str, object] = MappingProxyType({}),
) -> xr.Dataset:
    """Return cells with some labels along further axes, but those without noise."""
    view = cells_with(curves, [LOSS], further=further)
    is_free = [is_label(labels_of(view, axis), label) for axis, label in noise_free.items()]  # type: ignore[arg-type]
    return view.isel(cell=np.flatnonzero(~np.all(is_free, axis=0)))


def draw_late(axes: Axes, late: xr.Dataset, shown: "ExchangeFigure") -> None:
    """Draw what noise leaves over what it leaves in the base, against β."""
    view = noisy_cells(late, shown.late_noise_free)
    without = cells_with(late, [LOSS], further=shown.late_noise_free)
    base = (shown.late_rate, shown.late_batch)
    axes.axhspan(*TOLERANCE, color=style.MUTED_COLOUR, alpha=0.15, linewidth=0)
    for scaling, power in (("linear", 1.0), ("root", 0.5)):
        beta = view["batch_size"].values / base[1]
        kept = np.isclose(view["learning_rate"].values, base[0] * beta**power)
        order = np.flatnonzero(kept)[np.argsort(beta[kept])]
        excess = late_excess(view.isel(cell=order), without, LOSS)
        n = excess.shape[1]
        weights = sample_and_resamples(n, np.random.default_rng(SEED))
        for quantity, _, number in KINDS if scaling == "linear" else KINDS[:1]:
            found = quantities(excess, quantity, weights)
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = (found / found[0]) ** (0.5 if quantity == "spread" else 1)
            error = np.array([spread(row[1:], n) for row in ratio])
            half = student_half_width(error, n, shown.confidence_level)
            colour = style.QUALITATIVE[number] if scaling == "linear" else ROOT
            marker = "o" if scaling == "linear" else "s"
            axes.errorbar(beta[order], ratio[:, 0], half, color=colour, marker=marker)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel=r"$\beta$",
        ylabel="left by noise,\nover " + r"that at $\beta=1$",
    )


def write_texts(settings: "FigureSettings", course: xr.Dataset, late: xr.Dataset) -> Texts:
    """Write what is said around the panels."""
    shown: ExchangeFigure = settings.figure  # type: ignore[assignment]
    of_course, of_late = (
        describe_setup(it, count_networks(it), cells=cells)
        for it, cells in (
            (course, noisy_cells(course, shown.noise_free, _one_size(shown))),
            (late, noisy_cells(late, shown.late_noise_free)),
        )
    )
    caption = (
        f"(a–c) {of_course} In (a, b) {shown.shown} are trained on. η and |B| are those of "
        f"η = {shown.base_rate:g}, |B| = {shown.base_batch}, the first times β (a) or its root "
        "(b), the second times β. Bands: that cell's mean ± one standard deviation of networks. "
        "(c) Root mean square distance of a mean curve from that at β = 1, over that deviation; "
        "dashed: of the one without noise. What lies below the line at 1 is within the spread of "
        f"networks. (d) {of_late} Training loss over the last third of ηt less what it is without "
        "noise, network by network: its mean (excess) and its deviation (spread), in units of "
        f"η = {shown.late_rate:g}, |B| = {shown.late_batch}. Grey: within a tenth. "
        f"Bars: {100 * shown.confidence_level:g} % confidence intervals (Student t)."
    )
    return Texts.of(settings, caption)
