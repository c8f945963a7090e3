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

from thermophoresis.analysis.sweep import Sweep, select_sweep
from thermophoresis.figures import caption, panels, style

if TYPE_CHECKING:
    from thermophoresis.config import FigureSettings


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
    sweeps = [
        select_sweep(
            dataset,
            settings.observable,
            batch_size=settings.batch_size,
            level=settings.confidence_level,
        )
        for dataset in curves
    ]
    values = [f"{rate:g}" for rate in sweeps[0].learning_rate]
    return panels.compose(
        [
            panels.Row(rescalings(sweep), sweep, heading)
            for sweep, heading in zip(sweeps, caption.row_headings(curves), strict=True)
        ],
        panels.Legend(r"learning rate $\eta$", values, style.LEARNING_RATE_MAP),
        texts=caption.write_texts(
            settings,
            curves,
            sweeps,
            fixed=f"|B| = {settings.batch_size}",
            names=[f"η = {value}" for value in values],
        ),
        width=style.DOUBLE_COLUMN,
        label=style.OBSERVABLE_LABELS[settings.observable],
    )


def rescalings(sweep: Sweep) -> list[panels.Panel]:
    """Time without rescaling, rescaled by η, and by η²."""
    rates = sweep.learning_rate[:, np.newaxis]
    return [
        panels.Panel("training time $t$ (iterations)", sweep.step),
        panels.Panel(r"rescaled by $\eta$:  $\eta\,t$ (dimensionless)", rates * sweep.step),
        panels.Panel(panels.THERMAL_TIME_LABEL, sweep.thermal_time),
    ]
