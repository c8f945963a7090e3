"""Stationary covariances of SGD with a quadratic loss.

With f = ½δᵀHδ, δ = w − w*, and batch gradients Hδ + ξ, E ξ = 0, a step is

    δ ← (I − ηH)δ − ηξ.                                            (1)

**Independent batches.** If ξ of one step is independent of all before it, with the covariance
C(δ)/|B| times the factor of the sampler, E δ = 0 and the covariance Σ of δ is stationary where

    HΣ + ΣH − ηHΣH = ηκ C,   C = E C(δ),                            (2)

κ = 1/|B| with replacement and κ = (1/|B|)(N − |B|)/(N − 1) for a fresh subset of a finite set of N,
with C = (1/N)Σ g gᵀ − (mean g)(mean g)ᵀ (`variance_factor`). To the first order in η (continuous
time) the third term is left out: Lyapunov's equation, of a drift F of any kind FΣ + ΣFᵀ = ηκC. Its
trace is Tr(HΣ) = ½ηκ Tr C, so that twice the excess loss is (η/2|B|) Tr D with D = C.

**Linear regression.** f = ½E(a·w − y)² has the gradients a(a·δ − r), r = y − a·w*, H = E aaᵀ.
On a finite set, with the residuals r_k of the least squares solution,

    C = (1/N) Σ_k a_k a_kᵀ (a_kᵀΣa_k + r_k²) − HΣH.                 (3)

For Gaussian a, samples without end and r independent of a with variance σ², Isserlis' theorem has
E[aaᵀΣaaᵀ] = 2HΣH + H Tr(HΣ), hence

    C = σ²H + HΣH + H Tr(HΣ),                                       (4)

and (2) is solved by a Σ that commutes with H: with T = Tr(HΣ) and eigenvalues λ_i of H,

    Σ_i = ηκ(σ² + T)/(2 − ηλ_i(1 + κ)),   T = σ²s/(1 − s),   s = Σ_i ηκλ_i/(2 − ηλ_i(1 + κ)).   (5)

It is stationary where ηλ_i(1 + κ) < 2 for all i and s < 1.

**Reshuffled epochs.** Batches of an epoch of n = N/|B| steps are disjoint. Each has the covariance
c₀D of a fresh subset, c₀ = (1/|B|)(N − |B|)/(N − 1), and two of them c₁D, c₁ = −1/(N − 1): the sum
over an epoch is 0. With ξ that does not depend on δ, a_i = 1 − ηλ_i, S_ij = Σ_{k<t}(a_ia_j)^k and
P_i = Σ_{k<t}a_i^k, in the eigenbasis of H after t steps of an epoch

    Σ_ij(t) = (a_ia_j)^t Σ_ij(0) + η²D_ij[(c₀ − c₁)S_ij + c₁P_iP_j],   Σ(n) = Σ(0).   (6)

For ηλn ≪ 1 this is η²D(t/|B|)(1 − t/n): largest in the middle of an epoch, and at its ends of a
higher order in η. The noise of different steps is not independent, and no temperature describes it.

**Any order.** Where a step, or an epoch, is an affine map drawn at random, w ← Aw + c, mean and
covariance solve linear equations (`of_affine_maps`): exact, whatever the correlation of A with c.

Matrices have the shape (d, d), float64.
"""

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


def variance_factor(batch_size: int, samples: int | None = None) -> float:
    """Return κ: the covariance of a batch gradient over that of the gradient of one sample.

    Parameters
    ----------
    batch_size
        |B|.
    samples
        N, where a batch is a subset, drawn without replacement: fresh at every step, or one of a
        reshuffled epoch. None where samples are drawn with replacement or without end.

    Returns
    -------
    1/|B|, or (1/|B|)(N − |B|)/(N − 1).
    """
    if samples is None:
        return 1 / batch_size
    return (samples - batch_size) / (samples - 1) / batch_size


def continuous(hessian: Array, noise: Array) -> Array:
    """Return Σ of HΣ + ΣH = noise, with a symmetric H: in its eigenbasis noise_ij/(λ_i + λ_j).

    Parameters
    ----------
    hessian
        H, symmetric, (d, d): no two of its eigenvalues have the sum 0.
    noise
        ηκC = 2β⁻¹D, symmetric, (d, d).
    """
    values, vectors = np.linalg.eigh(hessian)
    within = vectors.T @ noise @ vectors / (values[:, None] + values)
    return symmetrised(vectors @ within @ vectors.T)


