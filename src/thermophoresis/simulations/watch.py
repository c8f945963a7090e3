"""Who looks at an ensemble at other moments than those of its records."""

import importlib
from array import array
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np

from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import Source
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.simulations.callbacks import Journal
from thermophoresis.simulations.state import named, part

# What `observables.load.observe` is given beside parameters.
Beside = tuple[Any, ...]
# Of a dataset: dimensions, values, attributes.
Variable = tuple[tuple[str, ...], np.ndarray, dict[str, str]]
WriteTraces = Callable[[str | Path, Mapping[str, str]], None]


class AtRest(Exception):
    """Nothing that a block of replicas will do is looked at."""


class Watcher(Protocol):
    """Looks at blocks of replicas, one after the other; see `watchers.traces`.

    Attributes
    ----------
    steps
        The steps after which it looks, ascending.
    """

    steps: np.ndarray

    @property
    def at_rest(self) -> bool:
        """Whether all replicas of the block will look as they do now, whatever they do."""

    def begin(self, block: range, beside: Beside) -> None:
        """Be told which replicas come next, and what they are measured on."""

    def look(self, step: int, parameters: Parameters) -> Parameters:
        """Look at stacked parameters; return them as whoever looks next sees them."""

    def state(self) -> dict[str, np.ndarray]:
        """Return all that it has seen, by name."""

    def restore(self, state: Mapping[str, np.ndarray]) -> bool:
        """Go back to a state; tell whether that can be done."""


class Tracer(Watcher, Protocol):
    """A watcher that leaves a file."""

    def write(
        self,
        blocks: tuple[range, ...],
        path: str | Path,
        attributes: Mapping[str, str],
    ) -> None:
        """Write the file of all that was traced of blocks of replicas."""


class Marker(Watcher, Protocol):
    """A watcher that adds to the file of the run."""

    def variables(self) -> dict[str, Variable]:
        """Return what it adds, by name."""


class Kind(Protocol):
    """A module of this package with one kind of watcher."""

    def Watcher(
        self,
        settings: RunSettings,
        network: Network,
        source: Source,
        *,
        journal: Journal,
        last_step: int,
    ) -> Watcher:
        """Return who watches a run."""


class Watch:
    """All who look at an ensemble: at its records, and at the moments of its watchers.

    Nobody who looks changes a trajectory: what is looked at is a copy.

    Parameters
    ----------
    settings, network, source
        The run, its network and where its samples come from.
    journal
        Keeps what is traced.
    record_steps
        Steps of the records.

    Attributes
    ----------
    steps
        Steps at which somebody looks, non-decreasing; those of the records where nobody else does.
    watchers
        By the names of their modules.
    """

    def __init__(
        self,
        settings: RunSettings,
        network: Network,
        source: Source,
        *,
        journal: Journal,
        record_steps: Sequence[int],
    ):
        self._record_steps = np.asarray(record_steps)
        last = record_steps[-1]
        self.watchers = {
            # A change in one kind of them reruns nothing that is not watched by it.
            name: _kind(name).Watcher(settings, network, source, journal=journal, last_step=last)
            for name in settings.watchers
        }
        self.steps: Sequence[int] = record_steps
        if self.watchers:
            every = (self._record_steps, *(watcher.steps for watcher in self.watchers.values()))
            # Of integers, eight bytes each: there may be millions of moments.
            self.steps = array("q", np.unique(np.concatenate(every)).tobytes())

    def of(
        self, block: range, beside: Beside, record: Callable[[int, Parameters], None]
    ) -> Callable[[int, Parameters], None]:
        """Return what is called with indices into `steps` and the parameters of a block then.

        Parameters
        ----------
        block, beside
            Which replicas, and what they are measured on.
        record
            Called with the index of a record and the parameters.

        Raises
        ------
        AtRest
            By what is returned: the block need not go on, since all that would be seen of it has
            been shown.
        """
        if not self.watchers:
            return record
        for watcher in self.watchers.values():
            watcher.begin(block, beside)

        def look(index: int, parameters: Parameters) -> None:
            show(self.steps[index], parameters)
            if any(watcher.at_rest for watcher in self.watchers.values()):
                for later in range(index + 1, len(self.steps)):
                    show(self.steps[later], parameters)
                raise AtRest

        def show(step: int, parameters: Parameters) -> None:
            for watcher in self.watchers.values():
                parameters = watcher.look(step, parameters)
            first, beyond = np.searchsorted(self._record_steps, (step, step + 1))
            for record_index in range(first, beyond):
                record(record_index, parameters)

        return look

    def variables(self) -> dict[str, Variable]:
        """Return what the watchers add to the file of the run, by name."""
        if "arrivals" not in self.watchers:
            return {}
        return cast(Marker, self.watchers["arrivals"]).variables()

    def write_traces(
        self, blocks: tuple[range, ...], more: Mapping[str, str]
    ) -> WriteTraces | None:
        """Return what writes the file of traces from its path and attributes; None without any.

        Parameters
        ----------
        blocks
            All blocks of replicas.
        more
            Attributes that are known when training has ended.
        """
        if "traces" not in self.watchers:
            return None
        tracer = cast(Tracer, self.watchers["traces"])
        return lambda path, attributes: tracer.write(blocks, path, {**attributes, **more})

    def state(self) -> dict[str, np.ndarray]:
        """Return all that the watchers have seen, by name."""
        state: dict[str, np.ndarray] = {}
        for name, watcher in self.watchers.items():
            state |= named(f"watchers/{name}", watcher.state())
        return state

    def restore(self, state: Mapping[str, np.ndarray]) -> bool:
        """Go back to a state; tell whether all watchers can."""
        return all(
            watcher.restore(part(state, f"watchers/{name}"))
            for name, watcher in self.watchers.items()
        )


def _kind(name: str) -> Kind:
    """Return the module of a kind of watcher."""
    return cast(Kind, importlib.import_module(f"thermophoresis.simulations.watchers.{name}"))
