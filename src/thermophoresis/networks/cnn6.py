"""The paper's convolutional network (Fig. 2, bottom row): five convolutions and a linear layer."""

import itertools

from thermophoresis.config.networks.cnn6 import CNN6Network
from thermophoresis.errors import UserError
from thermophoresis.networks.layered import Convolution, Layer, Layered, Linear

CONVOLUTIONS = 5


def build(settings: CNN6Network, sample_shape: tuple[int, ...], classes: int | None) -> Layered:
    """Return the network for images of a shape.

    Parameters
    ----------
    settings
        Number of channels and edge length of the kernels of each convolution.
    sample_shape
        Channels, rows and columns of one image.
    classes
        Number of classes, or None for one logit and labels 0/1.

    Raises
    ------
    UserError
        The images are too small: each of the five convolutions takes kernel − 1 pixels off.
    """
    channels, rows, columns = sample_shape
    lost = CONVOLUTIONS * (settings.kernel - 1)
    if min(rows, columns) <= lost:
        raise UserError(
            f"network cnn6: got images of {rows}×{columns} pixels; five convolutions with kernel "
            f"{settings.kernel} need more than {lost} in each direction"
        )
    sizes = [channels, *[settings.channels] * CONVOLUTIONS]
    convolutions = [
        Convolution(inputs, outputs, settings.kernel)
        for inputs, outputs in itertools.pairwise(sizes)
    ]
    features = settings.channels * (rows - lost) * (columns - lost)
    layers: tuple[Layer, ...] = (*convolutions, Linear(features, classes or 1))
    return Layered(layers, classes, settings.activation, settings.init)
