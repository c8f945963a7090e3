"""Steps of one replica after the other: all of a draw, while its parameters are in cache."""

from collections.abc import Callable

from thermophoresis.numerics.compiled import compiled
from thermophoresis.numerics.vectors import uncounted
from thermophoresis.simulations.sgd.chains import convolution, linear, pooling, single
from thermophoresis.simulations.sgd.chains.activation import activate, multiply_by_slope
from thermophoresis.simulations.sgd.chains.fields import (
    ACTIVATION,
    BEFORE,
    CONVOLUTION,
    INPUT,
    INPUTS,
    KIND,
    LINEAR,
    OUTPUT,
    OUTPUT_GRADIENT,
    OUTPUTS,
    POOLING,
    RATE,
    SHARE,
    STEP,
    Floats,
    Integers,
)
from thermophoresis.simulations.sgd.chains.residual import write_residual


@compiled(inline=True)
def _enter(layer: Integers, x: Floats, entrance: Integers, work: Floats, sample: int) -> None:
    """Put an input where the first layer looks for it."""
    at = layer[INPUT] + sample * layer[INPUTS]
    if len(entrance) == 0:
        there = work[at : at + len(x)]
        for number in range(len(x)):  # numba takes seconds to compile the assignment of a slice
            there[number] = x[number]
    else:
        for number in range(len(x)):
            work[at + entrance[number]] = x[number]


@compiled(inline=True)
def _forward(
    layer: Integers, parameters: Floats, work: Floats, lists: Integers, sample: int
) -> None:
    if layer[KIND] == LINEAR:
        linear.forward(layer, parameters, work, lists, sample)
    else:
        single.forward(layer, parameters, work, sample)


@compiled(inline=True)
def _forward_images(
    layer: Integers, parameters: Floats, work: Floats, lists: Integers, sample: int
) -> None:
    if layer[KIND] == POOLING:
        pooling.forward(layer, work, sample)
    elif layer[KIND] == CONVOLUTION:
        convolution.forward(layer, parameters, work, lists, sample)
    else:
        _forward(layer, parameters, work, lists, sample)


@compiled(inline=True)
def _activate(layer: Integers, work: Floats, sample: int) -> None:
    at = sample * layer[OUTPUTS]
    before = layer[BEFORE] + at
    activate(layer[ACTIVATION], work, layer[OUTPUT] + at, before, layer[OUTPUTS])


@compiled(inline=True)
def _descend(
    layer: Integers,
    parameters: Floats,
    velocity: Floats,
    work: Floats,
    lists: Integers,
    batch: int,
    rule: Floats,
) -> None:
    if layer[KIND] == LINEAR:
        linear.descend(layer, parameters, velocity, work, lists, batch, rule)
    else:
        single.descend(layer, parameters, velocity, work, batch, rule)


@compiled(inline=True)
def _descend_images(
    layer: Integers,
    parameters: Floats,
    velocity: Floats,
    work: Floats,
    lists: Integers,
    batch: int,
    rule: Floats,
) -> None:
    if layer[KIND] == POOLING:
        pooling.descend(layer, work, batch)
    elif layer[KIND] == CONVOLUTION:
        convolution.descend(layer, parameters, velocity, work, lists, batch, rule)
    else:
        _descend(layer, parameters, velocity, work, lists, batch, rule)


@compiled(inline=True)
def _pass_activation(layer: Integers, work: Floats, batch: int) -> None:
    """Turn gradients with respect to what a layer gives into those before the activation."""
    count = batch * layer[OUTPUTS]
    gradient, a, before = layer[OUTPUT_GRADIENT], layer[OUTPUT], layer[BEFORE]
    multiply_by_slope(layer[ACTIVATION], work, gradient, a, before, count)


def _loops(images: bool) -> Callable[..., None]:
    """Return what makes steps; numba leaves out what is only for images before it compiles."""

    @compiled()
    def advance(
        table: Integers,
        loss: int,
        classes: int,
        parameters: Floats,
        velocity: Floats,
        x: Floats,
        y: Floats,
        first: int,
        entrance: Integers,
        rates: Floats,
        sizes: Integers,
        rule: Floats,
        work: Floats,
        lists: Integers,
    ) -> None:
        """Make steps of every replica, in place.

        Parameters
        ----------
        table
            Of layers; see `fields`.
        loss, classes
            One of `fields`, and the number of outputs.
        parameters, velocity
            (replica, …) each; without momentum the second is (replica, 0).
        x, y
            Inputs (replica, sample, number) and labels (replica, sample): batches one behind the
            other.
        first
            The first sample to take. (A part of the arrays would be of another type to numba.)
        entrance
            Where the numbers of an input are put; empty if one behind the other.
        rates, sizes
            η and |B| of each step.
        rule
            What does not change from step to step; see `fields`.
        work, lists
            Room for the largest batch; see `fields`.
        """
        table, parameters, velocity = uncounted(table), uncounted(parameters), uncounted(velocity)
        x, work, lists, rule = uncounted(x), uncounted(work), uncounted(lists), uncounted(rule)
        layers = len(table)
        for replica in range(len(parameters)):
            own, momentum = parameters[replica], velocity[replica]
            done = first
            for step in range(len(rates)):
                batch = sizes[step]
                rule[RATE], rule[SHARE] = rates[step], 1.0 / batch
                rule[STEP] = -rates[step] / batch
                for sample in range(batch):
                    _enter(table[0], x[replica, done + sample], entrance, work, sample)
                    for number in range(layers):
                        if images:
                            _forward_images(table[number], own, work, lists, sample)
                        else:
                            _forward(table[number], own, work, lists, sample)
                        _activate(table[number], work, sample)
                    last = table[layers - 1]
                    z = last[OUTPUT] + sample * last[OUTPUTS]
                    residual = last[OUTPUT_GRADIENT] + sample * last[OUTPUTS]
                    label = y[replica, done + sample]
                    write_residual(loss, work, z, residual, 1, classes, label, rule)
                for number in range(layers - 1, -1, -1):
                    if images:
                        _descend_images(table[number], own, momentum, work, lists, batch, rule)
                    else:
                        _descend(table[number], own, momentum, work, lists, batch, rule)
                    if number > 0:
                        _pass_activation(table[number - 1], work, batch)
                done += batch

    return advance


advance = _loops(images=False)
# The same, also of chains that have convolutions or pooling, which take long to compile.
advance_images = _loops(images=True)
