"""The weights of a network in time: spectrum of increments, autocorrelation, full gradient.

Beside the first two is what white noise, random walks and reversible linear noise would show.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.special import gammaincinv, ndtri

from thermophoresis.analysis.view import asked_cells
from thermophoresis.errors import UserError
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import Texts, describe_setup
from thermophoresis.figures.parts.legend import Key, draw_keys, hyperparameter
from thermophoresis.figures.parts.ticks import letter_panels

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

WEIGHTS, WHITE, MIXTURE, WALK = style.QUALITATIVE[:4]
BAND = 0.99
OF_BANDS = ("power", "power_spread", "mixture_power", "effective_count")
OF_LAGS = ("autocorrelation", "autocorrelation_spread", "autocorrelation_mixture")
OF_GRADIENT = ("gradient_norm", "plain_gradient")


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Figure of weights in time; to be called within `style.context`.

    Parameters
    ----------
    settings
        The cell, the network, title and note.
    datasets
        Content of the files of curves, of `weight_spectrum` and of `circulation`.

    Raises
    ------
    UserError
        A file lacks a variable or the cell, there are several cells, or fewer stationary networks.
    """
    chosen = settings.figure
    names = (*OF_BANDS, *OF_LAGS, "autocorrelation_walk", "stationary")
    spectra = _only_cell(datasets[1], names, chosen)
    gradients = _only_cell(datasets[2], OF_GRADIENT, chosen)
    steady = np.flatnonzero(np.isfinite(spectra["power"].values).all(axis=-1))
    index = getattr(chosen, "network", 0)
    if index >= len(steady):
        raise UserError(
            f"network: got {index}; must be less than {len(steady)}, the number of stationary ones"
        )
    network = spectra.isel(network=int(steady[index]))
    asked = {
        "learning_rate": settings.figure.learning_rate,
        "batch_size": settings.figure.batch_size,
    }
    fixed = ", ".join(hyperparameter(axis).with_value(it) for axis, it in asked.items() if it)
    setup = describe_setup(datasets[1], fixed, cells=asked_cells(datasets[1], ("power",), chosen))
    counts = len(steady), spectra.sizes["network"]
    texts = Texts.of(settings, f"{setup} {_reading(*counts)}")
    keys = 1.3 * style.LINE_HEIGHT
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + layout.ROW)
    _draw_legend(figure, top)
    grid = figure.subplots(1, 3, squeeze=False)
    draw_spectrum(grid[0, 0], network)
    draw_autocorrelation(grid[0, 1], network)
    draw_gradient(grid[0, 2], gradients)
    letter_panels(grid.flat)
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From the files of curves, of the spectra and of the circulation, in this order.
draw = partial(files.draw, compose)


def _only_cell(dataset: xr.Dataset, names: Sequence[str], chosen: object) -> xr.Dataset:
    """Return the cell that is shown, (network, …)."""
    cells = asked_cells(dataset, names, chosen)  # type: ignore[arg-type]  # a figure of this kind
    if cells.sizes["cell"] != 1:
        raise UserError(f"cells: {cells.sizes['cell']} cells have what is asked for; must be one")
    return cells.isel(cell=0)


def _reading(stationary: int, networks: int) -> str:
    """Say how to read the panels."""
    return (
        f"{stationary} of {networks} networks are stationary. (a, b) One of them; bands around "
        "black lines: one standard deviation over weights. (a) Power of increments from moment to "
        "moment, each weight's at variance 1, in bands of frequencies; 99% bands of white noise, "
        "which the increments of a random walk are, and of the most likely reversible mixture of "
        "Ornstein–Uhlenbeck modes, for as many weights as are independent. (b) Dotted: 99% band of "
        "white noise; a surrogate of every weight's mixture; random walks of the same length. "
        "(c) With weight decay as part of f; median and full range over stationary networks; "
        "dashed: √(Tr(H²Σ)/d), what noise around a minimum gives."
    )


