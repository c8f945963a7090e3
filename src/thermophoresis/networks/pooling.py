"""Pooling: windows of images, side by side, are replaced by their largest or their mean value.

It comes behind the activation function. In a chain it belongs to the layer that it feeds, so that
what a layer gets is σ of what is before it, with or without pooling.
"""

from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import avg_pool2d, max_pool2d, pad

from thermophoresis.networks.layers import Convolution, Linear, Plain


@dataclass(frozen=True)
class Pooled:
    """A layer that gets the pooled images of what it is given.

    Rows and columns that do not fill a window are left out, as torch does.

    Attributes
    ----------
    layer
        What the pooled images go into.
    kind
        max or average.
    size
        Edge of the windows.
    """

    layer: Linear | Convolution
    kind: str
    size: int

    @property
    def inputs(self) -> int:
        """Number of inputs of the layer, or channels before it."""
        return self.layer.inputs

    @property
    def outputs(self) -> int:
        """Number of outputs, or channels after it."""
        return self.layer.outputs

    @property
    def bias(self) -> bool:
        """Whether each output has a b."""
        return self.layer.bias

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """Shape of W of one replica."""
        return self.layer.weight_shape

    @property
    def fan_in(self) -> int:
        """Number of pooled inputs of each output."""
        return self.layer.fan_in

    @property
    def fan_out(self) -> int:
        """Number of outputs that each pooled input reaches."""
        return self.layer.fan_out

    def pool(self, a: Tensor) -> Tensor:
        """Map images (replica, sample, channel, row, column) to smaller ones."""
        function = max_pool2d if self.kind == "max" else avg_pool2d
        pooled: Tensor = function(a.flatten(0, 1), self.size)
        return pooled.view(*a.shape[:2], *pooled.shape[1:])

    def forward(self, a: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Map images to what comes out of the layer."""
        return self.layer.forward(self.pool(a), weight, bias)

    def plain(self, a: Tensor, delta: Tensor) -> Plain:
        """Return the plain layer of the pooled images."""
        return self.layer.plain(self.pool(a), delta)

    def pull(self, a: Tensor, below: Tensor) -> Tensor:
        """Give the gradient to where the largest value was, or to all of a window alike."""
        rows, columns = a.shape[-2:]
        high, wide = rows // self.size, columns // self.size
        below = self.layer.pull(a[..., :high, :wide], below)  # which asks for the shape alone
        if self.kind == "average":
            spread = below.repeat_interleave(self.size, -2).repeat_interleave(self.size, -1)
            rest = (0, columns - wide * self.size, 0, rows - high * self.size)
            return pad(spread / self.size**2, rest)
        _, chosen = max_pool2d(a.flatten(0, 1), self.size, return_indices=True)
        # Further axes of the gradient are behind the sample.
        further = below.shape[2:-3]
        chosen = chosen.view(*a.shape[:2], *[1] * len(further), a.shape[2], high * wide)
        gradient = below.new_zeros(*below.shape[:-2], rows * columns)
        gradient.scatter_(-1, chosen.expand(*below.shape[:-2], high * wide), below.flatten(-2))
        return gradient.view(*below.shape[:-2], rows, columns)
