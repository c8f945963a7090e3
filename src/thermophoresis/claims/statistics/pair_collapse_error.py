"""How well any two cells of an experiment coincide on a rescaled axis."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import at_coordinates
from thermophoresis.claims.cells import Cells, select_cells
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import names_of
from thermophoresis.claims.statistics.collapse_error import collapse
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.statistics.pair_collapse_error import PairCollapseClaim


def pair_collapse_errors(
    cells: Cells,
    rate_exponent: float,
    batch_exponent: float,
    rng: np.random.Generator,
    *,
    equal_noise: bool = False,
) -> tuple[Estimate, ...]:
    """Return the collapse error of each pair of cells, as functions of t η^α / |B|^β.

    Parameters
    ----------
    cells
        The curves.
    rate_exponent, batch_exponent
        α and β.
    rng
        Where the resamples come from.
    equal_noise
        Whether pairs count whose cells have equal η/|B| alone.

    Raises
    ------
    UserError
        There is no such pair.
    """
    noise = cells.learning_rate / cells.batch_size
    names = names_of(cells.view)
    pairs = [
        (one, other)
        for one, other in combinations(range(len(names)), 2)
        if not equal_noise or np.isclose(noise[one], noise[other], rtol=1e-9)
    ]
    if not pairs:
        raise UserError("the experiment has no two cells of equal η/|B|")
    return tuple(
        replace(
            collapse(
                Cells(cells.view.isel(cell=[*pair]), cells.left_out),
                rate_exponent,
                batch_exponent,
                rng,
            ),
            cell=" against ".join(names[it] for it in pair),
        )
        for pair in pairs
    )


def estimate(
    claim: "PairCollapseClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    cells = select_cells(at_coordinates(read[claim.curves], claim.at), claim.observables)
    return pair_collapse_errors(
        cells,
        claim.rate_exponent,
        claim.batch_exponent,
        rng,
        equal_noise=claim.among == "equal_noise",
    )
