"""What a GPU draws, or Triton's interpreter, is what a CPU draws."""

import pytest
import torch

from thermophoresis.draws import variates

# Triton is there on Linux alone.
on_gpu = pytest.importorskip("thermophoresis.draws.on_gpu")

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
KEY = (3_735_928_559, 17)


def drawn(monkeypatch, function, *cut, **options):
    """Return variates of a CPU, and those of the kernel."""
    expected = function(KEY, *cut, **options)
    if DEVICE == "cuda":
        return expected, function(KEY, *cut, **options, device="cuda").cpu()
    with monkeypatch.context() as patch:
        patch.setattr(variates, "fill_rows", kernel(False))
        patch.setattr(variates, "fill_lanes", kernel(True))
        found = function(KEY, *cut, **options)
    return expected, found


def kernel(replica_last):
    def fill(out, k0, k1, first, replica, kind, high):
        key = int(k0), int(k1)
        numbers = int(kind), int(high), key, int(first), int(replica)
        on_gpu.fill(torch.from_numpy(out), *numbers, replica_last=replica_last)

    return fill


# Whole blocks of words or not; sample numbers of more than 32 bits.
CUTS = [(range(3), 0, 5, 8), (range(70_000, 70_003), 2**32 - 2, 4, 7)]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("replica_last", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_vectors(monkeypatch, cut, replica_last, dtype):
    options = {"dtype": dtype, "replica_last": replica_last}
    expected, found = drawn(monkeypatch, variates.uniform, *cut, **options)
    assert found.equal(expected)
    assert found.is_contiguous() != replica_last
    expected, found = drawn(monkeypatch, variates.normal, *cut, **options)
    # A product and a sum are rounded once or twice.
    torch.testing.assert_close(found, expected, rtol=0, atol=4 * torch.finfo(dtype).eps)
    assert not found.equal(torch.zeros_like(found))


@pytest.mark.parametrize("high", [2, 10, 2**31])
@pytest.mark.parametrize("dtype", [torch.float32, torch.int64])
def test_integers(monkeypatch, high, dtype):
    for first in 0, 3, 2**32 - 3:
        expected, found = drawn(
            monkeypatch, variates.integers, range(5, 8), first, 9, high, dtype=dtype
        )
        assert found.equal(expected)
