"""Share of samples of the probe set whose label is predicted: it has the least loss of all labels.

Where several have, the first of them is predicted: 0 of a network without an output.
"""

import torch
from torch import Tensor

from thermophoresis.networks.losses.cross_entropy import CrossEntropy
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    return context.once(is_predicted).to(context.logits).mean(1)


def is_predicted(context: Context) -> Tensor:
    """Return of which samples the label is predicted, (replica, sample)."""
    network, logits, y = context.network, context.logits, context.y
    if network.classes is not None and isinstance(network.loss, CrossEntropy):
        # That of each label is −ln p of it: one softmax has all of them.
        return torch.log_softmax(logits, -1).argmax(-1) == y
    losses = [
        network.loss.of_samples(logits, torch.full_like(y, label), network.classes)
        for label in range(network.classes or 2)
    ]
    return torch.stack(losses).argmin(0) == y
