"""Drift budgets with dense matrices, from gradients of single samples by autograd."""

from types import SimpleNamespace

import numpy as np
import torch
from reference import initial_parameters
from torch.func import grad, vmap

from thermophoresis.config.observables.drift_budget import OF, TERMS
from thermophoresis.data.samples import fresh_samples
from thermophoresis.observables import drift_budget
from thermophoresis.observables.context import Context, Moment
from thermophoresis.theory import gaussian_units, uniform_rate

NAMES = ("V", "W", "b")


def context(
    network,
    kind,
    *,
    batch_size=1,
    rate=0.1,
    seed=1,
    replicas=range(3),
    scale=1.5,
    random=1.0,
    **changed,
):
    """Return networks at a record of a run on samples of a kind."""
    gaussian = not kind.__name__.endswith("uniform") if hasattr(kind, "__name__") else True
    parameters = initial_parameters(network, replicas, torch.float64)
    parameters = {name: scale * value for name, value in parameters.items()} | changed

    def fresh(replicas, purpose, first, samples):
        return fresh_samples(
            kind,
            seed=seed,
            replicas=replicas,
            purpose=purpose,
            first=first,
            samples=samples,
            inputs=network.inputs,
        )

    moment = Moment(
        seed=seed,
        replicas=replicas,
        learning_rate=rate,
        batch_size=batch_size,
        initial=dict,
        training_set=tuple,
        record=3,
        fresh=fresh,
        random_labels=random,
    )
    probe = torch.zeros(1, 2, network.inputs, dtype=torch.float64), torch.zeros(1, 2).double()
    return Context(network, parameters, *probe, gaussian=gaussian, moment=moment)


def named(found):
    """Return a budget by names, each (replica,)."""
    found = found.numpy()
    return {of: {term: found[:, i, j] for j, term in enumerate(TERMS)} for i, of in enumerate(OF)}


def measure(of):
    return named(drift_budget.observe(of))


def use_samples(monkeypatch, samples=None):
    """Let second moments be those of the samples alone, and these be so many."""
    if samples is not None:
        monkeypatch.setattr(drift_budget, "SAMPLES", samples)
    apart = SimpleNamespace(**vars(gaussian_units))
    kept = {}
    moments = drift_budget.sampled.moments

    def watched(*arguments):
        moments(*arguments)
        kept["squares"] = arguments[8][:, :, 1].copy()

    apart.moments = lambda w, b: tuple(np.moveaxis(kept["squares"], -1, 0))
    monkeypatch.setattr(drift_budget, "sampled", SimpleNamespace(moments=watched))
    monkeypatch.setattr(drift_budget, "gaussian_units", apart)


def flat(network, parameters, replica):
    """Return the parameters of a replica in one vector, and which block each belongs to."""
    names = [name for name in NAMES if name in parameters]
    one = [parameters[name][replica].flatten() for name in names]
    blocks = [name for name, value in zip(names, one, strict=True) for _ in range(len(value))]
    return torch.cat(one), np.array(blocks)


def unflat(network, theta):
    units, inputs = network.hidden, network.inputs
    v, w, b = theta.split([units, units * inputs, len(theta) - units * (1 + inputs)])
    return v, w.view(units, inputs), b if len(b) else 0 * v


def output(network, theta, x):
    v, w, b = unflat(network, theta)
    return torch.relu(x @ w.T + b) @ v


def quantities(network, gaussian):
    """Return what drifts, as functions of all parameters in one vector."""

    def parts(theta):
        v, w, b = unflat(network, theta)
        n = w.square().sum(1).sqrt()
        return v, w, b, n, b / n

    def rate(theta):
        return torch.special.ndtr(parts(theta)[4]).mean()

    def gradient_square(theta):
        v, _, _, n, z = parts(theta)
        phi, cdf = torch.exp(-(z**2) / 2) / (2 * torch.pi) ** 0.5, torch.special.ndtr(z)
        size = network.inputs + network.bias
        return (n**2 * ((1 + z**2) * cdf + z * phi) + v**2 * (size * cdf - z * phi)).sum() / 4

    found = {
        "mean_bias": lambda theta: parts(theta)[2].mean(),
        "second_layer_square": lambda theta: parts(theta)[0].square().sum(),
        "first_layer_square": lambda theta: parts(theta)[1].square().sum(),
    }
    return found | (
        {"activation_rate": rate, "gradient_square": gradient_square} if gaussian else {}
    )


def derivatives(network, theta, gaussian):
    """Return value, gradient and Hessian of each quantity."""
    found = {}
    for name, of in quantities(network, gaussian).items():
        own = theta.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(of(own), own)
        hessian = torch.autograd.functional.hessian(of, theta)
        found[name] = of(theta).item(), gradient.numpy(), hessian.numpy()
    if not gaussian:
        w = unflat(network, theta)[1]
        units, inputs = w.shape
        rates = uniform_rate.activation_rate(w.numpy())
        gradient, hessian = np.zeros(len(theta)), np.zeros((len(theta), len(theta)))
        for unit in range(units):
            own = slice(units + unit * inputs, units + (unit + 1) * inputs)
            gradient[own] = rates.gradient[unit] / units
            hessian[own, own] = rates.hessian[unit] / units
        found["activation_rate"] = rates.value.mean(), gradient, hessian
    return found


def residuals(f, squared, target):
    return (f if squared else torch.sigmoid(f)) - target


def of_samples(network, theta, x, target, squared):
    """Return ρ of every sample, (sample,), and ∇f, (sample, parameter)."""
    gradient = vmap(grad(lambda own, one: output(network, own, one)), in_dims=(None, 0))
    rho = residuals(output(network, theta, x), squared, target)
    return rho.numpy(), gradient(theta, x).numpy()


def dense(network, theta, blocks, x, target, variance, *, squared, gaussian, batch_size, rate):
    """Return the budget of one replica but for the flux."""
    rho, gradient = of_samples(network, theta, x, target, squared)
    single = rho[:, None] * gradient
    samples, mu = len(rho), single.mean(0)
    second = (gradient * (rho**2 + variance)[:, None]).T @ gradient / samples
    total = single.sum(0)
    pairs = (np.outer(total, total) - single.T @ single) / (samples * (samples - 1))
    found = {}
    for name, (value, slope, bend) in derivatives(network, theta, gaussian).items():
        terms = {"value": value}
        for block in NAMES:
            own = blocks == block
            terms[f"first_{block}"] = -batch_size / rate * slope[own] @ mu[own]
        for pair in ("VV", "VW", "Vb", "WW", "Wb", "bb"):
            one, other = blocks == pair[0], blocks == pair[1]
            both = bend[np.ix_(one, other)] * second[np.ix_(one, other)]
            terms[f"noise_{pair}"] = both.sum() / 2 * (1 + (pair[0] != pair[1]))
        terms["mean_square"] = (batch_size - 1) / 2 * (bend * pairs).sum()
        found[name] = terms
    return found
