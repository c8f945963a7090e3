"""The full gradient around a minimum, and the current of linear noise there.

Of a quadratic function the gradient is H(x − x*), and in the stationary state its mean square is
Tr(H²Σ). With H at the mean of the snapshots both are evaluated for networks: ‖∇f‖ at every
snapshot, and ‖H(x − x̄)‖. Weight decay belongs to f.
"""

from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.run import RunSettings
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.numerics.circulation import current_share

STEP = 1e-5  # of central differences, in units of the length of the direction
ITERATIONS = 20  # of a subspace that is multiplied by H
SPARE = 8  # directions beyond those that are wanted, with which it converges faster


class Loss(NamedTuple):
    """f as a function of all parameters in one vector, of several networks at once.

    Attributes
    ----------
    network, x, y
        The network, and the training set (1 or network, sample, …), float64.
    decay
        Weight decay λ: f has λ‖θ‖²/2 beside the mean loss.
    shapes
        Of the parameters of one network, by their names in the order of the vector.
    """

    network: Network
    x: Tensor
    y: Tensor
    decay: float
    shapes: dict[str, tuple[int, ...]]

    def gradient(self, theta: Tensor) -> Tensor:
        """Return ∇f at parameters (network, set of parameters, number), shaped as they."""
        networks, sets = theta.shape[:2]
        x, y = self._repeated(networks, sets)
        found = self._flat(self.network.gradient(self._named(theta.flatten(0, 1)), x, y))
        return found.reshape(theta.shape) + self.decay * theta

    def of_samples(self, theta: Tensor) -> Tensor:
        """Return the gradients of the loss of each sample, (network, sample, number)."""
        networks, samples = len(theta), self.y.shape[1]
        x, y = (it.expand(networks, *it.shape[1:]) for it in (self.x, self.y))
        repeated = theta[:, None].expand(-1, samples, -1).flatten(0, 1)
        found = self.network.gradient(
            self._named(repeated), x.flatten(0, 1)[:, None], y.flatten(0, 1)[:, None]
        )
        return self._flat(found).reshape(networks, samples, -1)

    def curvature(self, theta: Tensor, directions: Tensor) -> Tensor:
        """Return H v by central differences.

        Parameters
        ----------
        theta, directions
            θ (network, number) and v (network, direction, number).
        """
        lengths = torch.linalg.vector_norm(directions, dim=-1, keepdim=True)
        moved = STEP * directions / lengths
        there, back = (self.gradient(theta[:, None] + sign * moved) for sign in (1, -1))
        found: Tensor = (there - back) * (lengths / (2 * STEP))
        return found

    def _repeated(self, networks: int, sets: int) -> tuple[Tensor, Tensor]:
        x, y = (it.expand(networks, *it.shape[1:]) for it in (self.x, self.y))
        return x.repeat_interleave(sets, 0), y.repeat_interleave(sets, 0)

    def _named(self, flat: Tensor) -> Parameters:
        sizes = [int(np.prod(shape)) for shape in self.shapes.values()]
        parts = torch.split(flat, sizes, dim=1)
        named = zip(self.shapes.items(), parts, strict=True)
        return {name: part.reshape(-1, *shape).contiguous() for (name, shape), part in named}

    def _flat(self, named: Parameters) -> Tensor:
        return torch.cat([named[name].flatten(1) for name in self.shapes], 1)


def loss_of(run: RunSettings, network: Network, training: tuple[Tensor, Tensor]) -> Loss:
    """Return f of a run: network and training set are those of its replicas."""
    (x, y), one = training, network.initialise([torch.Generator()], torch.float64)
    y = y.to(torch.float64) if y.is_floating_point() else y
    decay = float(getattr(run.dynamics, "weight_decay", 0.0))
    shapes = {name: tuple(one[name].shape[1:]) for name in sorted(one)}
    return Loss(network, x.to(torch.float64), y, decay, shapes)


def parameters(snapshots: xr.Dataset, loss: Loss) -> Tensor:
    """Return all parameters in one vector, (replica, record, number), float64."""
    parts = [
        snapshots[name].transpose("replica", "record", ...).values.astype(np.float64)
        for name in loss.shapes
    ]
    flat = [torch.from_numpy(it.reshape(*it.shape[:2], -1)) for it in parts]
    return torch.cat(flat, -1)


def leading_directions(loss: Loss, theta: Tensor, count: int) -> tuple[np.ndarray, Tensor]:
    """Return the largest eigenvalues of H in modulus and their vectors, by subspace iteration.

    Returns
    -------
    values, vectors
        Shapes (network, direction), in descending order, and (network, direction, number).
    """
    networks, numbers = theta.shape
    start = torch.randn(numbers, count + SPARE, generator=torch.Generator().manual_seed(0),
                        dtype=torch.float64)  # fmt: skip
    basis = torch.linalg.qr(start.expand(networks, -1, -1))[0]
    for _ in range(ITERATIONS):
        image = loss.curvature(theta, basis.mT).mT
        basis = torch.linalg.qr(image)[0]
    image = loss.curvature(theta, basis.mT)
    small = image @ basis
    values, turned = torch.linalg.eigh((small + small.mT) / 2)
    vectors = (basis @ turned).mT.flip(1)
    return values.flip(1)[:, :count].numpy(), vectors[:, :count]


def evaluate(loss: Loss, theta: Tensor, late: np.ndarray, directions: int) -> dict[str, np.ndarray]:
    """Return what the gradient of every network is, in fact and by its curvature.

    Parameters
    ----------
    loss
        f.
    theta
        Parameters at the snapshots, (network, record, number).
    late
        Which records are in the stationary state, (record,).
    directions
        Leading eigenvectors of H.

    Returns
    -------
    dict
        ``gradient_norm`` ‖∇f‖/√d (network, record), and (network,): ``gradient_fall`` from the
        first record to the root mean square of late ones; ``plain_gradient`` √(Tr(H²Σ)/d), the
        sample covariance Σ of late records having its divisor n − 1; ``gradient_ratio`` of the two;
        and ``linear_current_share`` of `current_share` in the leading directions.
    """
    numbers = theta.shape[-1]
    norms = np.sqrt((loss.gradient(theta) ** 2).sum(-1).numpy() / numbers)
    of_late = theta[:, torch.from_numpy(np.flatnonzero(late))]
    centre = of_late.mean(1)
    moved = loss.curvature(centre, of_late - centre[:, None])
    squares = (moved**2).sum((1, 2)).numpy() / (of_late.shape[1] - 1) / numbers
    root = np.sqrt((norms[:, late] ** 2).mean(axis=1))
    values, vectors = leading_directions(loss, centre, directions)
    gradients = loss.of_samples(centre)
    projected = (gradients - gradients.mean(1, keepdim=True)) @ vectors.mT
    noise = (projected.mT @ projected / projected.shape[1]).numpy()
    return {
        "gradient_norm": norms,
        "gradient_fall": norms[:, 0] / root,
        "plain_gradient": np.sqrt(squares),
        "gradient_ratio": root / np.sqrt(squares),
        "linear_current_share": current_share(values, noise),
    }
