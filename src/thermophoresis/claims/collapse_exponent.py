"""The exponent for which curves collapse, as an estimate, and how well they do so."""

from dataclasses import replace

import numpy as np

from thermophoresis.analysis.exponent_fit import Exponent, Outcome
from thermophoresis.analysis.exponents import fit_exponents
from thermophoresis.analysis.thermal_time import thermal_windows
from thermophoresis.claims.cells import Cells, nothing
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.levels import exponents_by_level
from thermophoresis.claims.statistics.collapse_error import collapse_along, spread_of_curves

# Exponents at which curves are laid on each other: all that a fit searches, 4 to either side.
TRIED = np.linspace(-4.0, 4.0, 161)
THERMAL = {"alpha": 2.0, "beta": 1.0, "gamma": 0.0}
PARTS = ("early", "middle", "late")  # of a run, equal in √τ
RESAMPLES = 100  # for what stands beside an exponent: its error to a fourteenth
# The data may have an exponent, and do not tell it.
NOT_FOUND = (Outcome.EDGE,)


def exponent(
    cells: Cells,
    which: str,
    window: str,
    rng: np.random.Generator,
    further: np.ndarray | None = None,
) -> Estimate:
    """Return the exponent for which the curves collapse; see `analysis.exponents.fit_exponents`.

    Where they do so for none, which ``closest`` of the estimate tells, it is the one for which
    differences are smallest in units of their noise, and nothing else. The caveat tells both, and
    how the exponent of a whole run varies with the level of the curves and with the part of it.

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
        limits = windows[PARTS.index(window)]
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
    if not found.identified and found.outcome not in NOT_FOUND:
        return nothing(cells, str(found.outcome))
    setting = cells.learning_rate if which == "alpha" else 1 / cells.batch_size
    setting = setting if further is None else further.astype(np.float64)
    value, closest = closest_collapse(cells, setting, THERMAL[which], fit.window, rng)
    told = (
        cells.caveat,
        "" if found.identified else str(found.outcome),
        f"squared differences at the best exponent are {fit.cost:.3g} times what noise explains",
        f"the curves come closest at {value:.2f}, with ε = {closest.shown:.2g}",
        exponents_by_level(cells, setting, rng) if window == "whole" else "",
        exponents_by_range(cells, which, rng, further) if window == "whole" else "",
    )
    return Estimate(
        found.value,
        found.standard_error,
        found.replicas,
        "; ".join(filter(None, told)),
        closest=closest,
    )


def exponents_by_range(
    cells: Cells, which: str, rng: np.random.Generator, further: np.ndarray | None = None
) -> str:
    """Say which exponent fits the curves best in each third of a run, and how well it does.

    Parameters
    ----------
    cells, which, rng, further
        As for `exponent`.
    """
    told = []
    windows = thermal_windows(cells.learning_rate, cells.batch_size, cells.step)
    for part, limits in zip(PARTS, windows, strict=True):
        fit = fit_exponents(
            cells.learning_rate,
            cells.batch_size,
            cells.step,
            cells.values[0],
            window=limits,
            further=further,
            resamples=RESAMPLES,
            rng=rng,
        )
        found: Exponent = getattr(fit, which)
        words = f"none in the {part} third ({found.outcome})"
        if found.identified:
            number = f"{found.value:.2f} ± {found.standard_error:.2g}"
            words = f"{number} in the {part} third (squared differences {fit.cost:.3g} times)"
        told.append(words)
    return f"over parts of the run it is {', '.join(told)}"


def closest_collapse(
    cells: Cells,
    setting: np.ndarray,
    thermal: float,
    window: tuple[float, float],
    rng: np.random.Generator,
) -> tuple[float, Estimate]:
    """Return the exponent at which curves come closest to each other, and the ε that they have.

    That exponent is not the fitted one: it weighs all differences alike, whatever their noise.
    ε is chosen as the smallest of many, hence rather too small than too large.

    Parameters
    ----------
    cells
        The curves.
    setting
        What has the exponent, in each cell, shape (K,).
    thermal
        The exponent of thermal time.
    window
        Range of thermal time in which the curves are compared.
    rng
        Where the resamples come from.
    """
    mean = cells.values[0].mean(axis=1)

    def laid(offset: float) -> tuple[np.ndarray, tuple[float, float]]:
        factor = (setting / setting[0]) ** offset
        axis = cells.thermal_time * factor[:, np.newaxis]
        return axis, (window[0] * factor.max(), window[1] * factor.min())

    def apart(offset: float) -> float:
        axis, part = laid(offset)
        if not part[0] < part[1]:
            return np.inf
        between, total = spread_of_curves(axis, mean, part)
        return between / total if total > 0 else np.inf

    best = float(min(TRIED, key=apart))
    axis, part = laid(best)
    return thermal + best, replace(collapse_along(cells, axis, rng, part), caveat="")
