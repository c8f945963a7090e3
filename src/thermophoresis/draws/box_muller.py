"""Pairs of independent standard normal variates from pairs of random words.

With u = (a + ½)·2⁻³² and φ = 2π b·2⁻³² for words a and b, √(−2 ln u) cos φ and √(−2 ln u) sin φ are
independent and standard normal (Box and Muller 1958). The largest is 6.76 standard deviations from
0; what lies beyond has a probability of 1.4·10⁻¹¹.

Logarithm, sine and cosine are polynomials, since calls of a library would keep loops out of vector
registers. Both reductions are exact in integers: u is taken as 1 − (2³² − a − ½)·2⁻³² where it is
near 1, whose logarithm single precision would otherwise lose, and an angle within π/4 of a multiple
of π/2. So single and double precision differ by roundings alone.

The polynomials are those of Moshier's Cephes (logf, sinf, cosf) in single precision and of Sun's
fdlibm (log, k_sin, k_cos) in double.
"""

import numpy as np

from thermophoresis.numerics.compiled import compiled

# From this word on u ≥ √½, and u − 1 is found without the exponent of u.
_NEAR_ONE = np.uint32(0xB504F334)
_SHIFT = np.uint32(30)
_QUARTER, _EIGHTH = np.uint32(2**30), np.uint32(2**29)
_ONE, _TWO = np.uint32(1), np.uint32(2)


@compiled(inline=True)
def single(a: np.uint32, b: np.uint32) -> tuple[np.float32, np.float32]:
    """Return two normal variates in single precision."""
    radius = np.sqrt(np.float32(-2) * _log_single(a))
    quarter = np.uint32(np.uint32(b + _EIGHTH) >> _SHIFT)
    rest = np.int32(np.uint32(b - np.uint32(quarter * _QUARTER)))
    x = np.float32(rest) * np.float32(2 * np.pi / 2**32)
    z = x * x
    sine = np.float32(-1.9515295891e-4) * z + np.float32(8.3321608736e-3)
    sine = x + x * z * (sine * z + np.float32(-1.6666654611e-1))
    cosine = np.float32(2.443315711809948e-5) * z + np.float32(-1.388731625493765e-3)
    cosine = cosine * z + np.float32(4.166664568298827e-2)
    cosine = np.float32(1) - np.float32(0.5) * z + z * z * cosine
    cosine, sine = _turned(cosine, sine, quarter)
    return radius * cosine, radius * sine


@compiled(inline=True)
def double(a: np.uint32, b: np.uint32) -> tuple[np.float64, np.float64]:
    """Return two normal variates in double precision."""
    radius = np.sqrt(-2.0 * _log_double(a))
    quarter = np.uint32(np.uint32(b + _EIGHTH) >> _SHIFT)
    rest = np.int32(np.uint32(b - np.uint32(quarter * _QUARTER)))
    x = np.float64(rest) * (2 * np.pi / 2**32)
    z = x * x
    sine = 1.58969099521155010221e-10 * z - 2.50507602534068634195e-08
    sine = (sine * z + 2.75573137070700676789e-06) * z - 1.98412698298579493134e-04
    sine = (sine * z + 8.33333333332248946124e-03) * z - 1.66666666666666324348e-01
    sine = x + x * z * sine
    cosine = -1.13596475577881948265e-11 * z + 2.08757232129817482790e-09
    cosine = (cosine * z - 2.75573143513906633035e-07) * z + 2.48015872894767294178e-05
    cosine = (cosine * z - 1.38888888888741095749e-03) * z + 4.16666666666666019037e-02
    cosine = 1.0 - 0.5 * z + z * z * cosine
    cosine, sine = _turned(cosine, sine, quarter)
    return radius * cosine, radius * sine


@compiled(inline=True)
def _turned(cosine, sine, quarter):  # type: ignore[no-untyped-def]  # of either precision
    """Return cosine and sine of an angle that is larger by some quarters of a turn."""
    odd = np.uint32(quarter & _ONE) != 0
    real = sine if odd else cosine
    imaginary = cosine if odd else sine
    real = -real if np.uint32(np.uint32(quarter + _ONE) & _TWO) != 0 else real
    imaginary = -imaginary if np.uint32(quarter & _TWO) != 0 else imaginary
    return real, imaginary


@compiled(inline=True)
def _log_single(a: np.uint32) -> np.float32:
    """Return ln u: u = 2ᵉ (1 + s) with s between √½ − 1 and √2 − 1."""
    near = a >= _NEAR_ONE
    v = (np.float32(np.uint32(~a) if near else a) + np.float32(0.5)) * np.float32(2.0**-32)
    bits = np.float32(v).view(np.int32)
    exponent = np.int32(np.int32(bits - np.int32(0x3F3504F3)) >> np.int32(23))
    mantissa = np.int32(bits - np.int32(exponent << np.int32(23))).view(np.float32)
    s = -v if near else mantissa - np.float32(1)
    e = np.float32(0) if near else np.float32(exponent)
    p = np.float32(7.0376836292e-2) * s + np.float32(-1.1514610310e-1)
    p = p * s + np.float32(1.1676998740e-1)
    p = p * s + np.float32(-1.2420140846e-1)
    p = p * s + np.float32(1.4249322787e-1)
    p = p * s + np.float32(-1.6668057665e-1)
    p = p * s + np.float32(2.0000714765e-1)
    p = p * s + np.float32(-2.4999993993e-1)
    p = p * s + np.float32(3.3333331174e-1)
    z = s * s
    return e * np.float32(np.log(2)) + (s + (s * z * p - np.float32(0.5) * z))


@compiled(inline=True)
def _log_double(a: np.uint32) -> np.float64:
    """Return ln u: u = 2ᵉ (1 + s) with s between √½ − 1 and √2 − 1."""
    near = a >= _NEAR_ONE
    v = (np.float64(np.uint32(~a) if near else a) + 0.5) * 2.0**-32
    # The upper half of the bits tells the exponent; the lower is added again.
    bits = np.float64(v).view(np.int64)
    exponent = np.int64(np.int64(bits - np.int64(0x3FE6A09E667F3BCD)) >> np.int64(52))
    mantissa = np.int64(bits - np.int64(exponent << np.int64(52))).view(np.float64)
    s = -v if near else mantissa - 1.0
    e = 0.0 if near else np.float64(np.int32(exponent))
    # ln (1 + s) = 2 artanh t, where t = s / (2 + s).
    t = s / (2.0 + s)
    z = t * t
    p = 1.479819860511658591e-01 * z + 1.531383769920937332e-01
    p = (p * z + 1.818357216161805012e-01) * z + 2.222219843214978396e-01
    p = (p * z + 2.857142874366239149e-01) * z + 3.999999999940941908e-01
    p = (p * z + 6.666666666666735130e-01) * z
    half = 0.5 * s * s
    return np.float64(e * np.log(2) + (s - (half - t * (half + p))))
