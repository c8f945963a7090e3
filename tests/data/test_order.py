"""Samplers by enumeration: which batches there are, and how often."""

import itertools
from collections import Counter

import pytest
import torch
from scipy import stats

from thermophoresis.data.order import Order
from thermophoresis.draws.streams import key


def order(sampling, size, batch_size=None, replicas=range(1)):
    return Order(key(3, "test"), replicas, size, sampling, batch_size)


@pytest.mark.parametrize("size", [4, 5])  # by a permutation of everything, and by single draws
def test_every_ordered_subset_is_equally_likely_and_batches_are_independent(size):
    drawn = order("fresh_subset", size, 2).take(0, 4 * 6000)[0].view(-1, 2).tolist()
    possible = list(itertools.permutations(range(size), 2))
    counts = Counter(map(tuple, drawn))
    assert set(counts) == set(possible)
    assert stats.chisquare([counts[it] for it in possible]).pvalue > 1e-3
    pairs = Counter(zip(map(tuple, drawn[::2]), map(tuple, drawn[1::2]), strict=True))
    observed = [pairs[it] for it in itertools.product(possible, repeat=2)]
    assert stats.chisquare(observed).pvalue > 1e-3


@pytest.mark.parametrize(("size", "batch_size"), [(7, 1), (9, 3), (9, 5), (8, 8), (1, 1)])
def test_no_sample_is_twice_in_a_fresh_subset(size, batch_size):
    drawn = (
        order("fresh_subset", size, batch_size).take(0, 120 * batch_size)[0].view(-1, batch_size)
    )
    assert all(len(set(batch)) == batch_size for batch in drawn.tolist())


def test_a_fixed_order_is_the_first_one_of_those_without_replacement():
    fixed = order("fixed_order", 11, replicas=range(2)).take(0, 5 * 11)
    reshuffled = order("without_replacement", 11, replicas=range(2)).take(0, 11)
    for lane, first in zip(fixed, reshuffled, strict=True):
        epochs = lane.split(11)
        assert sorted(epochs[0].tolist()) == list(range(11))
        assert all(torch.equal(epoch, first) for epoch in epochs)
    assert not torch.equal(fixed[0], fixed[1])


@pytest.mark.parametrize(
    "sampling", ["fresh_subset", "fixed_order", "with_replacement", "without_replacement"]
)
@pytest.mark.parametrize("size", [5, 40])
def test_an_order_is_a_function_of_the_number_of_the_sample(sampling, size):
    whole = order(sampling, size, 3, range(4)).take(0, 131)
    assert whole.shape == (4, 131)
    pieces = order(sampling, size, 3, range(1, 3))
    # Also backwards, and again.
    for first, samples in ((0, 1), (1, 6), (7, 0), (7, 93), (100, 31), (38, 5), (38, 5), (0, 131)):
        found = pieces.take(first, samples)
        assert torch.equal(found, whole[1:3, first : first + samples])


def test_every_permutation_is_equally_likely_and_epochs_are_independent():
    drawn = order("without_replacement", 3).take(0, 3 * 12000)[0].view(-1, 3).tolist()
    possible = list(itertools.permutations(range(3)))
    counts = Counter(map(tuple, drawn))
    assert stats.chisquare([counts[it] for it in possible]).pvalue > 1e-3
    pairs = Counter(zip(map(tuple, drawn[::2]), map(tuple, drawn[1::2]), strict=True))
    observed = [pairs[it] for it in itertools.product(possible, repeat=2)]
    assert stats.chisquare(observed).pvalue > 1e-3


def test_no_more_than_one_epoch_is_kept():
    kept = order("without_replacement", 1000, replicas=range(2))
    kept.take(0, 10_500)
    epoch, permutation = kept._last
    assert epoch == 10
    assert permutation.shape == (2, 1000)
    assert permutation.untyped_storage().nbytes() == 2 * 1000 * 8


@pytest.mark.parametrize("batch_size", [None, 0, 6])
def test_a_fresh_subset_is_no_larger_than_the_set(batch_size):
    with pytest.raises(ValueError, match=f"fresh subsets of {batch_size} samples from 5"):
        order("fresh_subset", 5, batch_size)


@pytest.mark.parametrize(
    ("sampling", "own", "together"),
    [
        # Over σ² of single samples at N = 6, |B| = 2: 1/|B|, or (1/|B|)(N − |B|)/(N − 1); and of
        # two batches of one epoch −1/(N − 1), so that the three of them add up to nothing.
        ("with_replacement", 1 / 2, 0.0),
        ("fresh_subset", 2 / 5, 0.0),
        ("without_replacement", 2 / 5, -1 / 5),
        ("fixed_order", 2 / 5, -1 / 5),
    ],
)
def test_means_of_batches_have_the_enumerated_covariance(sampling, own, together):
    value = torch.tensor([2.0, -1.0, 0.5, 3.0, -2.5, -2.0], dtype=torch.float64)
    value = value / value.std(correction=0)  # of mean 0
    lanes = 20_000
    drawn = value[order(sampling, 6, 2, range(lanes)).take(0, 6)].view(lanes, 3, 2).mean(2)
    found = drawn.T @ drawn / lanes
    expected = torch.full((3, 3), together, dtype=torch.float64).fill_diagonal_(own)
    torch.testing.assert_close(found, expected, atol=5 * 0.6 / lanes**0.5, rtol=0)
    if together:
        torch.testing.assert_close(drawn.sum(1), torch.zeros(lanes, dtype=torch.float64))
