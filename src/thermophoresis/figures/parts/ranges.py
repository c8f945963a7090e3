"""Which numbers the axes of a panel show."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from thermophoresis.analysis.collapse import common_range
from thermophoresis.analysis.sweep import Sweep
from thermophoresis.figures.parts.curves import Panel
from thermophoresis.numerics.intervals import Band

AIR = 0.04  # of a panel's height or width, at either end of what it shows
# A linear axis shows a factor of this much, and numbers up to this.
LINEAR_FACTOR = 20.0
LINEAR_LARGEST = 1e4
# A band goes below the panel where its end is this much smaller than its mean.
DEEPEST_BAND = 0.1


def horizontal_range(panel: Panel, sweep: Sweep) -> tuple[float, float]:
    """Range that all curves share; where one is missing, that of the others."""
    present = np.isfinite(sweep.band.mean).any(axis=1)
    low, high = common_range(panel.coordinate[present], sweep.band.mean[present])
    if low < high:
        return low, high
    return float(np.nanmin(panel.coordinate)), float(np.nanmax(panel.coordinate))


def vertical_range(panels: Sequence[Panel], sweep: Sweep) -> tuple[float, float]:
    """Range of everything that some panel shows, and a little air."""
    shown = []
    for panel in panels:
        edges = horizontal_range(panel, sweep)
        for x, *values in zip(panel.coordinate, *sweep.band[:3], strict=True):
            for y in values:
                present = np.isfinite(x) & np.isfinite(y)
                if not present.any():
                    continue
                inside = present & (x >= edges[0]) & (x <= edges[1])
                shown.append(y[inside])
                # A curve can leave a panel between two records.
                crossing = [edge for edge in edges if x[present].min() <= edge <= x[present].max()]
                shown.append(np.interp(crossing, x[present], y[present]))
    everything = np.concatenate(shown)
    bottom, top = everything.min(), everything.max()
    air = AIR * (top - bottom) or AIR * abs(top) or 1.0
    return float(bottom - air), float(top + air)


def absolute(band: Band) -> Band:
    """Band of the absolute value, with the interval reflected where the mean is negative."""
    negative = band.mean < 0
    return band._replace(
        mean=np.abs(band.mean),
        low=np.where(negative, -band.high, band.low),
        high=np.where(negative, -band.low, band.high),
    )


def limits(bands: Sequence[Band], *, logarithmic: bool) -> tuple[float, float]:
    """Range of bands and a little air; on a logarithmic axis, of what is positive."""
    values = []
    for band in bands:
        mean, low, high = band.mean, band.low, band.high
        if logarithmic:
            mean = np.where(mean > 0, mean, np.nan)
            low = np.where(low > DEEPEST_BAND * mean, low, np.nan)
        values += [mean, low, high]
    everything = np.concatenate([np.ravel(value) for value in values])
    everything = everything[np.isfinite(everything) & ((everything > 0) | (not logarithmic))]
    if logarithmic:
        bottom, top = widen(*np.log10([everything.min(), everything.max()]))
        return float(10**bottom), float(10**top)
    return widen(everything.min(), everything.max())


def widen(low: float, high: float) -> tuple[float, float]:
    """Range with air at either end, and of some width even where there is a single value."""
    margin = AIR * (high - low) if low < high else 0.1 * abs(low) or 0.5
    return float(low - margin), float(high + margin)


def scale(axes: Axes, direction: str, band: Band) -> None:
    """Choose a linear or a logarithmic axis, x or y, by the means alone, and its limits."""
    means = band.mean[np.isfinite(band.mean)]
    largest, smallest = means.max(), means.min()
    logarithmic = bool(
        smallest > 0 and (largest > LINEAR_FACTOR * smallest or largest >= LINEAR_LARGEST)
    )
    axes.set(
        **{
            f"{direction}scale": "log" if logarithmic else "linear",
            f"{direction}lim": limits([band], logarithmic=logarithmic),
        }
    )
