"""Transposed convolutions of sparse gradients against those of dense ones."""

import pytest
import torch

from thermophoresis.measurements.transposed import transpose_sparse
from thermophoresis.networks.convolution import convolve_transposed


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(
    ("channels", "inputs", "kernel", "high", "wide"),
    [(6, 3, 3, 4, 5), (5, 8, 2, 3, 1), (1, 1, 1, 2, 2)],
)
def test_it_is_the_transpose_of_the_convolution(share, channels, inputs, kernel, high, wide):
    stream = torch.Generator().manual_seed(3)
    shape = (2, 3, 4, channels, high, wide)
    options = {"generator": stream, "dtype": torch.float64}
    weight = torch.randn(2, channels, inputs, kernel, kernel, **options)
    # Zeros of all outputs at once, and some of a single one.
    kept = torch.rand(2, 3, 1, channels, high, wide, **options) < share
    delta = torch.randn(shape, **options) * kept * (torch.rand(shape, **options) < 0.8)
    found = transpose_sparse(weight, delta)
    expected = convolve_transposed(weight, delta.flatten(1, 2)).view(found.shape)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-13)
