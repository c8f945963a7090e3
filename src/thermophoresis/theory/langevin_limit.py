"""SGD as a Langevin equation: moments of one step, and the process of a quadratic loss.

A step of SGD, θ ← θ − η g_B with the mean gradient g_B of a batch B with replacement, has

    E Δθ = −η g,   Cov Δθ = (η²/|B|) C,   E Δθ Δθᵀ = (η²/|B|) C + η² g gᵀ,           (1)

g the gradient of the loss and C the covariance of the gradient of one sample: exactly, whatever
η and |B|. Jastrzębski et al. (2018, Eq. 1 and Appendix A) take from (1) the Fokker–Planck equation

    ∂P/∂t = ∇·[η g P + (η²/2|B|) ∇·(C P)]                                        (2)

with the step as the unit of time, dt = 1. In units of dt = η it is ∂P/∂t = ∇·(g P) + ½∇²(σ² P),
σ² = ηC/|B|: the same densities at times that are η times as long.

**Quadratic loss**, f = ½hθ², C constant: (2) is an Ornstein–Uhlenbeck process, whose Gaussian
keeps its form. With m and v at the start, after the time t in units of dt = η,

    m e^{−ht},   v e^{−2ht} + (σ²/2h)(1 − e^{−2ht}),                               (3)

and after one step of SGD (1 − ηh) m and (1 − ηh)² v + ησ²: less than (3) by terms of the order
(ηh)². So (2) is right to the first order in η, at fixed η/|B|.

**Excess loss.** At stationarity HΣ + ΣH = (η/|B|)C to the first order in η, hence

    ½Tr(HΣ) = (η/4|B|) Tr C.                                                     (4)

**Noise in time.** Batches that are drawn independently of all before have E[ξ_t | θ_t] = 0, so that
their noises do not correlate, whatever θ does (a martingale's differences). Reshuffled epochs of n
batches have Σ ξ = 0 where θ rests, so that two batches of an epoch have the correlation −1/(n − 1).
Of the pairs at a lag τ < n the share (n − τ)/n is of one epoch:

    ρ(τ) = −(n − τ)/(n(n − 1)),   0 for τ ≥ n.                                    (5)
"""

import math


def drift_and_diffusion(
    curvature: float, noise: float, *, learning_rate: float, batch_size: int, per_step: bool
) -> tuple[float, float]:
    """Return the rate a of the drift −aθ and β⁻¹D of −∂_θ(−aθP) + β⁻¹D ∂²P.

    Parameters
    ----------
    curvature, noise
        h, and C of the gradient of one sample.
    learning_rate, batch_size
        η and |B|.
    per_step
        Whether the step is the unit of time, Eq. 2; otherwise dt = η.
    """
    time_unit = learning_rate if per_step else 1.0
    return time_unit * curvature, time_unit * learning_rate * noise / (2 * batch_size)


def ornstein_uhlenbeck(
    mean: float, variance: float, time: float, *, rate: float, diffusion: float
) -> tuple[float, float]:
    """Return mean and variance after a time, Eq. 3.

    Parameters
    ----------
    mean, variance
        At the start.
    time
        In the unit of the rate.
    rate, diffusion
        a and β⁻¹D; see `drift_and_diffusion`.
    """
    kept = math.exp(-2 * rate * time)
    return mean * math.exp(-rate * time), variance * kept + diffusion / rate * (1 - kept)


def one_step(
    mean: float,
    variance: float,
    curvature: float,
    noise: float,
    *,
    learning_rate: float,
    batch_size: int,
) -> tuple[float, float]:
    """Return mean and variance after one step of SGD; arguments as of the functions above."""
    factor = 1 - learning_rate * curvature
    return mean * factor, variance * factor**2 + learning_rate**2 * noise / batch_size


def excess_loss(trace: float, *, learning_rate: float, factor: float) -> float:
    """Return (η/4)κ Tr C, the excess loss at stationarity, Eq. 4.

    Parameters
    ----------
    trace
        Tr C.
    learning_rate
        η.
    factor
        κ of `stationary_covariance.variance_factor`, 1/|B| with replacement.
    """
    return learning_rate * factor * trace / 4


def reshuffled_correlation(lag: int, batches: int) -> float:
    """Return ρ(τ) of the noise of reshuffled epochs where θ rests, Eq. 5.

    Parameters
    ----------
    lag
        τ.
    batches
        n ≥ 2.
    """
    return -(batches - lag) / (batches * (batches - 1)) if lag < batches else 0.0
