"""Arrivals: when each replica has a loss or an accuracy for the first time that is looked for.

They are looked for every so many steps, from the start on. A replica that has arrived goes on; with
``arrived: freeze`` all that is seen of it from then on is its state at that moment.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from thermophoresis.config.arrival import Arrival
from thermophoresis.config.grid import thermal_time
from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import Source
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.observables.load import observe
from thermophoresis.simulations.callbacks import Journal
from thermophoresis.simulations.state import named, part

# How often is looked where the settings do not say it: so many times in a run, or at every step.
LOOKS = 1000

NEVER = -1


class Watcher:
    """Looks for arrivals; parameters as of `watch.Kind`.

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
        arrival = settings.arrival
        assert arrival is not None, "arrivals are looked for where the settings have a level"
        self._settings, self._network = settings, network
        self._arrival: Arrival = arrival
        every = arrival.every or max(1, last_step // LOOKS)
        self.steps = np.arange(0, last_step + 1, every, dtype=np.int64)
        self._step = np.full(settings.replicas, NEVER, np.int64)
        # Of the replicas of the block that have arrived.
        self._frozen: Parameters = {}
        self._resumed = False

    @property
    def at_rest(self) -> bool:
        """Whether all replicas of the block are frozen."""
        return bool(self._freezes and (self._steps_of_block != NEVER).all())

    @property
    def _freezes(self) -> bool:
        return self._settings.arrived == "freeze"

    @property
    def _steps_of_block(self) -> np.ndarray:
        """A view of when the replicas of the block have arrived."""
        return self._step[self._block.start : self._block.stop]

    def begin(self, block: range, beside: tuple[Any, ...]) -> None:
        """Be told which replicas come next, and what they are measured on."""
        self._block, self._beside = block, beside
        if not self._resumed:
            self._frozen = {}
        self._resumed = False

    def look(self, step: int, parameters: Parameters) -> Parameters:
        """Look whether replicas have arrived; return what is to be seen of them."""
        arrived = self._steps_of_block
        place = int(np.searchsorted(self.steps, step))
        if place < len(self.steps) and self.steps[place] == step and (arrived == NEVER).any():
            new = (arrived == NEVER) & self._is_there(parameters)
            arrived[new] = step
            if self._freezes and new.any():
                self._frozen = self._replaced(self._frozen or parameters, new, parameters)
        if not self._frozen:
            return parameters
        return self._replaced(parameters, arrived != NEVER, self._frozen)

    def _is_there(self, parameters: Parameters) -> np.ndarray:
        """Tell of which replicas the level is reached, (replica,); of a diverged one never."""
        name, level = self._arrival.quantity, self._arrival.level
        wide = {it: value.to(torch.float64) for it, value in parameters.items()}
        gaussian = self._settings.data.kind == "gaussian"
        # Every network is of one of the two classes that `observe` takes.
        measured = observe([name], self._network, wide, *self._beside, gaussian=gaussian)  # type: ignore[arg-type]
        values = measured[name]
        for value in wide.values():
            values = torch.where(value.isfinite().reshape(len(value), -1).all(1), values, torch.nan)
        found = values.isfinite()
        if level.at_most is not None:
            found = found & (values <= level.at_most)
        if level.at_least is not None:
            found = found & (values >= level.at_least)
        there: np.ndarray = found.cpu().numpy()
        return there

    @staticmethod
    def _replaced(old: Parameters, which: np.ndarray, new: Parameters) -> Parameters:
        """Return parameters in which some replicas are those of others."""
        mask = torch.from_numpy(which)

        def chosen(before: Tensor, after: Tensor) -> Tensor:
            of_replica = mask.to(before.device).view(-1, *[1] * (before.ndim - 1))
            return torch.where(of_replica, after.to(before.device), before)

        return {name: chosen(value, new[name]) for name, value in old.items()}

    def variables(self) -> dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, str]]]:
        """Return when each replica has arrived, for the file of the run."""
        tau = np.where(
            self._step == NEVER, np.nan, thermal_time(self._settings, np.maximum(self._step, 0))
        )
        for_the_first_time = f"at which {self._arrival.words} is found for the first time"
        step = f"iteration t {for_the_first_time}; {NEVER} if never"
        when = f"thermal time {for_the_first_time}; NaN if never"
        return {
            "arrival_step": (("replica",), self._step, {"long_name": step, "units": "1"}),
            "arrival_thermal_time": (("replica",), tau, {"long_name": when, "units": "1"}),
        }

    def state(self) -> dict[str, np.ndarray]:
        """Return when replicas have arrived, and with which parameters those of the block."""
        frozen = {name: value.cpu().numpy() for name, value in self._frozen.items()}
        return {"step": self._step, **named("frozen", frozen)}

    def restore(self, state: Mapping[str, np.ndarray]) -> bool:
        """Go back to a state."""
        self._step = state["step"].copy()
        frozen = part(state, "frozen")
        self._frozen = {name: torch.from_numpy(value) for name, value in frozen.items()}
        self._resumed = True
        return True
