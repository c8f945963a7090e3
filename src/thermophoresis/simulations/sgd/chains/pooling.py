"""Pooling of one replica's images: windows, side by side, become their largest or mean value.

It has no parameters. Rows and columns that do not fill a window are left out.
"""

import numpy as np

from thermophoresis.numerics.compiled import compiled
from thermophoresis.simulations.sgd.chains.fields import (
    CHANNELS_IN,
    COLUMNS,
    INPUT,
    INPUT_GRADIENT,
    INPUTS,
    KIND,
    OUTPUT,
    OUTPUT_GRADIENT,
    OUTPUTS,
    POOL,
    POOL_SIZE,
    POOLING,
    ROWS,
    Floats,
    Integers,
)
from thermophoresis.simulations.sgd.chains.placed import Placed, padded

LARGEST, MEAN = 0, 1
KINDS = {"max": LARGEST, "average": MEAN}


def place(kind: str, edge: int, image: tuple[int, ...]) -> Placed:
    """Return what pooling gets and gives.

    Parameters
    ----------
    kind, edge
        max or average, and the edge of the windows.
    image
        Channels, rows and columns that it gets.
    """
    channels, rows, columns = image
    smaller = channels, rows // edge, columns // edge
    outputs = np.arange(channels * smaller[1] * smaller[2])
    return Placed(
        row={
            KIND: POOLING,
            CHANNELS_IN: channels,
            ROWS: rows,
            COLUMNS: columns,
            POOL: KINDS[kind],
            POOL_SIZE: edge,
        },
        weights=np.zeros(0, np.int64),
        bias=np.zeros(0, np.int64),
        numbers=(0, 0),
        outputs=outputs,
        size=padded(len(outputs)),
        image=smaller,
    )


@compiled(inline=True)
def forward(layer: Integers, work: Floats, sample: int) -> None:
    """Compute what a layer gives for one sample; see `linear.forward`."""
    rows, columns, edge = layer[ROWS], layer[COLUMNS], layer[POOL_SIZE]
    image = layer[INPUT] + sample * layer[INPUTS]
    out = layer[OUTPUT] + sample * layer[OUTPUTS]
    for _ in range(layer[CHANNELS_IN]):
        for row in range(rows // edge):
            for column in range(columns // edge):
                corner = image + row * edge * columns + column * edge
                if layer[POOL] == LARGEST:
                    work[out] = work[_largest(work, corner, columns, edge)]
                else:
                    total = work.dtype.type(0)
                    for i in range(edge):
                        for j in range(edge):
                            total += work[corner + i * columns + j]
                    work[out] = total / work.dtype.type(edge * edge)
                out += 1
        image += rows * columns


@compiled(inline=True)
def _largest(work: Floats, corner: int, columns: int, edge: int) -> int:
    """Return where the largest value of a window is, the first of them, or a NaN."""
    found = corner
    for i in range(edge):
        for j in range(edge):
            place = corner + i * columns + j
            if not work[place] <= work[found]:
                found = place
    return found


@compiled(inline=True)
def descend(layer: Integers, work: Floats, batch: int) -> None:
    """Hand gradients down, to where the largest value was, or to all of a window alike."""
    if layer[INPUT_GRADIENT] < 0:
        return
    rows, columns, edge = layer[ROWS], layer[COLUMNS], layer[POOL_SIZE]
    for sample in range(batch):
        image = layer[INPUT] + sample * layer[INPUTS]
        below = layer[INPUT_GRADIENT] + sample * layer[INPUTS]
        delta = layer[OUTPUT_GRADIENT] + sample * layer[OUTPUTS]
        cleared = work[below : below + layer[INPUTS]]
        for number in range(len(cleared)):
            cleared[number] = 0
        shift = below - image
        for _ in range(layer[CHANNELS_IN]):
            for row in range(rows // edge):
                for column in range(columns // edge):
                    corner = image + row * edge * columns + column * edge
                    if layer[POOL] == LARGEST:
                        work[_largest(work, corner, columns, edge) + shift] = work[delta]
                    else:
                        share = work[delta] / work.dtype.type(edge * edge)
                        for i in range(edge):
                            for j in range(edge):
                                work[corner + i * columns + j + shift] = share
                    delta += 1
            image += rows * columns
