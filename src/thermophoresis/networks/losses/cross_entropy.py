"""Cross entropy in nats: of a single logit and labels 0/1, or of classes by softmax.

With z the logits, its gradient for one sample with respect to z is p − y in both cases (Eqs. 26 and
42).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from thermophoresis.config.loss import Loss
from thermophoresis.networks.lanes import lane_sigmoid


@dataclass(frozen=True)
class CrossEntropy:
    """−ln p of the label of a sample; see `networks.network.Loss`."""

    def of_samples(self, logits: Tensor, y: Tensor, classes: int | None) -> Tensor:
        """Return the loss of every sample in nats, shaped as y."""
        if classes is not None:
            # As torch wants it: one axis of samples.
            flat = logits.flatten(0, -2)
            return cross_entropy(flat, y.flatten(), reduction="none").view(y.shape)
        return binary_cross_entropy_with_logits(logits[..., 0], y, reduction="none")

    def residual(self, logits: Tensor, y: Tensor, classes: int | None) -> Tensor:
        """Return p − y, shaped as the logits."""
        if classes is None:
            return lane_sigmoid(logits).sub_(y[..., None])
        residual = torch.softmax(logits, dim=-1)
        return residual.scatter_add_(
            -1, y[..., None], residual.new_full((1, 1, 1), -1.0).expand(*y.shape, 1)
        )

    def output_hessian(self, logits: Tensor, classes: int | None) -> Tensor:
        """Return diag(p) − p pᵀ, or p (1 − p) for a single logit (Eq. 43)."""
        if classes is None:
            # Not p − p²: that is rounded to zero where p is close to one.
            return (torch.sigmoid(logits) * torch.sigmoid(-logits))[..., None]
        p = torch.softmax(logits, dim=-1)
        pairs = p[..., :, None] * p[..., None, :]
        pairs.diagonal(dim1=-2, dim2=-1).zero_()
        # p_c (1 − p_c) as p_c Σ p_d over the others: 1 − p_c loses its digits where p_c is close to
        # one, and with them Tr P and Tr(P K), in which the rows of P must add up to zero.
        return torch.diag_embed(pairs.sum(-1)) - pairs


CROSS_ENTROPY = CrossEntropy()


def make(settings: Loss) -> CrossEntropy:
    """Return the loss, which has no settings."""
    return CROSS_ENTROPY
