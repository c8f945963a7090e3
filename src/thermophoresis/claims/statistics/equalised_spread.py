"""Whether cells have more alike an excess loss at equal noise than at one η/|B|.

η falls in steps. In the second half of each stretch the observable is taken for stationary; what it
is in the last one, where η is smallest, is taken away: E. With one power s for all cells,

    ln E = a_cell + s ln η,

and with the scale m of the noise in each cell, E at one η/|B| is spread over the cells as a, and at
one (η/|B|) m as a − s ln m. The statistic is the ratio of these standard deviations. Where E is
found to fall or rise by more than a tenth of itself within what is taken for stationary, from its
first half to its second, there is none.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.thermal_time import SCHEDULED
from thermophoresis.analysis.view import asked_cells
from thermophoresis.claims.estimate import Estimate
from thermophoresis.errors import UserError
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.equalised_spread import EqualisedSpreadClaim


STATIONARY = 0.1  # of E is the most by which it may be found to change
ERRORS = 2.0  # by which a change has to be beyond that to be found


def stretches(rate: np.ndarray) -> list[tuple[float, slice]]:
    """Return each η that is kept over four records or more, with the later half of its records.

    Parameters
    ----------
    rate
        η of the step that follows each record; the last record has that of the one before.
    """
    rate = np.append(rate[:-1], rate[-2])
    ends = [*(np.flatnonzero(np.diff(rate)) + 1), len(rate)]
    starts = [0, *ends[:-1]]
    return [
        (float(rate[start]), slice((start + end) // 2, end))
        for start, end in zip(starts, ends, strict=True)
        if end - start >= 4
    ]


def excess(view: xr.Dataset, observable: str) -> tuple[np.ndarray, np.ndarray]:
    """Return η of each stretch but the last, (stretch,), and E there, (cell, stretch, network).

    Raises
    ------
    UserError
        η does not fall in three stretches or more, alike in all cells.
    """
    if SCHEDULED not in view.coords:
        raise UserError("equalised_spread needs an experiment whose learning rate falls in steps")
    every = [stretches(rate) for rate in view[SCHEDULED].values]
    rates = [[eta for eta, _ in it] for it in every]
    if len(rates[0]) < 3 or any(it != rates[0] for it in rates):
        raise UserError("equalised_spread needs three stretches of η or more, alike in all cells")
    values = view[observable].transpose("cell", "network", "record").values.astype(np.float64)
    means = np.stack(
        [
            np.stack([own[:, part].mean(axis=1) for _, part in it])
            for own, it in zip(values, every, strict=True)
        ]
    )
    return np.array(rates[0][:-1]), means[:, :-1] - means[:, -1:]


def drift(view: xr.Dataset, observable: str, excess: np.ndarray) -> tuple[float, float]:
    """Return that change of E in a stretch, over E, which is most errors beyond `STATIONARY`.

    Parameters
    ----------
    view, observable
        As of `excess`.
    excess
        E, (cell, stretch, network).

    Returns
    -------
    change, error
        Its size, and its standard error over networks.
    """
    values = view[observable].transpose("cell", "network", "record").values.astype(np.float64)
    found = []
    for own, rate, above in zip(values, view[SCHEDULED].values, excess, strict=True):
        for (_, part), of_stretch in zip(stretches(rate)[:-1], above, strict=True):
            half = (part.stop - part.start) // 2
            early, late = own[:, part][:, :half], own[:, part][:, -half:]
            change = (early.mean(axis=1) - late.mean(axis=1)) / np.abs(of_stretch.mean())
            error = change.std(ddof=1) / np.sqrt(len(change))
            found.append((float(abs(change.mean())), float(error)))
    return max(found, key=lambda it: (it[0] - STATIONARY) / max(it[1], 1e-300))


def spreads(
    rates: np.ndarray, excess: np.ndarray, scale: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the spreads of ln E at one η/|B| and at one scaled, and s, each (resamples,).

    Parameters
    ----------
    rates
        η of each stretch.
    excess, scale
        E > 0, (cell, stretch, resamples), and m > 0, (cell, resamples).
    """
    x = np.log(rates) - np.log(rates).mean()
    logs = np.log(excess)
    power = np.einsum("k,ckr->r", x, logs) / (len(logs) * (x**2).sum())
    level = logs.mean(axis=1)
    return level.std(axis=0), (level - power * np.log(scale)).std(axis=0), power


def estimate(
    claim: "EqualisedSpreadClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim.

    Raises
    ------
    UserError
        See `excess`.
    """
    view = asked_cells(read[claim.curves], [*claim.observables], claim)
    rates, above = excess(view, claim.observable)
    # The scale where E is taken for the first time.
    _, first = stretches(view[SCHEDULED].values[0])[0]
    scale = view[claim.scale].transpose("cell", "network", "record").values[..., first].mean(-1)
    whole = np.isfinite(above).all(axis=(0, 1)) & np.isfinite(scale).all(axis=0)
    n = int(whole.sum())
    if n < 2 or len(view["learning_rate"]) < 2:
        return Estimate(np.nan, np.nan, n, "it takes two cells and two networks")
    if above[:, :, whole].mean(axis=-1).min() <= 0:
        return Estimate(np.nan, np.nan, n, "there is no excess in some cell")
    change, error = drift(view.isel(network=whole), claim.observable, above[:, :, whole])
    told = f"the excess changes by {change:.0%} ± {error:.0%} of itself where it changes most"
    if change - ERRORS * error > STATIONARY:
        return Estimate(np.nan, np.nan, n, f"the excess is not stationary: {told}")
    weights = sample_and_resamples(n, rng)
    means, scales = above[:, :, whole] @ weights.T, scale[:, whole] @ weights.T
    with np.errstate(invalid="ignore"):
        fixed, equalised, power = spreads(rates, means, scales)
    ratio = equalised / fixed
    defined = np.isfinite(ratio[1:])
    caveat = (
        f"spread of ln E {fixed[0]:.2f} at one η/|B|, {equalised[0]:.2f} at one of it times the "
        f"scale; E goes with η to the power {power[0]:.2f}; {told}"
    )
    return Estimate(float(ratio[0]), spread(ratio[1:][defined], n), n, caveat, limits=(0.0, np.inf))
