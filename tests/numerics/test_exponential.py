"""exp and tanh of compiled loops against numpy's, in extended precision."""

import numba
import numpy as np
import pytest

from thermophoresis.numerics.exponential import exponential, hyperbolic_tangent


@numba.njit(fastmath={"contract"}, error_model="numpy")
def exponentials(x, out):
    """Write exp(x)."""
    for i in range(len(x)):
        out[i] = exponential(x[i])


@numba.njit(fastmath={"contract"}, error_model="numpy")
def tangents(x, out):
    """Write tanh(x)."""
    for i in range(len(x)):
        out[i] = hyperbolic_tangent(x[i])


CASES = pytest.mark.parametrize(
    ("function", "reference"), [(exponentials, np.exp), (tangents, np.tanh)]
)


@CASES
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_they_are_right_to_two_units_in_the_last_place(function, reference, dtype):
    x = np.concatenate([np.linspace(-86, 87, 10001), np.linspace(-1, 1, 1001)]).astype(dtype)
    found = np.empty_like(x)
    function(x, found)
    expected = reference(x.astype(np.longdouble))
    error = np.abs(found - expected) / np.maximum(np.abs(expected), np.finfo(dtype).tiny)
    assert error.max() < 2 * np.finfo(dtype).eps


@CASES
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out_they_go_to_their_limits(function, reference, dtype):
    x = np.array([np.nan, np.inf, -np.inf, 1e3, -1e3, 0], dtype)
    found = np.empty_like(x)
    function(x, found)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(found, reference(x))
