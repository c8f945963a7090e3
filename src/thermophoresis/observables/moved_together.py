"""How often states of a run are ordered as Properties A.1 and A.2 ask.

Two states of a unit are, if V² and b of the one are at most those of the other (A.1), or V², b and
every weight w_j into the unit (A.2). Those compared are the state at the start and the one now. Of
a layer with several outputs, V² is the sum of the squares of the weights behind a unit. Units
without bias have the same b. A.1 also asks for the same w in both, which no step leaves as it is.
"""

import torch
from torch import Tensor

from thermophoresis.networks.network import Parameters
from thermophoresis.observables.context import Context

OF_PARAMETERS = True


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica, premise): units of all layers alike."""
    now = context.layers
    start = context.network.as_layered(context.initial)[1]
    layers = sum(name.startswith("W") for name in now)
    found = []
    for number in range(1, layers):
        moved = [_moved(now, start, f"W{number + 1}", number)]
        if f"b{number}" in now:
            moved.append((now[f"b{number}"] - start[f"b{number}"])[..., None])
        weights = (now[f"W{number}"] - start[f"W{number}"]).flatten(2)
        found.append(torch.stack([_one_way(moved), _one_way([*moved, weights])], 2))
    return torch.cat(found, 1).to(context.x.dtype).mean(1)


def _moved(now: Parameters, start: Parameters, name: str, number: int) -> Tensor:
    """Return by how much the squares of the weights behind each unit have grown, (r, unit, 1)."""
    squares = [it[name].square() for it in (now, start)]
    units = now[f"W{number}"].shape[1]
    # Of images the inputs of a linear layer are pixels, channel by channel.
    of_units = [it.reshape(len(it), it.shape[1], units, -1).sum((1, 3)) for it in squares]
    return (of_units[0] - of_units[1])[..., None]


def _one_way(moved: list[Tensor]) -> Tensor:
    """Return which units nothing has moved up, or nothing down, (replica, unit)."""
    every = torch.cat(moved, 2)
    return (every >= 0).all(2) | (every <= 0).all(2)
