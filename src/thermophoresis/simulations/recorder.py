"""What is measured and kept of an ensemble while it evolves, whatever makes it evolve."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from thermophoresis.networks.network import Parameters
from thermophoresis.simulations.state import named, part

# Records of a block of replicas that are fetched together: a GPU need not wait at each.
TOGETHER = {"cpu": 1, "cuda": 64}


class _Record(NamedTuple):
    """What was measured of a block of replicas and is still where they are.

    Attributes
    ----------
    block, at
        Which replicas, and which record.
    measured
        By name, (replica, …), float64.
    kept
        Parameters of the first of them, if it is a snapshot.
    """

    block: range
    at: int
    measured: dict[str, Tensor]
    kept: Parameters


class Recorder:
    """What is measured and kept of an ensemble while it evolves.

    Parameters
    ----------
    observe
        Measures a block of replicas: from stacked parameters and all that it is given beside them
        to a tensor (replica, …) for each name; a loss is among them.
    decisive
        Names of what is a finite number of every replica that has not diverged.
    replicas, records
        How many.
    snapshots
        The records at which parameters are kept.
    snapshot_replicas
        Of how many replicas they are kept: of the first ones.
    divergence_loss
        The loss above which a replica has diverged.

    Attributes
    ----------
    values
        What was measured, by name: (replica, record, …), float32; NaN from the record on at which
        a replica has diverged.
    diverged
        1 from that record on, (replica, record), int8.
    parameters
        What was kept, by name: (replica, snapshot, …).
    """

    def __init__(
        self,
        observe: Callable[..., dict[str, Tensor]],
        *,
        decisive: Collection[str],
        replicas: int,
        records: int,
        snapshots: Sequence[int],
        snapshot_replicas: int,
        divergence_loss: float,
    ):
        self._observe, self._decisive = observe, frozenset(decisive)
        self._snapshots = tuple(snapshots)
        self._snapshot_replicas = min(replicas, snapshot_replicas)
        self._divergence_loss = divergence_loss
        self._values: dict[str, np.ndarray] = {}
        self._diverged = np.zeros((replicas, records), np.int8)
        self._parameters: dict[str, np.ndarray] = {}
        self._pending: list[_Record] = []

    @property
    def values(self) -> dict[str, np.ndarray]:
        """What was measured; see above."""
        self._fetch()
        return self._values

    @property
    def diverged(self) -> np.ndarray:
        """Which replicas have diverged; see above."""
        self._fetch()
        return self._diverged

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """What was kept; see above."""
        self._fetch()
        return self._parameters

    def record(
        self, block: range, beside: tuple[Any, ...], index: int, parameters: Parameters
    ) -> None:
        """Measure a block of replicas at a record, and keep its parameters if it is a snapshot.

        What was measured on a GPU stays there until there is more, or somebody asks.

        Parameters
        ----------
        block
            Which replicas.
        beside
            What ``observe`` is given beside parameters: their probe set, and more about the record.
        index
            Which record.
        parameters
            Stacked parameters.
        """
        measured, kept = self._observe(parameters, *beside), {}
        if index in self._snapshots and block.start < self._snapshot_replicas:
            first = slice(self._snapshot_replicas - block.start)
            kept = {name: value[first].clone() for name, value in parameters.items()}
        self._pending.append(_Record(block, index, measured, kept))
        if len(self._pending) >= TOGETHER[measured["loss"].device.type]:
            self._fetch()

    def _fetch(self) -> None:
        """Enter all that was measured, from one transfer."""
        pending, self._pending = self._pending, []
        if not pending:
            return
        every = [value for of in pending for value in of.measured.values()]
        # All of them in float64, as the probe set is.
        numbers = torch.cat([value.reshape(-1) for value in every]).cpu().numpy()
        pieces = np.split(numbers, np.cumsum([value.numel() for value in every])[:-1])
        shaped = iter(
            piece.reshape(value.shape) for piece, value in zip(pieces, every, strict=True)
        )
        for of in pending:
            self._enter(of.block, of.at, {name: next(shaped) for name in of.measured})
            if of.kept:
                self._keep(of.block.start, self._snapshots.index(of.at), of.kept)

    def _enter(self, block: range, index: int, measured: Mapping[str, np.ndarray]) -> None:
        rows = slice(block.start, block.stop)
        gone = measured["loss"] > self._divergence_loss
        for name in self._decisive & measured.keys():
            gone |= ~np.isfinite(measured[name]).reshape(len(block), -1).all(1)
        diverged = self._diverged[rows]
        diverged[:, index] = gone if index == 0 else gone | diverged[:, index - 1]
        for name, value in measured.items():
            if name not in self._values:  # whose axes are known only now
                shape = (*self._diverged.shape, *value.shape[1:])
                self._values[name] = np.full(shape, np.nan, np.float32)
            self._values[name][rows, index] = np.where(diverged[:, index], np.nan, value.T).T

    def _keep(self, first: int, snapshot: int, parameters: Parameters) -> None:
        for name, value in parameters.items():
            own = value.cpu().numpy()
            if name not in self._parameters:
                shape = (self._snapshot_replicas, len(self._snapshots), *own.shape[1:])
                self._parameters[name] = np.empty(shape, own.dtype)
            self._parameters[name][first : first + len(own), snapshot] = own

    def state(self) -> dict[str, np.ndarray]:
        """Return all that has been recorded, by name."""
        return {
            **named("values", self.values),
            **named("parameters", self.parameters),
            "diverged": self.diverged,
        }

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to a state."""
        self._values, self._parameters = part(state, "values"), part(state, "parameters")
        self._diverged, self._pending = state["diverged"], []
