"""The exponent for which curves collapse, as an estimate."""

import numpy as np

from thermophoresis.analysis.exponent_fit import Exponent
from thermophoresis.analysis.exponents import fit_exponents
from thermophoresis.analysis.thermal_time import thermal_windows
from thermophoresis.claims.cells import Cells, nothing
from thermophoresis.claims.estimate import Estimate


def exponent(
    cells: Cells,
    which: str,
    window: str,
    rng: np.random.Generator,
    further: np.ndarray | None = None,
) -> Estimate:
    """Return the exponent for which the curves collapse; see `analysis.exponents.fit_exponents`.

    Parameters
    ----------
    cells
        The curves.
    which
        alpha, beta or gamma.
    window
        whole, early, middle or late.
    rng
        Where the resamples come from.
    further
        Labels along the axis of which gamma is the exponent, shape (K,).
    """
    limits = None
    if window != "whole":
        windows = thermal_windows(cells.learning_rate, cells.batch_size, cells.step)
        limits = windows[("early", "middle", "late").index(window)]
    fit = fit_exponents(
        cells.learning_rate,
        cells.batch_size,
        cells.step,
        cells.values[0],
        window=limits,
        further=further,
        rng=rng,
    )
    found: Exponent = getattr(fit, which)
    if not found.identified:
        return nothing(cells, str(found.outcome))
    residual = (
        f"even at this exponent the curves differ: squared differences are {fit.cost:.3g} times "
        "what noise explains"
        if fit.cost > 10
        else ""
    )
    caveat = "; ".join(filter(None, (cells.caveat, residual)))
    return Estimate(found.value, found.standard_error, found.replicas, caveat)
