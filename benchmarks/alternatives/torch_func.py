"""torch.func: vmap over replicas of the gradient, or over samples; Hessians by double derivatives.

Called with ``compiled``, a step goes through torch.compile; with ``jacobian``, traces come from
per-sample Jacobians of the logits, without it from the columns of the Hessian.
"""

import sys
from typing import Any

import numpy as np
import protocol
import torch
from cases import CASES, CHECKED_STEPS, Case
from torch import Tensor
from torch.func import grad, jacrev, jvp, vmap
from torch_networks import draw, load, loaded, logits, mean_loss, names_of, waiting

# Columns of the Hessian that are evaluated together.
COLUMNS = 16
# Up to so many parameters the check takes all columns.
WHOLE = 256


class Steps:
    """SGD on all replicas."""

    def __init__(self, case: Case, arrays: dict[str, Tensor], device: str, compiled: bool):
        self._case, self._device, self._arrays = case, device, arrays
        self._initial = {name: arrays[name] for name in names_of(case)}
        replicas = len(arrays["W1"])
        self.size = float(replicas)
        gradient = vmap(grad(lambda at, x, y: mean_loss(case, at, x, y)))
        take = draw(case, replicas, arrays, device)

        def step(at: dict[str, Tensor], x: Tensor, y: Tensor) -> dict[str, Tensor]:
            found = gradient(at, x, y)
            return {name: value - case.rate * found[name] for name, value in at.items()}

        def drawn(at: dict[str, Tensor]) -> dict[str, Tensor]:
            return step(at, *take())

        if compiled:
            torch._dynamo.reset()
            # With CUDA graphs a result would lie where the next step writes: not to be kept.
            drawn = torch.compile(drawn, fullgraph=True, dynamic=False)
            step = torch.compile(step, fullgraph=True, dynamic=False)
        self._step, self._drawn = step, drawn

    def ready(self, units: int) -> Any:
        """Return what makes so many steps, drawing its samples."""

        def run() -> None:
            at = self._initial
            with torch.no_grad():
                for _ in range(units):
                    at = self._drawn(at)

        return waiting(self._device, run)

    def check(self, path: str) -> dict[str, Any]:
        """Write the parameters after steps of given samples."""
        at = self._initial
        x, y = self._arrays["x"], self._arrays["y"]
        with torch.no_grad():
            for step in range(CHECKED_STEPS):
                at = self._step(
                    at, x[:, step : step + 1].contiguous(), y[:, step : step + 1].contiguous()
                )
        np.savez(path, **{name: value.cpu().numpy() for name, value in at.items()})
        return {}


