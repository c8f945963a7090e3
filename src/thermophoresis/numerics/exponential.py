"""exp and tanh for loops that fill vector registers, which a call of a library would keep out.

Both are right to about two units in the last place, go to their limits far out, and are NaN of NaN.
"""

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

_OPTIONS: Any = {"forceinline": True, "fastmath": {"contract"}, "error_model": "numpy"}
_LOG2_E = math.log2(math.e)
# ln 2 in two parts, of which whole multiples of the first are exact.
_LN2_SINGLE = np.float32(0.693359375), np.float32(-2.12194440e-4)
_LN2_DOUBLE = 6.93145751953125e-1, 1.42860682030941723212e-6
# 1/k! from the highest on: what is left is below ln(2)/2.
_SINGLE = tuple(np.float32(1 / math.factorial(it)) for it in range(7, 1, -1))
_DOUBLE = tuple(1 / math.factorial(it) for it in range(13, 1, -1))


def exponential(x: float) -> float:
    """Return exp(x), in single or double precision as x is; in compiled functions alone."""
    raise NotImplementedError


def hyperbolic_tangent(x: float) -> float:
    """Return tanh(x), in single or double precision as x is; in compiled functions alone."""
    raise NotImplementedError


def _single(x: Any) -> Any:
    one = np.float32(1)
    near = min(max(x, np.float32(-87)), np.float32(88))
    whole = np.rint(near * np.float32(_LOG2_E))
    rest = near - whole * _LN2_SINGLE[0] - whole * _LN2_SINGLE[1]
    a, b, c, d, e, f = _SINGLE
    sum_ = ((((a * rest + b) * rest + c) * rest + d) * rest + e) * rest + f
    sum_ = sum_ * rest * rest + rest + one
    power = np.int32((np.int32(whole) + np.int32(127)) << np.int32(23)).view(np.float32)
    found = sum_ * power
    found = np.float32(0) if x < np.float32(-87) else found
    found = np.float32(np.inf) if x > np.float32(88) else found
    return found if x == x else x


def _double(x: Any) -> Any:
    near = min(max(x, -708.0), 709.0)
    whole = np.rint(near * _LOG2_E)
    rest = near - whole * _LN2_DOUBLE[0] - whole * _LN2_DOUBLE[1]
    a, b, c, d, e, f, g, h, i, j, k, m = _DOUBLE
    sum_ = ((((a * rest + b) * rest + c) * rest + d) * rest + e) * rest + f
    sum_ = (((((sum_ * rest + g) * rest + h) * rest + i) * rest + j) * rest + k) * rest + m
    sum_ = sum_ * rest * rest + rest + 1.0
    power = np.int64((np.int64(whole) + 1023) << 52).view(np.float64)
    found = sum_ * power
    found = 0.0 if x < -708.0 else found
    found = np.inf if x > 709.0 else found
    return found if x == x else x


def _tanh_single(x: Any) -> Any:
    # Moshier's Cephes, tanhf and tanh.
    z = x * x
    near = np.float32(-5.70498872745e-3) * z + np.float32(2.06390887954e-2)
    near = (near * z - np.float32(5.37397155531e-2)) * z + np.float32(1.33314422036e-1)
    near = (near * z - np.float32(3.33332819422e-1)) * z * x + x
    far = np.float32(1) - np.float32(2) / (exponential(abs(x) * np.float32(2)) + np.float32(1))
    far = -far if x < np.float32(0) else far
    return near if abs(x) < np.float32(0.625) else far


def _tanh_double(x: Any) -> Any:
    z = x * x
    above = (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z
    below = (z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3
    below = below * z + 4.84406305325125486048e3
    near = x + x * z * ((above - 1.61468768441708447952e3) / below)
    far = 1.0 - 2.0 / (exponential(abs(x) * 2.0) + 1.0)
    far = -far if x < 0.0 else far
    return near if abs(x) < 0.625 else far


@overload(exponential, jit_options=_OPTIONS)
def _exponential(x: Any) -> Any:
    return _single if x == types.float32 else _double


@overload(hyperbolic_tangent, jit_options=_OPTIONS)
def _hyperbolic_tangent(x: Any) -> Any:
    return _tanh_single if x == types.float32 else _tanh_double
