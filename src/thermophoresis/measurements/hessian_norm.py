"""How large the Hessian H of the mean training loss is, along one run, and what was learned there.

‖H‖_F, Tr H and the outer eigenvalues (Jastrzębski et al. 2017, Fig. 1), from products of H with
vectors: the gradient is differentiated once more, so that they are exact but for rounding. The
replicas of a chunk are independent terms of one sum, so that one derivative of it has the product
of every replica's Hessian with its own vector. Weight decay is no part of the loss.

Beside them are loss and accuracy on both sets, of the same parameters.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
import xarray as xr
from torch import Tensor
from torch.func import vmap

from thermophoresis.config.measurements.hessian_norm import HessianNorm
from thermophoresis.config.run import RunSettings
from thermophoresis.draws.streams import generator
from thermophoresis.measurements.each_snapshot import numbers_of, opened, parameters_at
from thermophoresis.networks.differentiable import logits
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.numerics.matrix_sums import exact_sums, matrix_sums

TITLE = "size of the Hessian"
PURPOSE = "hessian_norm"

# Replicas that are differentiated together: torch is called less often, and what they are made of
# stays near a core.
TOGETHER = 16

LONG_NAMES = {
    "hessian_norm": "‖H‖_F of the mean training loss",
    "hessian_norm_error": "standard error of ‖H‖_F from random vectors",
    "largest_eigenvalue": "largest eigenvalue of H",
    "largest_eigenvalue_error": "norm of the residual of its eigenvector",
    "smallest_eigenvalue": "smallest eigenvalue of H",
    "smallest_eigenvalue_error": "norm of the residual of its eigenvector",
    "hessian_trace": "Tr H",
    "hessian_trace_error": "standard error of Tr H from random vectors",
    "train_loss": "mean training loss",
    "train_accuracy": "share of training samples that are classified rightly",
    "loss": "mean loss of held-out samples",
    "accuracy": "share of held-out samples that are classified rightly",
    "loss_gap": "held-out loss less training loss",
    "accuracy_gap": "training accuracy less held-out accuracy",
}
RATIOS = ("train_accuracy", "accuracy", "accuracy_gap")


def hessian_products(
    chain: Layered, parameters: Parameters, x: Tensor, y: Tensor
) -> Callable[[Tensor], Tensor]:
    """Return what multiplies vectors by the Hessians of the mean losses of several replicas.

    Parameters
    ----------
    chain, parameters
        The replicas, stacked; in the order of the parameters are those of the vectors.
    x, y
        Inputs (replica, sample, …) and labels (replica, sample).

    Returns
    -------
    Callable
        From vectors to vectors, both (replica, parameter), in float64, whatever the products
        themselves are made in.
    """
    with torch.enable_grad():
        own = {name: it.detach().requires_grad_() for name, it in parameters.items()}
        z = vmap(lambda single, inputs: logits(chain, single, inputs))(own, x)
        losses = chain.loss.of_samples(z.flatten(0, 1), y.flatten(), chain.classes)
        at = tuple(own.values())
        # Each replica's mean: the parameters of another do not enter it.
        gradient = torch.autograd.grad(losses.sum() / y.shape[1], at, create_graph=True)
    sizes = [it[0].numel() for it in at]

    def product(vectors: Tensor) -> Tensor:
        parts = vectors.to(at[0]).split(sizes, 1)  # type: ignore[no-untyped-call]  # by torch
        # Of a number: with vectors of its own torch loads a second's worth of modules.
        with torch.enable_grad():
            along = sum(
                (it.flatten(1) * part).sum() for it, part in zip(gradient, parts, strict=True)
            )
        found = torch.autograd.grad(along, at, retain_graph=True, materialize_grads=True)
        return torch.cat([it.flatten(1) for it in found], 1).to(vectors)

    return product


def measure(
    measurement: HessianNorm,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Evaluate the Hessian at every snapshot of the one run.

    Parameters
    ----------
    measurement
        How many products it takes, and their precision.
    runs, snapshots
        The run, and the content of its file of snapshots.
    data
        Data file of the images, or none.

    Returns
    -------
    xarray.Dataset
        What `LONG_NAMES` has, (replica, record), NaN where the replica has diverged.

    Raises
    ------
    UserError
        The data cannot be used.
    """
    (run,), (found,) = runs, snapshots
    torch.set_num_threads(1)
    source, network = opened(run, data)
    replicas, records = found.sizes["replica"], found.sizes["record"]
    values = {name: np.full((replicas, records), np.nan) for name in LONG_NAMES}
    present = found["diverged"].transpose("replica", "record").values == 0
    for first in range(0, replicas, TOGETHER):
        chunk = range(first, min(first + TOGETHER, replicas))
        sets = source.training_set(chunk), source.probe(chunk)
        for record in map(int, np.flatnonzero(present[chunk.start : chunk.stop].any(0))):
            here = [it for it in chunk if present[it, record]]
            parameters = parameters_at(network, found, here, record)
            own = [_of(here, chunk, *pair) for pair in sets]
            told = learned(network, parameters, *own)
            told |= curvature(measurement, network, parameters, *own[0], run.seed, here)
            for name, value in told.items():
                values[name][here, record] = value
    nat = "nat" if run.loss == "cross_entropy" else "1"
    units = {name: nat for name in LONG_NAMES if name not in RATIOS}
    return numbers_of(found, values, LONG_NAMES, units)


