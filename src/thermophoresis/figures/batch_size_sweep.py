"""An observable at several batch sizes against t and t / |B|, which is thermal time over η².

Figures 5, 6, 9 and 10 of the paper: the curves fall onto one in the second panel if the
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
    """Draw a batch-size figure from a curves file.

    Parameters
    ----------
    settings
        Which observable at which learning rate, title, note and confidence level.
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
    """Figure of the batch-size sweep; to be called within `style.context`."""
    sweep = select_sweep(
        curves,
        settings.observable,
        learning_rate=settings.learning_rate,
        level=settings.confidence_level,
    )
    batches = sweep.batch_size[:, np.newaxis]
    return panels.compose(
        [
            panels.Panel("training time $t$ (iterations)", sweep.step),
            panels.Panel(
                r"rescaled by $1/|B|$:  $t/|B|$ (iterations)",
                sweep.step / batches,
                thermal_time_unit=settings.learning_rate**2,
            ),
        ],
        sweep,
        panels.Legend(
            title="batch size $|B|$",
            entries=[f"{batch}" for batch in sweep.batch_size],
            colour_map=style.BATCH_SIZE_MAP,
        ),
        texts=caption.write_texts(
            settings,
            curves,
            sweep,
            fixed=f"η = {settings.learning_rate:g}",
            names=[f"|B| = {batch}" for batch in sweep.batch_size],
        ),
        width=style.TWO_PANELS,
        label=style.OBSERVABLE_LABELS[settings.observable],
    )
