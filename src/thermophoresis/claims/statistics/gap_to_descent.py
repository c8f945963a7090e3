"""How a measured quantity at the end of SGD differs from that after descent without noise.

Networks are paired: they start from the same parameters. The run without noise is taken where it
has been trained as long, or has come down to the same training loss, as each network: between two
of its snapshots, linearly in ηt or in the logarithm of the loss. The mean is over cells.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import cells_with
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.measured_cells import both, measured_cells, of_experiments
from thermophoresis.errors import UserError
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.gap_to_descent import GapToDescentClaim

ROUNDING = 1e-6  # of times, relative to them


def along(where: np.ndarray, axis: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return values of each network where it is, NaN outside of its snapshots.

    Parameters
    ----------
    where
        Shape (cell, network).
    axis, values
        Of the snapshots, (network, record); the axis rises.
    """
    found = np.empty_like(where)
    for network, (points, row) in enumerate(zip(axis, values, strict=True)):
        slack = ROUNDING * np.abs(points).max()
        at = where[:, network]
        inside = (at >= points[0] - slack) & (at <= points[-1] + slack)
        found[:, network] = np.where(inside, np.interp(at, points, row), np.nan)
    return found


def estimate(
    claim: "GapToDescentClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim.

    Raises
    ------
    UserError
        A file lacks what is asked for, or the other experiment has several cells.
    """
    (measured, curves), (other, _) = of_experiments(read, claim.reads)
    cells = measured_cells(claim, measured, curves, [claim.variable, "train_loss"])
    view = cells_with(other, [claim.variable, "train_loss"])
    if view.sizes["cell"] != 1 or view.sizes["network"] != cells.networks:
        raise UserError(f"{claim.against} must have one cell, of {cells.networks} networks")
    values, losses = (
        view[it].isel(cell=0).transpose("network", "record").values.astype(np.float64)
        for it in (claim.variable, "train_loss")
    )
    own, loss = cells.values
    if claim.logarithm:
        own, values = np.log(own), np.log(values)
    if claim.equal == "train_loss":
        # It falls along the run.
        reference = along(-np.log(loss), -np.log(losses), values)
    else:
        times = view["step"].isel(cell=0).values * float(view["learning_rate"].values[0])
        axis = np.broadcast_to(times, values.shape)
        reference = along(cells.training_time, axis, values)
    gap = np.where(cells.arrived, own - reference, np.nan)
    whole = np.asarray(np.isfinite(gap).all(axis=0))
    n = int(whole.sum())
    caveat = ""
    if n < len(whole):
        why = "never arrive or are nowhere equal in some cell"
        caveat = f"{len(whole) - n} of {len(whole)} networks {why}, and are left out"
    if n < 2:
        return Estimate(np.nan, np.nan, n, caveat)
    of_cells = gap[:, whole] @ sample_and_resamples(n, rng).T
    mean = of_cells.mean(0)
    if len(gap) > 1:
        low, high = of_cells[:, 0].min(), of_cells[:, 0].max()
        caveat = both(caveat, f"mean over {len(gap)} cells, which have {low:.3g} to {high:.3g}")
    return Estimate(float(mean[0]), spread(mean[1:], n), n, caveat.replace(" -", " −"))
