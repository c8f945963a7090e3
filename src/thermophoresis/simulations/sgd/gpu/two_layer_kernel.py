"""All steps of a draw for networks of two linear layers, in one launch: z = V σ(W x + b) + c.

A program trains a few networks, a thread one hidden unit of one of them: a row of W, an entry of b
and one of V for each logit stay in its registers from the first step of a draw to the last. W x and
what W changes by need no other thread; logits are sums over the threads of a network. Rows of W are
cut into pieces of a few inputs, since the sizes of Triton's blocks are powers of two: 10 inputs are
five pieces of 2 and waste nothing.
"""

import triton
import triton.language as tl

from thermophoresis.draws.on_gpu import of_block, words_of
from thermophoresis.simulations.sgd.gpu.arithmetic import (
    DECAY,
    HIGH,
    LOW,
    MOMENTUM,
    activate,
    descend,
    residual,
    times_slope,
)


@triton.jit
def draw(
    x_ptr, y_ptr, first, samples, replica, replicas, offset, keys_ptr,
    inputs: tl.constexpr, together: tl.constexpr, kind: tl.constexpr, counters: tl.constexpr,
):  # fmt: skip
    """Draw inputs and labels of some samples of a program's replicas; see `variates`.

    Those of replica r, whose number in the run is r + offset, begin at x_ptr and y_ptr + r ·
    ``samples`` samples.
    """
    dtype: tl.constexpr = x_ptr.dtype.element_ty
    blocks: tl.constexpr = (inputs + 3) // 4
    k0, k1 = tl.load(keys_ptr).to(tl.uint32), tl.load(keys_ptr + 1).to(tl.uint32)
    for begin in range(0, together * samples * blocks, counters):
        number = begin + tl.arange(0, counters)
        j, rest = number % blocks, number // blocks
        s, r = rest % samples, replica + rest // samples
        inside = (r < replicas) & (r < replica + together)
        w0, w1, w2, w3 = words_of(j, first + s, r + offset, k0, k1)
        z0, z1, z2, z3 = of_block(w0, w1, w2, w3, 0, kind, dtype)
        place = x_ptr + (r.to(tl.int64) * samples + s) * inputs + 4 * j
        tl.store(place, z0, mask=inside)
        tl.store(place + 1, z1, mask=inside & (4 * j + 1 < inputs))
        tl.store(place + 2, z2, mask=inside & (4 * j + 2 < inputs))
        tl.store(place + 3, z3, mask=inside & (4 * j + 3 < inputs))
    k0, k1 = tl.load(keys_ptr + 2).to(tl.uint32), tl.load(keys_ptr + 3).to(tl.uint32)
    skipped = (first % 4).to(tl.int32)
    quads = (skipped + samples + 3) // 4
    for begin in range(0, together * quads, counters):
        number = begin + tl.arange(0, counters)
        q, r = number % quads, replica + number // quads
        inside = (r < replicas) & (r < replica + together)
        w0, w1, w2, w3 = words_of(q * 0, first // 4 + q, r + offset, k0, k1)
        s = 4 * q - skipped
        place = y_ptr + r.to(tl.int64) * samples + s
        for m in tl.static_range(4):
            word = w0 if m == 0 else (w1 if m == 1 else (w2 if m == 2 else w3))
            mine = inside & (s + m >= 0) & (s + m < samples)
            tl.store(place + m, (word >> 31).to(y_ptr.dtype.element_ty), mask=mine)


@triton.jit(do_not_specialize=["position", "offset", "steps"])
def advance(
    w_ptr, b_ptr, v_ptr, c_ptr,  # parameters, (replica, …) as torch has them
    mw_ptr, mb_ptr, mv_ptr, mc_ptr,  # their velocities; not read without momentum
    x_ptr, y_ptr,  # (replica, sample, input), (replica, sample)
    rates_ptr, ends_ptr,  # η of every step; before which sample each begins, one more
    numbers_ptr, keys_ptr,  # see `arithmetic`, `draw`
    steps,  # how many
    position, offset,  # numbers in the run of the first sample and the first replica
    replicas, samples,  # how many; of samples those for which there is memory, of each replica
    inputs: tl.constexpr, hidden: tl.constexpr, logits: tl.constexpr,
    piece: tl.constexpr, units: tl.constexpr, outputs: tl.constexpr, together: tl.constexpr,
    has_b: tl.constexpr, has_c: tl.constexpr,
    train_w: tl.constexpr, train_b: tl.constexpr, train_v: tl.constexpr, train_c: tl.constexpr,
    activation: tl.constexpr, loss: tl.constexpr, several: tl.constexpr,
    single: tl.constexpr, has_momentum: tl.constexpr, nesterov: tl.constexpr,
    has_decay: tl.constexpr, drawn: tl.constexpr, kind: tl.constexpr, counters: tl.constexpr,
):  # fmt: skip
    """Make steps of ``together`` replicas, in place."""
    dtype: tl.constexpr = w_ptr.dtype.element_ty
    pieces: tl.constexpr = (inputs + piece - 1) // piece
    first = tl.program_id(0) * together
    w, b, v, c = read(
        w_ptr, b_ptr, v_ptr, c_ptr, first, replicas, inputs, hidden, logits, piece, units, outputs,
        together, has_b, has_c,
    )  # fmt: skip
    mw, mb, mv, mc = (), b, v, c
    if has_momentum:
        mw, mb, mv, mc = read(
            mw_ptr, mb_ptr, mv_ptr, mc_ptr, first, replicas, inputs, hidden, logits, piece, units,
            outputs, together, has_b, has_c,
        )  # fmt: skip
    # Samples that are in memory: from which to before which.
    base = tl.load(ends_ptr)
    known = base
    if not drawn:
        base *= 0
    for step in range(steps):
        begin, end = tl.load(ends_ptr + step), tl.load(ends_ptr + step + 1)
        if drawn:
            if end > known:
                # Nobody still reads what is written over, and all of it is there for all to read.
                base, known = begin, begin + samples
                tl.debug_barrier()
                draw(
                    x_ptr, y_ptr, position.to(tl.int64) + base, samples, first, replicas, offset,
                    keys_ptr, inputs, together, kind, counters,
                )  # fmt: skip
                tl.debug_barrier()
        rate = tl.load(rates_ptr + step).to(dtype)
        share = 1.0 / (end - begin).to(dtype)
        if not has_momentum and not has_decay:
            share *= rate  # of the gradients themselves, one product less for each weight
        gw, gb, gv, gc = gradient_of_batch(
            w, b, v, c, x_ptr, y_ptr, begin - base, end - base, first, replicas, samples,
            numbers_ptr, share, inputs, logits, piece, pieces, together, activation, loss,
            several, single,
        )  # fmt: skip
        momentum = tl.load(numbers_ptr + MOMENTUM).to(dtype)
        decay = tl.load(numbers_ptr + DECAY).to(dtype)
        if train_w:
            w, mw = descend_pieces(
                w, mw, gw, rate, momentum, decay, pieces, has_momentum, nesterov, has_decay
            )
        if has_b and train_b:
            b, mb = descend(b, mb, gb, rate, momentum, decay, has_momentum, nesterov, has_decay)
        if train_v:
            v, mv = descend(v, mv, gv, rate, momentum, decay, has_momentum, nesterov, has_decay)
        if has_c and train_c:
            c, mc = descend(c, mc, gc, rate, momentum, decay, has_momentum, nesterov, has_decay)
    write(
        w_ptr, b_ptr, v_ptr, c_ptr, w, b, v, c, first, replicas, inputs, hidden, logits, piece,
        units, outputs, together, has_b, has_c,
    )  # fmt: skip
    if has_momentum:
        write(
            mw_ptr, mb_ptr, mv_ptr, mc_ptr, mw, mb, mv, mc, first, replicas, inputs, hidden,
            logits, piece, units, outputs, together, has_b, has_c,
        )  # fmt: skip


@triton.jit
def places(
    first, replicas, hidden: tl.constexpr, logits: tl.constexpr, units: tl.constexpr,
    outputs: tl.constexpr, together: tl.constexpr,
):  # fmt: skip
    """Return where a program's parts of b, V and c are, and which of these there are."""
    replica = (first + tl.arange(0, together)).to(tl.int64)
    unit, logit = tl.arange(0, units), tl.arange(0, outputs)
    of_b = (unit < hidden)[:, None] & (replica < replicas)[None, :]
    of_v = (logit < logits)[:, None, None] & of_b[None]
    of_c = (logit < logits)[:, None] & (replica < replicas)[None, :]
    at_b = replica[None, :] * hidden + unit[:, None]
    at_v = (replica[None, None, :] * logits + logit[:, None, None]) * hidden + unit[None, :, None]
    at_c = replica[None, :] * logits + logit[:, None]
    return at_b, at_v, at_c, of_b, of_v, of_c


@triton.jit
def read(
    w_ptr, b_ptr, v_ptr, c_ptr, first, replicas,
    inputs: tl.constexpr, hidden: tl.constexpr, logits: tl.constexpr, piece: tl.constexpr,
    units: tl.constexpr, outputs: tl.constexpr, together: tl.constexpr,
    has_b: tl.constexpr, has_c: tl.constexpr,
):  # fmt: skip
    """Return W in pieces, (input, unit, replica), b, V (logit, unit, replica) and c; or 0."""
    at_b, at_v, at_c, of_b, of_v, of_c = places(
        first, replicas, hidden, logits, units, outputs, together
    )
    w = ()
    for k in tl.static_range((inputs + piece - 1) // piece):
        i = (k * piece + tl.arange(0, piece))[:, None, None]
        mask = (i < inputs) & of_b[None]
        w += (tl.load(w_ptr + at_b[None] * inputs + i, mask=mask, other=0.0),)
    b = tl.zeros([units, together], w_ptr.dtype.element_ty)
    c = tl.zeros([outputs, together], w_ptr.dtype.element_ty)
    if has_b:
        b = tl.load(b_ptr + at_b, mask=of_b, other=0.0)
    if has_c:
        c = tl.load(c_ptr + at_c, mask=of_c, other=0.0)
    return w, b, tl.load(v_ptr + at_v, mask=of_v, other=0.0), c


@triton.jit
def write(
    w_ptr, b_ptr, v_ptr, c_ptr, w, b, v, c, first, replicas,
    inputs: tl.constexpr, hidden: tl.constexpr, logits: tl.constexpr, piece: tl.constexpr,
    units: tl.constexpr, outputs: tl.constexpr, together: tl.constexpr,
    has_b: tl.constexpr, has_c: tl.constexpr,
):  # fmt: skip
    """Put back what `read` has returned."""
    at_b, at_v, at_c, of_b, of_v, of_c = places(
        first, replicas, hidden, logits, units, outputs, together
    )
    for k in tl.static_range((inputs + piece - 1) // piece):
        i = (k * piece + tl.arange(0, piece))[:, None, None]
        tl.store(w_ptr + at_b[None] * inputs + i, w[k], mask=(i < inputs) & of_b[None])
    tl.store(v_ptr + at_v, v, mask=of_v)
    if has_b:
        tl.store(b_ptr + at_b, b, mask=of_b)
    if has_c:
        tl.store(c_ptr + at_c, c, mask=of_c)


@triton.jit
def descend_pieces(
    w, mw, gw, rate, momentum, decay,
    pieces: tl.constexpr, has_momentum: tl.constexpr, nesterov: tl.constexpr,
    has_decay: tl.constexpr,
):  # fmt: skip
    """Return W and its velocity after a step."""
    next_w, next_mw = (), ()
    for k in tl.static_range(pieces):
        new, velocity = descend(
            w[k], mw[k] if has_momentum else 0.0, gw[k], rate, momentum, decay, has_momentum,
            nesterov, has_decay,
        )  # fmt: skip
        next_w += (new,)
        if has_momentum:
            next_mw += (velocity,)
    return next_w, next_mw


@triton.jit
def gradient_of_batch(
    w, b, v, c, x_ptr, y_ptr, begin, end, first, replicas, samples, numbers_ptr, share,
    inputs: tl.constexpr, logits: tl.constexpr, piece: tl.constexpr, pieces: tl.constexpr,
    together: tl.constexpr, activation: tl.constexpr, loss: tl.constexpr, several: tl.constexpr,
    single: tl.constexpr,
):  # fmt: skip
    """Return ``share`` times the sums of gradients over samples ``begin`` to ``end`` in memory."""
    replica = (first + tl.arange(0, together)).to(tl.int64)
    mine, begins = replica < replicas, replica * samples
    low = tl.load(numbers_ptr + LOW).to(b.dtype)
    high = tl.load(numbers_ptr + HIGH).to(b.dtype)
    x, gb, gv, gc = gradient(
        w, b, v, c, x_ptr, y_ptr, begins + begin, mine, low, high, share, inputs, logits, piece,
        pieces, activation, loss, several,
    )  # fmt: skip
    gw = ()
    for k in tl.static_range(pieces):
        gw += (gb[None] * x[k],)
    if not single:
        for sample in range(begin + 1, end):
            x, delta, more_v, more_c = gradient(
                w, b, v, c, x_ptr, y_ptr, begins + sample, mine, low, high, share, inputs, logits,
                piece, pieces, activation, loss, several,
            )  # fmt: skip
            sums = ()
            for k in tl.static_range(pieces):
                sums += (gw[k] + delta[None] * x[k],)
            gw, gb, gv, gc = sums, gb + delta, gv + more_v, gc + more_c
    return gw, gb, gv, gc


@triton.jit
def gradient(
    w, b, v, c, x_ptr, y_ptr, sample, mine, low, high, share,
    inputs: tl.constexpr, logits: tl.constexpr, piece: tl.constexpr, pieces: tl.constexpr,
    activation: tl.constexpr, loss: tl.constexpr, several: tl.constexpr,
):  # fmt: skip
    """Return pieces of x of one sample of each replica, and its gradients, times ``share``.

    ``sample`` is its place in memory, (replica,). The gradients are those with respect to b, which
    is δ, to V and to c; that with respect to W is δ xᵀ.
    """
    x = ()
    products = tl.zeros_like(w[0])
    for k in tl.static_range(pieces):
        i = k * piece + tl.arange(0, piece)
        of_x = (i < inputs)[:, None] & mine[None, :]
        loaded = tl.load(x_ptr + sample[None, :] * inputs + i[:, None], mask=of_x, other=0.0)
        x += (loaded[:, None, :],)
        products += w[k] * x[k]
    a = activate(b + tl.sum(products, 0), activation)
    z = c + tl.sum(v * a[None], 1)
    y = tl.load(y_ptr + sample, mask=mine, other=0)[None, :]
    logit = tl.arange(0, c.shape[0])[:, None]
    if several:
        target = tl.where(logit == y, high, low)
    else:
        target = low + (high - low) * y.to(c.dtype)
    r = share * residual(z, target, logit < logits, loss, several)
    delta = times_slope(tl.sum(v * r[:, None, :], 0), a, activation)
    return x, delta, r[:, None, :] * a[None], r
