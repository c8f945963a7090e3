"""Ends of phases of low η/|B|, less those of high ones before and after.

Phases of both sorts follow one another, and one ends at every record but that at the start. Each
but the first and the last is taken less the mean of its neighbours, which are of the other sort: a
course that is straight in time is not in it. Averaged over the phases of either sort, these differ
by twice what low ends are less high ones.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each, names_of
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.statistics.phase_contrast import PhaseContrastClaim


def contrast(values: np.ndarray, low_first: bool) -> np.ndarray:
    """Return low less high, (…,), of values at the ends of phases, (…, phase).

    Raises
    ------
    UserError
        There are fewer than four phases: of each sort one has neighbours on both sides.
    """
    if values.shape[-1] < 4:
        raise UserError(f"{values.shape[-1]} phases; must be 4 or more")
    bent = values[..., 1:-1] - (values[..., :-2] + values[..., 2:]) / 2
    # The first with two neighbours is the second phase.
    second, third = bent[..., ::2].mean(axis=-1), bent[..., 1::2].mean(axis=-1)
    found: np.ndarray = (third - second if low_first else second - third) / 2
    return found


def estimate(
    claim: "PhaseContrastClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the contrast in each cell that the claim asks for.

    Raises
    ------
    UserError
        There is no such cell, or there are too few phases.
    """
    name = claim.observable or claim.variable or ""
    view = asked_cells(read[claim.reads[0]], [name], claim)
    values = view[name].transpose("cell", "network", "record").values[..., 1:].astype(np.float64)
    if claim.relative:
        with np.errstate(invalid="ignore", divide="ignore"):
            values = np.log(values)
    return mean_of_each(contrast(values, claim.first == "low"), names_of(view), rng)
