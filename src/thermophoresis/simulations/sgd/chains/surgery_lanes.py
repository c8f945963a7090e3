"""Steps of many replicas at once, each parameter following its part of the residual.

As `lanes`, but that what is handed down is the gradient of the logit, from 1 at the logit on, and
the update of a parameter is its gradient times the part of each sample's residual (`modes`).
"""

from typing import Any

from thermophoresis.numerics.compiled import compiled
from thermophoresis.numerics.exponential import exponential
from thermophoresis.numerics.vectors import fused, load, spread, store, uncounted
from thermophoresis.simulations.sgd.chains.activation import multiply_by_slope
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
    TRAIN_BIAS,
    TRAIN_WEIGHTS,
    WEIGHTS,
    Floats,
    Integers,
)
from thermophoresis.simulations.sgd.chains.lanes import LANES, _enter, _forward
from thermophoresis.simulations.sgd.chains.modes import MEAN, NOISE, SGD


@compiled()
def advance(
    table: Integers,
    parameters: Floats,
    x: Floats,
    y: Floats,
    rates: Floats,
    sizes: Integers,
    residuals: Floats,
    work: Floats,
) -> None:
    """Make steps of all replicas, in place.

    Parameters
    ----------
    table
        Of layers, with `modes` for parameters.
    residuals
        Room for the parts of the residuals of the largest batch, (mode, sample and lane).
    parameters, x, y, rates, sizes, work
        As of `lanes.advance`.
    """
    table, parameters = uncounted(table), uncounted(parameters)
    x, y, work, residuals = uncounted(x), uncounted(y), uncounted(work), uncounted(residuals)
    layers = len(table)
    replicas = y.shape[1]
    for group in range(len(parameters)):
        own = parameters[group]
        first = group * LANES
        lanes = min(LANES, replicas - first)
        done = 0
        for step in range(len(rates)):
            batch = sizes[step]
            for sample in range(batch):
                at = (table[0, INPUT] + sample * table[0, INPUTS]) * LANES
                for number in range(table[0, INPUTS]):
                    _enter(x[done + sample, number], first, lanes, work, at + number * LANES)
                for number in range(layers):
                    _forward(table[number], own, work, sample)
                labels = y[done + sample]
                _write_parts(table[layers - 1], labels, first, lanes, work, sample, residuals)
            change = work.dtype.type(-rates[step] / batch)
            for number in range(layers - 1, -1, -1):
                _descend(table[number], own, work, batch, change, residuals)
                if number > 0:
                    below = table[number - 1]
                    multiply_by_slope(
                        below[ACTIVATION],
                        work,
                        below[OUTPUT_GRADIENT] * LANES,
                        below[OUTPUT] * LANES,
                        below[BEFORE] * LANES,
                        batch * below[OUTPUTS] * LANES,
                    )
            done += batch


@compiled(inline=True)
def _write_parts(
    layer: Integers,
    y: Floats,
    first: int,
    lanes: int,
    work: Floats,
    sample: int,
    residuals: Floats,
) -> None:
    """Write the parts of the residuals of one sample, and the gradient of a logit, which is 1."""
    one, half = work.dtype.type(1), work.dtype.type(0.5)
    begin = sample * LANES
    logits = work[(layer[OUTPUT] + sample) * LANES : (layer[OUTPUT] + sample + 1) * LANES]
    labels = y[first : first + lanes]
    whole, mean, noise = residuals[SGD], residuals[MEAN], residuals[NOISE]
    if lanes == LANES:  # the most frequent case, in vectors
        for lane in range(LANES):
            p = one / (one + exponential(-logits[lane]))
            whole[begin + lane] = p - labels[lane]
            mean[begin + lane] = p - half
            noise[begin + lane] = half - labels[lane]
    else:
        for lane in range(lanes):
            p = one / (one + exponential(-logits[lane]))
            whole[begin + lane] = p - labels[lane]
            mean[begin + lane] = p - half
            noise[begin + lane] = half - labels[lane]
    store(work, (layer[OUTPUT_GRADIENT] + sample) * LANES, spread(one, LANES))


@compiled(inline=True)
def _descend_bias(
    layer: Integers,
    parameters: Floats,
    work: Floats,
    batch: int,
    change: Any,
    residuals: Floats,
) -> None:
    """Update the biases, from gradients of the logit."""
    outputs, delta = layer[OUTPUTS], layer[OUTPUT_GRADIENT]
    zero, step = spread(work.dtype.type(0), LANES), spread(change, LANES)
    part = residuals[layer[TRAIN_BIAS]]
    for o in range(outputs):
        gradient = zero
        for sample in range(batch):
            found = load(work, (delta + sample * outputs + o) * LANES, LANES)
            gradient = fused(load(part, sample * LANES, LANES), found, gradient)
        place = (layer[BIAS] + o) * LANES
        store(parameters, place, fused(step, gradient, load(parameters, place, LANES)))


@compiled(inline=True)
def _descend(
    layer: Integers,
    parameters: Floats,
    work: Floats,
    batch: int,
    change: Any,
    residuals: Floats,
) -> None:
    """Hand gradients of the logit down and update; see `linear.descend`.

    ``change`` is −η/|B|.
    """
    inputs, outputs = layer[INPUTS], layer[OUTPUTS]
    delta, below = layer[OUTPUT_GRADIENT], layer[INPUT_GRADIENT]
    zero, step = spread(work.dtype.type(0), LANES), spread(change, LANES)
    if layer[TRAIN_BIAS]:
        _descend_bias(layer, parameters, work, batch, change, residuals)
    part = residuals[layer[TRAIN_WEIGHTS]]
    if batch == 1 and layer[TRAIN_WEIGHTS] != 0:
        own = step * load(part, 0, LANES)
        for i in range(inputs):
            moved = own * load(work, (layer[INPUT] + i) * LANES, LANES)
            sums = zero
            place = (layer[WEIGHTS] + i * outputs) * LANES
            for o in range(outputs):
                found = load(work, (delta + o) * LANES, LANES)
                weight = load(parameters, place, LANES)
                store(parameters, place, fused(moved, found, weight))
                sums = fused(weight, found, sums)
                place += LANES
            if below >= 0:
                store(work, (below + i) * LANES, sums)
        return
    if below >= 0:
        for sample in range(batch):
            for i in range(inputs):
                sums = zero
                place = (layer[WEIGHTS] + i * outputs) * LANES
                for o in range(outputs):
                    found = load(work, (delta + sample * outputs + o) * LANES, LANES)
                    sums = fused(load(parameters, place + o * LANES, LANES), found, sums)
                store(work, (below + sample * inputs + i) * LANES, sums)
    if layer[TRAIN_WEIGHTS]:
        for sample in range(batch):
            own = load(part, sample * LANES, LANES)
            for o in range(outputs):
                place = (delta + sample * outputs + o) * LANES
                store(work, place, own * load(work, place, LANES))
        for i in range(inputs):
            for o in range(outputs):
                gradient = zero
                for sample in range(batch):
                    a = load(work, (layer[INPUT] + sample * inputs + i) * LANES, LANES)
                    found = load(work, (delta + sample * outputs + o) * LANES, LANES)
                    gradient = fused(a, found, gradient)
                place = (layer[WEIGHTS] + i * outputs + o) * LANES
                store(parameters, place, fused(step, gradient, load(parameters, place, LANES)))
