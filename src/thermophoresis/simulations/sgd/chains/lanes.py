"""Steps of many replicas at once, each in a lane of vectors: for chains of small linear layers.

A network too small to fill a vector by itself shares it with others. `LANES` replicas make all
steps of a draw before the next do. Their arrays have the replica last: ``parameters`` and the
others are as in `fields`, with a vector of replicas where there is one number, and nothing is
padded but the number of replicas. No product of one lane reaches another.
"""

from typing import Any

from thermophoresis.numerics.compiled import compiled
from thermophoresis.numerics.exponential import exponential
from thermophoresis.numerics.vectors import fused, load, spread, store, uncounted
from thermophoresis.simulations.sgd.chains.activation import activate, multiply_by_slope
from thermophoresis.simulations.sgd.chains.fields import (
    ACTIVATION,
    BEFORE,
    BIAS,
    INPUT,
    INPUT_GRADIENT,
    INPUTS,
    OUTPUT,
    OUTPUT_GRADIENT,
    OUTPUTS,
    PLAIN,
    RATE,
    SHARE,
    SIGMOID,
    STEP,
    TRAIN_BIAS,
    TRAIN_WEIGHTS,
    WEIGHTS,
    Floats,
    Integers,
)
from thermophoresis.simulations.sgd.chains.residual import write_residual
from thermophoresis.simulations.sgd.chains.update import follow

LANES = 64


@compiled()
def advance(
    table: Integers,
    loss: int,
    classes: int,
    parameters: Floats,
    velocity: Floats,
    x: Floats,
    y: Floats,
    rates: Floats,
    sizes: Integers,
    rule: Floats,
    work: Floats,
) -> None:
    """Make steps of all replicas, in place.

    Parameters
    ----------
    parameters, velocity
        (group of `LANES` replicas, …) each.
    x, y
        Inputs (sample, number, replica) and labels (sample, replica), of all replicas there are.
    table, loss, classes, rates, sizes, rule, work
        As of `alone.advance`, sizes and places in vectors.
    """
    table, parameters, velocity = uncounted(table), uncounted(parameters), uncounted(velocity)
    x, y, work, rule = uncounted(x), uncounted(y), uncounted(work), uncounted(rule)
    layers = len(table)
    replicas = y.shape[1]
    for group in range(len(parameters)):
        own, momentum = parameters[group], velocity[group]
        first = group * LANES
        lanes = min(LANES, replicas - first)
        done = 0
        for step in range(len(rates)):
            batch = sizes[step]
            rule[RATE], rule[SHARE] = rates[step], 1.0 / batch
            rule[STEP] = -rates[step] / batch
            for sample in range(batch):
                _enter(table[0], x[done + sample], first, lanes, work, sample)
                for number in range(layers):
                    _forward(table[number], own, work, sample)
                labels = y[done + sample]
                _write_residuals(
                    table[layers - 1], loss, classes, labels, first, work, sample, rule
                )
            for number in range(layers - 1, -1, -1):
                _descend(table[number], own, momentum, work, batch, rule)
                if number > 0:
                    _pass_activation(table[number - 1], work, batch)
            done += batch


@compiled(inline=True)
def _enter(layer: Integers, x: Floats, first: int, lanes: int, work: Floats, sample: int) -> None:
    """Put the inputs (number, replica) of one sample where the first layer looks for them."""
    at = (layer[INPUT] + sample * layer[INPUTS]) * LANES
    for number in range(layer[INPUTS]):
        _enter_number(x[number], first, lanes, work, at + number * LANES)


@compiled(inline=True)
def _enter_number(x: Floats, first: int, lanes: int, work: Floats, at: int) -> None:
    if lanes == LANES:
        store(work, at, load(x, first, LANES))
    else:
        for lane in range(lanes):
            work[at + lane] = x[first + lane]


@compiled(inline=True)
def _forward(layer: Integers, parameters: Floats, work: Floats, sample: int) -> None:
    inputs, outputs = layer[INPUTS], layer[OUTPUTS]
    a, z = layer[INPUT] + sample * inputs, layer[OUTPUT] + sample * outputs
    # Two outputs at a time, which share what they read.
    for o in range(0, outputs - 1, 2):
        one = load(parameters, (layer[BIAS] + o) * LANES, LANES)
        other = load(parameters, (layer[BIAS] + o + 1) * LANES, LANES)
        place = layer[WEIGHTS] + o
        for i in range(inputs):
            value = load(work, (a + i) * LANES, LANES)
            one = fused(load(parameters, place * LANES, LANES), value, one)
            other = fused(load(parameters, (place + 1) * LANES, LANES), value, other)
            place += outputs
        store(work, (z + o) * LANES, one)
        store(work, (z + o + 1) * LANES, other)
    if outputs % 2:
        o = outputs - 1
        one = load(parameters, (layer[BIAS] + o) * LANES, LANES)
        for i in range(inputs):
            weight = load(parameters, (layer[WEIGHTS] + i * outputs + o) * LANES, LANES)
            one = fused(weight, load(work, (a + i) * LANES, LANES), one)
        store(work, (z + o) * LANES, one)
    before = (layer[BEFORE] + sample * outputs) * LANES
    activate(layer[ACTIVATION], work, z * LANES, before, outputs * LANES)


