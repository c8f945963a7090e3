"""Inputs x ~ N(0, I), "often found when the data are normalized" (A.6), or N(0, diag λ)."""

import torch
from torch import Tensor

from thermophoresis.config.data.gaussian import GaussianInputs
from thermophoresis.config.spectrum import variances

SOURCE = "synthetic: x ~ N(0, I), drawn from the seeded stream of each replica"


def fill(row: Tensor, stream: torch.Generator) -> None:
    """Fill a tensor with the next standard normal variates of a stream, in place."""
    row.normal_(generator=stream)


class Scaled:
    """Inputs x ~ N(0, diag λ).

    Parameters
    ----------
    variances
        λ, one of each component; None for I.
    """

    SOURCE = "synthetic: x ~ N(0, diag λ), drawn from the seeded stream of each replica"

    def __init__(self, variances: tuple[float, ...] | None):
        self._std = None if variances is None else torch.tensor(variances).double().sqrt()

    def fill(self, row: Tensor, stream: torch.Generator) -> None:
        """Fill a tensor with the next inputs of a stream, one after the other, in place."""
        fill(row, stream)
        if self._std is not None:
            row.view(-1, len(self._std)).mul_(self._std.to(row.dtype))


def distribution(settings: GaussianInputs, *, inputs: int, seed: int) -> Scaled:
    """Return the distribution of a run's inputs.

    Parameters
    ----------
    settings
        Its spectrum.
    inputs
        Number of components.
    seed
        Of the run; it plays no role.
    """
    found = Scaled(variances(settings.spectrum, inputs))
    if settings.standard_normal:
        found.SOURCE = SOURCE
    return found
