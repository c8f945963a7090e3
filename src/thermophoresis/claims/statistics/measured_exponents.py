"""The powers of η and |B| with which a measured quantity goes over cells, at the last record.

By least squares over the logarithms of the cells' means, ln y = c + a ln η + b ln |B|.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.measured_cells import both, whole_cells
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.measured_exponents import MeasuredExponentsClaim


def estimate(
    claim: "MeasuredExponentsClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim.

    Raises
    ------
    UserError
        A file lacks what is asked for.
    """
    cells = whole_cells(claim, read, [claim.variable])
    n = cells.networks
    logs = np.log(np.stack([cells.learning_rate, cells.batch_size], axis=1))
    columns = np.concatenate([np.ones((len(logs), 1)), logs], axis=1)
    if n < 2 or np.linalg.matrix_rank(columns) < 3 or len(columns) < 4:
        why = "it takes two networks in more than three cells that differ in η and |B|"
        return Estimate(np.nan, np.nan, n, both(cells.caveat, why))
    means = cells.values[0] @ sample_and_resamples(n, rng).T
    if means.min() <= 0:
        why = f"the mean of {claim.variable} is not above 0 in all cells"
        return Estimate(np.nan, np.nan, n, both(cells.caveat, why))
    (_, rate, batch), left, *_ = np.linalg.lstsq(columns, np.log(means), rcond=None)
    found = {"rate": rate, "batch": batch, "sum": rate + batch}[claim.of]
    told = (
        f"exponent {rate[0]:.3f} of η and {batch[0]:.3f} of |B|; cells lie "
        f"{np.sqrt(left[0] / len(columns)):.2f} from it in the logarithm"
    ).replace("-", "−")
    return Estimate(float(found[0]), spread(found[1:], n), n, both(cells.caveat, told))
