"""Activation functions of arrays in place, and their slopes."""

import math

from thermophoresis.numerics.compiled import compiled
from thermophoresis.numerics.exponential import exponential, hyperbolic_tangent
from thermophoresis.numerics.vectors import VECTOR, load, spread, store, where_positive
from thermophoresis.simulations.sgd.chains.fields import GELU, RELU, TANH, Floats

# They are NaN where their argument is: a replica that diverges is found by its parameters.


@compiled(inline=True)
def activate(kind: int, work: Floats, at: int, before: int, count: int) -> None:
    """Turn pre-activations u into σ(u), a whole number of vectors.

    Parameters
    ----------
    kind
        One of `fields`.
    work, at, count
        Where they are.
    before
        Where u is kept for the slope of a GELU.
    """
    if kind == RELU:
        zero = spread(work.dtype.type(0), VECTOR)
        for i in range(0, count, VECTOR):
            u = load(work, at + i, VECTOR)
            store(work, at + i, where_positive(u, u, zero))
    elif kind == TANH:
        values = work[at : at + count]
        for i in range(count):
            values[i] = hyperbolic_tangent(values[i])
    elif kind == GELU:
        half, one = work.dtype.type(0.5), work.dtype.type(1)
        root = work.dtype.type(math.sqrt(0.5))
        for i in range(count):
            u = work[at + i]
            work[before + i] = u
            work[at + i] = u * half * (one + math.erf(u * root))


@compiled(inline=True)
def multiply_by_slope(
    kind: int, work: Floats, gradient: int, at: int, before: int, count: int
) -> None:
    """Multiply gradients with respect to σ(u) by σ'(u); σ(u) is at ``at``."""
    if kind == RELU:
        zero = spread(work.dtype.type(0), VECTOR)
        for i in range(0, count, VECTOR):
            found = load(work, gradient + i, VECTOR)
            found = where_positive(load(work, at + i, VECTOR), found, zero)
            store(work, gradient + i, found)
    elif kind == TANH:
        one = spread(work.dtype.type(1), VECTOR)
        for i in range(0, count, VECTOR):
            a = load(work, at + i, VECTOR)
            store(work, gradient + i, load(work, gradient + i, VECTOR) * (one - a * a))
    elif kind == GELU:
        half, one = work.dtype.type(0.5), work.dtype.type(1)
        root, density = work.dtype.type(math.sqrt(0.5)), work.dtype.type(1 / math.sqrt(2 * math.pi))
        for i in range(count):
            u = work[before + i]
            slope = half * (one + math.erf(u * root)) + u * density * exponential(-half * u * u)
            work[gradient + i] *= slope
