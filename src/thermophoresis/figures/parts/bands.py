"""Means with their intervals."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from thermophoresis.figures.parts import style
from thermophoresis.numerics.intervals import Band


def draw_band(axes: Axes, x: np.ndarray, band: Band, colour: Any, linestyle: Any = "-") -> None:
    """Draw a mean with its interval."""
    axes.fill_between(x, band.low, band.high, color=colour, alpha=style.BAND_OPACITY, linewidth=0)
    axes.plot(x, band.mean, color=colour, linestyle=linestyle)
