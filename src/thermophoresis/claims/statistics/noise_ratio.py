"""What noise leaves late in training, over what it leaves in a cell of the same drive."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells, axes_of, cells_with, labels_of
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.exchange import POWER
from thermophoresis.claims.means import names_of
from thermophoresis.claims.noise_quantities import late_excess, quantities
from thermophoresis.errors import UserError
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.noise_ratio import NoiseRatioClaim


def momenta(view: xr.Dataset) -> np.ndarray:
    """Return μ of each cell, 0 where it is no axis."""
    if "momentum" in axes_of(view):
        return np.asarray(labels_of(view, "momentum"), dtype=np.float64)
    return np.zeros(view.sizes["cell"])


def estimate(
    claim: "NoiseRatioClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the ratio in each cell of one drive but the base.

    Raises
    ------
    UserError
        There is no base, no cell without noise, or no other cell.
    """
    view = asked_cells(read[claim.curves], [claim.observable], claim)
    without = cells_with(read[claim.curves], [claim.observable], further=claim.noise_free)
    rates, batches, power = view["learning_rate"].values, view["batch_size"].values, momenta(view)
    drive = rates / (1 - power) / batches ** POWER[claim.scaling]
    is_base = np.isclose(rates, claim.base_rate) & (batches == claim.base_batch)
    is_base &= np.isclose(power, claim.base_momentum)
    if is_base.sum() != 1:
        raise UserError(f"{is_base.sum()} cells are the base; must be 1")
    alike = np.isclose(drive, drive[is_base], rtol=1e-3) & ~is_base
    if claim.factors:
        alike &= np.isin(batches, np.multiply(claim.factors, claim.base_batch))
    if alike.sum() < max(1, len(claim.factors)):
        raise UserError(f"{alike.sum()} other cells have the drive of the base and such |B|")
    chosen = [int(np.flatnonzero(is_base)[0]), *np.flatnonzero(alike)]
    excess = late_excess(view.isel(cell=chosen), without, claim.observable)
    whole = np.isfinite(excess).all(axis=(0, 2))
    n = int(whole.sum())
    if n < 2:
        return (Estimate(np.nan, np.nan, n, "fewer than two are finite"),)
    found = quantities(excess[:, whole], claim.quantity, sample_and_resamples(n, rng))
    if claim.quantity == "spread":
        found = np.sqrt(np.maximum(found, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = found[1:] / found[0]
    names = names_of(view)
    return tuple(
        Estimate(
            float(row[0]), spread(row[1:], n), n, f"{found[0, 0]:.3g} in the base", cell=names[k]
        )
        for k, row in zip(chosen[1:], ratios, strict=True)
    )
