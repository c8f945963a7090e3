"""Random variates on a GPU: the words of `philox`, and what `variates` makes of them, in Triton.

Functions without a launcher are for kernels that draw while they compute. Constants, order of
operations and polynomials are those of `box_muller`, so that normal variates differ from those of
a CPU by whether a product and a sum are rounded once or twice; all others are the same bits.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

# What becomes of words, as in `variates`.
WORDS: tl.constexpr = tl.constexpr(0)
UNIFORM: tl.constexpr = tl.constexpr(1)
NORMAL: tl.constexpr = tl.constexpr(2)
INTEGERS: tl.constexpr = tl.constexpr(3)

# Products and sums are fused, as compilers for C do; Triton's versions differ in what they do
# unasked.
COMPILED = {"enable_fp_fusion": True}

# Counters of a program: four of every thread.
COUNTERS = 512


@triton.jit
def log_single(a):
    """Return ln u of words in float32; see `box_muller`."""
    near = a >= 0xB504F334
    # Not by way of signed integers: words are up to 2³².
    v = (tl.where(near, ~a, a).to(tl.float32) + 0.5) * 2.3283064365386963e-10
    bits = v.to(tl.int32, bitcast=True)
    exponent = (bits - 0x3F3504F3) >> 23
    mantissa = (bits - (exponent << 23)).to(tl.float32, bitcast=True)
    s = tl.where(near, -v, mantissa - 1.0)
    e = tl.where(near, 0.0, exponent.to(tl.float32))
    p = 7.0376836292e-2 * s - 1.1514610310e-1
    p = p * s + 1.1676998740e-1
    p = p * s - 1.2420140846e-1
    p = p * s + 1.4249322787e-1
    p = p * s - 1.6668057665e-1
    p = p * s + 2.0000714765e-1
    p = p * s - 2.4999993993e-1
    p = p * s + 3.3333331174e-1
    z = s * s
    return e * 0.6931471805599453 + (s + (s * z * p - 0.5 * z))


@triton.jit
def log_double(a):
    """Return ln u of words in float64; see `box_muller`."""
    near = a >= 0xB504F334
    v = (tl.where(near, ~a, a).to(tl.float64) + 0.5) * 2.3283064365386963e-10
    bits = v.to(tl.int64, bitcast=True)
    exponent = (bits - 0x3FE6A09E667F3BCD) >> 52
    mantissa = (bits - (exponent << 52)).to(tl.float64, bitcast=True)
    s = tl.where(near, -v, mantissa - 1.0)
    e = tl.where(near, 0.0, exponent.to(tl.float64))
    t = s / (2.0 + s)
    z = t * t
    p = 1.479819860511658591e-01 * z + 1.531383769920937332e-01
    p = (p * z + 1.818357216161805012e-01) * z + 2.222219843214978396e-01
    p = (p * z + 2.857142874366239149e-01) * z + 3.999999999940941908e-01
    p = (p * z + 6.666666666666735130e-01) * z
    half = 0.5 * s * s
    return e * 0.6931471805599453 + (s - (half - t * (half + p)))


@triton.jit
def normal_pair(a, b, dtype: tl.constexpr):
    """Return two normal variates of two words; see `box_muller`."""
    quarter = (b + 0x20000000) >> 30
    rest = (b - (quarter << 30)).to(tl.int32, bitcast=True)
    x = rest.to(dtype) * 1.4629180792671596e-09  # 2π/2³²
    z = x * x
    if dtype == tl.float32:
        radius = tl.sqrt(-2.0 * log_single(a))
        sine = -1.9515295891e-4 * z + 8.3321608736e-3
        sine = x + x * z * (sine * z - 1.6666654611e-1)
        cosine = 2.443315711809948e-5 * z - 1.388731625493765e-3
        cosine = cosine * z + 4.166664568298827e-2
    else:
        radius = tl.sqrt(-2.0 * log_double(a))
        sine = 1.58969099521155010221e-10 * z - 2.50507602534068634195e-08
        sine = (sine * z + 2.75573137070700676789e-06) * z - 1.98412698298579493134e-04
        sine = (sine * z + 8.33333333332248946124e-03) * z - 1.66666666666666324348e-01
        sine = x + x * z * sine
        cosine = -1.13596475577881948265e-11 * z + 2.08757232129817482790e-09
        cosine = (cosine * z - 2.75573143513906633035e-07) * z + 2.48015872894767294178e-05
        cosine = (cosine * z - 1.38888888888741095749e-03) * z + 4.16666666666666019037e-02
    cosine = 1.0 - 0.5 * z + z * z * cosine
    odd = (quarter & 1) != 0
    real = tl.where(odd, sine, cosine)
    imaginary = tl.where(odd, cosine, sine)
    real = tl.where(((quarter + 1) & 2) != 0, -real, real)
    imaginary = tl.where((quarter & 2) != 0, -imaginary, imaginary)
    return radius * real, radius * imaginary


@triton.jit
def words_of(block, sample, replica, k0, k1):
    """Return the four words of a block of samples, int64, and replicas, int32, under a key."""
    return tl.philox_impl(
        block.to(tl.uint32),
        (sample & 0xFFFFFFFF).to(tl.uint32),
        (sample >> 32).to(tl.uint32),
        replica.to(tl.uint32),
        k0,
        k1,
    )


@triton.jit
def of_word(word, high, kind: tl.constexpr, dtype: tl.constexpr):
    """Return what a word by itself becomes: a uniform variate, an integer below ``high``."""
    if kind == UNIFORM:
        if dtype == tl.float32:
            return (word >> 8).to(tl.float32) * 5.9604644775390625e-08
        else:
            return (word.to(dtype) + 0.5) * 2.3283064365386963e-10
    elif kind == INTEGERS:
        return ((word.to(tl.uint64) * high.to(tl.uint64)) >> 32).to(dtype)
    else:
        return word.to(dtype)


@triton.jit
def of_block(w0, w1, w2, w3, high, kind: tl.constexpr, dtype: tl.constexpr):
    """Return the four variates of the words of a block."""
    if kind == NORMAL:
        z0, z1 = normal_pair(w0, w1, dtype)
        z2, z3 = normal_pair(w2, w3, dtype)
    else:
        z0, z1 = of_word(w0, high, kind, dtype), of_word(w1, high, kind, dtype)
        z2, z3 = of_word(w2, high, kind, dtype), of_word(w3, high, kind, dtype)
    return z0, z1, z2, z3


@triton.jit(do_not_specialize=["k0", "k1", "high", "first", "replica"])
def _fill(
    out_ptr,
    k0,
    k1,
    high,
    first,
    replica,
    replicas,
    samples,
    size,
    kind: tl.constexpr,
    replica_last: tl.constexpr,
    counters: tl.constexpr,
    wide: tl.constexpr,
):
    """Fill (replica, sample, component), or (sample, component, replica)."""
    number = tl.program_id(0)
    if wide:  # divisions take several times as long
        number = number.to(tl.int64)
    number = number * counters + tl.arange(0, counters)
    blocks = tl.cdiv(size, 4)
    if replica_last:  # neighbours in memory are drawn by neighbours
        r, rest = number % replicas, number // replicas
        j, s = rest % blocks, rest // blocks
        place, step = (s.to(tl.int64) * size + 4 * j) * replicas + r, replicas
        inside = s < samples
    else:
        j, rest = number % blocks, number // blocks
        s, r = rest % samples, rest // samples
        place, step = (r.to(tl.int64) * samples + s) * size + 4 * j, 1
        inside = r < replicas
    key0, key1 = k0.to(tl.uint32, bitcast=True), k1.to(tl.uint32, bitcast=True)
    w0, w1, w2, w3 = words_of(j, s + first.to(tl.int64), r + replica, key0, key1)
    z0, z1, z2, z3 = of_block(w0, w1, w2, w3, high, kind, out_ptr.dtype.element_ty)
    at = 4 * j
    tl.store(out_ptr + place, z0, mask=inside)
    tl.store(out_ptr + place + step, z1, mask=inside & (at + 1 < size))
    tl.store(out_ptr + place + 2 * step, z2, mask=inside & (at + 2 < size))
    tl.store(out_ptr + place + 3 * step, z3, mask=inside & (at + 3 < size))


def signed(word: int) -> int:
    """Return the number with 32 bits and a sign that has the bits of a word."""
    return word - 2**32 if word >= 2**31 else word


def fill(
    out: Tensor,
    kind: int,
    high: int,
    key: tuple[int, int],
    first: int,
    replica: int,
    *,
    replica_last: bool,
) -> None:
    """Fill a tensor with variates, on the GPU that it is on.

    Parameters
    ----------
    out
        Contiguous, (sample, component, replica) if ``replica_last``, otherwise (replica, sample,
        component).
    kind
        What becomes of words, a constant of `variates`.
    high
        Integers are below it.
    key
        Two words that stand for seed and purpose.
    first, replica
        Numbers of the first sample, below 2⁶³, and of the first replica.
    """
    samples, size, replicas = out.shape if replica_last else (*out.shape[1:], out.shape[0])
    if not out.numel():
        return
    total = replicas * samples * -(-size // 4)
    grid = (triton.cdiv(total, COUNTERS),)
    words = (signed(key[0]), signed(key[1]))
    with on(out.device):
        _fill[grid](
            out, *words, high, first, replica, replicas, samples, size,
            kind, replica_last, COUNTERS, total > 2**31 - COUNTERS, **COMPILED, num_warps=4,
        )  # fmt: skip


def on(device: torch.device) -> torch.cuda.device:
    """Return a context in which kernels run on a GPU; in Triton's interpreter it does nothing."""
    return torch.cuda.device(device if device.type == "cuda" else -1)
