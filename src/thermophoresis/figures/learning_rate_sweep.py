"""An observable at several learning rates against t, η t and the thermal time η² t / |B|.

Figures 2, 3, 4, 7, 8, 11 and 12 of the paper: the curves fall onto one in the last panel if the
thermophoretic force, of strength η² / |B|, is what drives the observable.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from thermophoresis.analysis.sweep import Sweep
from thermophoresis.figures.parts import panels, style

if TYPE_CHECKING:
    from thermophoresis.config.configuration import FigureSettings


def draw(
    settings: "FigureSettings",
    fingerprint: str,
    curves: Sequence[str | Path],
    outputs: Sequence[str | Path],
) -> None:
    """Draw a learning-rate figure from curves files; arguments and errors as `panels.draw`."""
    panels.draw(compose, settings, fingerprint, curves, outputs)


def compose(settings: "FigureSettings", curves: Sequence[xr.Dataset]) -> Figure:
    """Figure of the learning-rate sweep; to be called within `style.context`."""
    return panels.compose_sweep(
        settings,
        curves,
        rescalings,
        compared="learning_rate",
        fixed="batch_size",
        width=style.DOUBLE_COLUMN,
    )


def rescalings(sweep: Sweep) -> list[panels.Panel]:
    """Time without rescaling, rescaled by η, and by η²."""
    rates = sweep.learning_rate[:, np.newaxis]
    return [
        panels.Panel("training time $t$ (iterations)", sweep.step),
        panels.Panel(r"rescaled by $\eta$:  $\eta\,t$ (dimensionless)", rates * sweep.step),
        panels.Panel(panels.THERMAL_TIME_LABEL, sweep.thermal_time),
    ]
