"""Linear layers with one output of one replica, whose weights are one row; as `linear`."""

from thermophoresis.numerics.compiled import compiled
from thermophoresis.numerics.vectors import VECTOR, fused, load, spread, store, total
from thermophoresis.simulations.sgd.chains.fields import (
    BIAS,
    INPUT,
    INPUT_GRADIENT,
    INPUTS,
    OUTPUT,
    OUTPUT_GRADIENT,
    OUTPUTS,
    TRAIN_BIAS,
    TRAIN_WEIGHTS,
    WEIGHTS,
    Floats,
    Integers,
)
from thermophoresis.simulations.sgd.chains.update import follow


@compiled(inline=True)
def forward(layer: Integers, parameters: Floats, work: Floats, sample: int) -> None:
    """Compute what a layer gives for one sample; see `linear.forward`."""
    a = layer[INPUT] + sample * layer[INPUTS]
    sums = spread(work.dtype.type(0), VECTOR)
    for i in range(0, layer[INPUTS], VECTOR):
        sums = fused(load(parameters, layer[WEIGHTS] + i, VECTOR), load(work, a + i, VECTOR), sums)
    found = parameters[layer[BIAS]] + total(sums)
    work[layer[OUTPUT] + sample * layer[OUTPUTS]] = found


@compiled(inline=True)
def descend(
    layer: Integers, parameters: Floats, velocity: Floats, work: Floats, batch: int, rule: Floats
) -> None:
    """Hand gradients down and update; see `linear.descend`."""
    inputs, delta, width = layer[INPUTS], layer[OUTPUT_GRADIENT], layer[OUTPUTS]
    for i in range(0, inputs, VECTOR):
        weights = load(parameters, layer[WEIGHTS] + i, VECTOR)
        gradient = spread(work.dtype.type(0), VECTOR)
        for sample in range(batch):
            residual = spread(work[delta + sample * width], VECTOR)
            a = load(work, layer[INPUT] + sample * inputs + i, VECTOR)
            gradient = fused(residual, a, gradient)
            if layer[INPUT_GRADIENT] >= 0:
                store(work, layer[INPUT_GRADIENT] + sample * inputs + i, weights * residual)
        if layer[TRAIN_WEIGHTS]:
            follow(parameters, velocity, layer[WEIGHTS] + i, gradient, rule)
    if layer[TRAIN_BIAS]:
        gradient = load(work, delta, VECTOR)
        for sample in range(1, batch):
            gradient = gradient + load(work, delta + sample * width, VECTOR)
        follow(parameters, velocity, layer[BIAS], gradient, rule)