def continuous_drift(drift: Array, noise: Array) -> Array:
    """Return Σ of FΣ + ΣFᵀ = noise for any drift −Fx, as d² linear equations.

    Parameters
    ----------
    drift
        F, (d, d), d up to some 30: no two of its eigenvalues have the sum 0.
    noise
        2β⁻¹D, symmetric, (d, d).
    """
    identity = np.eye(len(drift))
    return _solved(np.kron(drift, identity) + np.kron(identity, drift), noise)


def discrete(hessian: Array, noise: Array, *, learning_rate: float) -> Array:
    """Return Σ of Eq. 2, HΣ + ΣH − ηHΣH = noise, with a symmetric H.

    Parameters
    ----------
    hessian
        H, symmetric, (d, d).
    noise
        ηκC, symmetric, (d, d), the same wherever δ is.
    learning_rate
        η.

    Raises
    ------
    ValueError
        An eigenvalue of H is not between 0 and 2/η: there is no stationary state.
    """
    values, vectors = np.linalg.eigh(hessian)
    _check_steps(values, learning_rate)
    rate = values[:, None] + values - learning_rate * values[:, None] * values
    return symmetrised(vectors @ (vectors.T @ noise @ vectors / rate) @ vectors.T)


def gaussian_regression(
    hessian: Array, *, residual_variance: float, learning_rate: float, factor: float
) -> Array:
    """Return Σ of Eq. 5: linear regression on Gaussian inputs, none of which is seen twice.

    Parameters
    ----------
    hessian
        H, the covariance of inputs, symmetric and positive, (d, d).
    residual_variance
        σ².
    learning_rate
        η.
    factor
        κ = 1/|B|.

    Raises
    ------
    ValueError
        There is no stationary covariance.
    """
    values, vectors = np.linalg.eigh(hessian)
    rate = 2 - learning_rate * values * (1 + factor)
    share = np.sum(learning_rate * factor * values / rate)
    if rate.min() <= 0 or values[0] <= 0 or share >= 1:
        raise ValueError(f"no stationary covariance at the learning rate {learning_rate:g}")
    variances = learning_rate * factor * residual_variance / (1 - share) / rate
    return symmetrised(vectors * variances @ vectors.T)


def gaussian_noise(hessian: Array, covariance: Array, residual_variance: float) -> Array:
    """Return C of Eq. 4, σ²H + HΣH + H Tr(HΣ)."""
    trace = np.trace(hessian @ covariance)
    return np.asarray((residual_variance + trace) * hessian + hessian @ covariance @ hessian)


def regression(inputs: Array, residuals: Array, *, learning_rate: float, factor: float) -> Array:
    """Return Σ of Eqs. 2 and 3: linear regression on a finite set, batches independent.

    Exact, as d² linear equations, for samples with replacement and for fresh subsets.

    Parameters
    ----------
    inputs
        a_k, (N, d), d up to some 30.
    residuals
        r_k = y_k − a_k·w* at the least squares solution, so that Σ a_k r_k = 0, (N).
    learning_rate
        η, for f = ½ mean (a·w − y)².
    factor
        κ of `variance_factor`.

    Raises
    ------
    ValueError
        Σ grows without end.
    """
    count, d = inputs.shape
    hessian = inputs.T @ inputs / count
    squares = np.einsum("ki,kj->kij", inputs, inputs).reshape(count, d * d)
    both = np.kron(hessian, hessian)
    # vec(AΣB) = (A ⊗ B)vec Σ with symmetric B, rows one after another.
    of_state = squares.T @ squares / count - both
    identity = np.eye(d)
    linear = np.kron(hessian, identity) + np.kron(identity, hessian)
    operator = linear - learning_rate * (both + factor * of_state)
    # A step is Σ ← (I − η operator)Σ + …: it keeps Σ positive, and its largest eigenvalue is real.
    if np.abs(np.linalg.eigvalsh(np.eye(d * d) - learning_rate * operator)).max() >= 1:
        raise ValueError(f"no stationary covariance at the learning rate {learning_rate:g}")
    constant = (inputs * residuals[:, None] ** 2).T @ inputs / count
    return _solved(operator, learning_rate * factor * constant)


