"""Derivatives of the losses of samples with respect to outputs."""

from thermophoresis.numerics.compiled import compiled
from thermophoresis.numerics.exponential import exponential
from thermophoresis.simulations.sgd.chains.fields import (
    GIVEN,
    HIGH,
    LOW,
    SIGMOID,
    SOFTMAX,
    SQUARED,
    Floats,
)


@compiled(inline=True)
def write_residual(
    loss: int,
    work: Floats,
    outputs: int,
    residual: int,
    stride: int,
    count: int,
    y: float,
    rule: Floats,
) -> None:
    """Write the residual of one sample.

    Parameters
    ----------
    loss
        One of `fields`; with GIVEN the residual is ``y``.
    work, outputs, residual
        Where the outputs are, and where their residuals go.
    stride
        From one output to the next.
    count
        Number of outputs.
    y
        Label, or number of the class.
    rule
        Has the targets of the squared error.
    """
    one = work.dtype.type(1)
    if loss == GIVEN:
        work[residual] = y
    elif loss == SIGMOID:
        work[residual] = one / (one + exponential(-work[outputs])) - y
    elif loss == SQUARED:
        work[residual] = work[outputs] - (rule[LOW] + (rule[HIGH] - rule[LOW]) * y)
    elif loss == SOFTMAX:
        largest = work[outputs]
        for c in range(1, count):
            largest = max(largest, work[outputs + c * stride])
        sum_ = work.dtype.type(0)
        for c in range(count):
            found = exponential(work[outputs + c * stride] - largest)
            work[residual + c * stride] = found
            sum_ += found
        for c in range(count):
            own = one if c == y else work.dtype.type(0)
            work[residual + c * stride] = work[residual + c * stride] / sum_ - own
    else:
        for c in range(count):
            target = rule[HIGH] if c == y else rule[LOW]
            work[residual + c * stride] = work[outputs + c * stride] - target
