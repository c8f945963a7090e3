"""SGD on a finite linear regression, exactly: what each way of sampling leaves at stationarity.

Of the loss f(θ) = (1/2N) Σ (x_k·θ − y_k)² with minimum θ*, residuals r_k = x_k·θ* − y_k there and
Hessian H = (1/N) Σ x_k x_kᵀ, a step of SGD moves δ = θ − θ* by

    δ ← δ − η (H_B δ + ξ_B),    H_B = (1/|B|) Σ_B x x ᵀ,    ξ_B = (1/|B|) Σ_B x r,

an affine map that the batch B draws. Covariance of the gradients of single samples at θ*:
D = (1/N) Σ r_k² x_k x_kᵀ. Where batches are independent, `stationary_covariance.regression` has
S = E δδᵀ at stationarity. Here are epochs, by averages over all orders of one: of any η, nothing is
expanded. Twice the excess loss is Tr(HS); in continuous time HΣ + ΣH = ηκD with κ of
`stationary_covariance.variance_factor` gives Tr(HΣ) = (ηκ/2) Tr D.
"""

import itertools
import math
from typing import NamedTuple

import numpy as np

from thermophoresis.theory.stationary_covariance import of_affine_maps, variance_factor

# Orders of an epoch that are averaged over; more would take minutes.
MOST_ORDERS = 50_000


class RegressionSet(NamedTuple):
    """A finite regression at its minimum.

    Attributes
    ----------
    x
        Inputs, (sample, input).
    residual
        x·θ* − y, (sample,).
    minimum
        θ*, (input,).
    hessian, noise
        H, and the covariance D of the gradients of single samples at θ*, (input, input).
    """

    x: np.ndarray
    residual: np.ndarray
    minimum: np.ndarray
    hessian: np.ndarray
    noise: np.ndarray


def regression_set(x: np.ndarray, y: np.ndarray) -> RegressionSet:
    """Return the minimum of a regression, with Hessian and noise there.

    Parameters
    ----------
    x, y
        Inputs (sample, input) and labels (sample,).

    Raises
    ------
    ValueError
        There is no one minimum, because samples are fewer than inputs or dependent.
    """
    minimum, _, rank, _ = np.linalg.lstsq(x, y, rcond=None)
    if rank < x.shape[1]:
        raise ValueError(f"{len(x)} samples of {x.shape[1]} inputs have no one minimum")
    residual = x @ minimum - y
    noise = (x * (residual**2)[:, None]).T @ x / len(x)
    return RegressionSet(x, residual, minimum, x.T @ x / len(x), noise)


def orders(samples: int, batch_size: int) -> np.ndarray:
    """Return all orders of an epoch: which samples each batch has, (order, batch, sample).

    Each is equally likely. The order within a batch does not matter and is not told apart.

    Parameters
    ----------
    samples, batch_size
        N and |B|, a divisor of it.

    Raises
    ------
    ValueError
        Batches do not fill an epoch, or there are more than `MOST_ORDERS`.
    """
    if samples % batch_size:
        raise ValueError(f"batches of {batch_size} do not fill an epoch of {samples}")
    batches = samples // batch_size
    count = math.factorial(samples) // math.factorial(batch_size) ** batches
    if count > MOST_ORDERS:
        raise ValueError(f"{count:,} orders of an epoch; at most {MOST_ORDERS:,}")

    def those_of(left: tuple[int, ...]) -> list[list[tuple[int, ...]]]:
        if not left:
            return [[]]
        return [
            [first, *rest]
            for first in itertools.combinations(left, batch_size)
            for rest in those_of(tuple(it for it in left if it not in first))
        ]

    return np.array(those_of(tuple(range(samples))))


