"""Spectra of the gradients' covariance, what of the trace they have, and what they share."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.bands import draw_band
from thermophoresis.figures.parts.spectra import begin, draw_categories, spectra_of
from thermophoresis.figures.parts.ticks import label_logarithmic, label_ticks
from thermophoresis.numerics.intervals import mean_band

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

OVERLAPS = (
    ("overlap_first", "at first"),
    ("overlap_hessian", "Hessian"),
    ("overlap_gauss_newton", "GN"),
    ("overlap_random", "random"),
)
SMALLEST = 1e-12  # of the largest eigenvalue, below which nothing is drawn


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
    variables = ["eigenvalues", "trace", *(name for name, _ in OVERLAPS)]
    spectra = spectra_of(settings, datasets, variables)
    # What is at the first snapshot is all of what is there.
    spectra = [
        it._replace(view=it.view.assign(overlap_first=it.view["overlap_first"] * np.nan))
        if it.is_first
        else it
        for it in spectra
    ]
    reading = (
        "D is the covariance of the gradients of single training samples, d the number of weights. "
        "(a) Eigenvalues of D, largest first, geometric means. (b) Share of the trace that those "
        "up to a place have; dotted: 99 %. (c) Overlap, the mean of squared cosines, of the space "
        "of k leading eigenvectors of D with that at the first snapshot, with those of the Hessian "
        "and of the Gauss–Newton matrix (GN) of the loss, where measured and of the first networks "
        "alone, and of random spaces."
    )
    figure, grid, top, footer = begin(settings, datasets, spectra, reading)
    level, (values, shares, overlaps) = settings.figure.confidence_level, grid[0]
    largest = max(float(np.nanmax(it.values("eigenvalues"))) for it in spectra)
    for it in spectra:
        eigenvalues = it.values("eigenvalues")
        place = np.arange(1, eigenvalues.shape[1] + 1) / it.dimension
        kept = place <= 1
        logarithm = np.log(np.maximum(eigenvalues, SMALLEST * largest / 100))
        band = mean_band(logarithm.T, level)
        inside = kept & np.isfinite(band.mean) & (band.mean > np.log(SMALLEST * largest))
        mean, low, high = (np.exp(part[inside]) for part in (band.mean, band.low, band.high))
        draw_band(values, place[inside], band._replace(mean=mean, low=low, high=high), it.colour)
        total = np.nancumsum(eigenvalues, axis=1) / it.values("trace")[:, None]
        draw_band(shares, place[kept], mean_band(total.T[kept], level), it.colour)
    draw_categories(overlaps, spectra, OVERLAPS, level)
    values.set(yscale="log", xlabel="place / $d$", ylabel="eigenvalue of $D$ (nat$^2$)")
    values.set(xlim=(0, 1), ylim=(SMALLEST * largest, 3 * largest))
    shares.axhline(0.99, color=style.MUTED_COLOUR, linestyle=style.DOTS, linewidth=0.6)
    shares.set(xscale="log", xlabel="place / $d$", ylabel="share of the trace", ylim=(0, 1.02))
    overlaps.set(ylabel="overlap", ylim=(0, 1.05))
    for letter, panel in zip("abc", grid[0], strict=True):
        panel.set_title(f"({letter})")
    label_ticks(values.xaxis, 1)
    label_logarithmic(values.yaxis)
    label_logarithmic(shares.xaxis)
    for panel in (shares, overlaps):
        label_ticks(panel.yaxis, 1)
    layout.finish_figure(figure, grid, top=top, footer=footer)
    return figure


# From the files of the experiments that it names.
draw = partial(files.draw, compose)
