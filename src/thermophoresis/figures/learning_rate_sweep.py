"""An observable at several learning rates against t, η t and the thermal time η² t / |B|.

Figures 2 (top), 3, 4, 7 and 8 of the paper: the curves fall onto one in the last panel if the
thermophoretic force, of strength η² / |B|, is what drives the observable.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from thermophoresis import netcdf
from thermophoresis.analysis.sweep import select_sweep
from thermophoresis.figures import caption, panels, style

if TYPE_CHECKING:
    from thermophoresis.config import FigureSettings


def draw(
    settings: "FigureSettings",
    fingerprint: str,
    curves: str | Path,
    outputs: Sequence[str | Path],
) -> None:
    """Draw a learning-rate figure from a curves file.

    Parameters
    ----------
    settings
        Which observable at which batch size, title, note and confidence level.
    fingerprint
        Code fingerprint of this figure, stored in the files.
    curves
        The curves file.
    outputs
        One path for every format: .pdf, .svg, .png.

    Raises
    ------
    UserError
        The curves file is unreadable or lacks what the figure shows, or an output cannot be
        written.
    """
    dataset = netcdf.read(curves)
    with style.context():
        figure = compose(settings, dataset)
        style.save(figure, outputs, panels.provenance(settings, fingerprint, dataset))


def compose(settings: "FigureSettings", curves: xr.Dataset) -> Figure:
    """Figure of the learning-rate sweep; to be called within `style.context`."""
    sweep = select_sweep(
        curves,
        settings.observable,
        batch_size=settings.batch_size,
        level=settings.confidence_level,
    )
    rates = sweep.learning_rate[:, np.newaxis]
    return panels.compose(
        [
            panels.Panel("training time $t$ (iterations)", sweep.step),
            panels.Panel(r"rescaled by $\eta$:  $\eta\,t$ (dimensionless)", rates * sweep.step),
            panels.Panel(panels.THERMAL_TIME_LABEL, sweep.thermal_time),
        ],
        sweep,
        panels.Legend(
            title=r"learning rate $\eta$",
            entries=[f"{rate:g}" for rate in sweep.learning_rate],
            colour_map=style.LEARNING_RATE_MAP,
        ),
        texts=caption.write_texts(
            settings,
            curves,
            sweep,
            fixed=f"|B| = {settings.batch_size}",
            names=[f"η = {rate:g}" for rate in sweep.learning_rate],
        ),
        width=style.DOUBLE_COLUMN,
        label=style.OBSERVABLE_LABELS[settings.observable],
    )
