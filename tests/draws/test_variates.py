"""Counted variates: known answers, plain Python, accuracy, distributions, independence."""

import math
from decimal import Decimal, localcontext

import numba
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thermophoresis.draws import box_muller, philox, variates
from thermophoresis.draws.streams import Purpose, key

FLOATS = (torch.float32, torch.float64)
KEY = (123456789, 4000000001)
# Across the point where the number of the sample needs a second word, and of blocks of four.
FIRSTS = (0, 5, 2**32 - 2, 2**34 - 3)


# --- What it is -----------------------------------------------------------------------------------


def words_of(counter, key):
    """Philox4x32-10 in Python's integers."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        high0, low0 = divmod(c0 * 0xD2511F53, 2**32)
        high1, low1 = divmod(c2 * 0xCD9E8D57, 2**32)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c0, c1, c2, c3


# Of the vectors that come with Random123: counter, key and words.
KNOWN = [
    "00000000 00000000 00000000 00000000 00000000 00000000 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    "ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff 408f276d 41c83b0e a20bc7c6 6d5451fd",
    "243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0 d16cfe09 94fdcceb 5001e420 24126ea1",
]


@numba.njit
def compiled_words(out, c, k):
    for i in range(len(out)):
        out[i] = philox.philox(c[0], c[1], c[2], c[3], k[0], k[1])[i]


@pytest.mark.parametrize("known", KNOWN)
def test_words_are_those_of_random123(known):
    numbers = [int(word, 16) for word in known.split()]
    counter, its_key, expected = numbers[:4], numbers[4:6], numbers[6:]
    assert list(words_of(counter, its_key)) == expected
    found = np.empty(4, np.uint32)
    compiled_words(found, np.array(counter, np.uint32), np.array(its_key, np.uint32))
    assert found.tolist() == expected


def vector_words(replica, sample, size, its_key=KEY):
    low, upper = sample % 2**32, sample // 2**32
    blocks = (words_of((j, low, upper, replica), its_key) for j in range(-(-size // 4)))
    return [word for block in blocks for word in block]


def number_word(replica, sample):
    low, upper = sample // 4 % 2**32, sample // 4 // 2**32
    return words_of((0, low, upper, replica), KEY)[sample % 4]


def normal_pair(a, b):
    """Box and Muller by the library's functions, in double precision."""
    # Where u is near 1 its logarithm needs 1 − u.
    log = math.log((a + 0.5) / 2**32) if a < 2**31 else math.log1p(-(2**32 - a - 0.5) / 2**32)
    angle = 2 * math.pi * b / 2**32
    return (math.sqrt(-2 * log) * math.cos(angle), math.sqrt(-2 * log) * math.sin(angle))


@pytest.mark.parametrize("replica_last", [False, True])
@pytest.mark.parametrize("first", FIRSTS)
@pytest.mark.parametrize("size", [1, 2, 3, 4, 10, 101, 1024, 1030])
def test_vectors_are_those_of_plain_python(size, first, replica_last):
    replicas, samples = range(7, 9), 3
    shape = (2, samples, size)
    words = np.array([[vector_words(r, first + k, size) for k in range(3)] for r in replicas])
    pairs = np.array([normal_pair(*it) for it in words.reshape(-1, 2).tolist()])
    normal = pairs.reshape(words.shape)[..., :size]
    for dtype, tolerance in zip(FLOATS, (1e-6, 1e-14), strict=True):
        where = (KEY, replicas, first, samples, size)
        found = variates.normal(*where, dtype=dtype, replica_last=replica_last)
        assert found.shape == shape
        assert found.dtype == dtype
        assert found.permute(1, 2, 0).is_contiguous() == replica_last or size == 1
        np.testing.assert_allclose(found, normal, rtol=0, atol=tolerance)
        uniform = variates.uniform(*where, dtype=dtype, replica_last=replica_last)
        exact = (words >> 8) * 2.0**-24 if dtype == torch.float32 else (words + 0.5) * 2.0**-32
        np.testing.assert_array_equal(uniform, exact[..., :size])


