"""The rank of the gradients' covariance against the threshold by which it is counted."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.bands import draw_band
from thermophoresis.figures.parts.spectra import (
    Spectrum,
    begin,
    draw_categories,
    spectra_of,
)
from thermophoresis.figures.parts.ticks import label_logarithmic, label_ticks
from thermophoresis.numerics.intervals import mean_band

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

ROUNDING = {"rank_share_float32": 2.0**-23, "rank_share_float64": 2.0**-52}
RANKS = (
    ("rank_share_float32", "float32"),
    ("rank_share_float64", "float64"),
    ("rank_share_thousandth", "1/1000"),
    ("rank_share_trace99", "99 %"),
)
THRESHOLDS = np.logspace(-16, 0, 97)
PRINTED = 0.02  # the largest rank over d that the paper has


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Which cells are drawn at which snapshots, title, note and confidence level.
    datasets
        Curves of the experiments, then their measurements.

    Raises
    ------
    UserError
        A file lacks a variable, a cell or a snapshot.
    """
    variables = ["eigenvalues", "rank_share_at", *(name for name, _ in RANKS)]
    spectra = spectra_of(settings, datasets, variables)
    listed = ", ".join(f"{it.dimension:,} ({it.name})" for it in spectra)
    reading = (
        "(a) Share of the d eigenvalues of the gradients' covariance above a threshold in units of "
        "the largest one; circles: at d times the rounding ε of float32, squares: of float64. Of N "
        "samples no more than N − 1 eigenvalues differ from zero. (b) The same eigenvalues above "
        "d' times ε of float32, were there d' weights: the threshold alone moves; circles: own d. "
        "(c) By both these thresholds, by a thousandth of the largest eigenvalue, and as many as "
        f"have 99 % of the trace. Dotted: {100 * PRINTED:g} %, the most that is printed. Weights "
        f"d: {listed}."
    )
    figure, grid, top, footer = begin(settings, datasets, spectra, reading)
    level, (shares, moved, ranks) = settings.figure.confidence_level, grid[0]
    for it in spectra:
        draw_band(shares, THRESHOLDS, mean_band(above(it).T, level), it.colour)
        for (name, rounding), marker in zip(ROUNDING.items(), "os", strict=True):
            mean = it.band(name, level).mean
            shares.plot([it.dimension * rounding], [mean], color=it.colour, marker=marker)
        dimensions = it.view["dimension"].values
        draw_band(moved, dimensions, it.band("rank_share_at", level), it.colour)
        own = it.band("rank_share_float32", level).mean
        moved.plot([it.dimension], [own], color=it.colour, marker="o")
    draw_categories(ranks, spectra, RANKS, level)
    shares.set(xscale="log", xlabel=r"threshold / $\lambda_{\max}$", xlim=(1e-16, 1))
    moved.set(xscale="log", xlabel="weights $d'$ in the threshold")
    for letter, panel in zip("abc", grid[0], strict=True):
        panel.axhline(PRINTED, color=style.MUTED_COLOUR, linestyle=style.DOTS, linewidth=0.6)
        panel.set_title(f"({letter})")
        panel.set(ylabel="rank / $d$")
        panel.set_ylim(0, None)
        label_ticks(panel.yaxis, panel.get_ylim()[1])
    for panel in (shares, moved):
        label_logarithmic(panel.xaxis)
    layout.finish_figure(figure, grid, top=top, footer=footer)
    return figure


def above(of: Spectrum) -> np.ndarray:
    """Return the share of the eigenvalues above each threshold, (network, threshold)."""
    eigenvalues = of.values("eigenvalues")
    relative = eigenvalues / eigenvalues[:, :1]
    counts = (relative[:, :, None] > THRESHOLDS).sum(axis=1) / of.dimension
    return np.where(np.isfinite(relative[:, :1]), counts, np.nan)


# From the files of the experiments that it names.
draw = partial(files.draw, compose)