def _of(here: Sequence[int], chunk: range, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return inputs and labels of some replicas of a chunk, which may share one set."""
    at = [0 if len(x) == 1 else it - chunk.start for it in here]
    return x[at], y[at]


def learned(
    network: Network,
    parameters: Parameters,
    training: tuple[Tensor, Tensor],
    held_out: tuple[Tensor, Tensor],
) -> dict[str, np.ndarray]:
    """Return loss and accuracy on both sets and what is between them, each (replica,), in float64.

    Parameters
    ----------
    network, parameters
        The replicas, stacked.
    training, held_out
        Inputs (replica, sample, …) and labels (replica, sample) of each.
    """
    chain, layered = network.as_layered(parameters)
    found = {}
    for name, (x, y) in (("train_", training), ("", held_out)):
        inputs = x.double()
        # Of activations in place: what comes in must stay.
        _, z = chain.activations(layered, inputs.clone())
        flat = y.flatten().double() if y.is_floating_point() else y.flatten()
        losses = chain.loss.of_samples(z.flatten(0, 1), flat, chain.classes)
        guess = z[..., 0] > 0 if chain.classes is None else z.argmax(2)
        found[f"{name}loss"] = losses.view(y.shape).mean(1).numpy()
        found[f"{name}accuracy"] = (guess == y).double().mean(1).numpy()
    found["loss_gap"] = found["loss"] - found["train_loss"]
    found["accuracy_gap"] = found["train_accuracy"] - found["accuracy"]
    return found


def curvature(
    measurement: HessianNorm,
    network: Network,
    parameters: Parameters,
    x: Tensor,
    y: Tensor,
    seed: int,
    replicas: Sequence[int],
) -> dict[str, np.ndarray]:
    """Return what is said of H, with errors, each (replica,).

    Parameters
    ----------
    measurement
        How many products it takes, and their precision.
    network, parameters
        The replicas, stacked, float64.
    x, y
        Inputs (replica, sample, …) and labels (replica, sample).
    seed, replicas
        Of the run, and which they are: from these come the random vectors, the same at every
        record.
    """
    chain, layered = network.as_layered(parameters)
    kind = getattr(torch, measurement.precision)
    typed = {name: it.to(kind) for name, it in layered.items()}
    product = hessian_products(chain, typed, x.to(kind), y.to(kind) if y.is_floating_point() else y)
    size = sum(it[0].numel() for it in layered.values())
    # Those of a replica depend on no other: one after the other, the start first.
    starts, signs = [], []
    for replica in replicas:
        stream = generator(seed, replica, PURPOSE)
        starts.append(torch.empty(size, dtype=torch.float64).normal_(generator=stream))
        drawn = torch.empty(measurement.vectors, size, dtype=torch.float64)
        signs.append(drawn.random_(0, 2, generator=stream).mul_(2).sub_(1))
    start = torch.stack(starts)
    if size <= measurement.entries_up_to:
        sums = exact_sums(product, start)
    else:
        sums = matrix_sums(product, start, torch.stack(signs, 1), steps=measurement.steps)
    norm = sums.square.sqrt()
    found = {
        "hessian_norm": norm,
        # Of a root, to first order.
        "hessian_norm_error": sums.square_error / (2 * norm),
        "largest_eigenvalue": sums.largest,
        "largest_eigenvalue_error": sums.largest_error,
        "smallest_eigenvalue": sums.smallest,
        "smallest_eigenvalue_error": sums.smallest_error,
        "hessian_trace": sums.trace,
        "hessian_trace_error": sums.trace_error,
    }
    return {name: it.numpy() for name, it in found.items()}


def describe(dataset: xr.Dataset) -> str:
    """Say how large the Hessian is at the last snapshot."""
    last = dataset.isel(record=-1).mean("replica")
    names = ("hessian_norm", "hessian_norm_error", "largest_eigenvalue", "hessian_trace")
    return "; ".join(f"{name} {float(last[name]):.3g}" for name in names)
