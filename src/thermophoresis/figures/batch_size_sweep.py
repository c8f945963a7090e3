"""An observable at several batch sizes against t and t / |B|, which is thermal time over η².

Figures 5, 6, 9 and 10 of the paper: the curves fall onto one in the second panel if the
thermophoretic force, of strength η² / |B|, is what drives the observable.
"""

from functools import partial

import numpy as np

from thermophoresis.analysis.sweep import Sweep
from thermophoresis.figures.parts import files
from thermophoresis.figures.parts.curves import Panel
from thermophoresis.figures.parts.rows import compose_sweep
from thermophoresis.figures.parts.style import TWO_PANELS


def rescalings(sweep: Sweep) -> list[Panel]:
    """Time without rescaling, and rescaled by 1/|B| with thermal time on a second scale."""
    unit = sweep.learning_rate[0] ** 2
    if sweep.scheduled:
        label = r"$\sum(\eta/\eta_0)^2/|B|$ (iterations)"
        return [
            Panel("training time $t$ (iterations)", sweep.step),
            Panel(label, sweep.thermal_time / unit, thermal_time_unit=unit),
        ]
    return [
        Panel("training time $t$ (iterations)", sweep.step),
        Panel(
            r"rescaled by $1/|B|$:  $t/|B|$ (iterations)",
            sweep.step / sweep.batch_size[:, np.newaxis],
            thermal_time_unit=unit,
        ),
    ]


# Of settings and the content of curves files.
compose = partial(compose_sweep, rescalings, width=TWO_PANELS)
draw = partial(files.draw, compose)
