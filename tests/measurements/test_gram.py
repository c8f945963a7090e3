"""Gram matrices of single-sample gradients against autograd, sample by sample."""

import torch
from single_gradients import EVERY, SAMPLES, by_autograd, draw

from thermophoresis.measurements import gram as module
from thermophoresis.measurements.gram import centred, combinations, factors, gram


def assert_close(found, expected):
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9 * expected.abs().max().item())


@EVERY
def test_products_are_those_of_autograd(name):
    gradients = by_autograd(*(case := draw(name)))
    torch.testing.assert_close(gram(factors(*case)), gradients @ gradients.T, rtol=1e-9, atol=0)


@EVERY
def test_products_between_two_sets_of_parameters(name):
    chain, views, x, y = draw(name)
    others = (chain, draw(name, seed=2)[1], x[:5], y[:5])
    found = gram(factors(chain, views, x, y), factors(*others))
    expected = by_autograd(chain, views, x, y) @ by_autograd(*others).T
    assert found.shape == (SAMPLES, 5)
    assert_close(found, expected)


@EVERY
def test_chunks_change_nothing_but_rounding(name, monkeypatch):
    case = draw(name)
    whole = gram(factors(*case))
    monkeypatch.setattr(module, "CHUNK_NUMBERS", 20)
    monkeypatch.setattr(module, "ROW_NUMBERS", 2 * SAMPLES + 1)
    assert_close(gram(factors(*case)), whole)
    assert_close(gram(factors(*case), factors(*case)), whole)


def test_chunks_are_not_larger_than_they_may_be(monkeypatch):
    case = draw("images")
    monkeypatch.setattr(module, "CHUNK_NUMBERS", SAMPLES * 12)
    blocks = [it.numel() for of in factors(*case)[1:] for it in module._gradients(of)]
    # The biases of a layer, then one output channel at a time; of the second 27 weights each.
    assert blocks == [SAMPLES * it for it in (2, 27, 27, 3, 8, 8, 8)]


def test_centred_products_are_those_of_centred_vectors():
    stream = torch.Generator().manual_seed(0)
    a, b = (torch.randn(n, 9, generator=stream, dtype=torch.float64) + 3 for n in (6, 4))
    expected = (a - a.mean(0)) @ (b - b.mean(0)).T
    assert_close(centred(a @ b.T), expected)


@EVERY
def test_combinations_are_weighted_sums_of_gradients(name):
    case = draw(name)
    stream = torch.Generator().manual_seed(3)
    weights = torch.randn(SAMPLES, 4, generator=stream, dtype=torch.float64)
    assert_close(combinations(*case, weights), weights.T @ by_autograd(*case))
