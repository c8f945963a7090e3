"""What part of the fall of the activation rate has a cause, cell by cell, and as η/|B| goes to 0.

Three meanings of the share of noise: of the change by Itô's formula, the second-order term; of the
flux, the paper's J; and of an intervention, what is missing where noise is switched off.
"""

from typing import NamedTuple

import numpy as np
import xarray as xr

from thermophoresis.analysis.budget import VALUE, budget_of
from thermophoresis.analysis.slow_flow import deviations
from thermophoresis.analysis.thermal_time import times_of
from thermophoresis.analysis.view import cells_with
from thermophoresis.config.observables.drift_budget import TERMS
from thermophoresis.errors import UserError
from thermophoresis.numerics.resampling import sample_and_resamples

RATE, BUDGET, FLUX = "activation_rate", "drift_budget", "flux"
NOISE = tuple(it for it in TERMS if it.startswith("noise_"))
FIRST = tuple(it for it in TERMS if it.startswith("first_"))


class Line(NamedTuple):
    """A quantity of each cell, and the straight line through it.

    Attributes
    ----------
    drive
        η/|B| of each cell, (K,).
    value, standard_error
        Of each cell, (K,).
    intercept, intercept_error
        Of the line at η/|B| = 0.
    slope
        Of the line.
    networks
        Over how many of them.
    """

    drive: np.ndarray
    value: np.ndarray
    standard_error: np.ndarray
    intercept: float
    intercept_error: float
    slope: float
    networks: int


def terms(view: xr.Dataset, of: str, names: tuple[str, ...]) -> np.ndarray:
    """Return the sum of terms of a drift budget, per unit of τ, (cell, network, record)."""
    budget = view[BUDGET].sel(budget_of=of, budget_term=list(names)).astype(np.float64)
    summed: np.ndarray = budget.sum("budget_term", skipna=False).transpose(..., "record").values
    return summed


def shares_of_fall(
    curves: xr.Dataset, control: xr.Dataset | None, at: float, **asked: object
) -> dict[str, Line]:
    """Return the shares of noise in the change of the activation rate up to a thermal time.

    Parameters
    ----------
    curves
        Content of a gathered file with drift budgets.
    control
        The same cells, or two or more of them, without noise; see `analysis.view.cells_with`.
    at
        The thermal time.
    asked
        Which cells, as `analysis.view.cells_with` is asked.

    Raises
    ------
    UserError
        The control has other cells or networks.

    Returns
    -------
    By meaning: `ito`, `flux` and, with a control, `intervention`.
    """
    view = cells_with(curves, [RATE, BUDGET], **asked, least=2)  # type: ignore[arg-type]
    drive = view["learning_rate"].values / view["batch_size"].values
    chosen = view[BUDGET].sel(budget_of=RATE, budget_term=[VALUE, *NOISE, FLUX])
    chosen = chosen.transpose("cell", "network", "record", "budget_term")
    budgets = [budget_of(chosen.isel(cell=cell), "") for cell in range(len(drive))]
    change = np.stack([it.at(it.change, at) for it in budgets])
    sums = np.stack([it.at(it.sums, at) for it in budgets])
    found = {
        "ito": ratio(drive, sums[..., : len(NOISE)].sum(axis=-1), change),
        "flux": ratio(drive, sums[..., -1], change),
    }
    if control is not None:
        found["intervention"] = _intervention(view, control, change, at)
    return found


def _intervention(view: xr.Dataset, control: xr.Dataset, change: np.ndarray, at: float) -> Line:
    """Return what is missing where noise is switched off, in those of the cells that have this."""
    drives = [it["learning_rate"].values / it["batch_size"].values for it in (view, control)]
    places = [int(np.argmin(np.abs(drives[0] - drive))) for drive in drives[1]]
    same = (np.array_equal(control[it], view[it]) for it in ("seed", "replica"))
    if not np.array_equal(drives[0][places], drives[1]) or not all(same):
        raise UserError("cells without noise must have the rates, seeds and replicas of others")
    values = control[RATE].values.astype(np.float64)
    root, where = np.sqrt(times_of(control)), np.sqrt(at)
    after = np.stack(
        [
            [np.interp(where, time, network) for network in of_cell]
            for time, of_cell in zip(root, values, strict=True)
        ]
    )
    return ratio(drives[1], change[places] - (after - values[..., 0]), change[places])


def distances(curves: xr.Dataset, **asked: object) -> Line:
    """Return the largest deviations from the slow flow in units of its fall, in each cell."""
    names = [RATE, "activation_rate_unit"]
    view = cells_with(curves, names, **asked, least=2)  # type: ignore[arg-type]
    deviation, fall = deviations(view)
    whole = np.isfinite(deviation).all(axis=(0, 2)) & np.isfinite(fall).all(axis=0)
    weights = _weights(int(whole.sum()))
    means = np.einsum("bn,cnr->bcr", weights, deviation[:, whole], optimize=True)
    largest = np.abs(means).max(axis=2) / (weights @ fall[:, whole].T)
    return line(view["learning_rate"].values / view["batch_size"].values, largest, len(weights[0]))


def line(drive: np.ndarray, values: np.ndarray, networks: int) -> Line:
    """Fit a straight line by least squares, weighted by the errors.

    Parameters
    ----------
    drive
        Shape (K,).
    values
        Of the sample and its resamples, (1 + resamples, K).
    networks
        Over how many of them.
    """
    error = values[1:].std(axis=0, ddof=1) * np.sqrt(networks / (networks - 1))
    sure = error.max() > 0 and error.min() > 0
    weight = 1 / error**2 if sure else np.ones(len(drive))
    design = np.stack([np.ones(len(drive)), drive], axis=1)
    solve = np.linalg.solve((design.T * weight) @ design, design.T * weight)
    intercepts, slopes = solve @ values.T
    spread = float(intercepts[1:].std(ddof=1) * np.sqrt(networks / (networks - 1)))
    return Line(drive, values[0], error, float(intercepts[0]), spread, float(slopes[0]), networks)


def ratio(drive: np.ndarray, part: np.ndarray, whole: np.ndarray) -> Line:
    """Return a mean over another mean in each cell, both (cell, network)."""
    finite = (np.isfinite(part) & np.isfinite(whole)).all(axis=0)
    weights = _weights(int(finite.sum()))
    return line(
        drive, (weights @ part[:, finite].T) / (weights @ whole[:, finite].T), len(weights[0])
    )


def _weights(networks: int) -> np.ndarray:
    """Return the weights of the sample, then of its resamples, the same for all quantities."""
    return sample_and_resamples(networks, np.random.default_rng(0))
