"""An observable at several learning rates against t, η t and the thermal time η² t / |B|.

Figures 2, 3, 4, 7, 8, 11 and 12 of the paper: the curves fall onto one in the last panel if the
thermophoretic force, of strength η² / |B|, is what drives the observable.
"""

from functools import partial

from thermophoresis.analysis.sweep import Sweep
from thermophoresis.figures.parts import files
from thermophoresis.figures.parts.curves import SCHEDULED_TIME_LABEL, THERMAL_TIME_LABEL, Panel
from thermophoresis.figures.parts.rows import compose_sweep
from thermophoresis.figures.parts.style import DOUBLE_COLUMN


def rescalings(sweep: Sweep) -> list[Panel]:
    """Time without rescaling, rescaled by η, and by η²."""
    if sweep.scheduled:
        return [
            Panel("training time $t$ (iterations)", sweep.step),
            Panel(r"$\sum\eta$ (dimensionless)", sweep.training_time),
            Panel(SCHEDULED_TIME_LABEL, sweep.thermal_time),
        ]
    return [
        Panel("training time $t$ (iterations)", sweep.step),
        Panel(r"rescaled by $\eta$:  $\eta\,t$ (dimensionless)", sweep.training_time),
        Panel(THERMAL_TIME_LABEL, sweep.thermal_time),
    ]


# Of settings and the content of curves files.
compose = partial(compose_sweep, rescalings, width=DOUBLE_COLUMN)
draw = partial(files.draw, compose)
