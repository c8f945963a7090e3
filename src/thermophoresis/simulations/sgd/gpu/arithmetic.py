"""What steps of all networks have in common, in Triton: functions that kernels inline.

Which function is meant is known when a kernel is compiled; numbers are not.
"""

import triton
import triton.language as tl

# Activation functions.
IDENTITY: tl.constexpr = tl.constexpr(0)
RELU: tl.constexpr = tl.constexpr(1)
TANH: tl.constexpr = tl.constexpr(2)

# Losses.
SQUARED: tl.constexpr = tl.constexpr(0)
CROSS_ENTROPY: tl.constexpr = tl.constexpr(1)
GIVEN: tl.constexpr = tl.constexpr(2)  # labels are residuals

# Numbers of a step that do not change in a run, float64: a number among a kernel's arguments would
# be rounded to float32.
MOMENTUM: tl.constexpr = tl.constexpr(0)
DECAY: tl.constexpr = tl.constexpr(1)
LOW: tl.constexpr = tl.constexpr(2)  # target of label 0, and of the classes that are not the own
HIGH: tl.constexpr = tl.constexpr(3)  # target of label 1, and of the own class


@triton.jit
def activate(u, activation: tl.constexpr):
    """Return σ(u); NaN stays NaN."""
    if activation == RELU:
        return tl.where(u <= 0, 0.0, u)
    elif activation == TANH:
        # 1 − 2/(1 + e²ᵘ) loses digits near 0, where the series of nine terms has them all.
        z = u * u
        p = 6404582 / 10854718875 * z - 929569 / 638512875
        p = (p * z + 21844 / 6081075) * z - 1382 / 155925
        p = ((p * z + 62 / 2835) * z - 17 / 315) * z + 2 / 15
        near = u + u * z * (p * z - 1 / 3)
        return tl.where(tl.abs(u) < 0.25, near, 1.0 - 2.0 / (1.0 + tl.exp(2.0 * u)))
    else:
        return u


@triton.jit
def times_slope(delta, a, activation: tl.constexpr):
    """Return δ σ'(u), where a = σ(u); NaN where that is NaN, if δ is."""
    if activation == RELU:
        return tl.where(a == 0, 0.0, delta)
    elif activation == TANH:
        return delta * (1.0 - a * a)
    else:
        return delta


@triton.jit
def residual(z, target, inside, loss: tl.constexpr, several: tl.constexpr):
    """Return the derivative of a sample's loss with respect to its logits.

    Logits are along the first axis, one for each of several classes where ``inside``.
    """
    if loss == GIVEN:
        found = target
    elif loss == SQUARED:
        found = z - target
    elif several:
        z = tl.where(inside, z, float("-inf"))
        p = tl.exp(z - tl.max(z, 0)[None])
        found = p / tl.sum(p, 0)[None] - target
    else:
        found = 1.0 / (1.0 + tl.exp(-z)) - target
    return tl.where(inside, found, 0.0)


@triton.jit
def descend(
    theta,
    velocity,
    gradient,
    rate,
    momentum,
    decay,
    has_momentum: tl.constexpr,
    nesterov: tl.constexpr,
    has_decay: tl.constexpr,
):
    """Return parameters and velocities after a step, as ``torch.optim.SGD`` has it.

    Before the first step, velocities are 0. Without momentum they are whatever is given. With
    neither momentum nor decay the gradient comes multiplied by the rate.
    """
    if has_decay:
        gradient += decay * theta
    if has_momentum:
        velocity = momentum * velocity + gradient
        if nesterov:
            gradient += momentum * velocity
        else:
            gradient = velocity
    if has_momentum or has_decay:
        gradient *= rate
    return theta - gradient, velocity
