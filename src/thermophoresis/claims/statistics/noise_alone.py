"""Whether cells of one η/|B| have one value of a measured quantity, at the last record.

Of the nested models ln y = f(η/|B|) with any f, and one value of each cell, the second is better
by the contrasts between cells of one η/|B|. With their mean d over n networks and its covariance
S/n, T² = n dᵀS⁻¹d (Hotelling 1931) tests whether all vanish; a test that does not reject is no
equivalence, which takes the contrasts themselves to be small.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy.special import fdtrc

from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.measured_cells import MeasuredCells, both, whole_cells
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.noise_alone import NoiseAloneClaim


def deviations(logs: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return values (cell, …) less the mean of those cells that have their η/|B|."""
    found = np.empty_like(logs)
    for value in np.unique(noise):
        found[noise == value] = logs[noise == value] - logs[noise == value].mean(0)
    return found


def p_value(logs: np.ndarray, noise: np.ndarray) -> float:
    """Return the p-value of Hotelling's test that all contrasts vanish.

    Parameters
    ----------
    logs
        Of each network, (cell, network).
    noise
        η/|B| of each cell.

    Returns
    -------
    float
        NaN with too few networks, or without two cells of one η/|B|.
    """
    contrasts = []
    for value in np.unique(noise):
        own = logs[noise == value]
        contrasts += [row - own[0] for row in own[1:]]
    count, n = len(contrasts), logs.shape[1]
    if not count or n <= count + 1:
        return float("nan")
    rows = np.stack(contrasts)
    mean = rows.mean(1)
    square = n * mean @ np.linalg.solve(np.atleast_2d(np.cov(rows)), mean)
    return float(fdtrc(count, n - count, square * (n - count) / (count * (n - 1))))


def estimate(
    claim: "NoiseAloneClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, the deviations of each cell that is not alone.

    Raises
    ------
    UserError
        A file lacks what is asked for.
    """
    cells = whole_cells(claim, read, [claim.variable])
    n, (values,) = cells.networks, cells.values
    if n < 2 or values.min() <= 0:
        why = f"fewer than two networks, or {claim.variable} is not above 0 in all"
        return (Estimate(np.nan, np.nan, n, both(cells.caveat, why)),)
    if claim.of == "p_value":
        found = p_value(np.log(values), cells.noise)
        told = both(cells.caveat, "a p-value is no estimate: its interval is a point")
        # A small one supports that cells differ, or refutes that they do not.
        rejects = not claim.criterion.counterexample
        return (Estimate(found, 0.0, n, told, limits=(0, 1), rejects=rejects),)
    means = np.log(values @ sample_and_resamples(n, rng).T)
    found_in = deviations(means, cells.noise)
    shared = [int((cells.noise == it).sum()) > 1 for it in cells.noise]
    return tuple(
        Estimate(float(row[0]), spread(row[1:], n), n, cells.caveat, cell=name)
        for row, name, one in zip(found_in, _names(cells), shared, strict=True)
        if one
    ) or (Estimate(np.nan, np.nan, n, both(cells.caveat, "no two cells have one η/|B|")),)


def _names(cells: MeasuredCells) -> list[str]:
    pairs = zip(cells.learning_rate, cells.batch_size, strict=True)
    return [f"η = {rate:g}, |B| = {batch}" for rate, batch in pairs]
