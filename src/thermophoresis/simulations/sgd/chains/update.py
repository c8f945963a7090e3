"""How parameters follow a gradient, as ``torch.optim.SGD`` has it."""

from typing import Any

from thermophoresis.numerics.compiled import compiled
from thermophoresis.numerics.vectors import VECTOR, fused, load, spread, store
from thermophoresis.simulations.sgd.chains.fields import (
    DECAY,
    MOMENTUM,
    NESTEROV,
    PLAIN,
    RATE,
    SHARE,
    STEP,
    Floats,
)


@compiled(inline=True)
def follow(parameters: Floats, velocity: Floats, at: int, gradient: Any, rule: Floats) -> None:
    """Update a vector of parameters.

    Parameters
    ----------
    parameters, velocity
        Of a replica; the second may be empty without momentum.
    at
        Where in them the vector begins.
    gradient
        Its gradient, a vector, summed over the samples of a batch.
    rule
        See `fields`.
    """
    old = load(parameters, at, VECTOR)
    if rule[PLAIN] != 0:
        store(parameters, at, fused(spread(rule[STEP], VECTOR), gradient, old))
        return
    found = gradient * spread(rule[SHARE], VECTOR)
    if rule[DECAY] != 0:
        found = fused(spread(rule[DECAY], VECTOR), old, found)
    if rule[MOMENTUM] != 0:
        momentum = spread(rule[MOMENTUM], VECTOR)
        kept = fused(momentum, load(velocity, at, VECTOR), found)
        store(velocity, at, kept)
        found = fused(momentum, kept, found) if rule[NESTEROV] != 0 else kept
    store(parameters, at, fused(spread(-rule[RATE], VECTOR), found, old))
