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
    """Draw a batch-size figure from curves files; arguments and errors as `panels.draw`."""
    panels.draw(compose, settings, fingerprint, curves, outputs)


def compose(settings: "FigureSettings", curves: Sequence[xr.Dataset]) -> Figure:
    """Figure of the batch-size sweep; to be called within `style.context`."""
    return panels.compose_sweep(
        settings,
        curves,
        rescalings,
        compared="batch_size",
        fixed="learning_rate",
        width=style.TWO_PANELS,
    )


def rescalings(sweep: Sweep) -> list[panels.Panel]:
    """Time without rescaling, and rescaled by 1/|B| with thermal time on a second scale."""
    return [
        panels.Panel("training time $t$ (iterations)", sweep.step),
        panels.Panel(
            r"rescaled by $1/|B|$:  $t/|B|$ (iterations)",
            sweep.step / sweep.batch_size[:, np.newaxis],
            thermal_time_unit=sweep.learning_rate[0] ** 2,
        ),
    ]
