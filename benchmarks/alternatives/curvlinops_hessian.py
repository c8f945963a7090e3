"""curvlinops: the trace of the Hessian from its products with columns of the identity."""

import warnings
from typing import Any

import protocol
import torch
from cases import CASES
from torch_networks import load, loaded, loss_of, targets, waiting

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # of a dependency's own use of torch
    from curvlinops import HessianLinearOperator

# Columns that are evaluated together.
COLUMNS = 16
# Up to so many parameters the check takes all columns.
WHOLE = 256


class Columns:
    """The Hessian of one network; a unit is `COLUMNS` of its columns."""

    def __init__(self, *, task: str, case: str, device: str, path: str):
        torch.set_num_threads(1)
        chosen, self._device, arrays = CASES[case], device, load(path, device)
        module = loaded(chosen, arrays, 0)
        data = [(arrays["x"][0], targets(chosen, arrays["y"][0]))]
        given = (module, loss_of(chosen), list(module.parameters()), data)
        self._operator = HessianLinearOperator(*given, check_deterministic=False)
        self._numbers, self._dtype = chosen.parameters, arrays["W1"].dtype
        self.size = float(min(COLUMNS, self._numbers))

    def _evaluate(self, first: int, count: int) -> torch.Tensor:
        basis = torch.zeros(self._numbers, count, dtype=self._dtype, device=self._device)
        basis[first : first + count].fill_diagonal_(1)
        return (self._operator @ basis)[first : first + count].diagonal().detach()

    def ready(self, units: int) -> Any:
        """Return what evaluates so many chunks of columns."""
        count = int(self.size)
        return waiting(self._device, lambda: [self._evaluate(0, count) for _ in range(units)])

    def check(self, path: str) -> dict[str, Any]:
        """Return the first entries of the diagonal."""
        found = []
        last = self._numbers if self._numbers <= WHOLE else COLUMNS
        for first in range(0, last, COLUMNS):
            found += self._evaluate(first, min(COLUMNS, self._numbers - first)).tolist()
        return {"diagonal": found, "columns": self._numbers}


if __name__ == "__main__":
    protocol.serve(Columns, ["curvlinops-for-pytorch", "torch"])