def _draw_legend(figure: Figure, down: float) -> None:
    """Draw what lines and bands are."""

    def band(colour: str) -> Key:
        patch = Patch(color=colour, alpha=style.BAND_OPACITY, linewidth=0)
        return patch, Line2D([], [], color=colour)

    handles = [band(WEIGHTS), band(WHITE), band(MIXTURE), Line2D([], [], color=WALK)]
    words = ["weights", "white noise", "reversible mixture", "random walk"]
    draw_keys(figure, handles, words, down, layout.MARGIN, len(words))


def draw_spectrum(axes: Axes, network: xr.Dataset) -> None:
    """Draw the power of increments against the frequency, with the bands of both nulls."""
    frequency = network["frequency"].values
    power, spread, mixture, counts = (network[name].values for name in OF_BANDS)
    # As many frequencies as a band has, to rounding: bands touch one another.
    edges = np.sqrt(frequency[1:] * frequency[:-1])
    edges = np.concatenate(
        [frequency[:1] ** 2 / edges[:1], edges, frequency[-1:] ** 2 / edges[-1:]]
    )
    lowest = frequency[0]
    known = np.maximum(np.rint(np.diff(edges) / lowest), 1.0) * counts
    for expected, colour in ((np.ones_like(power), WHITE), (mixture, MIXTURE)):
        low, high = (expected * gammaincinv(known, it) / known for it in (0.005, 0.995))
        axes.fill_between(frequency, low, high, color=colour, alpha=style.BAND_OPACITY, linewidth=0)
        axes.plot(frequency, expected, color=colour)
    ends = power * 10 ** np.array([-spread, spread])
    axes.fill_between(frequency, *ends, color=WEIGHTS, alpha=style.BAND_OPACITY / 2, linewidth=0)
    axes.plot(frequency, power, color=WEIGHTS)
    axes.set(xscale="log", yscale="log", xlabel="frequency (cycles per epoch)")
    axes.set(ylabel="power of increments")


def draw_autocorrelation(axes: Axes, network: xr.Dataset) -> None:
    """Draw the autocorrelation of weights against the lag."""
    lag = network["lag"].values
    mean, spread, mixture = (network[name].values for name in OF_LAGS)
    half = ndtri((1 + BAND) / 2) / np.sqrt(lag[-1] + 1)
    for end in (-half, half):
        axes.axhline(end, color=WHITE, linestyle=style.DOTS)
    axes.plot(lag, network["autocorrelation_walk"].values, color=WALK)
    axes.plot(lag, mixture, color=MIXTURE)
    axes.fill_between(
        lag, mean - spread, mean + spread, color=WEIGHTS, alpha=style.BAND_OPACITY / 2, linewidth=0
    )
    axes.plot(lag, mean, color=WEIGHTS)
    axes.set(xscale="log", xlabel="lag (epochs)", ylabel="autocorrelation")


def draw_gradient(axes: Axes, gradients: xr.Dataset) -> None:
    """Draw the norm of the full gradient against the record, over stationary networks."""
    norm = gradients["gradient_norm"].values
    norm = norm[np.isfinite(norm).all(axis=1)]
    plain = gradients["plain_gradient"].values
    epoch = gradients["epoch"].values if "epoch" in gradients else gradients["step"].values
    low, middle, high = np.quantile(norm, (0, 0.5, 1), axis=0)
    axes.fill_between(epoch, low, high, color=WEIGHTS, alpha=style.BAND_OPACITY / 2, linewidth=0)
    axes.plot(epoch, middle, color=WEIGHTS)
    axes.axhline(float(np.nanmedian(plain)), color=MIXTURE, linestyle=style.DASHES)
    axes.set(yscale="log", ylabel=r"$\|\nabla f\|\,/\,\sqrt{d}$")
    axes.set(xlabel="epoch" if "epoch" in gradients else "step $t$")
