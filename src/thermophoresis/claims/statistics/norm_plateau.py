"""‖V‖² in units of Nη/(2|B|), late in a run."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.late import late_weights
from thermophoresis.claims.means import mean_of_each, names_of
from thermophoresis.errors import UserError
from thermophoresis.theory.slow_flow import plateau

if TYPE_CHECKING:
    from thermophoresis.config.statistics.norm_plateau import NormPlateauClaim


def estimate(
    claim: "NormPlateauClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell with what the claim asks for.

    Raises
    ------
    UserError
        The cells do not share one number of hidden units.
    """
    curves = read[claim.curves]
    network = json.loads(curves.attrs["configuration"]).get("network", {})
    if "hidden" not in network:
        raise UserError(f"networks of experiment {claim.experiment} differ in their hidden units")
    view = asked_cells(curves, claim.observables, claim)
    weights = late_weights(view)
    weights /= weights.sum(axis=1, keepdims=True)
    square = view["second_layer_norm"].values.astype(np.float64) ** 2
    grid = zip(view["learning_rate"].values, view["batch_size"].values, strict=True)
    level = np.array([[plateau(network["hidden"], *cell)] for cell in grid])
    values = np.einsum("cnr,cr->cn", square, weights) / level
    return mean_of_each(values, names_of(view), rng)
