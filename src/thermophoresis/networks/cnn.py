"""Convolutional networks: convolutions of any size, pooling, and linear layers."""

from thermophoresis.config.networks.cnn import CNNNetwork, ConvolutionSettings
from thermophoresis.config.pooling import PoolingSettings
from thermophoresis.errors import UserError
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Layer, Linear
from thermophoresis.networks.pooling import Pooled
from thermophoresis.networks.strided import StridedConvolution


def build(settings: CNNNetwork, sample_shape: tuple[int, ...], classes: int | None) -> Layered:
    """Return the network for images of a shape.

    Parameters
    ----------
    settings
        The convolutions, what is behind them, and which layers have biases.
    sample_shape
        Channels, rows and columns of one image.
    classes
        Number of classes, or None for one logit and labels 0/1.

    Raises
    ------
    UserError
        The images are too small: nothing of them is left behind the convolutions.
    """
    inputs, rows, columns = sample_shape
    smallest = settings.smallest_image
    if min(rows, columns) < smallest:
        raise UserError(
            f"network: got images of {rows}×{columns} pixels; its {len(settings.channels)} "
            f"convolutions need at least {smallest} in each direction"
        )
    biases = iter(settings.biases)
    layers: list[Layer] = []
    pooling = None  # behind the layer before
    for convolution in settings.convolutions:
        layers.append(_pooled(_convolution(inputs, convolution, next(biases)), pooling))
        rows, columns = (convolution.size_after(size) for size in (rows, columns))
        inputs, pooling = convolution.channels, convolution.pooling
    inputs *= rows * columns
    for outputs in (*settings.hidden, classes or 1):
        layers.append(_pooled(Linear(inputs, outputs, next(biases)), pooling))
        inputs, pooling = outputs, None
    return Layered(
        tuple(layers),
        classes,
        settings.activation,
        settings.init,
        sample_shape=tuple(sample_shape),
    )


def _convolution(inputs: int, settings: ConvolutionSettings, bias: bool) -> Convolution:
    sizes = inputs, settings.channels, settings.kernel
    if settings.stride == 1 and settings.padding == 0:
        return Convolution(*sizes, bias)
    return StridedConvolution(*sizes, bias, settings.stride, settings.padding)


def _pooled(layer: Linear | Convolution, pooling: PoolingSettings | None) -> Layer:
    return Pooled(layer, pooling.kind, pooling.size) if pooling else layer
