"""Fully-connected networks of any depth; without hidden layers, logistic regression."""

import itertools
import math

from thermophoresis.config.networks.mlp import MLPNetwork
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear


def build(settings: MLPNetwork, sample_shape: tuple[int, ...], classes: int | None) -> Layered:
    """Return the network for samples of a shape.

    Parameters
    ----------
    settings
        The widths of the hidden layers, and which layers have biases.
    sample_shape
        Shape of one input, which is flattened.
    classes
        Number of classes, or None for one logit and labels 0/1.
    """
    widths = [math.prod(sample_shape), *settings.hidden, classes or 1]
    layers = tuple(
        Linear(inputs, outputs, bias)
        for (inputs, outputs), bias in zip(itertools.pairwise(widths), settings.biases, strict=True)
    )
    return Layered(layers, classes, settings.activation, settings.init)
