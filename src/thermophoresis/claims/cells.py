"""Curves of single replicas in the cells of a claim.

A replica has the same initialisation and the same samples in every cell, so that cells are paired.
All intervals therefore come from resampling replicas (of all seeds) jointly in all cells that a
statistic uses. A replica that is not finite somewhere in what is used is left out everywhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from thermophoresis.analysis.thermal_time import SCHEDULED, THERMAL_EXPONENTS, thermal_time
from thermophoresis.analysis.view import (
    at_coordinates,
    axes_of,
    cells_with,
    labels_of,
    weakest_first,
)
from thermophoresis.claims.ends import at_floor
from thermophoresis.claims.estimate import Estimate
from thermophoresis.numerics.resampling import resample_weights, spread

if TYPE_CHECKING:
    from thermophoresis.config.claim import ObservableClaim, RescaledClaim

GRID = 200  # points at which curves are compared
FEW = "fewer than two networks have finite values in all cells"


@dataclass(frozen=True)
class Cells:
    """Curves of single replicas in K cells, weakest drive η²/|B| first.

    Attributes
    ----------
    view
        The observables, each (cell, network, record) and finite; see `analysis.view.cells_with`.
    left_out
        Number of networks left out because something was not finite.
    ends
        How many of them are at a floor at the end, in words.
    """

    view: xr.Dataset
    left_out: int
    ends: str = ""

    @property
    def learning_rate(self) -> np.ndarray:
        """Shape (K,)."""
        return self.view["learning_rate"].values

    @property
    def batch_size(self) -> np.ndarray:
        """Shape (K,)."""
        return self.view["batch_size"].values

    @property
    def step(self) -> np.ndarray:
        """Iteration t of each record, (K, records)."""
        return self.view["step"].values.astype(np.float64)

    @property
    def thermal_time(self) -> np.ndarray:
        """τ = η² t / |B|, or Σ η² / |B| where they change, (K, records)."""
        if SCHEDULED in self.view.coords:
            return self.view["thermal_time"].values
        return thermal_time(self.learning_rate, self.batch_size, self.step)

    @property
    def values(self) -> tuple[np.ndarray, ...]:
        """For each observable an array (K, networks, records)."""
        return tuple(array.values for array in self.view.data_vars.values())

    @property
    def replicas(self) -> int:
        """Number of networks that are left."""
        return self.view.sizes["network"]

    @property
    def names(self) -> list[str]:
        """What to call each cell: its learning rate or batch size, whichever they differ in."""
        return cell_names(self.view)

    @property
    def pairs(self) -> list[str]:
        """What to call each cell compared with the one before it."""
        return [
            f"{stronger} against {weaker}"
            for weaker, stronger in zip(self.names, self.names[1:], strict=False)
        ]

    @property
    def caveat(self) -> str:
        """Say how many replicas are left out, and how many are at a floor."""
        total = self.left_out + self.replicas
        diverged = f"{self.left_out:,} of {total:,} networks diverged in some cell and are left out"
        return "; ".join(filter(None, (diverged if self.left_out else "", self.ends)))

    def axis(self, rate_exponent: float, batch_exponent: float) -> np.ndarray:
        """Return t η^α / |B|^β, (K, records), with η and |B| of the cell, whatever its schedule."""
        if (rate_exponent, batch_exponent) == THERMAL_EXPONENTS and SCHEDULED in self.view.coords:
            return self.thermal_time
        scale = self.learning_rate**rate_exponent / self.batch_size**batch_exponent
        return self.step * scale[:, np.newaxis]

    def labels(self, axis: str) -> np.ndarray:
        """Return the label of each cell along a swept axis, shape (K,)."""
        return labels_of(self.view, axis)

    def along(self, claim: "RescaledClaim") -> np.ndarray:
        """Return the rescaled time of a claim, t η^α / |B|^β or t a^γ, (K, records)."""
        if claim.axis_exponent:
            scale = self.labels(claim.compared).astype(np.float64) ** claim.axis_exponent
            return self.step * scale[:, np.newaxis]
        return self.axis(claim.rate_exponent, claim.batch_exponent)


def cell_names(view: xr.Dataset) -> list[str]:
    """Name cells after what they differ in."""
    for axis in axes_of(view)[2:]:
        labels = labels_of(view, axis)
        if len(np.unique(labels)) > 1:
            return [f"{axis} = {label}" for label in labels]
    if len(np.unique(view["learning_rate"])) > 1:
        return [f"η = {rate:g}" for rate in view["learning_rate"].values]
    return [f"|B| = {batch:g}" for batch in view["batch_size"].values]


def select_cells(
    curves: xr.Dataset,
    observables: Sequence[str],
    *,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    further: Mapping[str, Any] = MappingProxyType({}),
) -> Cells:
    """Return two cells or more, weakest drive first; see `analysis.view.cells_with`."""
    cells = cells_with(
        curves,
        observables,
        learning_rate=learning_rate,
        batch_size=batch_size,
        further=further,
        least=2,
    )
    view = weakest_first(cells).astype(np.float64)
    finite = [np.isfinite(array.values) for array in view.data_vars.values()]
    whole = np.all(finite, axis=(0, 1, 3))
    return Cells(view.isel(network=whole), int((~whole).sum()))


def bootstrap(
    cells: Cells, statistic: Callable[..., np.ndarray], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Evaluate a function of mean curves, on the sample and on resamples of its replicas.

    Parameters
    ----------
    cells
        The curves.
    statistic
        Called with the mean curve (K, records) of each observable; returns m numbers.
    rng
        Where the resamples come from.

    Returns
    -------
    value, resampled
        On the sample, (m,); and on each resample, (resamples, m).
    """
    n = cells.replicas
    value = statistic(*(array.mean(axis=1) for array in cells.values))
    weights = resample_weights(n, rng)
    # (K, records, resamples): one product for each observable.
    means = [np.einsum("bn,knr->bkr", weights, array, optimize=True) for array in cells.values]
    return value, np.array([statistic(*of_resample) for of_resample in zip(*means, strict=True)])


