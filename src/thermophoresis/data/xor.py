"""Four Gaussian clusters at (±1, ±1), two of each class."""

from collections.abc import Sequence

import torch
from torch import Tensor

from thermophoresis.config.data.xor import XorInputs

# Sign of the first and the second component of the centre of each cluster.
SIGNS = torch.tensor([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]], dtype=torch.float64)


class Clusters:
    """Inputs from N(c, noise² I), with c = (±1, ±1, 0, …, 0), all four equally likely.

    The label is 1 where the signs are equal, else 0: that of the cluster, not of the side to which
    the noise has brought x.

    Parameters
    ----------
    noise
        Standard deviation of each component.
    """

    PURPOSE = "xor"
    SOURCE = (
        "synthetic: x from four Gaussian clusters at (±1, ±1), drawn from the seeded streams of "
        "each replica, with the product of the signs as label"
    )

    def __init__(self, noise: float):
        self._noise = noise

    def fill(self, row: Tensor, stream: torch.Generator) -> None:
        """Fill a tensor with the next variates of a stream around the centres, in place."""
        row.normal_(generator=stream).mul_(self._noise)

    def label(self, x: Tensor, streams: Sequence[torch.Generator]) -> Tensor:
        """Move inputs (replica, sample, input) to clusters; return labels (replica, sample)."""
        cluster = torch.empty(x.shape[:2], dtype=torch.int64)
        for row, stream in zip(cluster.unbind(0), streams, strict=True):
            row.random_(0, len(SIGNS), generator=stream)
        x[..., :2] += SIGNS[cluster].to(x.dtype)
        return (SIGNS[cluster].prod(-1) > 0).double()


def distribution(settings: XorInputs, *, inputs: int, seed: int) -> Clusters:
    """Return the clusters; neither the number of inputs nor the seed plays a role."""
    return Clusters(settings.noise)
