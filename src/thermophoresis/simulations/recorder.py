"""What is measured and kept of an ensemble while it evolves, whatever makes it evolve."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from thermophoresis.networks.network import Parameters
from thermophoresis.simulations.state import named, part


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
        self.values: dict[str, np.ndarray] = {}
        self.diverged = np.zeros((replicas, records), np.int8)
        self.parameters: dict[str, np.ndarray] = {}

    def record(
        self, block: range, beside: tuple[Any, ...], index: int, parameters: Parameters
    ) -> None:
        """Measure a block of replicas at a record, and keep its parameters if it is a snapshot.

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
        measured = self._observe(parameters, *beside)
        rows = slice(block.start, block.stop)
        finite = torch.cat(
            [
                value.isfinite().reshape(len(block), -1)
                for name, value in measured.items()
                if name in self._decisive
            ],
            1,
        ).all(1)
        gone = (~finite | (measured["loss"] > self._divergence_loss)).cpu().numpy()
        self.diverged[rows, index] = gone if index == 0 else gone | self.diverged[rows, index - 1]
        for name, value in measured.items():
            if name not in self.values:  # whose axes are known only now
                shape = (*self.diverged.shape, *value.shape[1:])
                self.values[name] = np.full(shape, np.nan, np.float32)
            self.values[name][rows, index] = np.where(
                self.diverged[rows, index], np.nan, value.cpu().numpy().T
            ).T
        if index in self._snapshots:
            self._keep(block, self._snapshots.index(index), parameters)

    def _keep(self, block: range, snapshot: int, parameters: Parameters) -> None:
        kept = range(block.start, min(block.stop, self._snapshot_replicas))
        if not kept:
            return
        for name, value in parameters.items():
            own = value[: len(kept)].cpu().numpy()
            if name not in self.parameters:
                shape = (self._snapshot_replicas, len(self._snapshots), *own.shape[1:])
                self.parameters[name] = np.empty(shape, own.dtype)
            self.parameters[name][kept.start : kept.stop, snapshot] = own

    def state(self) -> dict[str, np.ndarray]:
        """Return all that has been recorded, by name."""
        return {
            **named("values", self.values),
            **named("parameters", self.parameters),
            "diverged": self.diverged,
        }

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to a state."""
        self.values, self.parameters = part(state, "values"), part(state, "parameters")
        self.diverged = state["diverged"]