def regression_noise(inputs: Array, residuals: Array, covariance: Array) -> Array:
    """Return C of Eq. 3; arguments as of `regression`, and Σ."""
    count = len(inputs)
    hessian = inputs.T @ inputs / count
    weights = np.einsum("ki,ij,kj->k", inputs, covariance, inputs) + residuals**2
    second = (inputs * weights[:, None]).T @ inputs / count
    return np.asarray(second - hessian @ covariance @ hessian)


def reshuffled(
    hessian: Array, diffusion: Array, *, learning_rate: float, batch_size: int, samples: int
) -> Array:
    """Return Σ of Eq. 6 after t = 0, …, n − 1 steps of a reshuffled epoch, (n, d, d).

    Parameters
    ----------
    hessian
        H, symmetric, (d, d).
    diffusion
        D, the covariance of the gradient of one of N samples, the same wherever δ is, (d, d).
    learning_rate
        η.
    batch_size, samples
        |B| and N, a multiple of |B|.

    Raises
    ------
    ValueError
        N is no multiple of |B|, or there is no stationary state.
    """
    if samples % batch_size:
        raise ValueError(f"{samples} samples are no whole number of batches of {batch_size}")
    values, vectors = np.linalg.eigh(hessian)
    _check_steps(values, learning_rate)
    steps = samples // batch_size
    alone, together = variance_factor(batch_size, samples), -1 / (samples - 1)
    shrink = 1 - learning_rate * values
    pairs = shrink[:, None] * shrink
    powers = np.arange(steps)[:, None, None]
    # Sums of the first t powers, t = 0, …, n.
    of_pairs = _sums(pairs**powers)
    of_one = _sums(shrink ** np.arange(steps)[:, None])
    added = (alone - together) * of_pairs + together * of_one[:, :, None] * of_one[:, None, :]
    added *= learning_rate**2 * (vectors.T @ diffusion @ vectors)
    start = added[-1] / (1 - pairs**steps)
    within = pairs**powers * start + added[:-1]
    return symmetrised(vectors @ within @ vectors.T)


def of_affine_maps(maps: Array, shifts: Array, weights: Array | None = None) -> tuple[Array, Array]:
    """Return mean and covariance of the stationary state of w ← Aw + c, (A, c) drawn at random.

    With m = (I − E A)⁻¹ E c, the covariance solves Σ = E[AΣAᵀ] + E[uuᵀ], u = Am + c − m.

    Parameters
    ----------
    maps, shifts
        All pairs of A and c, (k, d, d) and (k, d).
    weights
        Their probabilities, (k); None where all are equal.

    Raises
    ------
    ValueError
        The covariance grows without end.
    """
    count, d = shifts.shape
    probable = np.full(count, 1 / count) if weights is None else weights
    mean = np.linalg.solve(
        np.eye(d) - np.einsum("k,kij->ij", probable, maps), np.einsum("k,ki->i", probable, shifts)
    )
    moved = maps @ mean + shifts - mean
    second = np.einsum("k,ki,kj->ij", probable, moved, moved)
    spread = np.einsum("k,kij,klm->iljm", probable, maps, maps).reshape(d * d, d * d)
    if np.abs(np.linalg.eigvals(spread)).max() >= 1:
        raise ValueError("no stationary covariance: the maps do not contract in the mean square")
    return mean, _solved(np.eye(d * d) - spread, second)


def symmetrised(matrices: Array) -> Array:
    """Return (M + Mᵀ)/2 over the last two axes: without what rounding adds."""
    return np.asarray((matrices + np.swapaxes(matrices, -1, -2)) / 2)


def _solved(operator: Array, right: Array) -> Array:
    """Return the matrix that an operator on matrices, (d², d²), takes to a symmetric one."""
    solved = np.asarray(np.linalg.solve(operator, right.ravel()), dtype=np.float64)
    return symmetrised(solved.reshape(right.shape))


def _sums(terms: Array) -> Array:
    """Return the sums of none, one, … and all terms along the first axis."""
    return np.concatenate([np.zeros_like(terms[:1]), np.cumsum(terms, axis=0)])


def _check_steps(values: Array, learning_rate: float) -> None:
    """Refuse eigenvalues of H with which (1) does not contract."""
    if values.min() <= 0 or learning_rate * values.max() >= 2:
        raise ValueError(
            f"no stationary state at the learning rate {learning_rate:g}: eigenvalues of the "
            f"Hessian are {values.min():.3g} to {values.max():.3g}"
        )
