"""Spearman's coefficient of η/|B| and what was measured or recorded, over networks of all cells.

What is measured is at the last record. What is recorded is there, too, or at one ηt, which is how
far each network would have come without noise, or each where another observable has first risen to
a level. The cells are those that were chosen, and are not resampled. A network has the same
initialisation and data in every cell: a resample has it in all of them or in none.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import Cells, select_cells
from thermophoresis.claims.equal_loss import when_reached
from thermophoresis.claims.estimate import WITHIN_ONE, Estimate
from thermophoresis.claims.measured_cells import (
    both,
    measured_cells,
    of_experiments,
    one_noise,
    resampled_networks,
)
from thermophoresis.claims.ranks import spearman
from thermophoresis.errors import UserError
from thermophoresis.numerics.resampling import RESAMPLES, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.noise_correlation import NoiseCorrelationClaim

FEWEST = 2  # η/|B| that differ, and networks
TOGETHER = 100  # resamples whose ranks are made at a time


class Points(NamedTuple):
    """Networks in all cells, each (cell, network).

    Attributes
    ----------
    value, noise
        The quantity and η/|B|.
    given
        What is held fixed; None for nothing.
    caveat
        What to keep in mind.
    """

    value: np.ndarray
    noise: np.ndarray
    given: np.ndarray | None
    caveat: str


def measured(claim: "NoiseCorrelationClaim", read: Mapping[str, xr.Dataset]) -> Points:
    """Return what a claim asks for of a measurement, of one experiment or two."""
    names = [claim.variable or "", "train_loss", "train_accuracy"]
    cells = [
        measured_cells(claim, found, curves, names)
        for found, curves in of_experiments(read, claim.reads)
    ]
    if len({it.networks for it in cells}) > 1:
        raise UserError(f"{' and '.join(claim.subjects)} have other numbers of networks")
    whole = np.all([it.whole for it in cells], axis=0)
    cells = [it.only(whole) for it in cells]
    rows, caveat = [], cells[0].caveat
    dropped = 0
    for one in cells:
        value, loss, accuracy = one.values
        given = {"training_time": one.training_time, "train_loss": loss}.get(
            claim.given or "", np.zeros_like(value)
        )
        kept = accuracy.mean(1) >= (claim.trained_to or 0.0)
        dropped += int((~kept).sum())
        noise = np.broadcast_to(one.noise[:, None], value.shape)
        rows.append(np.stack([value, noise, given])[:, kept])
    if dropped:
        caveat = both(caveat, f"{dropped} cells with less than {claim.trained_to:.0%} are left out")
    x, noise, given = np.concatenate(rows, axis=1)
    told = f"{len(x)} cells of {x.shape[1]} networks"
    return Points(x, noise, given if claim.given else None, both(caveat, told))


def recorded(cells: Cells, where: str, level: float | None) -> Points:
    """Return an observable where networks are taken.

    Parameters
    ----------
    cells
        The observable and, with a level, the one that rises.
    where, level
        See `NoiseCorrelationClaim`.
    """
    caveat = cells.caveat
    if level is not None:
        values, rises = at_level(cells, level)
        if (missing := int((~rises).sum())) > 0:
            lost = f"{missing} of {len(rises)} networks do not rise to {level:g} in every cell and "
            caveat = both(caveat, f"{lost}are left out")
    else:
        values = at_one_time(cells) if where == "training_time" else cells.values[0][:, :, -1]
    noise = one_noise(cells.learning_rate, cells.batch_size)
    told = f"{len(values)} cells of {values.shape[1]} networks"
    return Points(values, np.broadcast_to(noise[:, None], values.shape), None, both(caveat, told))


def between_records(curves: np.ndarray, when: np.ndarray) -> np.ndarray:
    """Return curves (cell, network, record) at a fraction of records, (cell, network)."""
    before = np.minimum(when.astype(int), curves.shape[2] - 2)
    part = when - before
    cell, network = np.indices(when.shape)
    early, late = curves[cell, network, before], curves[cell, network, before + 1]
    return (1 - part) * early + part * late  # type: ignore[no-any-return]  # numpy: Any


def at_one_time(cells: Cells) -> np.ndarray:
    """Return an observable at the largest ηt that all cells have, (cell, network)."""
    (curves,) = cells.values
    times = cells.learning_rate[:, np.newaxis] * cells.step
    last = times[:, -1].min()
    records = np.arange(times.shape[1], dtype=float)
    when = np.array([np.interp(last, row, records) for row in times])
    return between_records(curves, np.repeat(when[:, np.newaxis], curves.shape[1], axis=1))


def at_level(cells: Cells, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return an observable where another first rises to a level, and of which networks it does.

    Returns
    -------
    values
        Of the networks that rise to it in all cells, (cell, network).
    rises
        Which do, (network,).
    """
    curves, rising = cells.values
    rises = (rising.max(axis=2) >= level).all(axis=0)
    if not rises.any():
        return curves[:, rises, 0], rises
    kept = rising[:, rises]
    when = np.apply_along_axis(lambda of: when_reached(-of, np.array([-level]))[0], 2, kept)
    return between_records(curves[:, rises], when), rises


def coefficient(points: Points, rng: np.random.Generator) -> Estimate:
    """Return Spearman's coefficient, or the partial one, with the error of resampled networks."""
    x, noise, given, caveat = points
    n = x.shape[1]
    if n < FEWEST or len(np.unique(noise)) < FEWEST:
        return Estimate(np.nan, np.nan, n, both(caveat, "fewer than two networks or η/|B|"))

    def of_resamples(chosen: np.ndarray) -> np.ndarray:
        one, other, fixed = (
            None if it is None else np.moveaxis(it[:, chosen], 1, 0).reshape(len(chosen), -1)
            for it in (x, noise, given)
        )
        return spearman(one, other, fixed)  # type: ignore[arg-type]  # only what is given is None

    value = float(of_resamples(np.arange(n)[None])[0])
    if not np.isfinite(value):
        why = "what is given goes with η/|B| in every network, or nothing varies"
        return Estimate(np.nan, np.nan, n, both(caveat, why))
    chosen = resampled_networks(n, rng, RESAMPLES)
    parts = [chosen[it : it + TOGETHER] for it in range(0, RESAMPLES, TOGETHER)]
    error = spread(np.concatenate([of_resamples(part) for part in parts]), n)
    return Estimate(value, error, n, caveat, limits=WITHIN_ONE)


def estimate(
    claim: "NoiseCorrelationClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim.

    Raises
    ------
    UserError
        A file lacks what is asked for.
    """
    if claim.measurement is not None:
        return coefficient(measured(claim, read), rng)
    cells = select_cells(
        read[claim.curves],
        claim.observables,
        learning_rate=claim.learning_rate,
        batch_size=claim.batch_size,
        further=claim.cells,
    )
    return coefficient(recorded(cells, claim.where, claim.level), rng)
