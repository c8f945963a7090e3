"""How many replicas a GPU has memory for."""

import torch

# What of the free memory a block of replicas may take, with all that it needs for a while.
SHARE = 0.5


def fitting(numbers: int, dtype: torch.dtype, free: int | None = None) -> int:
    """Return how many replicas to train together; no value of a run depends on it.

    Parameters
    ----------
    numbers
        That one replica needs at a time.
    dtype
        Their type.
    free
        Bytes of free memory; None to ask the GPU.

    Returns
    -------
    int
        A power of two, so that a little more or less free memory changes nothing.
    """
    if free is None:
        free, _ = torch.cuda.mem_get_info()
    replicas = int(SHARE * free / (numbers * dtype.itemsize))
    return 1 << max(0, replicas.bit_length() - 1)
