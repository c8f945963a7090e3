"""Mean loss on the probe set: of cross entropy in nats."""

from torch import Tensor

from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    network = context.network
    return network.loss.of_samples(context.logits, context.y, network.classes).mean(1)
