"""What acts as η/|B| does: the scale of the noise, and momentum."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from thermophoresis.analysis.view import cells_with, is_label, labels_of
from thermophoresis.claims.noise_quantities import late_excess, quantities
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import Texts, count_networks, describe_setup
from thermophoresis.figures.parts.legend import Key, draw_rows
from thermophoresis.figures.parts.ticks import letter_panels
from thermophoresis.numerics.intervals import mean_band, student_half_width
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings
    from thermophoresis.config.figures.third_factor import ThirdFactorFigure

LOSS, CURVATURE = "train_loss", "largest_eigenvalue"
SEED = 0  # of the resamples behind intervals
KINDS = (("excess", "excess (nat)", 0), ("spread", "variance over networks (nat²)", 1))
DRIVE = r"$\kappa^2\eta/|B|$ (dimensionless)"
MATCHED = r"one $\eta/((1-\mu)|B|)$"
ASIDE = 1.06  # of cells of one κ²η/|B|, which would lie on each other


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        The cells without noise, title, note and confidence level.
    datasets
        Content of the curves files of both experiments, then of the files of their curvature.

    Raises
    ------
    UserError
        A file lacks a variable or a cell.
    """
    shown: ThirdFactorFigure = settings.figure  # type: ignore[assignment]
    scaled, momentum, curved, curved_momentum = datasets
    level = shown.confidence_level
    keys = 2.3 * style.LINE_HEIGHT
    texts = write_texts(settings, scaled, momentum)
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + layout.ROW)
    noisy, free = split(scaled, shown, LOSS)
    curvature, flat = split(curved, shown, CURVATURE)
    draw_legends(figure, noisy, top)
    panels = figure.subplots(1, 4, squeeze=False)
    for axes, (quantity, words, _) in zip(panels[0], KINDS, strict=False):
        draw_quantity(axes, noisy, free, quantity, words, level)
    draw_curvature(panels[0, 2], curvature, flat, level)
    draw_momentum(
        panels[0, 3], split(momentum, shown, LOSS), split(curved_momentum, shown, CURVATURE), level
    )
    letter_panels(panels.flat)
    layout.finish_figure(figure, panels, top=top + keys, footer=footer)
    return figure


# From the curves files of both experiments and the files of their curvature.
draw = partial(files.draw, compose)


def split(
    dataset: xr.Dataset, shown: "ThirdFactorFigure", name: str
) -> tuple[xr.Dataset, xr.Dataset]:
    """Return cells with noise, and the one without."""
    view = cells_with(dataset, [name])
    chosen = [is_label(labels_of(view, axis), it) for axis, it in shown.noise_free.items()]
    is_free = np.all(chosen, axis=0)
    noisy, free = np.flatnonzero(~is_free), np.flatnonzero(is_free)
    return view.isel(cell=noisy), view.isel(cell=free[:1])


def scales_of(view: xr.Dataset) -> np.ndarray:
    """Return κ of each cell."""
    return np.asarray(labels_of(view, "noise_scale"), dtype=np.float64)


def colours_of(view: xr.Dataset) -> dict[float, str]:
    """Return the colour of each κ."""
    every = np.unique(scales_of(view))
    return {float(it): style.QUALITATIVE[k + 1] for k, it in enumerate(every)}


def drive_of(view: xr.Dataset) -> np.ndarray:
    """Return κ²η/|B| of each cell, a bit aside so that cells of one κ do not hide others."""
    scale = scales_of(view)
    order = np.searchsorted(np.unique(scale), scale) - (len(np.unique(scale)) - 1) / 2
    drive: np.ndarray = scale**2 * view["learning_rate"].values / view["batch_size"].values
    aside: np.ndarray = drive * ASIDE**order
    return aside


def draw_legends(figure: Figure, noisy: xr.Dataset, down: float) -> None:
    """Draw the legends of κ and of what momentum changes, one below the other."""
    scales: list[tuple[Key, str]] = [
        (Line2D([], [], color=colour, marker="o", linestyle="none"), f"{scale:g}")
        for scale, colour in colours_of(noisy).items()
    ]
    scales.append(
        (Line2D([], [], color=style.MUTED_COLOUR, linestyle=style.DASHES), "no noise (c)")
    )
    ratios: list[tuple[Key, str]] = [
        (Line2D([], [], color=style.QUALITATIVE[0], marker="o", linestyle="none"), "excess"),
        (
            Line2D([], [], color=style.QUALITATIVE[4], marker="s", linestyle="none"),
            r"$\lambda_{\max}$",
        ),
    ]
    draw_rows(figure, [(r"(a–c)  $\kappa$", scales), ("(d)", ratios)], down)


