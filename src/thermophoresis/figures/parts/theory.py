"""The curve of a theory without a free parameter beside the curves of a sweep."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from thermophoresis.analysis.sweep import Sweep
from thermophoresis.config.slow_flow import law
from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.caption import settings_of_cells
from thermophoresis.figures.parts.curves import Panel
from thermophoresis.theory import slow_flow

COLOUR = "#000000"
# Of curves beside it: Okabe & Ito (2008), without black and yellow, and grey.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#777777")
WIDTH = 1.2  # points: it has no markers, and lies on curves
LABEL = r"slow flow $dz/d\tau=-\varphi(z)/8$ of $z=b/\|w\|$ from $V$ at its level"
CAPTION = (
    "Black, dashed: the activation rate if noise holds V at its level and the mean force of that "
    "level moves b and w, the slow flow dz/dτ = −φ(z)/8 of label noise theory in the limit "
    "η/|B| → 0, averaged over the initial weights and biases. It has no parameter, and supposes V "
    "at its level from the start."
)


def activation_rate(curves: xr.Dataset, sweep: Sweep) -> np.ndarray:
    """Return the activation rate of the slow flow at every record, shape (K, records).

    Parameters
    ----------
    curves
        Content of a curves file, for the initial law of its networks.
    sweep
        Curves of some of its cells.
    """
    network = settings_of_cells(curves, sweep.cells)["network"]
    nodes = slow_flow.initial_ratios(**law(network))
    return slow_flow.activation_rate(sweep.thermal_time, *nodes)


def key() -> Line2D:
    """Return what stands for it in a legend."""
    return Line2D([], [], color=COLOUR, linestyle=style.DASHES, linewidth=WIDTH)


def draw_theory(axes: Axes, panel: Panel, sweep: Sweep, values: np.ndarray) -> None:
    """Draw the theory's curve for each curve of a panel, once where the axis is thermal time."""
    unit = panel.coordinate[:, -1] / sweep.thermal_time[:, -1]
    chosen = [int(np.argmax(sweep.thermal_time[:, -1]))]
    for index in chosen if np.allclose(unit, unit[0], rtol=1e-6) else range(len(values)):
        axes.plot(
            panel.coordinate[index],
            values[index],
            color=COLOUR,
            linestyle=style.DASHES,
            linewidth=WIDTH,
        )
