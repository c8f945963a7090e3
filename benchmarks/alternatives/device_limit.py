"""What the device delivers: a product of large matrices, and copies in memory and in cache."""

from typing import Any

import protocol
import torch
from torch_networks import waiting

EDGE = {"cpu": 1024, "cuda": 8192}
# Far above a last-level cache, and half of what a second-level cache has at least.
BYTES = {"copy": {"cpu": 2**29, "cuda": 2**31}, "cached_copy": {"cpu": 2**18, "cuda": 2**23}}
REPEATS = {"copy": 1, "cached_copy": 1000}


class Limit:
    """A product of two matrices in float32, or copies of an array."""

    def __init__(self, *, task: str, device: str, **_: Any):
        torch.set_num_threads(1)
        self._device = device
        if task == "gemm":
            edge = EDGE[device]
            a, b, out = (torch.rand(edge, edge, device=device) for _ in range(3))
            self.size = 2.0 * edge**3
            self._once = lambda: torch.mm(a, b, out=out)
            return
        source = torch.ones(BYTES[task][device] // 4, device=device)
        target, repeats = torch.empty_like(source), REPEATS[task]
        self.size = 2.0 * BYTES[task][device] * repeats  # read and written
        self._once = lambda: [target.copy_(source) for _ in range(repeats)]  # type: ignore[assignment,return-value]

    def ready(self, units: int) -> Any:
        """Return what does it so many times."""
        return waiting(self._device, lambda: [self._once() for _ in range(units)])

    def check(self, path: str) -> dict[str, Any]:
        """Return nothing: there is nothing to agree on."""
        return {}


if __name__ == "__main__":
    protocol.serve(Limit, ["torch"])