class Variance:
    """Per-sample gradients of all replicas, of which the variance is taken."""

    size = 1.0

    def __init__(self, case: Case, arrays: dict[str, Tensor], device: str):
        self._device, self._arrays = device, arrays
        self._at = {name: arrays[name] for name in names_of(case)}
        numbers = case.parameters

        def of_sample(at: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
            return mean_loss(case, at, x[None], y[None])

        def of_replica(at: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
            found = vmap(grad(of_sample), in_dims=(None, 0, 0))(at, x, y)
            return sum(value.var(0).sum() for value in found.values()) / numbers

        self._variance = vmap(of_replica)

    def _evaluate(self) -> Tensor:
        with torch.no_grad():
            return self._variance(self._at, self._arrays["x"], self._arrays["y"])

    def ready(self, units: int) -> Any:
        """Return what evaluates it so many times."""
        return waiting(self._device, lambda: [self._evaluate() for _ in range(units)])

    def check(self, path: str) -> dict[str, Any]:
        """Return the variance of every replica."""
        return {"values": self._evaluate().tolist()}


class Columns:
    """The trace of the Hessian from its columns, a unit being `COLUMNS` of them."""

    def __init__(self, case: Case, arrays: dict[str, Tensor], device: str):
        self._device, self._numbers = device, case.parameters
        self._module = loaded(case, arrays, 0)
        at = {name: value.detach() for name, value in self._module.named_parameters()}
        shapes = {name: value.shape for name, value in at.items()}
        x, y = arrays["x"][0], arrays["y"][0]
        order = names_of(case)

        def loss(at: dict[str, Tensor]) -> Tensor:
            named = dict(zip(order, at.values(), strict=True))
            return mean_loss(case, named, x, y)

        def along(index: Tensor) -> Tensor:
            basis = (torch.arange(self._numbers, device=device) == index).to(x.dtype)
            parts = basis.split([shape.numel() for shape in shapes.values()])
            direction = {
                name: part.view(shape)
                for (name, shape), part in zip(shapes.items(), parts, strict=True)
            }
            found = jvp(grad(loss), (at,), (direction,))[1]
            return torch.cat([value.flatten() for value in found.values()]) @ basis

        self._diagonal = vmap(along)
        self.size = float(min(COLUMNS, self._numbers))

    def _evaluate(self, first: int, count: int) -> Tensor:
        with torch.no_grad():
            return self._diagonal(torch.arange(first, first + count, device=self._device))

    def ready(self, units: int) -> Any:
        """Return what evaluates so many chunks of columns."""
        count = int(self.size)
        return waiting(self._device, lambda: [self._evaluate(0, count) for _ in range(units)])

    def check(self, path: str) -> dict[str, Any]:
        """Return the first entries of the diagonal, and the trace if they are all."""
        found = []
        last = self._numbers if self._numbers <= WHOLE else COLUMNS
        for first in range(0, last, COLUMNS):
            found += self._evaluate(first, min(COLUMNS, self._numbers - first)).tolist()
        return {"diagonal": found, "columns": self._numbers}


class Jacobians:
    """The trace of the Gauss–Newton matrix, Tr P K, from per-sample Jacobians of the logits."""

    size = 1.0

    def __init__(self, case: Case, arrays: dict[str, Tensor], device: str):
        self._device, self._x = device, arrays["x"][0]
        self._at = {name: arrays[name][0] for name in names_of(case)}
        self._classes = case.classes

        def of_sample(at: dict[str, Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
            z = logits(case, at, x[None])[0]
            return z, z

        self._jacobian = vmap(jacrev(of_sample, has_aux=True), in_dims=(None, 0))

    def _diagonal(self) -> dict[str, Tensor]:
        """Return diag(Jᵀ P J), mean over samples, without making the matrix."""
        with torch.no_grad():
            found, z = self._jacobian(self._at, self._x)
            if self._classes:
                p = z.softmax(1)
                return {
                    name: (
                        torch.einsum("sc,sc...->...", p, J**2)
                        - (torch.einsum("sc,sc...->s...", p, J) ** 2).sum(0)
                    )
                    / len(z)
                    for name, J in found.items()
                }
            p = z.sigmoid()[:, 0]
            return {
                name: torch.einsum("s,s...->...", p * (1 - p), J[:, 0] ** 2) / len(z)
                for name, J in found.items()
            }

    def ready(self, units: int) -> Any:
        """Return what evaluates it so many times."""

        def run() -> None:
            for _ in range(units):
                sum(value.sum() for value in self._diagonal().values())

        return waiting(self._device, run)

    def check(self, path: str) -> dict[str, Any]:
        """Return the trace and the first entries of the diagonal."""
        whole = torch.cat([value.flatten() for value in self._diagonal().values()])
        return {"values": [whole.sum().item()], "diagonal": whole[:COLUMNS].tolist()}


def make(*, task: str, case: str, device: str, path: str) -> Any:
    """Return what is to be timed."""
    torch.set_num_threads(1)
    chosen, arrays = CASES[case], load(path, device)
    if task == "steps":
        return Steps(chosen, arrays, device, "compiled" in sys.argv)
    if task == "variance":
        return Variance(chosen, arrays, device)
    kind = Jacobians if "jacobian" in sys.argv else Columns
    return kind(chosen, arrays, device)


if __name__ == "__main__":
    protocol.serve(make, ["torch"])
