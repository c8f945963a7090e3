"""Whether the noise of batches is Gaussian, white and slow to change, and det H in networks.

Excess kurtosis against |B|, correlations in time by sampler, the premise on ∇σ² along the training
and at minima, and how far the order of networks by p̃ depends on the damping of the determinant.
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
from scipy.stats import kendalltau

from thermophoresis.analysis.view import axes_of, cells_with, labels_of
from thermophoresis.errors import UserError
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import Texts, describe_setup
from thermophoresis.figures.parts.legend import Key, draw_rows, hyperparameter
from thermophoresis.figures.parts.ticks import letter_panels
from thermophoresis.numerics.intervals import mean_band
from thermophoresis.theory.langevin_limit import reshuffled_correlation

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

KURTOSIS = ("kurtosis_top", "kurtosis_random")
PREMISES = ("premise_ratio", "premise_printed_ratio")
MINIMUM = ("premise_at_minimum",)
TIME = ("correlation", "deviation", "batches_per_epoch")
POWERS = (8, 6, 4, 2)
ORDERS = ("log_weight", "log_width")
BAND = 2.5758293035489004  # deviations of a normal variate, 99 %
SOLID_DASHED: tuple[LineStyleType, ...] = ("-", style.DASHES)
SAMPLERS = {
    "with_replacement": "with replacement",
    "fresh_subset": "fresh subset",
    "without_replacement": "reshuffled epochs",
}
READING = (
    "Means over networks, 99 % bands. C is the covariance of the gradient of one sample. (a) "
    "Excess kurtosis of the noise of batches, with replacement, at the end of the training, along "
    "leading eigenvectors of C and random directions, where it is told from 0; dotted: 0.1. "
    "(b) Correlation of the noise "
    "at a time with that some steps later, on trajectories from the end of the training of the "
    "first cell on; grey: 99 % band of white noise; dotted: reshuffled epochs where weights rest. "
    "(c) Medians over networks of what the premise |∇σ²| ≪ 2|B||g|/η has on its left side, over "
    "the right one, σ² = Tr C/d, and with the printed 2|B||g|η; diamonds: at the minima below the "
    "end of the training, where there is weight decay; dotted: 0.1. (d) Kendall's τ of the order "
    "in which networks of a cell have p̃, or the width det(H + δ)^−1/2 alone, with a damping δ and "
    "with 1e-8."
)


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Title and note.
    datasets
        Content of the files of curves, of `noise_statistics` and of `dense_hessian`.

    Raises
    ------
    UserError
        A file lacks a variable, or there are too many cells.
    """
    curves, statistics, dense = datasets
    noise = cells_with(statistics, [*KURTOSIS, *TIME, *PREMISES, *MINIMUM])
    widths = cells_with(dense, [f"{name}_{it}" for name in ORDERS for it in POWERS])
    if (count := noise.sizes["cell"]) > len(style.QUALITATIVE):
        raise UserError(f"experiment: got {count} cells; must be <= {len(style.QUALITATIVE)}")
    asked = {axis: np.unique(noise[axis].values) for axis in ("learning_rate", "batch_size")}
    fixed = ", ".join(
        hyperparameter(axis).with_value(it[0]) for axis, it in asked.items() if len(it) == 1
    )
    texts = Texts.of(settings, f"{describe_setup(curves, fixed)} {READING}")
    keys = 3.3 * style.LINE_HEIGHT
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + 2 * layout.ROW)
    draw_legends(figure, noise, top)
    panels = figure.subplots(2, 2, squeeze=False)
    for cell in range(count):
        one, colour = noise.isel(cell=cell), style.QUALITATIVE[cell]
        draw_kurtosis(panels[0, 0], one, colour)
        draw_premise(panels[1, 0], one, colour)
        draw_order(panels[1, 1], widths.isel(cell=cell), colour)
    draw_correlations(panels[0, 1], noise.isel(cell=0))
    finish_panels(panels)
    letter_panels(panels.flat)
    layout.finish_figure(figure, panels, top=top + keys, footer=footer)
    return figure


# From the files of curves, of the statistics and of the Hessians, in this order.
draw = partial(files.draw, compose)


