"""How numbers of planes are moved, at sizes that do not fill vectors, against numpy."""

import numba
import numpy as np
import pytest

from thermophoresis.numerics import planes
from thermophoresis.numerics.code import VECTOR_BYTES

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
UNTOUCHED = 7.0


@numba.njit
def add_lanes(numbers, place, count):
    planes.add_lanes(numbers, place, count)


@numba.njit
def interleave(numbers, places, sizes):
    planes.interleave(numbers, places, sizes)


@numba.njit
def put_where_nonzero(numbers, places, count):
    planes.put_where_nonzero(numbers, places, count)


@numba.njit
def crop(numbers, biases, places, sizes):
    planes.crop(numbers, biases, places, sizes)


def whole(values, dtype, *, size=4096):
    """Return an array that begins with values."""
    array = np.full(size, UNTOUCHED, dtype)
    array[: values.size] = values.reshape(-1)
    return array


@DTYPES
@pytest.mark.parametrize("count", [1, 7, 16, 37])
def test_lanes_are_added_up_in_order(dtype, count):
    lanes = VECTOR_BYTES // np.dtype(dtype).itemsize
    vectors = np.random.default_rng(0).integers(-99, 99, (count, lanes))
    array = whole(np.zeros(5), dtype)
    array[5 : 5 + vectors.size] = vectors.reshape(-1)
    add_lanes(array, 5, count)
    np.testing.assert_array_equal(array[5 : 5 + count], vectors.sum(1))


@DTYPES
@pytest.mark.parametrize(("width", "size"), [(1, 1), (3, 50), (10, 64), (17, 5), (33, 31)])
def test_planes_are_turned_around(dtype, width, size):
    given = np.random.default_rng(0).normal(size=(width, size)).astype(dtype)
    array = whole(given, dtype, size=12_000)
    interleave(array, (0, 2048), (width, size))
    found = array[2048 : 2048 + given.size].reshape(size, width)
    np.testing.assert_array_equal(found, given.T)


@DTYPES
@pytest.mark.parametrize("count", [1, 15, 16, 50])
def test_numbers_are_put_where_others_are_not_zero(dtype, count):
    rng = np.random.default_rng(0)
    where = rng.normal(size=count) * (rng.random(count) < 0.5)
    where[0] = np.nan
    array = whole(where, dtype)
    listed = np.arange(1, 1 + np.count_nonzero(where))
    array[100 : 100 + len(listed)] = listed
    put_where_nonzero(array, (0, 100, 200), count)
    expected = np.zeros(count)
    expected[where != 0] = listed
    np.testing.assert_array_equal(array[200 : 200 + count], expected)
    assert (array[200 + count : 300] == UNTOUCHED).all()


@DTYPES
@pytest.mark.parametrize(("rows", "columns", "wide"), [(1, 1, 1), (5, 9, 4), (3, 40, 33)])
def test_columns_are_cropped_and_a_bias_is_added(dtype, rows, columns, wide):
    image = np.random.default_rng(0).normal(size=(rows, columns)).astype(dtype)
    array, biases = whole(image, dtype), np.array([1, 0.25, 3], dtype)
    crop(array, biases, (0, 1, 1000), (rows, columns, wide))
    found = array[1000 : 1000 + rows * wide].reshape(rows, wide)
    np.testing.assert_array_equal(found, image[:, :wide] + dtype(0.25))
    assert (array[1000 + rows * wide :][:64] == UNTOUCHED).all()