@pytest.mark.parametrize("replica_last", [False, True])
@pytest.mark.parametrize("first", FIRSTS)
@pytest.mark.parametrize("samples", [0, 1, 6, 9])
def test_numbers_are_those_of_plain_python(samples, first, replica_last):
    replicas = range(3, 23)
    shape = (len(replicas), samples)
    where = (KEY, replicas, first, samples)
    words = [[number_word(r, first + k) for k in range(samples)] for r in replicas]
    words = np.array(words, np.uint64).reshape(shape)
    for dtype in (*FLOATS, torch.int64):
        for high in (1, 2, 10, 60_000, 2**32):
            found = variates.integers(*where, high, dtype=dtype, replica_last=replica_last)
            expected = (words * np.uint64(high)) >> np.uint64(32)
            if dtype == torch.float32:
                expected = expected.astype(np.float32)
            np.testing.assert_array_equal(found, expected)
    found = variates.chances(*where, replica_last=replica_last)
    np.testing.assert_array_equal(found, (words + 0.5) / 2**32)


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_a_permutation_sorts_64_bits(size):
    found = variates.permutations(KEY, range(2, 4), 5, 3, size)
    for r in range(2):
        for k in range(3):
            words = vector_words(2 + r, 5 + k, 2 * size)
            bits = [words[2 * i] + 2**32 * words[2 * i + 1] for i in range(size)]
            assert found[r, k].tolist() == sorted(range(size), key=bits.__getitem__)


