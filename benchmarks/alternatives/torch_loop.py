"""The loop that everybody writes: torch's layers, its loss and optim.SGD, network after network."""

from typing import Any

import numpy as np
import protocol
import torch
from cases import CASES, CHECKED_REPLICAS, CHECKED_STEPS
from torch_networks import draw, load, loaded, loss_of, names_of, targets, waiting


class Loop:
    """Steps of one network."""

    def __init__(self, *, case: str, device: str, path: str, **_: Any):
        torch.set_num_threads(1)
        self._case, self._device = CASES[case], device
        self._arrays = load(path, device)
        self._loss, self.size = loss_of(self._case), 1.0
        self._module = loaded(self._case, self._arrays, 0)
        self._draw = draw(self._case, 1, self._arrays, device)

    def _step(self, optimiser: torch.optim.Optimizer, module: Any, x: Any, y: Any) -> None:
        optimiser.zero_grad()
        self._loss(module(x), targets(self._case, y)).backward()
        optimiser.step()

    def ready(self, units: int) -> Any:
        """Return what makes so many steps, drawing its samples."""
        optimiser = torch.optim.SGD(self._module.parameters(), lr=self._case.rate)

        def run() -> None:
            for _ in range(units):
                x, y = self._draw()
                self._step(optimiser, self._module, x[0], y[0])

        return waiting(self._device, run)

    def check(self, path: str) -> dict[str, Any]:
        """Write the parameters of some replicas after steps of given samples."""
        found: dict[str, list[np.ndarray]] = {name: [] for name in names_of(self._case)}
        for replica in range(min(CHECKED_REPLICAS, len(self._arrays["W1"]))):
            module = loaded(self._case, self._arrays, replica)
            optimiser = torch.optim.SGD(module.parameters(), lr=self._case.rate)
            x, y = self._arrays["x"][replica], self._arrays["y"][replica]
            for step in range(CHECKED_STEPS):
                self._step(optimiser, module, x[step : step + 1], y[step : step + 1])
            for name, value in zip(found, module.parameters(), strict=True):
                found[name].append(value.detach().cpu().numpy())
        np.savez(path, **{name: np.stack(values) for name, values in found.items()})
        return {}


if __name__ == "__main__":
    protocol.serve(Loop, ["torch"])