def draw_quantity(
    axes: Axes, noisy: xr.Dataset, free: xr.Dataset, quantity: str, words: str, level: float
) -> None:
    """Draw what noise leaves of the loss against κ²η/|B|, with a line in proportion to it."""
    excess = late_excess(noisy, free, LOSS)
    found, half = _with_bars(excess, quantity, level)
    drive = drive_of(noisy)
    for k, scale in enumerate(scales_of(noisy)):
        one = slice(k, k + 1)
        colour = colours_of(noisy)[scale]
        axes.errorbar(drive[one], found[one], half[one], color=colour, marker="o", markersize=4)
    grid = np.array([drive.min(), drive.max()])
    if (there := found > 0).any():
        middle = np.exp(np.mean(np.log(found[there] / drive[there])))
        axes.plot(grid, middle * grid, color=style.MUTED_COLOUR, linewidth=0.5, zorder=0)
    axes.set(xscale="log", yscale="log", xlabel=DRIVE, ylabel=words)


def _with_bars(excess: np.ndarray, quantity: str, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a quantity of each cell, and half of its interval."""
    n = excess.shape[1]
    found = quantities(excess, quantity, sample_and_resamples(n, np.random.default_rng(SEED)))
    error = np.array([spread(row[1:], n) for row in found])
    return found[:, 0], student_half_width(error, n, level)


def draw_curvature(axes: Axes, noisy: xr.Dataset, flat: xr.Dataset, level: float) -> None:
    """Draw the largest eigenvalue against κ²η/|B|."""
    last = noisy[CURVATURE].isel(record=-1).transpose("cell", "network").values
    mean, low, high, *_ = mean_band(last, level)
    drive = drive_of(noisy)
    for k, scale in enumerate(scales_of(noisy)):
        one = slice(k, k + 1)
        bars = [mean[one] - low[one], high[one] - mean[one]]
        colour = colours_of(noisy)[scale]
        axes.errorbar(drive[one], mean[one], bars, color=colour, marker="o", markersize=4)
    without = float(flat[CURVATURE].isel(record=-1).mean())
    axes.axhline(without, color=style.MUTED_COLOUR, linestyle=style.DASHES)
    axes.set(xscale="log", xlabel=DRIVE, ylabel=r"largest eigenvalue $\lambda_{\max}$")


def in_order(view: xr.Dataset) -> np.ndarray:
    """Return cells by momentum, then by |B|."""
    power = np.asarray(labels_of(view, "momentum"), dtype=np.float64)
    order: np.ndarray = np.lexsort((view["batch_size"].values, power))
    return order


def draw_momentum(
    axes: Axes,
    losses: tuple[xr.Dataset, xr.Dataset],
    curvatures: tuple[xr.Dataset, xr.Dataset],
    level: float,
) -> None:
    """Draw excess and curvature at one η/((1 − μ)|B|) over those without momentum, by cell."""
    noisy, free = losses
    power = np.asarray(labels_of(noisy, "momentum"), dtype=np.float64)
    order = in_order(noisy)
    view = noisy.isel(cell=order)
    n = view.sizes["network"]
    weights = sample_and_resamples(n, np.random.default_rng(SEED))
    left = quantities(late_excess(view, free, LOSS), "excess", weights)
    curvature = curvatures[0].isel(cell=order)[CURVATURE].isel(record=-1)
    sharp = curvature.transpose("cell", "network").values.astype(np.float64) @ weights.T
    axes.axhspan(0.9, 1.1, color=style.MUTED_COLOUR, alpha=0.15, linewidth=0)
    places = np.arange(len(order), dtype=np.float64)
    for found, number, marker, aside in ((left, 0, "o", -0.1), (sharp, 4, "s", 0.1)):
        ratio = found / found[0]
        error = np.array([spread(row[1:], n) for row in ratio])
        half = student_half_width(error, n, level)
        axes.errorbar(
            places + aside,
            ratio[:, 0],
            half,
            color=style.QUALITATIVE[number],
            marker=marker,
            linestyle="none",
            markersize=4,
        )
    axes.set_xticks(places, [f"{it:g}" for it in power[order]])
    axes.set(xlabel=r"momentum $\mu$", ylabel="over that at $\\mu=0$", title=f"  {MATCHED}")


def write_texts(settings: "FigureSettings", scaled: xr.Dataset, momentum: xr.Dataset) -> Texts:
    """Write what is said around the panels."""
    of_scaled = describe_setup(scaled, count_networks(scaled, momentum))
    noisy, _ = split(momentum, settings.figure, LOSS)  # type: ignore[arg-type]
    rates, batches = noisy["learning_rate"].values, noisy["batch_size"].values
    cells = ", ".join(f"({rates[k]:g}, {batches[k]})" for k in in_order(noisy))
    caption = (
        f"{of_scaled} Noise is κ times as large around the gradient of the whole set; cells of one "
        "κ²η/|B| are drawn side by side. (a, b) Training loss over the last third of the run less "
        "what it is without noise, network by network: mean, and variance over networks; lines: in "
        "proportion. (c) Largest eigenvalue of the Hessian of the training loss at the end. "
        "(d) The same with momentum μ, at one η/((1 − μ)|B|) and equal epochs, which is equal "
        f"ηt/(1 − μ): (η, |B|) = {cells}; grey: within a tenth. "
        f"Bars: {100 * settings.figure.confidence_level:g} % confidence intervals (Student t)."
    )
    return Texts.of(settings, caption)
