"""What momentum leaves of a quadratic loss at stationarity: closed form against linear equations.

Hessians and covariances of the noise are drawn, which do not commute. Nothing is simulated.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from thermophoresis.config.measurements.momentum_variance import MomentumVariance
from thermophoresis.config.run import RunSettings
from thermophoresis.theory.momentum import energy, joint_covariance
from thermophoresis.theory.stationary_covariance import symmetrised

TITLE = "quadratic loss with momentum"
PURPOSE = "momentum_variance"
SMALLER = 1024.0  # by which steps are smaller where the order of what is left is told

Array = np.ndarray[Any, np.dtype[np.float64]]


def measure(
    measurement: MomentumVariance,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Evaluate Tr(HΣ), twice the excess loss.

    Parameters
    ----------
    measurement
        Momenta, steps, and how many Hessians.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        Dimension ``momentum``, float64, of all pairs that which is furthest from nothing:
        ``closed_error``, of the closed form, relative to that of linear equations;
        ``collapse_deviation``, what there is with momentum over that without at one η/((1 − μ)|B|),
        less one; ``collapse_order``, the power of η with which that vanishes (NaN without momentum,
        where there is none).
    """
    drawn = np.random.default_rng([*PURPOSE.encode(), measurement.seed])
    pairs = [_pair(drawn, measurement.weights) for _ in range(measurement.pairs)]
    found = np.array([_of(measurement.step, it, pairs) for it in measurement.momenta])
    words = (
        "relative error of the closed form of Tr(H Sigma)",
        "Tr(H Sigma) over that without momentum at one eta/((1 - mu)|B|), less one",
        "power of eta with which that vanishes",
    )
    return xr.Dataset(
        {
            name: ("momentum", column, {"long_name": told, "units": "1"})
            for name, column, told in zip(measurement.variables, found.T, words, strict=True)
        },
        {"momentum": ("momentum", list(measurement.momenta), {"long_name": "mu", "units": "1"})},
    )


def describe(dataset: xr.Dataset) -> str:
    """Say how far the closed form is from linear equations."""
    return f"Tr(HΣ) with momentum: relative error {float(dataset['closed_error'].max()):.1e}"


def _pair(drawn: np.random.Generator, d: int) -> tuple[Array, Array]:
    """Draw H, with eigenvalues up to 1, and D, which do not commute."""
    found = []
    for largest in (1.0, 2.0):
        basis, _ = np.linalg.qr(drawn.standard_normal((d, d)))
        values = np.append(drawn.uniform(0.1, 1, d - 1), 1) * largest
        found.append(symmetrised(basis * values @ basis.T))
    return found[0], found[1]


def _of(step: float, momentum: float, pairs: Sequence[tuple[Array, Array]]) -> list[float]:
    """Return error, deviation and order at one momentum, of the largest of some pairs."""
    errors, deviations, orders = [], [], []
    for hessian, noise in pairs:
        eta = step * (1 - momentum)
        closed = energy(hessian, noise, learning_rate=eta, momentum=momentum)
        joint = joint_covariance(hessian, noise, learning_rate=eta, momentum=momentum)
        d = len(hessian)
        solved = float(np.trace(hessian @ joint[:d, :d]))
        errors.append(abs(closed / solved - 1))
        coarse, fine, finer = (
            _deviation(hessian, noise, step / smaller, momentum)
            for smaller in (1.0, SMALLER, 2 * SMALLER)
        )
        deviations.append(coarse)
        orders.append(np.log2(fine / finer) if momentum else np.nan)
    order = np.array(orders)
    return [max(errors), max(deviations, key=abs), order[np.abs(order - 1).argmax()]]


def _deviation(hessian: Array, noise: Array, step: float, momentum: float) -> float:
    """Return what there is with momentum over what there is without, at one η/(1 − μ), less one."""
    eta = step * (1 - momentum)
    with_momentum = energy(hessian, noise, learning_rate=eta, momentum=momentum)
    return with_momentum / energy(hessian, noise, learning_rate=step, momentum=0.0) - 1
