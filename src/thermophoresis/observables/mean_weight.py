"""Mean of the weights into the units of every hidden layer.

Of weights on inputs that are never negative A.7 says that they are pushed down, each as it is. Its
transform for units with V < 0 is of V alone, V' = −V: with it, ∂f/∂V' = −h, ∂f/∂b = −V's and
∂f/∂w_j = −V's x_j have one sign for x ≥ 0, and E(∂f/∂w_j)² = V'² E s x_j² still grows with V', b
and w. So neither w nor b changes its sign, and both are pushed down whatever the sign of V. In a
deeper layer V is the sensitivity δ of the output to the unit, whose sign differs from sample to
sample, but is shared by all weights into the unit and its bias. What leaves the last hidden layer
is pushed towards 0 instead, as V is, and is not counted here.
"""

import torch
from torch import Tensor

from thermophoresis.observables.context import Context

OF_PARAMETERS = True


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica, layer)."""
    layers = context.layers
    hidden = sum(name.startswith("W") for name in layers) - 1
    means = [layers[f"W{number}"].flatten(1).mean(1) for number in range(1, hidden + 1)]
    return torch.stack(means, 1)
