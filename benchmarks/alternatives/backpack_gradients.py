"""BackPACK: gradient variance from per-sample gradients, Tr H from the exact Gauss–Newton diagonal.

It extends one network at a time, so that replicas are evaluated one after the other.
"""

from typing import Any

import protocol
import torch
from backpack import backpack, extend
from backpack.extensions import BatchGrad, DiagGGNExact
from cases import CASES
from torch_networks import load, loaded, loss_of, targets, waiting


class Extended:
    """Some replicas, each an extended module."""

    size = 1.0

    def __init__(self, *, task: str, case: str, device: str, path: str):
        torch.set_num_threads(1)
        self._case, self._task, self._device = CASES[case], task, device
        arrays = load(path, device)
        self._x, self._y = arrays["x"], arrays["y"]
        self._modules = [extend(loaded(self._case, arrays, at)) for at in range(len(self._x))]
        # Per-sample gradients are those of the sum.
        self._loss = extend(loss_of(self._case, "sum" if task == "variance" else "mean"))

    def _evaluate(self, replica: int) -> float:
        module, variance = self._modules[replica], self._task == "variance"
        y = targets(self._case, self._y[replica])
        module.zero_grad()
        with backpack(BatchGrad() if variance else DiagGGNExact()):
            self._loss(module(self._x[replica]), y).backward()
        if variance:
            total = sum(it.grad_batch.var(0).sum() for it in module.parameters())
            return (total / self._case.parameters).item()
        return sum(it.diag_ggn_exact.sum() for it in module.parameters()).item()

    def _every(self) -> list[float]:
        return [self._evaluate(replica) for replica in range(len(self._modules))]

    def ready(self, units: int) -> Any:
        """Return what evaluates all replicas so many times."""
        return waiting(self._device, lambda: [self._every() for _ in range(units)])

    def check(self, path: str) -> dict[str, Any]:
        """Return the variance, or the trace, of every replica."""
        return {"values": self._every()}


if __name__ == "__main__":
    protocol.serve(Extended, ["backpack-for-pytorch", "torch"])
