"""Linear layers of one replica.

Weights are kept [input][output], rows padded to whole vectors, so that an input which is 0 costs
nothing: neither forward, nor backward, nor in the update, behind ReLUs (where about half of them
are) and in the first layer (images are mostly black). Rows are of ``layer[OUTPUTS]`` numbers, and
there is one for each of ``layer[INPUTS]``.
"""

from thermophoresis.numerics.compiled import compiled
from thermophoresis.simulations.sgd.chains.fields import Floats, Integers


@compiled(inline=True)
def forward(
    layer: Integers, parameters: Floats, work: Floats, lists: Integers, sample: int
) -> None:
    """Compute what a layer gives for one sample of the batch, before the activation.

    Reads ``work`` at layer[INPUT] + sample · layer[INPUTS] and writes it at layer[OUTPUT] + sample
    · layer[OUTPUTS].
    """


@compiled(inline=True)
def descend(
    layer: Integers,
    parameters: Floats,
    velocity: Floats,
    work: Floats,
    lists: Integers,
    batch: int,
    rule: Floats,
) -> None:
    """Hand the gradient of every sample down, then update the layer's parameters.

    The gradients with respect to what it gets, at layer[INPUT_GRADIENT] + sample · layer[INPUTS],
    are those at the parameters before the update. They are not yet multiplied by the slope of the
    activation below. Nothing is handed down where layer[INPUT_GRADIENT] is −1.
    """
