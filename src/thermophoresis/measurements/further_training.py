"""Training that goes on from where a run was, in float64: by each sampler, or down to a minimum.

Steps are those of SGD without momentum, η and λ those of the run, for all replicas together.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from thermophoresis.data.source import Source
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Parameters
from thermophoresis.observables.gradients import per_sample_gradients

DESCENT_RATE, MOMENTUM = 0.2, 0.9  # of what comes to rest, whatever the run's are
LOOKS = 60  # at the loss
REST = 1e-4  # norm of the gradient below which a network is at a minimum, nat
FURTHER = 4  # times as many steps, at most, for networks that are not at rest by then


class Task(NamedTuple):
    """What is minimised: the mean loss on the training set, plus ½λ|θ|².

    Attributes
    ----------
    chain
        The network of all replicas.
    x, y
        Training sets in float64, (replica, sample, …), and labels (replica, sample).
    decay
        λ.
    """

    chain: Layered
    x: Tensor
    y: Tensor
    decay: float

    def gradient(self, parameters: Parameters, chosen: Tensor | None = None) -> Parameters:
        """Return the gradient over all samples, or over chosen ones (replica, sample)."""
        x, y = self.x, self.y
        if chosen is not None:
            each = torch.arange(len(x))[:, None]
            x, y = x[each, chosen], y[each, chosen]
        inputs, logits = self.chain.activations(parameters, x)
        residual = self.chain.residual(logits, y) / x.shape[1]
        found, layers = {}, self.chain.backward(parameters, inputs, residual)
        for number, it in zip(range(len(self.chain.layers), 0, -1), layers, strict=True):
            found[f"W{number}"] = it.weight
            if it.bias is not None:
                found[f"b{number}"] = it.bias
        return {name: found[name] + self.decay * it for name, it in parameters.items()}

    def losses(self, parameters: Parameters) -> Tensor:
        """Return what is minimised, (replica,)."""
        _, logits = self.chain.activations(parameters, self.x)
        mean = self.chain.loss.of_samples(logits, self.y, self.chain.classes).mean(1)
        return mean + self.decay / 2 * flat(parameters).square().sum(1)


def training_sets(source: Source, replicas: int) -> tuple[Tensor, Tensor]:
    """Return the training sets of the first replicas as a `Task` has them."""
    x, y = source.training_set(range(replicas))
    y = y if source.classes is not None else y.double()
    return x.double().expand(replicas, *x.shape[1:]), y.expand(replicas, *y.shape[1:])


def ordered_gradients(chain: Layered, parameters: Parameters, x: Tensor, y: Tensor) -> Tensor:
    """Return the gradients of single samples in the order of the parameters, (sample, parameter).

    `per_sample_gradients` has them from the last layer to the first.
    """
    found = per_sample_gradients(chain, parameters, x, y)
    backwards = [
        name
        for number in range(len(chain.layers), 0, -1)
        for name in (f"W{number}", f"b{number}")
        if name in parameters
    ]
    sizes = [parameters[name][0].numel() for name in backwards]
    parts = dict(zip(backwards, found.split(sizes, 1), strict=True))  # type: ignore[no-untyped-call]
    return torch.cat([parts[name] for name in parameters], 1)


def flat(parameters: Parameters) -> Tensor:
    """Return all numbers of each replica, (replica, parameter)."""
    return torch.cat([it.flatten(1) for it in parameters.values()], 1)


def noises(
    task: Task, start: Parameters, take: Callable[[int], Tensor], *, rate: float, steps: int
) -> Iterator[Tensor]:
    """Yield the noise of each step of SGD, g_B − g at its parameters, (replica, parameter).

    Parameters
    ----------
    task, start
        What is minimised, and from where.
    take
        Returns the samples of a step, (replica, sample).
    rate, steps
        η, and how many steps.
    """
    parameters = start
    for step in range(steps):
        of_batch, of_all = task.gradient(parameters, take(step)), task.gradient(parameters)
        yield flat(of_batch) - flat(of_all)
        parameters = {name: it - rate * of_batch[name] for name, it in parameters.items()}


def excess(
    task: Task, minimum: Parameters, take: Callable[[int], Tensor], *, rate: float, steps: int
) -> Tensor:
    """Return how far SGD is above a minimum where it began, mean over its second half, (replica,).

    Parameters
    ----------
    task, minimum
        What is minimised, and where it is least.
    take, rate, steps
        As of `noises`.
    """
    parameters, total, count = minimum, torch.zeros(len(task.x), dtype=task.x.dtype), 0
    every = max(1, steps // (2 * LOOKS))
    for step in range(steps):
        found = task.gradient(parameters, take(step))
        parameters = {name: it - rate * found[name] for name, it in parameters.items()}
        if step >= steps // 2 and step % every == 0:
            total, count = total + task.losses(parameters), count + 1
    return total / count - task.losses(minimum)


def descend(task: Task, start: Parameters, steps: int) -> Parameters:
    """Return the parameters after some steps of gradient descent with momentum.

    Near a minimum the distance along an eigenvector of the Hessian falls as μ^{t/2} or, where its
    eigenvalue h is below (1 − √μ)²/η, as e^{−ηht/(1 − μ)}. Networks that are not at rest by then go
    on: to leave them out would be to leave out those with eigenvalues near zero.
    """
    parameters = _descended(task, start, steps)
    for _ in range(FURTHER if steps else 0):
        norms = flat(task.gradient(parameters)).norm(dim=1)
        restless = torch.nonzero(norms > REST).flatten()
        if not len(restless):
            break
        own = {name: it[restless].contiguous() for name, it in parameters.items()}
        some = task._replace(x=task.x[restless].contiguous(), y=task.y[restless])
        for name, it in _descended(some, own, steps).items():
            parameters[name][restless] = it
    return parameters


def _descended(task: Task, start: Parameters, steps: int) -> Parameters:
    parameters, velocity = start, {name: torch.zeros_like(it) for name, it in start.items()}
    for _ in range(steps):
        found = task.gradient(parameters)
        velocity = {name: MOMENTUM * it + found[name] for name, it in velocity.items()}
        parameters = {name: it - DESCENT_RATE * velocity[name] for name, it in parameters.items()}
    return parameters


def correlations(series: Iterator[Tensor], lags: int) -> tuple[Tensor, Tensor]:
    """Return ρ(τ) of vectors in time and its deviation if they are white, each (replica, lag).

    Parameters
    ----------
    series
        Vectors (replica, parameter) of each time.
    lags
        τ = 1, …, lags.

    Returns
    -------
    ρ(τ) = Σ_t ξ_t·ξ_{t+τ} / Σ_t |ξ_t|², and √Σ_t (ξ_t·ξ_{t+τ})² over the same: of a martingale's
    differences, the products of one lag have the mean 0 and do not correlate.
    """
    xi = torch.stack(list(series), 1)  # (replica, time, parameter)
    products = torch.bmm(xi, xi.mT)
    square = products.diagonal(dim1=1, dim2=2).sum(1)
    lagged = [products.diagonal(lag, 1, 2) for lag in range(1, lags + 1)]
    rho = torch.stack([it.sum(1) for it in lagged], 1) / square[:, None]
    deviation = torch.stack([it.square().sum(1).sqrt() for it in lagged], 1) / square[:, None]
    return rho, deviation
