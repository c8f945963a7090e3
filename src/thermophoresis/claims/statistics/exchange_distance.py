"""How far curves lie from that of another η, in units of the spread of networks."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import cells_with
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.exchange import clock, exchanged, on_one_grid, squared_distances
from thermophoresis.errors import UserError
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.exchange_distance import ExchangeDistanceClaim


def estimate(
    claim: "ExchangeDistanceClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the distance at each factor; see `thermophoresis.claims.exchange`.

    Raises
    ------
    UserError
        There are no such cells.
    """
    view, every, names = _compared(claim, read[claim.curves])
    values = view[claim.observable].transpose("cell", "network", "record").values
    whole = np.isfinite(values[np.concatenate(every)]).all(axis=(0, 2))
    n, lost = int(whole.sum()), int((~whole).sum())
    caveat = f"{lost:,} of {len(whole):,} are not finite and left out" if lost else ""
    if n < 2:
        return (Estimate(np.nan, np.nan, n, caveat),)
    weights = sample_and_resamples(n, rng)
    times = clock(view, claim.time)
    squares = [
        squared_distances(
            on_one_grid(values[cells][:, whole].astype(np.float64), times[cells]), weights
        )
        for cells in every
    ]
    if len(squares) == 1:
        return tuple(
            Estimate(float(row[0]), spread(row[1:], n), n, caveat, root=True, cell=name)
            for name, row in zip(names, squares[0], strict=True)
        )
    linear, root = (np.sqrt(np.maximum(it, 0)) for it in squares)
    return tuple(
        Estimate(
            float(one[0] - other[0]),
            spread(one[1:] - other[1:], n),
            n,
            "; ".join(filter(None, (caveat, f"{one[0]:.2f} less {other[0]:.2f}"))),
            cell=name,
        )
        for name, one, other in zip(names, linear, root, strict=True)
    )


def _compared(
    claim: "ExchangeDistanceClaim", curves: xr.Dataset
) -> tuple[xr.Dataset, list[list[int]], list[str]]:
    """Return cells, where each base and what is compared with it are, and names of the latter."""
    view = cells_with(curves, [claim.observable], further=claim.cells)
    base = (claim.base_rate, claim.base_batch)
    if claim.noise_free:
        (there,) = exchanged(view, base, (), "linear")
        without = cells_with(curves, [claim.observable], further=claim.noise_free)
        if without.sizes["cell"] != 1:
            raise UserError(f"{without.sizes['cell']} cells without noise; must be 1")
        return xr.concat([view.isel(cell=[there]), without], "cell"), [[0, 1]], [""]
    scalings = ["linear", "root"] if claim.scaling == "linear_less_root" else [claim.scaling]
    every = [exchanged(view, base, claim.factors, it) for it in scalings]
    return view, every, [f"β = {factor:g}" for factor in claim.factors]
