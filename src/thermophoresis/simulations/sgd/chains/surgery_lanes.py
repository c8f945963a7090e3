"""Steps of many replicas at once, each parameter following its part of the residual.

As `lanes`, but that what is handed down is the gradient of the logit, from 1 at the logit on, and
the update of a parameter is its gradient times the part of each sample's residual (`modes`).
"""

from thermophoresis.numerics.compiled import compiled
from thermophoresis.numerics.exponential import exponential
from thermophoresis.numerics.vectors import fused, load, spread, store, uncounted
from thermophoresis.simulations.sgd.chains.fields import (
    BIAS,
    OUTPUT,
    OUTPUT_GRADIENT,
    OUTPUTS,
    STEP,
    TRAIN_BIAS,
    TRAIN_WEIGHTS,
    Floats,
    Integers,
)
from thermophoresis.simulations.sgd.chains.lanes import (
    LANES,
    _enter,
    _forward,
    _hand_down,
    _hand_down_and_update,
    _pass_activation,
    _update,
)
from thermophoresis.simulations.sgd.chains.modes import MEAN, NOISE, SGD
from thermophoresis.simulations.sgd.chains.update import follow


@compiled()
def advance(
    table: Integers,
    parameters: Floats,
    x: Floats,
    y: Floats,
    rates: Floats,
    sizes: Integers,
    rule: Floats,
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
    parameters, x, y, rates, sizes, rule, work
        As of `lanes.advance`.
    """
    table, parameters = uncounted(table), uncounted(parameters)
    x, y, work, rule = uncounted(x), uncounted(y), uncounted(work), uncounted(rule)
    residuals = uncounted(residuals)
    layers = len(table)
    replicas = y.shape[1]
    for group in range(len(parameters)):
        own = parameters[group]
        first = group * LANES
        lanes = min(LANES, replicas - first)
        done = 0
        for step in range(len(rates)):
            batch = sizes[step]
            rule[STEP] = -rates[step] / batch
            for sample in range(batch):
                _enter(table[0], x[done + sample], first, lanes, work, sample)
                for number in range(layers):
                    _forward(table[number], own, work, sample)
                labels = y[done + sample]
                _write_parts(table[layers - 1], labels, first, lanes, work, sample, residuals)
            for number in range(layers - 1, -1, -1):
                _descend(table[number], own, work, batch, rule, residuals)
                if number > 0:
                    _pass_activation(table[number - 1], work, batch)
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
    layer: Integers, parameters: Floats, work: Floats, batch: int, rule: Floats, residuals: Floats
) -> None:
    """Update the biases, from gradients of the logit."""
    outputs, delta = layer[OUTPUTS], layer[OUTPUT_GRADIENT]
    part = residuals[layer[TRAIN_BIAS]]
    for o in range(outputs):
        gradient = spread(work.dtype.type(0), LANES)
        for sample in range(batch):
            found = load(work, (delta + sample * outputs + o) * LANES, LANES)
            gradient = fused(load(part, sample * LANES, LANES), found, gradient)
        follow(parameters, parameters, (layer[BIAS] + o) * LANES, gradient, rule)


@compiled(inline=True)
def _descend(
    layer: Integers, parameters: Floats, work: Floats, batch: int, rule: Floats, residuals: Floats
) -> None:
    """Hand gradients of the logit down and update; see `linear.descend`."""
    outputs, delta = layer[OUTPUTS], layer[OUTPUT_GRADIENT]
    if layer[TRAIN_BIAS]:
        _descend_bias(layer, parameters, work, batch, rule, residuals)
    part = residuals[layer[TRAIN_WEIGHTS]]
    if batch == 1 and layer[TRAIN_WEIGHTS] != 0:
        own = spread(rule[STEP], LANES) * load(part, 0, LANES)
        _hand_down_and_update(layer, parameters, work, own)
    else:
        _hand_down(layer, parameters, work, batch)
        if layer[TRAIN_WEIGHTS]:
            for sample in range(batch):
                own = load(part, sample * LANES, LANES)
                for o in range(outputs):
                    place = (delta + sample * outputs + o) * LANES
                    store(work, place, own * load(work, place, LANES))
            _update(layer, parameters, parameters, work, batch, rule)
