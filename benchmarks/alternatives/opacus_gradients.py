"""Opacus: per-sample gradients of one network at a time, of which the variance is taken."""

from typing import Any

import protocol
import torch
from cases import CASES
from opacus import GradSampleModule
from torch_networks import load, loaded, loss_of, targets, waiting


class Sampled:
    """Some replicas, each a module that keeps per-sample gradients."""

    size = 1.0

    def __init__(self, *, task: str, case: str, device: str, path: str):
        torch.set_num_threads(1)
        self._case, self._device = CASES[case], device
        arrays = load(path, device)
        self._x, self._y = arrays["x"], arrays["y"]
        self._modules = [
            GradSampleModule(loaded(self._case, arrays, at), loss_reduction="sum")
            for at in range(len(self._x))
        ]
        self._loss = loss_of(self._case, "sum")

    def _evaluate(self, replica: int) -> float:
        module = self._modules[replica]
        module.zero_grad(set_to_none=True)
        y = targets(self._case, self._y[replica])
        self._loss(module(self._x[replica]), y).backward()
        total = sum(it.grad_sample.var(0).sum() for it in module.parameters())
        for it in module.parameters():
            it.grad_sample = None
        return (total / self._case.parameters).item()

    def _every(self) -> list[float]:
        return [self._evaluate(replica) for replica in range(len(self._modules))]

    def ready(self, units: int) -> Any:
        """Return what evaluates all replicas so many times."""
        return waiting(self._device, lambda: [self._every() for _ in range(units)])

    def check(self, path: str) -> dict[str, Any]:
        """Return the variance of every replica."""
        return {"values": self._every()}


if __name__ == "__main__":
    protocol.serve(Sampled, ["opacus", "torch"])
