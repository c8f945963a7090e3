"""Share of hidden units that are silent: no sample of the probe set makes their ReLU positive.

Units of all layers count alike; a channel of a convolution is silent if it is at every pixel.
"""

import torch
from torch import Tensor

from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    silent = [
        (units.flatten(3) if units.ndim > 3 else units[..., None]).amax((1, 3)) <= 0
        for units in context.inputs[1:]
    ]
    return torch.cat(silent, 1).to(context.x).mean(1)
