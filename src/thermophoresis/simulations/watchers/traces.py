"""Traces: numbers of a run's first replicas at many moments, of which there may be millions.

Of each replica and moment, in this order: some weights, the same ones of all replicas; projections
u·θ of all its parameters θ, one after the other by their names, on fixed random directions u of
length 1, so that a projection varies as much as a weight does; and the norm of the full gradient.

They are kept in a journal, as they come: block of replicas, moment, replica, number. Only the end
makes a netCDF file of it, a part at a time, so that no trace has to fit into memory.
"""

import importlib
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.grid import thermal_time
from thermophoresis.config.record import NEEDS
from thermophoresis.config.run import RunSettings
from thermophoresis.config.traces import TraceSettings
from thermophoresis.data.source import Source
from thermophoresis.draws.streams import generator
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.provenance import netcdf_parts
from thermophoresis.provenance.netcdf_parts import Part, Variable
from thermophoresis.simulations.callbacks import Journal

# Whose streams they are: which weights, and which directions.
WEIGHTS, DIRECTIONS = "traces/weights", "traces/directions"

# The full gradient is made of so many samples at a time: what a network makes of them is large.
GRADIENT_SAMPLES = 512

# Read from the journal and written at once.
PART_BYTES = 2**24


def trace_steps(settings: RunSettings, *, last_step: int, set_size: int | None) -> np.ndarray:
    """Return the steps after which a run is traced, from the start on.

    Parameters
    ----------
    settings
        The run.
    last_step
        That at which it ends; it is traced only if it is one of the others.
    set_size
        Samples in its training set, of which an epoch sees as many; None where it is not finite.

    Returns
    -------
    numpy.ndarray
        Ascending, int64; epochs end at the nearest whole step.
    """
    every = settings.traces.every
    if every != "epoch":
        return np.arange(0, last_step + 1, every, dtype=np.int64)
    if set_size is None:
        raise ValueError("there are no epochs without a finite training set")
    if settings.schedule and settings.schedule.batch_size:
        # Found by name, as in `grid`: a change in it reruns nothing that has no schedule.
        scheduled = importlib.import_module("thermophoresis.config.scheduled")
        found: np.ndarray = scheduled.epoch_steps(settings, last_step=last_step, set_size=set_size)
        return np.unique(found)
    epoch = set_size / settings.batch_size
    ends = np.rint(np.arange(math.floor(last_step / epoch) + 1) * epoch).astype(np.int64)
    return np.unique(ends[ends <= last_step])


