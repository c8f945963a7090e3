"""Panels of the chain: its members and links in one cell, and networks of several rates."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from thermophoresis.analysis.sweep import Sweep
from thermophoresis.analysis.view import by_record
from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.chain.data import link_bands
from thermophoresis.figures.parts.chain.quantities import CHAIN, GGN, LINKS, Quantity
from thermophoresis.figures.parts.curves import (
    MARKER_SPACING,
    THERMAL_TIME_LABEL,
    Panel,
    dash_reduced,
    draw_absence,
    draw_curves,
    reason_of_absence,
)
from thermophoresis.figures.parts.legend import Legend
from thermophoresis.figures.parts.ranges import absolute, horizontal_range, limits, scale, widen
from thermophoresis.numerics.intervals import Band, mean_band

RING_SIZE = 6.0  # points


def draw_chain(axes: Axes, cell: xr.Dataset, level: float) -> None:
    """Draw every quantity of the chain against thermal time."""
    bands = [mean_band(by_record(cell, quantity.name), level) for quantity in CHAIN]
    draw_positive(axes, cell, CHAIN, bands)


def draw_links(axes: Axes, cell: xr.Dataset, level: float) -> None:
    """Draw the ratio of every two neighbours of the chain against thermal time."""
    looks = [link.numerator for link in LINKS]
    draw_positive(axes, cell, looks, link_bands(cell, level))


def draw_positive(
    axes: Axes, cell: xr.Dataset, looks: Sequence[Quantity], bands: Sequence[Band]
) -> None:
    """Draw bands against thermal time on a logarithmic axis; of points, the absolute value."""
    if not any((np.abs(band.mean) > 0).any() for band in bands):
        left = np.isfinite(cell[GGN.name].values).any()
        reason = "every trace is zero" if left else "every replica has diverged"
        draw_absence(axes, reason)
        return
    tau = cell["thermal_time"].values
    axes.set_yscale("log")
    axes.set_xlim(*widen(tau.min(), tau.max()))
    axes.set_ylim(*limits([absolute(band) for band in bands], logarithmic=True))
    for index, (look, band) in enumerate(zip(looks, bands, strict=True)):
        if look.dashes is None:
            draw_points(axes, tau, band, look)
        else:
            stagger = (index + 0.5) / len(looks)
            draw_line(axes, tau, band, look, stagger)


def draw_line(axes: Axes, tau: np.ndarray, band: Band, look: Quantity, stagger: float) -> None:
    """Draw a line with its band, which is cut where it leaves the panel."""
    shown = band.mean > 0
    bottom = axes.get_ylim()[0]
    axes.fill_between(
        tau[shown],
        np.maximum(band.low[shown], bottom),
        band.high[shown],
        color=look.colour,
        alpha=style.BAND_OPACITY,
        linewidth=0,
    )
    axes.plot(
        tau[shown],
        band.mean[shown],
        color=look.colour,
        linestyle=look.dashes,
        linewidth=look.width,
        marker=look.marker,
        markevery=(MARKER_SPACING * stagger, MARKER_SPACING),
    )


def draw_points(axes: Axes, tau: np.ndarray, band: Band, look: Quantity) -> None:
    """Draw absolute values as points with error bars: full; open where the value is negative."""
    mean, low, high, *_ = absolute(band)
    for shown, filling in ((band.mean > 0, look.colour), (band.mean < 0, "white")):
        if not shown.any():
            continue
        bottom = np.maximum(low[shown], axes.get_ylim()[0])
        axes.vlines(tau[shown], bottom, high[shown], color=look.colour, linewidth=0.6, zorder=3)
        axes.plot(
            tau[shown],
            mean[shown],
            color=look.colour,
            linestyle="none",
            marker=look.marker,
            markerfacecolor=filling,
            markeredgewidth=0.6,
            zorder=4,
        )


def draw_times(axes: Axes, sweep: Sweep, legend: Legend) -> None:
    """Draw the curve of every learning rate against thermal time."""
    if not np.isfinite(sweep.band.mean).any():
        draw_absence(axes, reason_of_absence(sweep))
        return
    panel = Panel(THERMAL_TIME_LABEL, sweep.thermal_time)
    scale(axes, "y", sweep.band)
    axes.set_xlim(*widen(*horizontal_range(panel, sweep)))
    draw_curves(axes, panel, sweep, legend)


def draw_trajectories(axes: Axes, x: Sweep, y: Sweep, legend: Legend) -> None:
    """Draw one observable against another, from record to record, with a ring at the first."""
    if not np.isfinite(y.band.mean).any():
        draw_absence(axes, reason_of_absence(y))
        return
    scale(axes, "x", x.band)
    scale(axes, "y", y.band)
    for index, colour in enumerate(legend.colours):
        across, up = (Band(*(field[index] for field in sweep.band)) for sweep in (x, y))
        shown = np.flatnonzero(np.isfinite(up.mean))
        if not len(shown):
            continue
        for dashes, part in dash_reduced(y.left_out[index][shown]).items():
            points = shown[part]
            axes.plot(
                across.mean[points],
                up.mean[points],
                color=colour,
                linestyle=dashes,
                marker=style.marker(index),
            )
        for bars, where, band, axis in (
            (axes.vlines, across.mean, up, axes.yaxis),
            (axes.hlines, up.mean, across, axes.xaxis),
        ):
            least = axis.get_view_interval()[0] if axis.get_scale() == "log" else -np.inf
            low, high = np.maximum(band.low, least), band.high
            bars(where[shown], low[shown], high[shown], color=colour, alpha=0.5, linewidth=0.6)
        axes.plot(
            across.mean[shown[:1]],
            up.mean[shown[:1]],
            color=style.MUTED_COLOUR,
            linestyle="none",
            marker="o",
            markersize=RING_SIZE,
            markerfacecolor="none",
            markeredgewidth=0.6,
        )
