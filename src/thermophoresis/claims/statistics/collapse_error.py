"""How well curves collapse on a rescaled axis."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import FEW, Cells, bootstrap, cells_of, nothing, on_common_grid
from thermophoresis.claims.estimate import Estimate
from thermophoresis.numerics.resampling import spread

if TYPE_CHECKING:
    from thermophoresis.config.claim import RescaledClaim


EVERYTHING = (-np.inf, np.inf)  # of an axis


def collapse(
    cells: Cells, rate_exponent: float, batch_exponent: float, rng: np.random.Generator
) -> Estimate:
    """Return `collapse_along` t η^α / |B|^β."""
    return collapse_along(cells, cells.axis(rate_exponent, batch_exponent), rng)


def collapse_along(
    cells: Cells,
    axis: np.ndarray,
    rng: np.random.Generator,
    part: tuple[float, float] = EVERYTHING,
) -> Estimate:
    """Collapse error ε, as `analysis.collapse.collapse_error` defines it, without what is noise.

    ε² is a variance between mean curves over the total variance. Noise of the means adds to the
    former; the bootstrap, which adds it once more, tells how much, and it is subtracted. It is
    taken over the range that the curves share, or a part of it.
    """
    if cells.replicas < 2:
        return nothing(cells, FEW)

    def parts(mean: np.ndarray) -> tuple[float, float]:
        return spread_of_curves(axis, mean, part)

    between, total = parts(cells.values[0].mean(axis=1))
    if not total > (1e-12 * np.abs(cells.values[0]).max()) ** 2:
        return nothing(cells, "the curves do not vary")
    _, resampled = bootstrap(cells, parts, rng)  # type: ignore[arg-type]  # numbers do as well
    if resampled[:, 1].mean() - total > total / 4:  # what the bootstrap adds is their noise
        return nothing(cells, "the curves vary by little more than their noise")
    noise = resampled[:, 0].mean() - between
    ratios = resampled[:, 0] / resampled[:, 1]
    return Estimate(
        float((between - noise) / total),
        spread(ratios, cells.replicas),
        cells.replicas,
        cells.caveat,
        root=True,
    )


def spread_of_curves(
    axis: np.ndarray, mean: np.ndarray, part: tuple[float, float] = EVERYTHING
) -> tuple[float, float]:
    """Return the variance between mean curves (K, records) at equal place, and their total one."""
    curves = on_common_grid(axis, mean, part)
    return float(curves.var(axis=0).mean()), float(curves.var())


def estimate(
    claim: "RescaledClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim."""
    cells = cells_of(claim, read)
    return collapse_along(cells, cells.along(claim), rng)
