"""Mean cross entropy on the probe set, in nats."""

from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    logits, y = context.logits, context.y
    if not isinstance(context.network, TwoLayer) and context.network.classes is not None:
        loss = cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none").view(y.shape)
    else:
        loss = binary_cross_entropy_with_logits(logits[..., 0], y, reduction="none")
    return loss.mean(1)