def cells_of(claim: "ObservableClaim", read: Mapping[str, xr.Dataset]) -> Cells:
    """Return the cells and observables that a claim is about; see `select_cells`."""
    curves = at_coordinates(read[claim.curves], claim.at)
    cells = select_cells(
        curves,
        claim.observables,
        learning_rate=claim.learning_rate,
        batch_size=claim.batch_size,
        further=claim.cells,
    )
    return replace(cells, ends=at_floor(claim, cells))


def nothing(cells: Cells, why: str = "") -> Estimate:
    """Return the estimate of what the data do not define."""
    return Estimate(np.nan, np.nan, cells.replicas, "; ".join(filter(None, (cells.caveat, why))))


def of_each(
    names: Sequence[str],
    cells: Cells,
    statistic: Callable[..., np.ndarray],
    rng: np.random.Generator,
    limits: tuple[float, float] = (-np.inf, np.inf),
) -> tuple[Estimate, ...]:
    """Estimate every entry of what a function of mean curves returns, by its name.

    Each is about one cell or one pair of cells. A claim about all of them holds if it holds for
    each.
    """
    if cells.replicas < 2:
        return (nothing(cells, FEW),)
    with np.errstate(divide="ignore", invalid="ignore"):
        values, resampled = bootstrap(cells, statistic, rng)
    if not np.isfinite(values).all():
        return (nothing(cells, "not defined for these curves"),)
    return tuple(
        Estimate(
            float(value),
            spread(column, cells.replicas),
            cells.replicas,
            cells.caveat,
            cell=name,
            limits=limits,
        )
        for name, value, column in zip(names, values, resampled.T, strict=True)
    )


def on_common_grid(
    axis: np.ndarray, means: np.ndarray, part: tuple[float, float] = (-np.inf, np.inf)
) -> np.ndarray:
    """Interpolate curves (K, records) on a uniform grid of the range that they share.

    Parameters
    ----------
    axis, means
        Shape (K, records).
    part
        Of that range.

    Raises
    ------
    ValueError
        They share none.
    """
    low, high = max(axis[:, 0].max(), part[0]), min(axis[:, -1].min(), part[1])
    if not low < high:
        raise ValueError("the curves share no range")
    grid = np.linspace(low, high, GRID)
    return np.stack([np.interp(grid, x, y) for x, y in zip(axis, means, strict=True)])
