"""Expected drift of quantities in a step of SGD, term by term, from steps along samples.

With labels that are fair coins, a step on samples x_1, …, x_|B| is θ − (η/|B|) Σ r_i D_i, where
D = ∇f(x), and r = p − y is c + ½ or c − ½ with equal chances, c = p − ½. To second order in η the
expected change of a quantity Q is, with c² + ¼ the mean of r²,

    −η E[c D]·∇Q + (η²/2|B|) Tr(E[(c² + ¼) D Dᵀ] ∇²Q) + (η²/2)(1 − 1/|B|) μᵀ∇²Q μ,   μ = E[c D].

No derivative of Q is needed, nor that it has any: steps ±ηD in both directions give

    odd(D)  = [Q(θ + ηD) − Q(θ − ηD)]/2          first order in η, to η³
    even(D) = [Q(θ + ηD) + Q(θ − ηD)]/2 − Q(θ)   second order in η, to η⁴

of which the terms are means over samples: −c odd(D), (c² + ¼) even(D)/|B|, and over pairs of
independent samples ½(1 − 1/|B|) c c′ [even(D + D′) − even(D) − even(D′)], a U-statistic. With steps
in some blocks of the parameters alone, and the same polarisation, they come apart into blocks and
pairs of blocks. The complete drift is the mean of Q(θ − (η/|B|) Σ r_i D_i) − Q(θ) over labels; what
it is more than the three terms, of the same samples, is the remainder. It is of third order in η.

Samples of steps are fresh; those on which Q is measured are the probe set, for all steps the same.
All terms are per thermal time: divided by η²/|B|.
"""

from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from thermophoresis.config.observables.drift_budget_sampled import COORDINATES
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Parameters
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables import activation_rate, gradient_variance, squared_error
from thermophoresis.observables.context import Context

OF_PARAMETERS = False
NAME = "drift_budget_sampled"
# In the order of their coordinate.
QUANTITIES = (gradient_variance, squared_error, activation_rate)
TERMS = COORDINATES["sampled_term"]
# Samples whose steps are made at each record, or one batch, whatever is more. The average over
# records and replicas does the work.
SAMPLES = {"blocks": 2, "whole": 2}


class Plan(NamedTuple):
    """Which steps are made along the directions of some samples, each in some blocks alone.

    Attributes
    ----------
    subsets
        Of the blocks, by their numbers: the steps along a single sample; the last is the whole.
    pairs
        Of samples of one batch.
    steps
        Coefficients of directions, (step, sample · block): samples by subset, then pairs.
    labels
        2y − 1 of a batch, (labelling, sample of a batch).
    """

    subsets: tuple[tuple[int, ...], ...]
    pairs: tuple[tuple[int, int], ...]
    steps: Tensor
    labels: Tensor


def labellings(batch_size: int) -> np.ndarray:
    """Return labels ±1 of a batch over which to average, (labelling, sample).

    Rows of a Hadamard matrix of Sylvester's and their opposites: all 2^|B| labellings up to
    |B| = 3; beyond, fewer that have the same moments up to the third.
    """
    rows = np.ones((1, 1))
    while len(rows) < batch_size:
        rows = np.block([[rows, rows], [rows, -rows]])
    return np.concatenate([rows, -rows])[:, :batch_size]


@cache
def plan(batches: int, batch_size: int, blocks: int) -> Plan:
    """Return which steps are made along the samples of some batches."""
    sizes = (1, 2, blocks) if blocks > 2 else range(1, blocks + 1)
    subsets = tuple(it for size in sizes for it in combinations(range(blocks), size))
    samples = batches * batch_size
    # Neighbours in a ring, so that each sample serves as often as all others.
    ring = range(batch_size if batch_size > 2 else batch_size - 1)
    pairs = tuple(
        (first + one, first + (one + 1) % batch_size)
        for first in range(0, samples, batch_size)
        for one in ring
    )
    steps = np.zeros((samples * len(subsets) + len(pairs), samples, blocks))
    for sample in range(samples):
        for number, subset in enumerate(subsets):
            steps[sample * len(subsets) + number, sample, subset] = 1
    for number, pair in enumerate(pairs):
        steps[samples * len(subsets) + number, pair] = 1
    flat = torch.from_numpy(steps.reshape(len(steps), -1))
    return Plan(subsets, pairs, flat, torch.from_numpy(labellings(batch_size)))


def blocks_of(network: TwoLayer | Layered) -> dict[str, str]:
    """Return the names V, W, b of the blocks of a two-layer network, by its parameters' names."""
    if isinstance(network, TwoLayer):
        return {"V": "V", "W": "W"} | ({"b": "b"} if network.bias else {})
    first, last = network.layers[0], network.layers[-1]
    if len(network.layers) != 2 or last.bias:
        return {}
    return {"V": "W2", "W": "W1"} | ({"b": "b1"} if first.bias else {})


def directions(network: TwoLayer | Layered, parameters: Parameters, x: Tensor) -> Parameters:
    """Return ∇f of every sample, and f itself under the name of no parameter.

    Parameters
    ----------
    network, parameters
        A network with one output, and the parameters of one replica.
    x
        Inputs, (sample, …).

    Returns
    -------
    dict
        By the names of the parameters, each (sample, …); f, (sample,), as ``f``.
    """
    chain, views = network.as_layered(parameters)
    lanes = {name: value.expand(len(x), *value.shape[1:]) for name, value in views.items()}
    inputs, output = chain.activations(lanes, x[:, None])
    found = {"f": output[:, 0, 0]}
    for number, layer in zip(
        range(len(chain.layers), 0, -1),
        chain.backward(lanes, inputs, torch.ones_like(output)),
        strict=True,
    ):
        found[f"W{number}"] = layer.weight
        if layer.bias is not None:
            found[f"b{number}"] = layer.bias
    if isinstance(network, TwoLayer):
        named = {"f": "f", "W": "W1", "b": "b1", "V": "W2"}
        return {
            name: found[it].view(len(x), *parameters[name].shape[1:]) if name != "f" else found[it]
            for name, it in named.items()
            if it in found
        }
    return found


