"""How many networks have diverged by some time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import cells_with
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import names_of
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.statistics.diverged_fraction import DivergedFractionClaim


def diverged_fraction(
    curves: xr.Dataset, thermal_time: float, **chosen: Any
) -> tuple[Estimate, ...]:
    """Return the fraction of networks that have diverged at the first record at or after a time.

    Parameters
    ----------
    curves
        Content of a curves file.
    thermal_time
        τ.
    chosen
        Which cells, as for `analysis.view.cells_with`.

    Raises
    ------
    UserError
        A run ends before that time.
    """
    view = cells_with(curves, ["diverged"], **chosen)
    found = []
    for index, name in enumerate(names_of(view)):
        cell = view.isel(cell=index)
        late = np.flatnonzero(cell["thermal_time"].values >= thermal_time * (1 - 1e-9))
        if not len(late):
            raise UserError(f"got thermal_time {thermal_time:g}; a run ends before it")
        gone = cell["diverged"].transpose("network", "record").values[:, late[0]] != 0
        caveat = (
            f"{int(gone.sum()):,} of {len(gone):,} networks; a count of all that were trained, so "
            "that the interval is a point"
        )
        found.append(Estimate(float(gone.mean()), 0.0, len(gone), caveat, cell=name))
    return tuple(found)


def estimate(
    claim: "DivergedFractionClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return diverged_fraction(
        read[claim.curves],
        claim.thermal_time,
        learning_rate=claim.learning_rate,
        batch_size=claim.batch_size,
        further=claim.cells,
    )