def draw_legends(figure: Figure, noise: xr.Dataset, down: float) -> None:
    """Draw the legends of cells, lines and samplers, one below the other."""
    names = [
        [hyperparameter(axis).with_value(it) for it in labels_of(noise, axis)]
        for axis in axes_of(noise)
        if axis not in ("learning_rate", "batch_size") or len(np.unique(noise[axis].values)) > 1
    ]
    cells: list[tuple[Key, str]] = [
        (Line2D([], [], color=style.QUALITATIVE[index]), ", ".join(words))
        for index, words in enumerate(zip(*names, strict=True))
    ] or [(Line2D([], [], color=style.QUALITATIVE[0]), "the only one")]
    solid, dashed = (Line2D([], [], color=style.MUTED_COLOUR, linestyle=it) for it in SOLID_DASHED)
    lines: list[tuple[Key, str]] = [
        (solid, "leading directions; as needed; p̃"),
        (dashed, "random directions; as printed; width"),
    ]
    samplers: list[tuple[Key, str]] = [
        (Line2D([], [], color=style.QUALITATIVE[index + 2], marker="o"), words)
        for index, words in enumerate(SAMPLERS.values())
    ]
    rows = [("(a, c, d)  cells", cells), ("(a, c, d)  lines", lines), ("(b)  sampling", samplers)]
    draw_rows(figure, rows, down)


def draw_kurtosis(axes: Axes, cell: xr.Dataset, colour: str) -> None:
    """Draw the excess kurtosis against |B|, where it is told from 0."""
    for name, style_of in zip(KURTOSIS, SOLID_DASHED, strict=True):
        last = cell[name].isel(record=-1).transpose("size", "network")
        mean, low, high, *_ = mean_band(last.values, 0.99)
        size, told = last["size"].values, low > 0
        axes.fill_between(
            size[told], low[told], high[told], color=colour, alpha=style.BAND_OPACITY, linewidth=0
        )
        axes.plot(size[told], mean[told], color=colour, linestyle=style_of, marker="o")


def draw_correlations(axes: Axes, cell: xr.Dataset) -> None:
    """Draw the correlation of the noise with itself, by sampler."""
    last = cell.isel(record=-1).transpose("sampler", "lag", "network", ...)
    lags, count = last["lag"].values, last.sizes["network"]
    deviation = np.sqrt((last["deviation"].values ** 2).mean(axis=(0, 2)) / count)
    half = BAND * deviation
    axes.fill_between(lags, -half, half, color=style.MUTED_COLOUR, alpha=0.25, linewidth=0)
    for index, name in enumerate(SAMPLERS):
        mean = last["correlation"].sel(sampler=name).values.mean(axis=-1)
        axes.plot(lags, mean, color=style.QUALITATIVE[index + 2], marker="o")
    batches = int(cell["batches_per_epoch"].values[0])
    expected = [reshuffled_correlation(int(it), batches) for it in lags]
    axes.plot(lags, expected, color=style.MUTED_COLOUR, linestyle=style.DOTS)


def draw_premise(axes: Axes, cell: xr.Dataset, colour: str) -> None:
    """Draw both readings of the premise along the training, and the first at minima."""
    along = cell["step"].values / cell["step"].values[-1]
    for name, style_of in zip(PREMISES, SOLID_DASHED, strict=True):
        middle = np.nanmedian(cell[name].transpose("record", "network").values, axis=1)
        axes.plot(along, middle, color=colour, linestyle=style_of)
    at_minimum = cell["premise_at_minimum"].values
    if np.isfinite(at_minimum).any():
        place = float(np.nanmedian(at_minimum))
        axes.plot([1.0], [place], color=colour, marker="D", markersize=4, clip_on=False)


def draw_order(axes: Axes, cell: xr.Dataset, colour: str) -> None:
    """Draw how far the order of networks depends on the damping."""
    for name, style_of in zip(ORDERS, SOLID_DASHED, strict=True):
        each = [cell[f"{name}_{it}"].isel(record=-1).values for it in POWERS]
        tau = [kendalltau(each[0], other, nan_policy="omit")[0] for other in each]
        axes.plot([10.0**-it for it in POWERS], tau, color=colour, linestyle=style_of, marker="o")


def finish_panels(panels: np.ndarray) -> None:
    """Write axes and draw what panels are to be compared with."""
    kurtosis, correlation, premise, order = panels.flat
    for axes in (kurtosis, premise):
        axes.axhline(0.1, color=style.MUTED_COLOUR, linestyle=style.DOTS, zorder=0)
    correlation.axhline(0, color=style.MUTED_COLOUR, linewidth=0.5, zorder=0)
    order.axhline(1, color=style.MUTED_COLOUR, linewidth=0.5, zorder=0)
    kurtosis.set(xscale="log", yscale="log", xlabel="batch size $|B|$", ylabel="excess kurtosis")
    correlation.set(xlabel="lag (steps)", ylabel="correlation of the noise")
    premise.set(
        yscale="log",
        xlabel="share of the training",
        ylabel=r"$|\nabla\sigma^2|$ over the bound",
    )
    order.set(
        xscale="log", xlabel=r"damping $\delta$ (nat)", ylabel=r"Kendall's $\tau$ to $10^{-8}$"
    )
