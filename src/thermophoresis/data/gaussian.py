"""Inputs x ~ N(0, I), "often found when the data are normalized" (A.6), or N(0, diag λ)."""

import torch
from torch import Tensor

from thermophoresis.config.data.gaussian import GaussianInputs
from thermophoresis.config.spectrum import variances
from thermophoresis.data.drawing import Drawing

SOURCE = "synthetic: x ~ N(0, I), drawn from the seeded stream of each replica"
VARIATES = "normal"


def draw(drawing: Drawing, size: int, dtype: torch.dtype) -> Tensor:
    """Return standard normal inputs, (replica, sample, input)."""
    return drawing.normal(size, dtype)


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
        self.VARIATES = VARIATES if variances is None else None

    def draw(self, drawing: Drawing, size: int, dtype: torch.dtype) -> Tensor:
        """Return inputs, (replica, sample, input)."""
        x = drawing.normal(size, dtype)
        return x if self._std is None else x.mul_(self._std.to(x))


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
