"""Four Gaussian clusters at (±1, ±1), two of each class."""

import torch
from torch import Tensor

from thermophoresis.config.data.xor import XorInputs
from thermophoresis.data.drawing import Drawing

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

    def draw(self, drawing: Drawing, size: int, dtype: torch.dtype) -> Tensor:
        """Return inputs around the centres, (replica, sample, input)."""
        return drawing.normal(size, dtype).mul_(self._noise)

    def label(self, x: Tensor, drawing: Drawing) -> Tensor:
        """Move inputs (replica, sample, input) to clusters; return labels (replica, sample)."""
        signs = SIGNS.to(x.device)[drawing.integers(len(SIGNS), torch.int64)]
        x[..., :2] += signs.to(x.dtype)
        return (signs.prod(-1) > 0).double()


def distribution(settings: XorInputs, *, inputs: int, seed: int) -> Clusters:
    """Return the clusters; neither the number of inputs nor the seed plays a role."""
    return Clusters(settings.noise)
