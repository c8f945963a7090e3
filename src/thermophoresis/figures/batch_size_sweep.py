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
    """Draw a batch-size figure from curves files; arguments and errors as `panels.draw`."""
    panels.draw(compose, settings, fingerprint, curves, outputs)


def compose(settings: "FigureSettings", curves: Sequence[xr.Dataset]) -> Figure:
    """Figure of the batch-size sweep; to be called within `style.context`."""
    sweeps = [
        select_sweep(
            dataset,
            settings.observable,
            learning_rate=settings.learning_rate,
            level=settings.confidence_level,
        )
        for dataset in curves
    ]
    values = [f"{batch}" for batch in sweeps[0].batch_size]
    return panels.compose(
        [
            panels.Row(rescalings(sweep, settings.learning_rate), sweep, heading)
            for sweep, heading in zip(sweeps, caption.row_headings(curves), strict=True)
        ],
        panels.Legend("batch size $|B|$", values, style.BATCH_SIZE_MAP),
        texts=caption.write_texts(
            settings,
            curves,
            sweeps,
            fixed=f"η = {settings.learning_rate:g}",
            names=[f"|B| = {value}" for value in values],
        ),
        width=style.TWO_PANELS,
        label=style.OBSERVABLE_LABELS[settings.observable],
    )


def rescalings(sweep: Sweep, learning_rate: float) -> list[panels.Panel]:
    """Time without rescaling, and rescaled by 1/|B| with thermal time on a second scale."""
    return [
        panels.Panel("training time $t$ (iterations)", sweep.step),
        panels.Panel(
            r"rescaled by $1/|B|$:  $t/|B|$ (iterations)",
            sweep.step / sweep.batch_size[:, np.newaxis],
            thermal_time_unit=learning_rate**2,
        ),
    ]
