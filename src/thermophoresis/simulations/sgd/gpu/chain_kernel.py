"""All steps of a draw for chains of linear layers, in one launch.

A program trains one network, from the first step of a draw to the last. Its weights are in global
memory, where the second-level cache keeps those of the programs that run: six layers of 100 × 100
take 0.23 MB with their padding, and an H100 runs 132 programs of 16 warps and has 50 MB. Rows of
weights belong to inputs, so that inputs which are 0 (behind ReLUs about half of them) read nothing
and, in plain SGD, write nothing. Activations and gradients go from thread to thread through a
scratch of a few kilobytes.

Widths are padded to multiples of `WIDTH`, with zeros that stay: weights, biases, activations and
gradients are all 0 there.
"""

import triton
import triton.language as tl

from thermophoresis.simulations.sgd.gpu.arithmetic import (
    DECAY,
    HIGH,
    LOW,
    MOMENTUM,
    RELU,
    activate,
    descend,
    residual,
    times_slope,
)

# Rows of weights begin where loads of 16 bytes may.
WIDTH = 16

# Columns of the table of layers.
INPUTS: tl.constexpr = tl.constexpr(0)  # padded
OUTPUTS: tl.constexpr = tl.constexpr(1)
WEIGHTS: tl.constexpr = tl.constexpr(2)  # where they begin among the parameters
BIAS: tl.constexpr = tl.constexpr(3)  # −1 where there is none
INPUT: tl.constexpr = tl.constexpr(4)  # where what it gets begins in the scratch of a sample
OUTPUT: tl.constexpr = tl.constexpr(5)
TRAIN_WEIGHTS: tl.constexpr = tl.constexpr(6)
TRAIN_BIAS: tl.constexpr = tl.constexpr(7)
COLUMNS: tl.constexpr = tl.constexpr(8)


@triton.jit
def advance(
    theta_ptr, velocity_ptr,  # (replica, parameters); the second is not read without momentum
    scratch_ptr,  # (replica, sample of a batch, width): what each layer gets, and the logits
    below_ptr,  # (replica, 2, sample of a batch, widest): gradients, of one layer and the next
    table_ptr,  # (layer, COLUMNS)
    x_ptr, y_ptr,  # (replica, sample, input), (replica, sample)
    rates_ptr, ends_ptr,  # η of every step; before which sample each begins, one more
    numbers_ptr,  # see `arithmetic`
    steps, samples,  # how many; of samples those in memory, of each replica
    parameters, width, widest, batch,  # lengths of axes above, all but the last multiples of WIDTH
    inputs, logits, layers,
    rows: tl.constexpr, columns: tl.constexpr, outputs: tl.constexpr,
    activation: tl.constexpr, loss: tl.constexpr, several: tl.constexpr,
    single: tl.constexpr, has_momentum: tl.constexpr, nesterov: tl.constexpr,
    has_decay: tl.constexpr,
):  # fmt: skip
    """Make steps of one replica, in place."""
    dtype: tl.constexpr = theta_ptr.dtype.element_ty
    replica = tl.program_id(0).to(tl.int64)
    theta_ptr += replica * tl.multiple_of(parameters, 16)
    velocity_ptr += replica * tl.multiple_of(parameters, 16)
    scratch_ptr += replica * batch * tl.multiple_of(width, 16)
    below_ptr += replica * 2 * batch * tl.multiple_of(widest, 16)
    x_ptr += replica * samples * inputs
    y_ptr += replica * samples
    momentum = tl.load(numbers_ptr + MOMENTUM).to(dtype)
    decay = tl.load(numbers_ptr + DECAY).to(dtype)
    low, high = tl.load(numbers_ptr + LOW).to(dtype), tl.load(numbers_ptr + HIGH).to(dtype)
    for step in range(steps):
        begin, end = tl.load(ends_ptr + step), tl.load(ends_ptr + step + 1)
        rate = tl.load(rates_ptr + step).to(dtype)
        share = 1.0 / (end - begin).to(dtype)
        if not has_momentum and not has_decay:
            share *= rate
        forward(
            theta_ptr, scratch_ptr, table_ptr, x_ptr + begin * inputs, end - begin, width, inputs,
            layers, rows, columns, activation,
        )  # fmt: skip
        # Where the logits are: behind all else.
        at = tl.load(table_ptr + (layers - 1) * COLUMNS + OUTPUT)
        padded = tl.load(table_ptr + (layers - 1) * COLUMNS + OUTPUTS)
        logit = tl.arange(0, outputs)[:, None]
        for sample in range(end - begin):
            z = tl.load(scratch_ptr + sample * width + at + logit, mask=logit < logits, other=0.0)
            y = tl.load(y_ptr + begin + sample)
            if several:
                target = tl.where(logit == y, high, low)
            else:
                target = low + (high - low) * y.to(dtype)
            r = share * residual(z, target, logit < logits, loss, several)
            tl.store(below_ptr + sample * widest + logit, r, mask=logit < padded)
        tl.debug_barrier()
        for behind in range(layers):
            layer = layers - 1 - behind
            of_this = below_ptr + (behind % 2) * batch * widest
            of_below = below_ptr + (1 - behind % 2) * batch * widest
            backward(
                theta_ptr, velocity_ptr, scratch_ptr, of_this, of_below,
                table_ptr + layer * COLUMNS, layer, end - begin, width, widest, rate, momentum,
                decay, rows, columns, activation, single, has_momentum, nesterov, has_decay,
            )  # fmt: skip
            tl.debug_barrier()


