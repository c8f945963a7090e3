"""Linear layers of one replica.

Weights are kept [input][output], rows padded to whole vectors, so that an input which is 0 costs
nothing, neither forward, nor backward, nor in the update: behind ReLUs, where about half of them
are, and in the first layer (images are mostly black). Rows are of ``layer[OUTPUTS]`` numbers, and
there is one for each of ``layer[INPUTS]``.

Which inputs are not 0 is listed: of each sample, ``layer[INPUTS] + 2 VECTOR`` entries from
``layer[ACTIVE]`` on, of which the first says how many they are, and the list begins behind the
first vector. ``lists`` begins with the numbers of the samples of the largest batch.
"""

from thermophoresis.numerics.compiled import compiled
from thermophoresis.numerics.rows import MOST, combine, multiply, multiply_and_shift, shift
from thermophoresis.numerics.vectors import VECTOR, list_nonzero, load, spread, store
from thermophoresis.simulations.sgd.chains.fields import (
    ACTIVE,
    BIAS,
    INPUT,
    INPUT_GRADIENT,
    INPUTS,
    OUTPUT,
    OUTPUT_GRADIENT,
    OUTPUTS,
    PLAIN,
    SCRATCH,
    SKIPS,
    STEP,
    TRAIN_BIAS,
    TRAIN_WEIGHTS,
    USED,
    WEIGHTS,
    Floats,
    Integers,
)
from thermophoresis.simulations.sgd.chains.update import follow

BLOCK = MOST * VECTOR  # outputs that are worked on together


@compiled(inline=True)
def forward(
    layer: Integers, parameters: Floats, work: Floats, lists: Integers, sample: int
) -> None:
    """Compute what a layer gives for one sample of the batch, before the activation.

    Reads ``work`` at layer[INPUT] + sample · layer[INPUTS] and writes it at layer[OUTPUT] + sample
    · layer[OUTPUTS].
    """
    inputs, width = layer[INPUTS], layer[OUTPUTS]
    a, z = layer[INPUT] + sample * inputs, layer[OUTPUT] + sample * width
    header = layer[ACTIVE] + sample * (inputs + 2 * VECTOR)
    first = header + VECTOR
    count = 0
    if layer[SKIPS]:
        for i in range(0, inputs, VECTOR):
            count += list_nonzero(work, a + i, lists, first + count, i)
    else:
        count = layer[USED]
        for i in range(count):
            lists[first + i] = i
    lists[header] = count
    for o in range(0, width, VECTOR):
        store(work, z + o, load(parameters, layer[BIAS] + o, VECTOR))
    for o in range(0, width, BLOCK):
        rows = layer[WEIGHTS] + o
        vectors = min(MOST, (width - o) // VECTOR)
        combine(work, z + o, parameters, rows, width, work, a, 1, lists, first, count, vectors)


@compiled(inline=True)
def descend(
    layer: Integers,
    parameters: Floats,
    velocity: Floats,
    work: Floats,
    lists: Integers,
    batch: int,
    rule: Floats,
) -> None:
    """Hand the gradient of every sample down, then update the layer's parameters.

    The gradients with respect to what it gets, at layer[INPUT_GRADIENT] + sample · layer[INPUTS],
    are those at the parameters before the update. They are not yet multiplied by the slope of the
    activation below. Nothing is handed down where layer[INPUT_GRADIENT] is −1.
    """
    at_once = batch == 1 and rule[PLAIN] != 0 and layer[TRAIN_WEIGHTS] != 0
    _hand_down(layer, parameters, work, lists, batch, rule, at_once)
    if layer[TRAIN_WEIGHTS] and not at_once:
        _update(layer, parameters, velocity, work, lists, batch, rule)
    if layer[TRAIN_BIAS]:
        for o in range(0, layer[OUTPUTS], VECTOR):
            gradient = load(work, layer[OUTPUT_GRADIENT] + o, VECTOR)
            for sample in range(1, batch):
                place = layer[OUTPUT_GRADIENT] + sample * layer[OUTPUTS] + o
                gradient = gradient + load(work, place, VECTOR)
            follow(parameters, velocity, layer[BIAS] + o, gradient, rule)


@compiled(inline=True)
def _hand_down(
    layer: Integers,
    parameters: Floats,
    work: Floats,
    lists: Integers,
    batch: int,
    rule: Floats,
    at_once: bool,
) -> None:
    """Hand gradients down, and update weights in the same pass if that can be done at once."""
    inputs, width, step = layer[INPUTS], layer[OUTPUTS], rule[STEP]
    zero = spread(work.dtype.type(0), VECTOR)
    for sample in range(batch):
        below = layer[INPUT_GRADIENT] + sample * inputs
        delta = layer[OUTPUT_GRADIENT] + sample * width
        a = layer[INPUT] + sample * inputs
        header = layer[ACTIVE] + sample * (inputs + 2 * VECTOR)
        first, count = header + VECTOR, lists[header]
        wanted = layer[INPUT_GRADIENT] >= 0
        if wanted:
            for i in range(0, inputs, VECTOR):
                store(work, below + i, zero)
        for o in range(0, width, BLOCK):
            w, d = layer[WEIGHTS] + o, delta + o
            many = min(MOST, (width - o) // VECTOR)
            if wanted and at_once:
                multiply_and_shift(
                    parameters, w, width, work, d, a, below, step, lists, first, count, many
                )
            elif wanted:
                multiply(parameters, w, width, work, d, a, below, step, lists, first, count, many)
            elif at_once:
                shift(parameters, w, width, work, d, a, below, step, lists, first, count, many)


@compiled(inline=True)
def _update(
    layer: Integers,
    parameters: Floats,
    velocity: Floats,
    work: Floats,
    lists: Integers,
    batch: int,
    rule: Floats,
) -> None:
    """Update the weights, row by row."""
    inputs, width, scratch = layer[INPUTS], layer[OUTPUTS], layer[SCRATCH]
    zero = spread(work.dtype.type(0), VECTOR)
    for i in range(layer[USED]):
        a, row = layer[INPUT] + i, layer[WEIGHTS] + i * width
        for o in range(0, width, VECTOR):
            store(work, scratch + o, zero)
        for o in range(0, width, BLOCK):
            deltas = layer[OUTPUT_GRADIENT] + o
            many = min(MOST, (width - o) // VECTOR)
            combine(work, scratch + o, work, deltas, width, work, a, inputs, lists, 0, batch, many)
        for o in range(0, width, VECTOR):
            follow(parameters, velocity, row + o, load(work, scratch + o, VECTOR), rule)
