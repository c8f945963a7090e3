"""What the mean force takes from ‖V‖², in units of what noise adds to it, late in a run.

For |B| independent samples, E Δ‖V‖² = −2η V·μ + η²(E r²‖h‖² + (|B| − 1)‖μ‖²)/|B| without a
remainder, where μ = E r h: at |B| = 1 the ratio is that of 2E[(p − ½)f] to (η/|B|)E[r²‖h‖²].
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.late import late_weights
from thermophoresis.claims.means import mean_of_each, names_of

if TYPE_CHECKING:
    from thermophoresis.config.statistics.norm_balance import NormBalanceClaim


def estimate(
    claim: "NormBalanceClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell with what the claim asks for."""
    view = asked_cells(read[claim.curves], claim.observables, claim)
    budget = view["drift_budget"].sel(budget_of="second_layer_square").astype(np.float64)
    weights = late_weights(view)

    def late(term: str) -> np.ndarray:
        rates = budget.sel(budget_term=term).transpose("cell", "network", "record").values
        return np.asarray(np.einsum("cnr,cr->cn", rates, weights))

    grown = late("noise_VV") + late("mean_square")
    return mean_of_each(-late("first_V"), names_of(view), rng, scale=grown)