@triton.jit
def forward(
    theta_ptr, scratch_ptr, table_ptr, x_ptr, samples, width, inputs, layers,
    rows: tl.constexpr, columns: tl.constexpr, activation: tl.constexpr,
):  # fmt: skip
    """Fill the scratch of a batch."""
    dtype: tl.constexpr = theta_ptr.dtype.element_ty
    row, column = tl.arange(0, rows), tl.arange(0, columns)
    padded = tl.load(table_ptr + INPUTS)
    for sample in range(samples):
        for begin in range(0, padded, columns):
            i = begin + column
            x = tl.load(x_ptr + sample * inputs + i, mask=i < inputs, other=0.0)
            tl.store(scratch_ptr + sample * width + i, x, mask=i < padded)
    tl.debug_barrier()
    for layer in range(layers):
        of_layer = table_ptr + layer * COLUMNS
        ins, outs = tl.load(of_layer + INPUTS), tl.multiple_of(tl.load(of_layer + OUTPUTS), 16)
        weights = theta_ptr + tl.multiple_of(tl.load(of_layer + WEIGHTS), 16)
        bias = tl.load(of_layer + BIAS)
        source, goal = tl.load(of_layer + INPUT), tl.load(of_layer + OUTPUT)
        is_out = column < outs
        for sample in range(samples):
            own = scratch_ptr + sample * width
            products = tl.zeros([rows, columns], dtype)
            for begin in range(0, ins, rows):
                i = begin + row
                a = tl.load(own + source + i, mask=i < ins, other=0.0)
                kept = (a != 0)[:, None] & is_out[None, :]
                w = tl.load(weights + i[:, None] * outs + column[None, :], mask=kept, other=0.0)
                products += a[:, None] * w
            z = tl.sum(products, 0)
            if bias >= 0:
                z += tl.load(theta_ptr + bias + column, mask=is_out, other=0.0)
            if layer < layers - 1:
                z = activate(z, activation)
            tl.store(own + goal + column, z, mask=is_out)
        tl.debug_barrier()


@triton.jit
def backward(
    theta_ptr, velocity_ptr, scratch_ptr, delta_ptr, below_ptr, layer_ptr, layer, samples,
    width, widest, rate, momentum, decay,
    rows: tl.constexpr, columns: tl.constexpr, activation: tl.constexpr, single: tl.constexpr,
    has_momentum: tl.constexpr, nesterov: tl.constexpr, has_decay: tl.constexpr,
):  # fmt: skip
    """Hand gradients down through a layer and update it."""
    row, column = tl.arange(0, rows), tl.arange(0, columns)
    ins, outs = tl.load(layer_ptr + INPUTS), tl.multiple_of(tl.load(layer_ptr + OUTPUTS), 16)
    at = tl.multiple_of(tl.load(layer_ptr + WEIGHTS), 16)
    bias, source = tl.load(layer_ptr + BIAS), tl.load(layer_ptr + INPUT)
    trains = tl.load(layer_ptr + TRAIN_WEIGHTS) != 0
    is_out = column < outs
    for begin in range(0, ins, rows):
        i = begin + row
        is_in = i < ins
        a = tl.load(scratch_ptr + source + i, mask=is_in, other=0.0)
        kept = is_in
        if single and not has_momentum and not has_decay:
            # Nothing of an input that is 0 is asked for or changes; but below σ that are not
            # ReLUs, it hands something down.
            kept = a != 0
            if activation != RELU:
                kept = tl.where(layer > 0, is_in, kept)
        mask = kept[:, None] & is_out[None, :]
        place = at + i[:, None] * outs + column[None, :]
        w = tl.load(theta_ptr + place, mask=mask, other=0.0)
        delta = tl.load(delta_ptr + column, mask=is_out, other=0.0)
        if layer > 0:
            handed = times_slope(tl.sum(w * delta[None, :], 1), a, activation)
            tl.store(below_ptr + i, handed, mask=is_in)
        found = a[:, None] * delta[None, :]
        if not single:
            for sample in range(1, samples):
                delta = tl.load(delta_ptr + sample * widest + column, mask=is_out, other=0.0)
                a = tl.load(scratch_ptr + sample * width + source + i, mask=is_in, other=0.0)
                if layer > 0:
                    handed = times_slope(tl.sum(w * delta[None, :], 1), a, activation)
                    tl.store(below_ptr + sample * widest + i, handed, mask=is_in)
                found += a[:, None] * delta[None, :]
        if trains:
            velocity = w
            if has_momentum:
                velocity = tl.load(velocity_ptr + place, mask=mask, other=0.0)
            w, velocity = descend(
                w, velocity, found, rate, momentum, decay, has_momentum, nesterov, has_decay
            )
            tl.store(theta_ptr + place, w, mask=mask)
            if has_momentum:
                tl.store(velocity_ptr + place, velocity, mask=mask)
    if bias >= 0:
        if tl.load(layer_ptr + TRAIN_BIAS) != 0:
            b = tl.load(theta_ptr + bias + column, mask=is_out, other=0.0)
            total = tl.load(delta_ptr + column, mask=is_out, other=0.0)
            for sample in range(1, samples):
                total += tl.load(delta_ptr + sample * widest + column, mask=is_out, other=0.0)
            velocity = b
            if has_momentum:
                velocity = tl.load(velocity_ptr + bias + column, mask=is_out, other=0.0)
            b, velocity = descend(
                b, velocity, total, rate, momentum, decay, has_momentum, nesterov, has_decay
            )
            tl.store(theta_ptr + bias + column, b, mask=is_out)
            if has_momentum:
                tl.store(velocity_ptr + bias + column, velocity, mask=is_out)
