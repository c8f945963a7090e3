"""How much weights know of labels, I(w; y | X), in linear regression (Chaudhari & Soatto, Rem. 9).

There are n inputs, the rows of X, and labels y = Xw₀ + ε, w₀ ~ N(0, τ²I) and
ε ~ N(0, σ²I). Weights are those of a stationary state about the least squares solution,

    w | y, X ~ N(ŵ, Σ),   ŵ = (XᵀX)⁻¹Xᵀy ~ N(0, S),   S = τ²I + σ²(XᵀX)⁻¹.

So w is a channel with Gaussian noise, and

    I(w; y | X) = ½ ln det(I + Σ⁻¹S),

which falls with Σ: with Σ = β⁻¹U⁻¹, dI/d ln β⁻¹ = −½ Tr[(Σ + S)⁻¹S] < 0. It grows without end as
Σ → 0. Of a network neither the density of w given y nor that of w is known in closed form, and what
n trained networks can tell with confidence is no more than some ln n, whatever the estimator
(McAllester & Stratos 2020).
"""

from typing import Any

import numpy as np
from scipy.special import digamma

Array = np.ndarray[Any, np.dtype[np.float64]]


def estimate_covariance(inputs: Array, *, prior: float, noise: float) -> Array:
    """Return S, the covariance of ŵ over labels, (d, d).

    Parameters
    ----------
    inputs
        X, (n, d), of rank d.
    prior, noise
        τ² and σ².
    """
    second = inputs.T @ inputs
    return np.asarray(prior * np.eye(len(second)) + noise * np.linalg.inv(second))


def information(signal: Array, covariance: Array) -> float:
    """Return ½ ln det(I + Σ⁻¹S) in nats.

    Parameters
    ----------
    signal
        S, (d, d).
    covariance
        Σ, (d, d).
    """
    _, whole = np.linalg.slogdet(covariance + signal)
    _, alone = np.linalg.slogdet(covariance)
    return float(whole - alone) / 2


def sampled_information(first: Array, second: Array) -> float:
    """Return the information between two Gaussian vectors from samples of both, in nats.

    −½ ln(det C/(det A det B)) with the covariances C of both together, and A and B of each, found
    from the samples; it knows nothing of how they came about. The mean of ln det of a covariance of
    m samples in p dimensions is the true one, a constant times p, and Σ ψ((m − 1 − i)/2) over i
    from 0 to p − 1 (Wishart). That sum is taken off, some dn/(2m) in all: no bias is left.

    Parameters
    ----------
    first, second
        Samples, (sample, d) and (sample, n).
    """
    joint = np.concatenate([first, second], axis=1)
    logarithms = [
        np.linalg.slogdet(np.atleast_2d(np.cov(it.T)))[1] for it in (joint, first, second)
    ]
    biases = [
        digamma((len(first) - 1 - np.arange(count)) / 2).sum()
        for count in (joint.shape[1], first.shape[1], second.shape[1])
    ]
    of_joint, of_first, of_second = np.subtract(logarithms, biases)
    return float(of_first + of_second - of_joint) / 2