@pytest.mark.parametrize(("size", "wanted"), [(2, 1), (9, 4), (1000, 7), (1000, 500)])
def test_a_subset_has_the_first_distinct_numbers(size, wanted):
    found = variates.subsets(KEY, range(2, 4), 5, 3, size, wanted)
    for r in range(2):
        for k in range(3):
            words = vector_words(2 + r, 5 + k, 20_000)
            distinct = dict.fromkeys(word * size // 2**32 for word in words)
            assert found[r, k].tolist() == list(distinct)[:wanted]


def test_a_key_is_of_seed_and_purpose():
    words = np.random.SeedSequence(3, spawn_key=(int(Purpose.INPUTS),)).generate_state(2)
    assert key(3, Purpose.INPUTS) == tuple(words.tolist())
    keys = {key(seed, it) for seed in range(50) for it in (*Purpose, "a", "b", "unbiased_walk")}
    assert len(keys) == 50 * (len(Purpose) + 3)


# --- Accuracy -------------------------------------------------------------------------------------

# Of radius, cosine and sine the worst: at the ends of the ranges, and where the branches meet.
HARD = [0, 1, 2, 2**23, 2**31 - 1, 2**31, 0xB504F333, 0xB504F334, 2**32 - 2, 2**32 - 1]


@numba.njit
def pairs_of(a, b, single, double):
    for i in range(len(a)):
        single[i, 0], single[i, 1] = box_muller.single(a[i], b[i])
        double[i, 0], double[i, 1] = box_muller.double(a[i], b[i])


def exact_radius(a):
    with localcontext(prec=40):
        u = (Decimal(a) + Decimal("0.5")) / Decimal(2**32)
        return (-2 * u.ln()).sqrt()


def test_radii_are_accurate_to_a_few_units_in_the_last_place():
    drawn = np.random.default_rng(0).integers(0, 2**32, 4000, dtype=np.uint32)
    near_one = 2**32 - 1 - 2 ** np.arange(31, dtype=np.uint64)
    a = np.concatenate([np.array(HARD, np.uint32), drawn, near_one.astype(np.uint32)])
    single, double = np.empty((len(a), 2), np.float32), np.empty((len(a), 2))
    pairs_of(a, np.zeros_like(a), single, double)
    exact = [exact_radius(int(word)) for word in a]
    nearest = np.array([float(it) for it in exact])
    errors = [float(Decimal(float(x)) - y) for x, y in zip(double[:, 0], exact, strict=True)]
    assert np.abs(errors / np.spacing(nearest)).max() < 2
    errors = single[:, 0].astype(np.float64) - nearest
    assert np.abs(errors / np.spacing(nearest.astype(np.float32))).max() < 2.5


def test_angles_are_accurate_to_a_few_units_in_the_last_place():
    drawn = np.random.default_rng(1).integers(0, 2**32, 200_000, dtype=np.uint32)
    eighths = (np.arange(8)[:, None] * 2**29 + np.arange(-3, 4)).flatten() % 2**32
    b = np.concatenate([drawn, eighths.astype(np.uint32)])
    a = np.zeros_like(b)
    single, double = np.empty((len(b), 2), np.float32), np.empty((len(b), 2))
    pairs_of(a, b, single, double)
    # Exactly reduced, so that the library's functions are accurate to their last place.
    quarter = (b + np.uint32(2**29)) >> np.uint32(30)
    rest = (b - (quarter << np.uint32(30))).astype(np.uint32).view(np.int32).astype(np.float64)
    c, s = (f(rest * (math.pi / 2**31)) for f in (np.cos, np.sin))
    cosine = np.choose(quarter, [c, -s, -c, s])
    sine = np.choose(quarter, [s, c, -s, -c])
    radius = float(exact_radius(0))
    for found in (double, single):
        for column, value in enumerate((cosine, sine)):
            exact = radius * value
            places = np.spacing(np.abs(exact).astype(found.dtype)).astype(np.float64)
            tiny = np.finfo(found.dtype).tiny
            errors = np.abs(found[:, column].astype(np.float64) - exact) / np.maximum(places, tiny)
            assert errors.max() < 4


def test_precisions_see_the_same_samples():
    where = (KEY, range(16), 0, 500, 100)
    single, double = (variates.normal(*where, dtype=dtype) for dtype in FLOATS)
    assert (single - double).abs().max() < 1e-6
    relative = ((single - double) / double).abs()
    assert relative.max() < 4e-7
    single, double = (variates.uniform(*where, dtype=dtype) for dtype in FLOATS)
    assert (double - single).max() < 2**-24
    assert (double - single).min() > 0


# --- What it does not depend on -------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    size=st.integers(1, 300),
    replicas=st.integers(1, 40),
    cuts=st.lists(st.integers(0, 30), min_size=1, max_size=4),
    first=st.sampled_from(FIRSTS),
    dtype=st.sampled_from(FLOATS),
    draw=st.sampled_from([variates.normal, variates.uniform]),
)
def test_vectors_depend_neither_on_cuts_nor_on_neighbours_nor_on_memory(
    size, replicas, cuts, first, dtype, draw
):
    whole = draw(KEY, range(replicas), first, sum(cuts), size, dtype=dtype)
    for replica_last in (False, True):
        parts, own = [], range(replicas // 2, replicas)
        for number, cut in enumerate(cuts):
            begin = first + sum(cuts[:number])
            parts.append(draw(KEY, own, begin, cut, size, dtype=dtype, replica_last=replica_last))
        assert torch.equal(torch.cat(parts, 1), whole[replicas // 2 :])


# --- Distribution ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", FLOATS)
def test_normal_variates_are_normal(dtype):
    x = variates.normal(key(1, "test"), range(8), 0, 5000, 50, dtype=dtype).double().flatten()
    count = len(x)
    assert stats.kstest(x[:200_000].numpy(), stats.norm.cdf).pvalue > 1e-3
    # Moments, in units of their standard errors.
    for power, mean, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs(float((x**power).mean()) - mean) < 4 * (variance / count) ** 0.5
    tail = stats.binomtest(int((x.abs() > 4).sum()), count, 2 * stats.norm.sf(4))
    assert tail.pvalue > 1e-3


@pytest.mark.parametrize("dtype", FLOATS)
def test_uniform_variates_are_uniform(dtype):
    x = variates.uniform(key(1, "test"), range(8), 0, 500, 50, dtype=dtype).double().flatten()
    assert stats.kstest(x.numpy(), stats.uniform.cdf).pvalue > 1e-3
    assert 0 <= float(x.min()) < 1e-4
    assert 1 - 1e-4 < float(x.max()) < 1


@pytest.mark.parametrize("high", [2, 3, 10, 1000])
def test_integers_are_equally_likely(high):
    drawn = variates.integers(key(1, "test"), range(8), 3, 20_000, high, dtype=torch.int64)
    counts = np.bincount(drawn.flatten(), minlength=high)
    assert len(counts) == high
    assert stats.chisquare(counts).pvalue > 1e-3


def test_seeds_purposes_replicas_samples_and_components_are_independent():
    """Of what belongs to neighbours no two are correlated, nor their squares."""
    rows = []
    for seed in (0, 1, 2**32 - 1):
        for purpose in (Purpose.INPUTS, Purpose.LABELS, "a", "b"):
            drawn = variates.normal(key(seed, purpose), range(4), 0, 5000, 6, dtype=torch.float64)
            rows += drawn.movedim(1, -1).flatten(0, 1)  # each replica, each component
            rows.append(torch.roll(drawn[0, :, 0], 1))  # consecutive samples
    x = torch.stack(rows).numpy()
    for values in (x, x**2):
        z = (np.corrcoef(values) - np.eye(len(x))) * x.shape[1] ** 0.5
        upper = z[np.triu_indices(len(x), 1)]
        assert np.abs(upper).max() < 6
        # z² has the mean 1 and, for squares and at this length, a variance of little above 2.
        assert abs((upper**2).mean() - 1) < 5 * (3 / len(upper)) ** 0.5


def test_labels_and_their_neighbours_are_independent():
    drawn = variates.integers(key(0, Purpose.LABELS), range(20), 0, 10_000, 2, dtype=torch.float64)
    rows = torch.cat([drawn[:, lag : lag + 9_990] for lag in range(5)]).numpy()
    z = (np.corrcoef(rows) - np.eye(len(rows))) * rows.shape[1] ** 0.5
    assert np.abs(z).max() < 5
