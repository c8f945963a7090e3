"""Half the squared error, ½ Σ_c (z_c − t_c)² of the outputs z and their targets t."""

from dataclasses import dataclass

import torch
from torch import Tensor

from thermophoresis.config.loss import Loss


@dataclass(frozen=True)
class Squared:
    """½ Σ_c (z_c − t_c)²; see `networks.network.Loss`.

    Attributes
    ----------
    targets
        Of the labels 0 and 1; of several classes, of the outputs of the others and of the own.
    """

    targets: tuple[float, float] = (0.0, 1.0)

    def of_samples(self, logits: Tensor, y: Tensor, classes: int | None) -> Tensor:
        """Return the loss of every sample, shaped as y."""
        return self.residual(logits, y, classes).square().sum(-1) / 2

    def residual(self, logits: Tensor, y: Tensor, classes: int | None) -> Tensor:
        """Return z − t, shaped as the logits."""
        low, high = self.targets
        if classes is None:
            # Any number may be a label.
            return logits - (low + (high - low) * y[..., None])
        own = y[..., None] == torch.arange(classes, device=y.device)
        return logits - torch.where(own, logits.new_tensor(high), logits.new_tensor(low))

    def output_hessian(self, logits: Tensor, classes: int | None) -> Tensor:
        """Return the identity, (…, class, class)."""
        return torch.diag_embed(torch.ones_like(logits))


def make(settings: Loss) -> Squared:
    """Return the loss that settings ask for."""
    return Squared() if isinstance(settings, str) else Squared(settings.targets)