def quantities(context: Context) -> Tensor:
    """Return what the drift is of, (replica, quantity)."""
    return torch.stack([it.observe(context) for it in QUANTITIES], 1)


def _moved(
    parameters: Parameters, along: Parameters, blocks: Sequence[str], by: Tensor
) -> Parameters:
    """Return θ + Σ coefficient · direction for each row of coefficients.

    Parameters
    ----------
    parameters
        θ of one replica.
    along
        Directions, by the names of the parameters, each (sample, …).
    blocks
        Names of parameters that are blocks by themselves; all are one where there are none.
    by
        Coefficients, (step, sample · block).
    """
    samples = len(along["f"])
    coefficients = by.view(len(by), samples, -1)
    moved = {}
    for name, value in parameters.items():
        own = coefficients[:, :, blocks.index(name) if blocks else 0]
        moved[name] = value + (own @ along[name].flatten(1)).view(len(by), *value.shape[1:])
    return moved


def terms(alone: Context, x: Tensor, learning_rate: float, batch_size: int) -> Tensor:
    """Return the terms of the drift of one replica, (quantity, term).

    Parameters
    ----------
    alone
        Its context.
    x
        Inputs of steps, (sample, …): one batch or several.
    learning_rate, batch_size
        η and |B|.
    """
    network = alone.network
    assert isinstance(network, TwoLayer | Layered)  # since it is refused elsewhere
    blocks, samples = blocks_of(network), len(x)
    made = plan(samples // batch_size, batch_size, max(len(blocks), 1))
    steps, labels = (it.to(x) for it in (made.steps, made.labels))
    along = directions(network, alone.parameters, x)
    c = torch.sigmoid(along["f"]) - 0.5
    # r = c − (2y − 1)/2 of each batch with each labelling, in all blocks alike.
    r = torch.zeros(samples // batch_size, len(labels), samples, device=x.device, dtype=x.dtype)
    for batch, of_batch in enumerate(c.view(-1, batch_size)):
        r[batch, :, batch * batch_size : (batch + 1) * batch_size] = of_batch - labels / 2
    whole = -r.flatten(0, 1).repeat_interleave(max(len(blocks), 1), 1) / batch_size
    rows = torch.cat([torch.zeros_like(steps[:1]), steps, -steps, whole])
    moved = _moved(alone.parameters, along, list(blocks.values()), learning_rate * rows)
    shown = (alone.x.expand(len(rows), *alone.x.shape[1:]), alone.y.expand(len(rows), -1))
    found = quantities(Context(network, moved, *shown, gaussian=alone.gaussian))
    ends = (1, 1 + len(steps), 1 + 2 * len(steps))
    value, plus, minus, complete = found.tensor_split(ends)
    odd, even = (plus - minus) / 2, (plus + minus) / 2 - value
    of_pairs = even[samples * len(made.subsets) :]
    odd, even = (
        it[: samples * len(made.subsets)].view(samples, len(made.subsets), -1) for it in (odd, even)
    )
    forward = -torch.einsum("s,sbq->bq", c, odd) * batch_size / samples
    second = torch.einsum("s,sbq->bq", c**2 + 0.25, even) / samples
    named = {"first": forward[-1], "noise": second[-1], "mean_square": torch.zeros_like(second[-1])}
    if made.pairs:
        one, other = torch.tensor(made.pairs).T
        mixed = of_pairs - even[one, -1] - even[other, -1]
        mean = (c[one] * c[other]) @ mixed / len(made.pairs)
        named["mean_square"] = (batch_size - 1) / 2 * mean
    named["remainder"] = batch_size * (complete - value).mean(0) - sum(named.values())
    named |= by_block(list(blocks), made.subsets, forward, second)
    absent = torch.full_like(value[0], torch.nan)
    rates = [named.get(name, absent) / learning_rate**2 for name in TERMS[1:]]
    return torch.stack([value[0], *rates], 1)


def by_block(
    blocks: Sequence[str], subsets: Sequence[tuple[int, ...]], forward: Tensor, second: Tensor
) -> dict[str, Tensor]:
    """Return the terms of each block and pair of blocks, by name.

    Parameters
    ----------
    blocks
        Their names.
    subsets
        Of the blocks, by their numbers.
    forward, second
        First and second order in each subset, (subset, quantity).
    """
    named = {}
    for first, one in enumerate(blocks):
        alone = subsets.index((first,))
        named[f"first_{one}"] = forward[alone]
        named[f"noise_{one}{one}"] = second[alone]
        for later in range(first + 1, len(blocks)):
            both, other = subsets.index((first, later)), subsets.index((later,))
            mixed = second[both] - second[alone] - second[other]
            named[f"noise_{one}{blocks[later]}"] = mixed
    return named


def observe(context: Context) -> Tensor:
    """Return quantities and terms of every replica, (replica, quantity, term)."""
    moment, network = context.moment, context.network
    assert isinstance(network, TwoLayer | Layered)  # since it is refused elsewhere
    wanted = SAMPLES["blocks" if blocks_of(network) else "whole"]
    batches = max(1, wanted // moment.batch_size)
    x, _ = context.fresh(NAME, batches * moment.batch_size)
    return torch.stack(
        [
            terms(alone, own, moment.learning_rate, moment.batch_size)
            for alone, own in zip(context.singles(), x.to(context.x.device), strict=True)
        ]
    )
