"""How parameters follow a gradient, as ``torch.optim.SGD`` has it."""

from thermophoresis.numerics.compiled import compiled
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
def follow(
    parameters: Floats,
    velocity: Floats,
    at: int,
    count: int,
    work: Floats,
    gradient: int,
    rule: Floats,
) -> None:
    """Update parameters by their gradient, summed over the samples of a batch.

    Parameters
    ----------
    parameters, velocity
        Of a replica; the second is empty without momentum.
    at, count
        Which of them: a whole number of vectors.
    work, gradient
        Where the gradient is.
    rule
        See `fields`.
    """
    if rule[PLAIN]:
        step = rule[STEP]
        for i in range(count):
            parameters[at + i] += step * work[gradient + i]
        return
    rate, share, decay = rule[RATE], rule[SHARE], rule[DECAY]
    momentum, nesterov = rule[MOMENTUM], rule[NESTEROV]
    if momentum == 0:
        for i in range(count):
            found = share * work[gradient + i] + decay * parameters[at + i]
            parameters[at + i] -= rate * found
        return
    for i in range(count):
        found = share * work[gradient + i] + decay * parameters[at + i]
        kept = momentum * velocity[at + i] + found
        velocity[at + i] = kept
        parameters[at + i] -= rate * (nesterov * (found + momentum * kept) + (1 - nesterov) * kept)
