"""What was measured of the networks of a grid of η and |B|, at the last record."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells
from thermophoresis.claims.snapshots import left_out

if TYPE_CHECKING:
    from thermophoresis.analysis.view import Asking
    from thermophoresis.config.measured_claim import MeasuredClaim


class MeasuredCells(NamedTuple):
    """Networks in all cells of an experiment.

    Attributes
    ----------
    learning_rate, batch_size
        η and |B| of each cell, (cell,).
    values
        What is asked for, each (cell, network).
    training_time
        Σ η up to which each network was trained, or until it arrived at its level, (cell, network).
    caveat
        How many networks are left out.
    arrived
        Which networks are at the level where they are to be at one, (cell, network); all where
        there is none.
    """

    learning_rate: np.ndarray
    batch_size: np.ndarray
    values: list[np.ndarray]
    training_time: np.ndarray
    arrived: np.ndarray
    caveat: str = ""

    @property
    def noise(self) -> np.ndarray:
        """η/|B| of each cell."""
        return one_noise(self.learning_rate, self.batch_size)

    @property
    def networks(self) -> int:
        """How many networks each cell has."""
        return int(self.training_time.shape[1])

    @property
    def whole(self) -> np.ndarray:
        """Which networks have all numbers in all cells, and have arrived there, (network,)."""
        finite = np.isfinite(np.stack(self.values)).all(axis=(0, 1))
        return np.asarray(finite & self.arrived.all(axis=0))

    def only(self, whole: np.ndarray) -> "MeasuredCells":
        """Return some of the networks, (network,), and say how many are left out."""
        never = int((~self.arrived).any(axis=0).sum())
        told = f"{never} networks never arrive at the level in some cell" if never else ""
        return self._replace(
            values=[it[:, whole] for it in self.values],
            training_time=self.training_time[:, whole],
            arrived=self.arrived[:, whole],
            caveat=both(left_out(whole), told),
        )


def one_noise(learning_rate: np.ndarray, batch_size: np.ndarray) -> np.ndarray:
    """Return η/|B|; rates are products of decimals, and what is equal but for rounding is equal."""
    found: np.ndarray = np.exp(np.round(np.log(learning_rate / batch_size), 9))
    return found


def measured_cells(
    claim: "Asking", measured: xr.Dataset, curves: xr.Dataset, names: Sequence[str]
) -> MeasuredCells:
    """Return what a claim asks for, of an experiment: of all networks.

    Parameters
    ----------
    claim
        Which cells.
    measured, curves
        The measurement, and what the same runs have recorded.
    names
        Variables of the measurement.

    Raises
    ------
    UserError
        A file lacks a variable, or there is no such cell.
    """
    view = asked_cells(measured, names, claim).isel(record=-1)
    values = [view[it].transpose("cell", "network").values.astype(np.float64) for it in names]
    recorded = curves.sel(replica=measured["replica"])
    loss = asked_cells(recorded, ["loss"], claim)
    steps = loss["step"].transpose("cell", "record").values[:, -1:].astype(np.float64)
    steps = np.broadcast_to(steps, values[0].shape)
    arrived = np.ones(steps.shape, bool)
    if "arrival_step" in recorded:
        at = arrivals(recorded, claim)
        arrived = at >= 0
        steps = np.where(arrived, at, steps)
    rate, batch = view["learning_rate"].values, view["batch_size"].values
    return MeasuredCells(rate, batch, values, steps * rate[:, None], arrived)


def whole_cells(
    claim: "MeasuredClaim", read: Mapping[str, xr.Dataset], names: Sequence[str]
) -> MeasuredCells:
    """Return what a claim asks for of its one experiment, of networks that have all of it.

    Raises
    ------
    UserError
        A file lacks a variable, or there is no such cell.
    """
    measured, curves = (read[name] for name in claim.reads)
    cells = measured_cells(claim, measured, curves, names)
    return cells.only(cells.whole)


def arrivals(curves: xr.Dataset, claim: "Asking") -> np.ndarray:
    """Return the step at which each network arrived at its level, (cell, network); −1: never."""
    view = asked_cells(curves, ["arrival_step"], claim)
    return view["arrival_step"].transpose("cell", "network").values.astype(np.float64)


def resampled_networks(networks: int, rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw which networks each resample has, (resample, network): cells are fixed."""
    return rng.integers(networks, size=(count, networks))


def both(first: str, second: str) -> str:
    """Join two caveats, either of which may be empty."""
    return "; ".join(filter(None, (first, second)))


def of_experiments(
    read: Mapping[str, xr.Dataset], reads: Sequence[str]
) -> list[tuple[xr.Dataset, xr.Dataset]]:
    """Return measurement and curves of each experiment of a claim that reads them in turn."""
    return [(read[one], read[other]) for one, other in zip(reads[::2], reads[1::2], strict=True)]
