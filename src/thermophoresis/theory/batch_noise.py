"""The covariance of batch gradients by Chaudhari & Soatto, Eq. 2 and Appendix A, as printed.

With the gradients g_k of N samples, their mean g and M = (1/N)Σ g_k g_kᵀ, the covariance of one is

    D = M − g gᵀ.                                                   (2, A1)

A batch gradient with replacement has the covariance D/|B|. Of a subset without replacement two have
the covariance −D/(N − 1), as the sum of all N is fixed, so that their mean has

    (1/|B|)(1 − |B|/N) · N/(N − 1) · D = (1/|B|)(1 − |B|/N) [N/(N − 1) M − (1 + 1/(N − 1)) g gᵀ].

Remark 12 and the poster have D of Eq. 2 here, without N/(N − 1). Appendix A2 has N/(N − 1) M,
as a sum over N − 1, but 1 − 1/(N − 1) before g gᵀ where it must be 1 + 1/(N − 1): it is right where
g = 0, and elsewhere too large by 2/(N − 1) g gᵀ.

The poster has var(∇f) = D/β for what is D/|B|: with β = 2|B|/η that is too small by the factor 2/η.
Of the noise of a step, −η times that of a batch gradient, the variance is 2ηD/β.

Gradients have the shape (N, d).
"""

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


def diffusion(gradients: Array) -> Array:
    """Return D of Eq. 2, (d, d)."""
    mean = gradients.mean(axis=0)
    return np.asarray(gradients.T @ gradients / len(gradients) - np.outer(mean, mean))


def diffusion_without_replacement(gradients: Array) -> Array:
    """Return D of Eq. A2 as printed, Σ g_k g_kᵀ/(N − 1) − (1 − 1/(N − 1)) g gᵀ, (d, d)."""
    others, mean = len(gradients) - 1, gradients.mean(axis=0)
    return np.asarray(gradients.T @ gradients / others - (1 - 1 / others) * np.outer(mean, mean))


def printed_subset_factor(batch_size: int, samples: int) -> float:
    """Return (1/|B|)(1 − |B|/N): by Remark 12 and A2, what D is multiplied with in a subset."""
    return (1 - batch_size / samples) / batch_size


def inverse_temperature(learning_rate: float, batch_size: int) -> float:
    """Return β = 2|B|/η, the one with replacement (Lemma 2)."""
    return 2 * batch_size / learning_rate