def _maps(regression: RegressionSet, eta: float, order: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return A and c of δ_t = A δ_0 + c after t steps: (step, order, input, input) and one less."""
    x, residual = regression.x[order], regression.residual[order]
    size = order.shape[2]
    hessians = np.einsum("obsi,obsj->boij", x, x) / size
    gradients = np.einsum("obsi,obs->boi", x, residual) / size
    d = x.shape[-1]
    A, c = [np.broadcast_to(np.eye(d), (len(order), d, d))], [np.zeros((len(order), d))]
    for hessian, gradient in zip(hessians, gradients, strict=True):
        A.append(A[-1] - eta * hessian @ A[-1])
        c.append(c[-1] - eta * (np.einsum("oij,oj->oi", hessian, c[-1]) + gradient))
    return np.stack(A), np.stack(c)


def reshuffled(regression: RegressionSet, eta: float, batch_size: int) -> np.ndarray:
    """Return S after 0, …, N/|B| − 1 steps of epochs that are reshuffled, (step, input, input).

    With δ_t = A_t δ_0 + c_t and all orders of an epoch alike, independent of δ_0, the
    mean m and covariance Σ at the start of an epoch are those that the maps of whole epochs keep,
    and S_t = E [A_t Σ A_tᵀ + (A_t m + c_t)(A_t m + c_t)ᵀ]. Nothing is expanded in η.

    Parameters
    ----------
    regression
        The regression.
    eta, batch_size
        η and |B|, which divides the number of samples.

    Raises
    ------
    ValueError
        See `orders`; or there is no stationary state.
    """
    A, c = _maps(regression, eta, orders(len(regression.x), batch_size))
    mean, covariance = of_affine_maps(A[-1], c[-1])
    places = A[:-1] @ mean + c[:-1]
    spread = np.einsum("toij,jk,tolk->til", A[:-1], covariance, A[:-1], optimize=True)
    moments = spread + np.einsum("toi,toj->tij", places, places)
    return np.asarray(moments / A.shape[1])


def fixed_orders(regression: RegressionSet, eta: float, batch_size: int) -> np.ndarray:
    """Return S after 0, …, N/|B| − 1 steps of epochs in a fixed order, (step, input, input).

    Of each order δ comes to a periodic orbit, δ_0 = A δ_0 + c: there is no noise, and S is the
    average over orders.

    Parameters
    ----------
    regression, eta, batch_size
        As for `reshuffled`.
    """
    A, c = _maps(regression, eta, orders(len(regression.x), batch_size))
    d = A.shape[-1]
    if np.abs(np.linalg.eigvals(A[-1])).max() >= 1:
        raise ValueError(f"SGD with η = {eta:g} has no stationary state")
    start = np.linalg.solve(np.eye(d) - A[-1], c[-1][..., None])[..., 0]
    places = np.einsum("toij,oj->toi", A[:-1], start) + c[:-1]
    return np.asarray(np.einsum("toi,toj->tij", places, places) / places.shape[1])


def reshuffled_leading(regression: RegressionSet, eta: float, batch_size: int) -> np.ndarray:
    """Return what is of order η² in S of reshuffled epochs, (step, input, input): nothing is of η.

    Batches of an epoch of n steps have Σ ξ = 0, and between them the covariance −C/(n − 1) with
    C = κD. So the first order of a whole epoch, −η Σ ξ, is zero. What is left after an epoch is
    η² Σ_{s<t} H_t ξ_s: its mean −η² (n/2) c, c = E H_B ξ_B = κ (1/N) Σ |x_k|² r_k x_k,
    against the force ηnH displaces the mean by m = −(η/2) H⁻¹c, and its variance, of order η⁴ an
    epoch, leaves a covariance of order η³. Within an epoch −η Σ_{s≤t} ξ_s has the covariance
    η² C t (n − t)/(n − 1). Hence S_t = m mᵀ + η² C t (n − t)/(n − 1) + O(η³), while independent
    batches have S of order η: the temperature of reshuffled epochs, over η/2|B|, vanishes with η.

    Parameters
    ----------
    regression, eta, batch_size
        As for `reshuffled`, with any number of samples.
    """
    x, residual = regression.x, regression.residual
    steps = len(x) // batch_size
    if len(x) % batch_size or steps < 2:
        raise ValueError(f"an epoch of {len(x)} samples must have two batches or more")
    share = variance_factor(batch_size, len(x))
    c = share * ((x**2).sum(1) * residual) @ x / len(x)
    mean = -eta / 2 * np.linalg.solve(regression.hessian, c)
    t = np.arange(steps)
    within = eta**2 * share * t * (steps - t) / (steps - 1)
    return np.asarray(np.outer(mean, mean) + within[:, None, None] * regression.noise)
