"""The whole Hessian H and the whole covariance C of the gradients of single samples, in float64.

Of networks with at most a thousand parameters, at the last snapshots of one run: all second
derivatives of the mean loss on the training set, plus λI where there is weight decay λ, which adds
½λ|θ|² to what is minimised; and C = (1/N) Σ g gᵀ − ḡ ḡᵀ, to which it adds nothing. With weight
decay there is a minimum, to which gradient descent goes on from the snapshot, and networks of which
it has not come to rest are left out; without, cross entropy of samples that can be separated has
none, and H is that of the snapshot.

Jastrzębski et al. (2018) have for the odds of a minimum, with n = η/|B| and σ² = Tr C/d,

    p̃ = det(H)^{−1/2} exp(−2L/(nσ²)).                                          (Theorem 2, slides)

There is no such number where an eigenvalue is zero or negative. With cross entropy of several
outputs and no weight decay some are zero in every network: what is added to the logits of all
classes alike changes nothing, and with h units before them these are h + 1 directions, with the
biases. So the determinant is taken of H + δ, in its modulus, δ = 1e-8, …, 1e-2.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.measurements.dense_hessian import MOST_PARAMETERS, DenseHessian
from thermophoresis.config.run import RunSettings
from thermophoresis.errors import UserError
from thermophoresis.measurements.each_snapshot import numbers_of, opened, parameters_at
from thermophoresis.measurements.further_training import (
    REST,
    Task,
    descend,
    flat,
    ordered_gradients,
    training_sets,
)
from thermophoresis.measurements.spectrum import ROUNDING
from thermophoresis.networks.differentiable import logits
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Parameters

TITLE = "the whole Hessian and the covariance of gradients along one run"
SMALL = 1e-6  # of the largest eigenvalue
POWERS = (8, 6, 4, 2)  # of a tenth: dampings
CHUNK = 32  # rows of H that are made together

LONG_NAMES = {
    "small_share": "share of the eigenvalues of H below a millionth of the largest",
    "negative_share": "share of the eigenvalues of H below 0, by more than rounding",
    "null_count": "number of eigenvalues of H that are 0 to rounding, lambda_max d 2.2e-16",
    "most_negative": "least eigenvalue of H over the largest",
    "cosine": "Tr HC over the norms of H and C",
    "overlap": "overlap of leading subspaces of H and C",
    "overlap_random": "mean overlap of random subspaces, k/d",
    "discreteness": "excess loss of steps of size eta over that of eta to 0, quadratic about theta",
    "loss": "mean training loss L, with weight decay",
    "noise": "sigma^2 = Tr C/d",
    **{f"log_width_{it}": f"-1/2 log|det(H + 1e-{it})|" for it in POWERS},
    **{f"log_weight_{it}": f"that less 2L|B|/(eta sigma^2), with 1e-{it}" for it in POWERS},
    **{f"definite_{it}": f"1 where H + 1e-{it} has no eigenvalue below 0, else 0" for it in POWERS},
}


def dense_hessian(
    chain: Layered, parameters: Parameters, x: Tensor, y: Tensor, weight_decay: float = 0.0
) -> Tensor:
    """Return all second derivatives of the mean loss, (parameter, parameter).

    Parameters
    ----------
    chain, parameters
        One replica, its parameters stacked, float64; rows are in their order.
    x, y
        Inputs (sample, …) and labels (sample,).
    weight_decay
        λ, which is added to the diagonal.
    """
    with torch.enable_grad():
        own = {name: value[0].detach().requires_grad_() for name, value in parameters.items()}
        loss = chain.loss.of_samples(logits(chain, own, x), y, chain.classes).mean()
        at = tuple(own.values())
        found = torch.autograd.grad(loss, at, create_graph=True)
        gradient = torch.cat([it.flatten() for it in found])
    identity = torch.eye(len(gradient), dtype=gradient.dtype)
    rows = []
    for part in identity.split(CHUNK):  # type: ignore[no-untyped-call]  # by torch
        second = torch.autograd.grad(
            gradient,
            at,
            part,
            retain_graph=True,
            is_grads_batched=True,
            materialize_grads=True,
        )
        rows.append(torch.cat([it.flatten(1) for it in second], 1))
    hessian = torch.cat(rows)
    return (hessian + hessian.T) / 2 + weight_decay * identity


def of_hessian(hessian: np.ndarray) -> tuple[dict[str, float], np.ndarray]:
    """Return what the eigenvalues of H say, by names of `LONG_NAMES`, and its eigenvectors."""
    values, vectors = np.linalg.eigh(hessian)
    d, largest = len(values), values[-1]
    rounding = largest * d * ROUNDING["float64"]
    told = {
        "small_share": float((values < SMALL * largest).mean()),
        "negative_share": float((values < -rounding).mean()),
        "null_count": float((np.abs(values) <= rounding).sum()),
        "most_negative": float(values[0] / largest),
    }
    for power in POWERS:
        damped = values + 10.0**-power
        told[f"log_width_{power}"] = float(-np.log(np.abs(damped)).sum() / 2)
        told[f"definite_{power}"] = float(damped[0] > 0)
    return told, vectors


def of_both(
    hessian: np.ndarray, covariance: np.ndarray, vectors: np.ndarray, count: int
) -> dict[str, float]:
    """Return how alike H and C are, by names of `LONG_NAMES`.

    Parameters
    ----------
    hessian, covariance
        Symmetric, (d, d).
    vectors
        Eigenvectors of H, those of the largest eigenvalues last.
    count
        k, of leading eigenvectors that are compared.
    """
    norms = np.linalg.norm(hessian) * np.linalg.norm(covariance)
    leading = np.linalg.eigh(covariance)[1][:, -count:]
    return {
        "cosine": float((hessian * covariance).sum() / norms) if norms else float("nan"),
        "overlap": float(((leading.T @ vectors[:, -count:]) ** 2).sum()) / count,
        "overlap_random": count / len(hessian),
    }


def discreteness(hessian: np.ndarray, covariance: np.ndarray, rate: float) -> float:
    """Return Tr(HΣ) of Σ of HΣ + ΣH − ηHΣH = ηκC over (ηκ/2) Tr C; NaN with no such Σ.

    In the eigenbasis of H, Σ_ii = ηκ C_ii/(λ_i(2 − ηλ_i)): it is the mean of 2/(2 − ηλ_i), in which
    each counts as its C_ii.

    Parameters
    ----------
    hessian, covariance
        H and C, (d, d).
    rate
        η.
    """
    values, vectors = np.linalg.eigh(hessian)
    weights = np.einsum("ki,kl,li->i", vectors, covariance, vectors, optimize=True)
    if values[0] <= 0 or rate * values[-1] >= 2:
        return float("nan")
    return float((weights * 2 / (2 - rate * values)).sum() / weights.sum())


def _evaluate(
    measurement: DenseHessian, run: RunSettings, task: Task, parameters: Parameters, index: int
) -> dict[str, float]:
    """Return all of `LONG_NAMES` of one network of a task."""
    chain, x, y, decay = task.chain, task.x[index], task.y[index], task.decay
    own = {name: it[index : index + 1] for name, it in parameters.items()}
    gradients = ordered_gradients(chain, own, x, y).numpy()
    covariance = np.cov(gradients.T, bias=True)
    hessian = dense_hessian(chain, own, x, y, decay).numpy()
    told, vectors = of_hessian(hessian)
    told |= of_both(hessian, covariance, vectors, min(measurement.directions, len(hessian)))
    told["discreteness"] = discreteness(hessian, covariance, run.learning_rate)
    loss = float(task.losses(parameters)[index])
    noise = float(np.trace(covariance)) / len(hessian)
    told |= {"loss": loss, "noise": noise}
    depth = 2 * loss * run.batch_size / (run.learning_rate * noise) if noise else float("nan")
    return told | {f"log_weight_{it}": told[f"log_width_{it}"] - depth for it in POWERS}


def measure(
    measurement: DenseHessian,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Evaluate H and C at the last snapshots of the one run.

    Parameters
    ----------
    measurement
        At how many snapshots, and how many leading directions are compared.
    runs, snapshots
        The run, and the content of its file of snapshots.
    data
        Data file of the images, or none.

    Returns
    -------
    xarray.Dataset
        Dimensions (replica, record): what `LONG_NAMES` has, NaN where the replica has diverged and
        at earlier snapshots.

    Raises
    ------
    UserError
        The data cannot be used, or there are too many parameters.
    """
    (run,), (found,) = runs, snapshots
    torch.set_num_threads(1)
    source, network = opened(run, data)
    replicas, records = found.sizes["replica"], found.sizes["record"]
    x, y = training_sets(source, replicas)
    present = found["diverged"].transpose("replica", "record").values == 0
    decay = float(getattr(run.dynamics, "weight_decay", 0.0))
    values = {name: np.full((replicas, records), np.nan) for name in LONG_NAMES}
    for record in range(max(0, records - measurement.last_snapshots), records):
        some = np.flatnonzero(present[:, record])
        chain, parameters = network.as_layered(parameters_at(network, found, some, record))
        if (d := chain.parameter_count) > MOST_PARAMETERS:
            raise UserError(
                f"dense_hessian of {run.name}: got a network of {d:,} parameters; must be "
                f"<= {MOST_PARAMETERS:,}"
            )
        task = Task(chain, x[some].contiguous(), y[some], decay)
        if decay and len(some):
            parameters = descend(task, parameters, measurement.descent_steps)
        norms = flat(task.gradient(parameters)).norm(dim=1)
        for index, replica in enumerate(some):
            if decay and measurement.descent_steps and float(norms[index]) > REST:
                continue
            told = _evaluate(measurement, run, task, parameters, index)
            for name, value in told.items():
                values[name][replica, record] = value
    nat = "nat" if run.loss == "cross_entropy" else "1"
    units = {"loss": nat, "noise": f"{nat}2" if nat != "1" else "1"}
    return numbers_of(found, values, LONG_NAMES, units)


def describe(dataset: xr.Dataset) -> str:
    """Say how singular H is in the end, and how like C."""
    last = dataset.isel(record=-1).mean("replica")
    return (
        f"eigenvalues of H below {SMALL:g} of the largest {float(last['small_share']):.3g} of all, "
        f"negative {float(last['negative_share']):.3g}; cosine of H and C "
        f"{float(last['cosine']):.3g}"
    )
