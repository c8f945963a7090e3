"""PyHessian: an estimate of the trace of the Hessian from random vectors, with its defaults.

It makes no exact trace. Its vectors are drawn until the mean of the estimates moves by less than
0.1 %, or a hundred.
"""

from typing import Any

import numpy as np
import protocol
import torch
from cases import CASES
from pyhessian import hessian
from torch_networks import load, loaded, loss_of, targets, waiting


class Estimate:
    """The estimates of one network's trace."""

    size = 1.0

    def __init__(self, *, task: str, case: str, device: str, path: str):
        torch.set_num_threads(1)
        torch.manual_seed(0)
        self._case, self._device, self._arrays = CASES[case], device, load(path, device)

    def _evaluate(self, **options: Any) -> list[float]:
        module = loaded(self._case, self._arrays, 0)
        data = self._arrays["x"][0], targets(self._case, self._arrays["y"][0])
        operator = hessian(module, loss_of(self._case), data, cuda=self._device == "cuda")
        found: list[float] = operator.trace(**options)
        module.zero_grad(set_to_none=True)  # its graph refers to itself
        return found

    def ready(self, units: int) -> Any:
        """Return what makes so many estimates."""
        return waiting(self._device, lambda: [self._evaluate() for _ in range(units)])

    def check(self, path: str) -> dict[str, Any]:
        """Return the mean of a hundred vectors and its standard error."""
        found = self._evaluate(tol=0)
        error = float(np.std(found, ddof=1)) / len(found) ** 0.5
        return {"values": [float(np.mean(found))], "errors": [error], "vectors": len(found)}


if __name__ == "__main__":
    protocol.serve(Estimate, ["pyhessian", "torch"])