@compiled(inline=True)
def _write_residuals(
    layer: Integers,
    loss: int,
    classes: int,
    y: Floats,
    first: int,
    work: Floats,
    sample: int,
    rule: Floats,
) -> None:
    z = (layer[OUTPUT] + sample * layer[OUTPUTS]) * LANES
    residual = (layer[OUTPUT_GRADIENT] + sample * layer[OUTPUTS]) * LANES
    lanes = min(LANES, len(y) - first)
    if loss == SIGMOID and lanes == LANES:  # the most frequent case, in vectors
        one = work.dtype.type(1)
        logits, found = work[z : z + LANES], work[residual : residual + LANES]
        labels = y[first : first + LANES]
        for lane in range(LANES):
            found[lane] = one / (one + exponential(-logits[lane])) - labels[lane]
    else:
        for lane in range(lanes):
            write_residual(
                loss, work, z + lane, residual + lane, LANES, classes, y[first + lane], rule
            )


@compiled(inline=True)
def _pass_activation(layer: Integers, work: Floats, batch: int) -> None:
    """Turn gradients with respect to what a layer gives into those before the activation."""
    multiply_by_slope(
        layer[ACTIVATION],
        work,
        layer[OUTPUT_GRADIENT] * LANES,
        layer[OUTPUT] * LANES,
        layer[BEFORE] * LANES,
        batch * layer[OUTPUTS] * LANES,
    )


@compiled(inline=True)
def _descend(
    layer: Integers, parameters: Floats, velocity: Floats, work: Floats, batch: int, rule: Floats
) -> None:
    """Hand gradients down and update; see `linear.descend`."""
    outputs, delta = layer[OUTPUTS], layer[OUTPUT_GRADIENT]
    if batch == 1 and rule[PLAIN] != 0 and layer[TRAIN_WEIGHTS] != 0:
        _hand_down_and_update(layer, parameters, work, spread(rule[STEP], LANES))
    else:
        _hand_down(layer, parameters, work, batch)
        if layer[TRAIN_WEIGHTS]:
            _update(layer, parameters, velocity, work, batch, rule)
    if layer[TRAIN_BIAS]:
        for o in range(outputs):
            gradient = load(work, (delta + o) * LANES, LANES)
            for sample in range(1, batch):
                gradient = gradient + load(work, (delta + sample * outputs + o) * LANES, LANES)
            follow(parameters, velocity, (layer[BIAS] + o) * LANES, gradient, rule)


@compiled(inline=True)
def _hand_down_and_update(layer: Integers, parameters: Floats, work: Floats, step: Any) -> None:
    """Hand the gradients of one sample down, and move weights by ``step`` times theirs."""
    inputs, outputs = layer[INPUTS], layer[OUTPUTS]
    delta, below = layer[OUTPUT_GRADIENT], layer[INPUT_GRADIENT]
    for i in range(inputs):
        change = step * load(work, (layer[INPUT] + i) * LANES, LANES)
        sums = spread(work.dtype.type(0), LANES)
        place = (layer[WEIGHTS] + i * outputs) * LANES
        for o in range(outputs):
            residual = load(work, (delta + o) * LANES, LANES)
            weight = load(parameters, place, LANES)
            store(parameters, place, fused(change, residual, weight))
            sums = fused(weight, residual, sums)
            place += LANES
        if below >= 0:
            store(work, (below + i) * LANES, sums)


@compiled(inline=True)
def _hand_down(layer: Integers, parameters: Floats, work: Floats, batch: int) -> None:
    """Hand gradients down, if anybody is below."""
    inputs, outputs = layer[INPUTS], layer[OUTPUTS]
    delta, below = layer[OUTPUT_GRADIENT], layer[INPUT_GRADIENT]
    if below >= 0:
        for sample in range(batch):
            for i in range(inputs):
                sums = spread(work.dtype.type(0), LANES)
                place = (layer[WEIGHTS] + i * outputs) * LANES
                for o in range(outputs):
                    residual = load(work, (delta + sample * outputs + o) * LANES, LANES)
                    sums = fused(load(parameters, place + o * LANES, LANES), residual, sums)
                store(work, (below + sample * inputs + i) * LANES, sums)


@compiled(inline=True)
def _update(
    layer: Integers, parameters: Floats, velocity: Floats, work: Floats, batch: int, rule: Floats
) -> None:
    """Update weights by their gradients, summed over the samples of a batch."""
    inputs, outputs, delta = layer[INPUTS], layer[OUTPUTS], layer[OUTPUT_GRADIENT]
    for i in range(inputs):
        for o in range(outputs):
            gradient = spread(work.dtype.type(0), LANES)
            for sample in range(batch):
                a = load(work, (layer[INPUT] + sample * inputs + i) * LANES, LANES)
                residual = load(work, (delta + sample * outputs + o) * LANES, LANES)
                gradient = fused(a, residual, gradient)
            place = (layer[WEIGHTS] + i * outputs + o) * LANES
            follow(parameters, velocity, place, gradient, rule)
