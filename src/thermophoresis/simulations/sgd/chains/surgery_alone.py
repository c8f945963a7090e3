"""Steps of one replica after the other, each parameter following its part of the residual.

As `alone`, but that what is handed down is the gradient of the logit, from 1 at the logit on, and
the update of a parameter is its gradient times the part of each sample's residual (`modes`).
"""

from thermophoresis.numerics.compiled import compiled
from thermophoresis.numerics.exponential import exponential
from thermophoresis.numerics.vectors import VECTOR, fused, load, spread, store, uncounted
from thermophoresis.simulations.sgd.chains.alone import (
    _activate,
    _enter,
    _forward,
    _pass_activation,
)
from thermophoresis.simulations.sgd.chains.fields import (
    BIAS,
    INPUT,
    INPUT_GRADIENT,
    INPUTS,
    KIND,
    LINEAR,
    OUTPUT,
    OUTPUT_GRADIENT,
    OUTPUTS,
    STEP,
    TRAIN_BIAS,
    TRAIN_WEIGHTS,
    WEIGHTS,
    Floats,
    Integers,
)
from thermophoresis.simulations.sgd.chains.linear import _hand_down, _update
from thermophoresis.simulations.sgd.chains.modes import MEAN, NOISE, SGD
from thermophoresis.simulations.sgd.chains.update import follow


@compiled()
def advance(
    table: Integers,
    parameters: Floats,
    x: Floats,
    y: Floats,
    first: int,
    rates: Floats,
    sizes: Integers,
    rule: Floats,
    residuals: Floats,
    work: Floats,
    lists: Integers,
) -> None:
    """Make steps of every replica, in place.

    Parameters
    ----------
    table
        Of layers, with `modes` for parameters.
    residuals
        Room for the parts of the residuals of the largest batch, (mode, sample).
    parameters, x, y, first, rates, sizes, rule, work, lists
        As of `alone.advance`.
    """
    table, parameters = uncounted(table), uncounted(parameters)
    x, work, lists, rule = uncounted(x), uncounted(work), uncounted(lists), uncounted(rule)
    residuals = uncounted(residuals)
    layers = len(table)
    one, half = work.dtype.type(1), work.dtype.type(0.5)
    for replica in range(len(parameters)):
        own = parameters[replica]
        done = first
        for step in range(len(rates)):
            batch = sizes[step]
            rule[STEP] = -rates[step] / batch
            for sample in range(batch):
                _enter(table[0], x[replica, done + sample], table[0, :0], work, sample)
                for number in range(layers):
                    _forward(table[number], own, work, lists, sample)
                    _activate(table[number], work, sample)
                last = table[layers - 1]
                p = one / (one + exponential(-work[last[OUTPUT] + sample * last[OUTPUTS]]))
                label = y[replica, done + sample]
                residuals[SGD, sample] = p - label
                residuals[MEAN, sample] = p - half
                residuals[NOISE, sample] = half - label
                work[last[OUTPUT_GRADIENT] + sample * last[OUTPUTS]] = one
            for number in range(layers - 1, -1, -1):
                if table[number, KIND] == LINEAR:
                    _descend(table[number], own, work, lists, batch, rule, residuals)
                else:
                    _descend_single(table[number], own, work, batch, rule, residuals)
                if number > 0:
                    _pass_activation(table[number - 1], work, batch)
            done += batch


@compiled(inline=True)
def _descend_bias(
    layer: Integers, parameters: Floats, work: Floats, batch: int, rule: Floats, residuals: Floats
) -> None:
    """Update the biases, from gradients of the logit."""
    part = residuals[layer[TRAIN_BIAS]]
    for o in range(0, layer[OUTPUTS], VECTOR):
        gradient = spread(work.dtype.type(0), VECTOR)
        for sample in range(batch):
            found = load(work, layer[OUTPUT_GRADIENT] + sample * layer[OUTPUTS] + o, VECTOR)
            gradient = fused(spread(part[sample], VECTOR), found, gradient)
        follow(parameters, parameters, layer[BIAS] + o, gradient, rule)


@compiled(inline=True)
def _descend(
    layer: Integers,
    parameters: Floats,
    work: Floats,
    lists: Integers,
    batch: int,
    rule: Floats,
    residuals: Floats,
) -> None:
    """Hand gradients of the logit down and update; see `linear.descend`."""
    if layer[TRAIN_BIAS]:
        _descend_bias(layer, parameters, work, batch, rule, residuals)
    part = residuals[layer[TRAIN_WEIGHTS]]
    at_once = batch == 1 and layer[TRAIN_WEIGHTS] != 0
    step = rule[STEP]
    if at_once:
        rule[STEP] = step * part[0]
    _hand_down(layer, parameters, work, lists, batch, rule, at_once)
    rule[STEP] = step
    if layer[TRAIN_WEIGHTS] and not at_once:
        for sample in range(batch):
            begin, own = layer[OUTPUT_GRADIENT] + sample * layer[OUTPUTS], part[sample]
            for o in range(begin, begin + layer[OUTPUTS], VECTOR):
                store(work, o, spread(own, VECTOR) * load(work, o, VECTOR))
        _update(layer, parameters, parameters, work, lists, batch, rule)


@compiled(inline=True)
def _descend_single(
    layer: Integers, parameters: Floats, work: Floats, batch: int, rule: Floats, residuals: Floats
) -> None:
    """Hand gradients of the logit down and update; see `single.descend`."""
    inputs, delta, width = layer[INPUTS], layer[OUTPUT_GRADIENT], layer[OUTPUTS]
    if layer[TRAIN_BIAS]:
        _descend_bias(layer, parameters, work, batch, rule, residuals)
    part = residuals[layer[TRAIN_WEIGHTS]]
    for i in range(0, inputs, VECTOR):
        weights = load(parameters, layer[WEIGHTS] + i, VECTOR)
        gradient = spread(work.dtype.type(0), VECTOR)
        for sample in range(batch):
            found = work[delta + sample * width]
            a = load(work, layer[INPUT] + sample * inputs + i, VECTOR)
            gradient = fused(spread(part[sample] * found, VECTOR), a, gradient)
            if layer[INPUT_GRADIENT] >= 0:
                below = layer[INPUT_GRADIENT] + sample * inputs + i
                store(work, below, weights * spread(found, VECTOR))
        if layer[TRAIN_WEIGHTS]:
            follow(parameters, parameters, layer[WEIGHTS] + i, gradient, rule)