class Watcher:
    """Takes the traces of a run; parameters as of `watch.Kind`.

    Attributes
    ----------
    steps
        The steps after which it looks.
    """

    def __init__(
        self,
        settings: RunSettings,
        network: Network,
        source: Source,
        *,
        journal: Journal,
        last_step: int,
    ):
        self._settings, self._journal, self._network = settings, journal, network
        self._options: TraceSettings = settings.traces
        self.steps = trace_steps(settings, last_step=last_step, set_size=source.set_size)
        self._dtype = getattr(torch, settings.precision)
        # Drawn for the shapes alone.
        one = network.initialise([generator(settings.seed, 0, WEIGHTS)], self._dtype)
        self._sizes = {name: one[name].numel() for name in sorted(one)}
        total = sum(self._sizes.values())
        chosen = torch.randperm(total, generator=generator(settings.seed, 0, WEIGHTS))
        self._chosen = chosen[: self._options.weights].sort().values
        self._directions = directions(settings.seed, self._options.projections, total)
        self._opened = False

    @property
    def at_rest(self) -> bool:
        """Never: what it looks at changes until the end."""
        return False

    @property
    def numbers(self) -> int:
        """How many numbers there are of each replica at each moment."""
        return len(self._chosen) + len(self._directions) + self._options.gradient_norm

    def begin(self, block: range, beside: tuple[Any, ...]) -> None:
        """Be told which replicas come next."""
        if not self._opened:  # nor has it gone on from a checkpoint
            self._journal.open(np.dtype(self._settings.precision))
            self._opened = True
        self._samples = self._gradient_samples(beside)
        self._block = range(block.start, max(block.start, min(block.stop, self._settings.traced)))

    def look(self, step: int, parameters: Parameters) -> Parameters:
        """Take the traces of a moment, if it is one of its moments and not yet taken."""
        moment = int(np.searchsorted(self.steps, step))
        if not self._block or moment == len(self.steps) or self.steps[moment] != step:
            return parameters
        row = len(self._block) * self.numbers
        # Of blocks before, and of this one.
        place = self._block.start * self.numbers * len(self.steps) + moment * row
        if place == self._journal.count:
            self._journal.append(self._traced(parameters))
        return parameters

    def _traced(self, parameters: Parameters) -> np.ndarray:
        """Return the numbers of a moment, (replica, number)."""
        kept = [parameters[name][: len(self._block)].flatten(1).cpu() for name in self._sizes]
        theta = torch.cat(kept, 1)
        wide = theta.to(torch.float64)
        # One replica after the other: the last bit of a product of matrices depends on how many.
        projections = torch.stack([torch.mv(self._directions, one) for one in wide])
        found = [theta[:, self._chosen], projections.to(self._dtype)]
        if self._options.gradient_norm:
            norms = [self._gradient_norm(parameters, index) for index in range(len(self._block))]
            found.append(torch.stack(norms)[:, None].to(self._dtype))
        return torch.cat(found, 1).numpy()

    @property
    def _over(self) -> str:
        """What the full gradient is a mean over."""
        needed = ("finite_training_set", "lasting_labels")
        lasting = all(NEEDS[it].is_met(dict(self._settings)) for it in needed)
        return "whole training set" if lasting else "probe set"

    def _gradient_samples(self, beside: tuple[Any, ...]) -> tuple[Tensor, Tensor] | None:
        """Return inputs and labels that the full gradient is a mean over, (replica or 1, …)."""
        if not self._options.gradient_norm:
            return None
        x, y, moment = beside
        if self._over == "whole training set":
            x, y = (values.to(x.device) for values in moment.training_set())
        return x, y

    def _gradient_norm(self, parameters: Parameters, index: int) -> Tensor:
        """Return the norm of the full gradient of one replica of the block, in float64."""
        assert self._samples is not None
        x, y = (it[index : index + 1] if len(it) > 1 else it for it in self._samples)
        y = y.to(torch.float64) if y.is_floating_point() else y
        own = slice(index, index + 1)
        wide = {name: value[own].to(torch.float64) for name, value in parameters.items()}
        total = {name: torch.zeros_like(value) for name, value in wide.items()}
        for first in range(0, y.shape[1], GRADIENT_SAMPLES):
            part = slice(first, first + GRADIENT_SAMPLES)
            some_x, some_y = x[:, part].to(torch.float64), y[:, part]
            share = some_y.shape[1] / y.shape[1]
            for name, value in self._network.gradient(wide, some_x, some_y).items():
                total[name].add_(value, alpha=share)
        squares = torch.stack([value.square().sum() for value in total.values()])
        return squares.sum().sqrt().cpu()

    def state(self) -> dict[str, np.ndarray]:
        """Return how many numbers there are, and their checksum."""
        checksum = np.frombuffer(self._journal.checksum(), np.uint8)
        return {"count": np.array(self._journal.count), "checksum": checksum}

    def restore(self, state: Mapping[str, np.ndarray]) -> bool:
        """Go back to a state; tell whether the journal has its numbers."""
        count, checksum = int(state["count"]), state["checksum"].tobytes()
        dtype = np.dtype(self._settings.precision)
        self._opened = self._journal.resume(dtype, count, checksum)
        return self._opened

    def write(
        self, blocks: tuple[range, ...], path: str | Path, attributes: Mapping[str, str]
    ) -> None:
        """Write the file of all that was traced.

        Parameters
        ----------
        blocks
            The replicas that were looked at together, all of them.
        path
            The file.
        attributes
            Of the file.

        Raises
        ------
        UserError
            The file cannot be written.
        """
        dtype = np.dtype(self._settings.precision)
        variables = {
            name: Variable(("replica", "time", *dimensions), dtype, {**words, "units": "1"})
            for name, (_, dimensions, words) in self._columns.items()
        }
        coordinates = self._coordinates().assign_attrs(attributes)
        netcdf_parts.write(coordinates, variables, self._parts(blocks), path)

    @property
    def _columns(self) -> dict[str, tuple[slice | int, tuple[str, ...], dict[str, str]]]:
        """Where each variable is among the numbers of a moment, its own axes, and what it is."""
        weights = len(self._chosen)
        found: dict[str, tuple[slice | int, tuple[str, ...], dict[str, str]]] = {}
        if weights:
            words = {"long_name": "single parameters, the same ones of all replicas"}
            found["weights"] = slice(0, weights), ("weight",), words
        if len(self._directions):
            words = {"long_name": "projections of all parameters on fixed random unit vectors"}
            end = weights + len(self._directions)
            found["projections"] = slice(weights, end), ("projection",), words
        if self._options.gradient_norm:
            words = {"long_name": f"norm of the gradient of the mean loss on the {self._over}"}
            # One column, which is no axis.
            found["gradient_norm"] = self.numbers - 1, (), words
        return found

    def _parts(self, blocks: tuple[range, ...]) -> Iterator[Part]:
        """Yield what the journal holds, (replica, time, …), as much at once as is to be in memory.

        How much that is changes no byte of the file.
        """
        start, moments = 0, len(self.steps)
        for block in blocks:
            replicas = range(block.start, min(block.stop, self._settings.traced))
            row = len(replicas) * self.numbers
            if not replicas:
                return
            at_once = max(1, PART_BYTES // (row * np.dtype(self._settings.precision).itemsize))
            for first in range(0, moments, at_once):
                times = slice(first, min(first + at_once, moments))
                count = times.stop - times.start
                read = self._journal.read(start + first * row, count * row)
                found = read.reshape(count, len(replicas), self.numbers).swapaxes(0, 1)
                place = {"replica": slice(replicas.start, replicas.stop), "time": times}
                values = {name: found[..., own] for name, (own, _, _) in self._columns.items()}
                yield Part(place, values)
            start += moments * row

    def _coordinates(self) -> xr.Dataset:
        """Return what each moment, weight and replica is."""
        settings = self._settings
        names = np.repeat(list(self._sizes), list(self._sizes.values()))
        places = np.concatenate([np.arange(size) for size in self._sizes.values()])
        chosen = self._chosen.numpy()
        updates = f"iteration t: number of {settings.dynamics.adjective} updates made"
        tau = thermal_time(settings, self.steps)
        coordinates = {
            "replica": ("replica", np.arange(settings.traced), "index of the replica"),
            "step": ("time", self.steps, updates),
            "thermal_time": ("time", tau, "thermal time η² t / |B|"),
            "parameter": ("weight", names[chosen].astype(object), "name of the parameter"),
            "index": ("weight", places[chosen], "index in the flattened parameter"),
            "projection": (
                "projection",
                np.arange(len(self._directions)),
                "index of the projection",
            ),
            "learning_rate": ((), settings.learning_rate, "learning rate η"),
            "batch_size": ((), settings.batch_size, "batch size |B|"),
            "seed": ((), settings.seed, "seed of the random streams"),
        }
        return xr.Dataset(
            coords={
                name: (dim, value, {"long_name": long_name, "units": "1"})
                for name, (dim, value, long_name) in coordinates.items()
            }
        )


def directions(seed: int, count: int, total: int) -> Tensor:
    """Return random directions (direction, parameter), float64, each of length 1.

    Parameters
    ----------
    seed
        Of the run: they are the same for all its replicas.
    count
        How many; fewer are the first of more.
    total
        Number of parameters.
    """
    stream = generator(seed, 0, DIRECTIONS)
    drawn = [torch.randn(total, generator=stream, dtype=torch.float64) for _ in range(count)]
    if not drawn:
        return torch.empty(0, total, dtype=torch.float64)
    return torch.stack([one / one.norm() for one in drawn])
