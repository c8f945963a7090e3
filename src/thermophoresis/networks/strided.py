"""Convolutions with stride and padding, as plain ones.

A convolution with padding is one of a larger image, and with stride s it is every s-th row and
column of one without. Backwards, the gradients of its output are spread out with zeros in between.
That multiplies s² times as much as need be; copies take most of the time all the same, and nothing
has to be written twice (`convolution`).
"""

from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import pad

from thermophoresis.networks.convolution import convolve
from thermophoresis.networks.layers import Convolution, Plain


@dataclass(frozen=True)
class StridedConvolution(Convolution):
    """Convolution of an image within zeros, of which every s-th row and column is kept.

    Attributes
    ----------
    stride
        Step s between positions of the kernel.
    padding
        Rows and columns of zeros at each edge.
    """

    stride: int = 1
    padding: int = 0

    def forward(self, a: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Map (replica, sample, channel, row, column) to the same with other images."""
        z = convolve(self._padded(a), weight, bias)
        return z if self.stride == 1 else z[..., :: self.stride, :: self.stride].contiguous()

    def plain(self, a: Tensor, delta: Tensor) -> Plain:
        """Return a convolution of the padded image, and δ with zeros in between."""
        layer, seen = (
            Convolution(self.inputs, self.outputs, self.kernel, self.bias),
            self._padded(a),
        )
        if self.stride > 1:
            size = (rows - self.kernel + 1 for rows in seen.shape[-2:])
            spread = delta.new_zeros(*delta.shape[:-2], *size)
            spread[..., :: self.stride, :: self.stride] = delta
            delta = spread
        return Plain(layer, seen, delta)

    def pull(self, a: Tensor, below: Tensor) -> Tensor:
        """Cut the padding off."""
        rows, columns = (slice(self.padding, self.padding + size) for size in a.shape[-2:])
        return below[..., rows, columns]

    def _padded(self, a: Tensor) -> Tensor:
        return pad(a, (self.padding,) * 4) if self.padding else a
