"""How parameters follow a gradient, as ``torch.optim.SGD`` has it."""

from typing import Any

from thermophoresis.numerics.compiled import compiled
from thermophoresis.numerics.vectors import fused, load_like, spread_like, store
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
    old = load_like(parameters, at, gradient)
    if rule[PLAIN] != 0:
        store(parameters, at, fused(spread_like(rule[STEP], gradient), gradient, old))
        return
    found = gradient * spread_like(rule[SHARE], gradient)
    if rule[DECAY] != 0:
        found = fused(spread_like(rule[DECAY], gradient), old, found)
    if rule[MOMENTUM] != 0:
        momentum = spread_like(rule[MOMENTUM], gradient)
        kept = fused(momentum, load_like(velocity, at, gradient), found)
        store(velocity, at, kept)
        found = fused(momentum, kept, found) if rule[NESTEROV] != 0 else kept
    store(parameters, at, fused(spread_like(-rule[RATE], gradient), found, old))
