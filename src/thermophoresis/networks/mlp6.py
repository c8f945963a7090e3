"""The paper's deep fully-connected network (Fig. 2, middle row): six weight layers."""

import itertools
import math

from thermophoresis.config.networks.mlp6 import MLP6Network
from thermophoresis.networks.layered import Layered, Linear

WEIGHT_LAYERS = 6


def build(settings: MLP6Network, sample_shape: tuple[int, ...], classes: int | None) -> Layered:
    """Return the network for samples of a shape.

    Parameters
    ----------
    settings
        The width of the five hidden layers.
    sample_shape
        Shape of one input, which is flattened.
    classes
        Number of classes, or None for one logit and labels 0/1.
    """
    widths = [math.prod(sample_shape), *[settings.hidden] * (WEIGHT_LAYERS - 1), classes or 1]
    layers = tuple(Linear(*sizes) for sizes in itertools.pairwise(widths))
    return Layered(layers, classes, settings.activation, settings.init)
