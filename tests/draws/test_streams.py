"""Random streams: what a replica sees depends on (seed, replica) alone."""

import hashlib

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thermophoresis.data import gaussian, uniform
from thermophoresis.data.samples import SampleStream, probe_set
from thermophoresis.draws.streams import Purpose, generator

KINDS = pytest.mark.parametrize("kind", [gaussian, uniform], ids=lambda kind: kind.SOURCE[11:16])
DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64])


def stream(replicas=range(3), inputs=5, kind=gaussian, **options):
    return SampleStream(kind, seed=7, replicas=replicas, inputs=inputs, **options)


def test_generator_is_the_mersenne_twister_of_numpy():
    words = np.random.SeedSequence(3, spawn_key=(5, Purpose.LABELS)).generate_state(624)
    words[0] |= 0x80000000
    reference = np.random.MT19937()
    state = reference.state
    state["state"] = {"key": words, "pos": 624}
    reference.state = state
    raw = reference.random_raw(2000)
    drawn = torch.empty(2000).uniform_(generator=generator(3, 5, Purpose.LABELS))
    np.testing.assert_array_equal(drawn.numpy(), ((raw & 0xFFFFFF) / 2**24).astype(np.float32))


# SHA-256 of the states, by seed and replica, in the order of the purposes.
FROZEN = {
    (0, 0): "24ccd6e820f8d1bf 2a0590ca4902bf05 e66e1ac5e1e050e5 67f02c59e4937edd 56347a917760ac3d "
    "6cc0db340e0274d7 55098bb046b5fc14",
    (3, 5): "dcd245fe23b080b3 684d7e6c2c5fbdf0 79098b642be64cb7 ee779b66d3e8bfcb 2271081f4d0be5e8 "
    "7f302675bc1e514e 2565d32e16117f43",
    (2**32 - 1, 4095): "7a5ec99ed00f91f1 4751efbebe51550b 9c5222ca3b9978b3 eedaccc6bd5627a4 "
    "c2cde7e40b660b45 7d0ea887e5470b12 081e5b4848ca76ff",
}


def checksum(seed, replica, purpose):
    state = generator(seed, replica, purpose).get_state().numpy().tobytes()
    return hashlib.sha256(state).hexdigest()[:16]


@pytest.mark.parametrize(("seed", "replica"), FROZEN)
def test_streams_are_the_same_for_ever(seed, replica):
    found = " ".join(checksum(seed, replica, purpose) for purpose in Purpose)
    assert found == FROZEN[seed, replica]


def test_the_stream_of_a_kind_has_its_name_for_ever():
    # The words of SHA-256 of "unbiased_walk", by sha256sum.
    digest = "77780696ed2a86a09df784a938f8feffcde11ecb9703101316470bd246fbd46d"
    key = [int.from_bytes(bytes.fromhex(digest[i : i + 8]), "little") for i in range(0, 64, 8)]
    words = np.random.SeedSequence(3, spawn_key=(5, *key)).generate_state(624)
    words[0] |= 0x80000000
    state = generator(3, 5, "unbiased_walk").get_state().numpy()
    np.testing.assert_array_equal(state[24 : 24 + 624 * 8].view(np.uint64), words)


def test_names_of_kinds_have_streams_of_their_own():
    purposes = [*Purpose, "a", "b", "ab", "A", "0", "1", "unbiased_walk", ""]
    drawn = [
        torch.empty(4096).uniform_(-1, 1, generator=generator(1, 2, purpose)).double()
        for purpose in purposes
    ]
    correlations = np.corrcoef(torch.stack(drawn).numpy()) - np.eye(len(purposes))
    assert np.abs(correlations).max() < 5 / 4096**0.5


def test_every_seed_replica_and_purpose_has_its_own_stream():
    firsts = {
        torch.empty(4).uniform_(generator=generator(seed, replica, purpose)).numpy().tobytes()
        for seed in (0, 1)
        for replica in range(5)
        for purpose in Purpose
    }
    assert len(firsts) == 2 * 5 * len(Purpose)


@KINDS
@DTYPES
@settings(max_examples=20)
@given(cuts=st.lists(st.integers(0, 40), min_size=1, max_size=5), inputs=st.integers(1, 13))
def test_cutting_a_stream_differently_changes_nothing(kind, dtype, cuts, inputs):
    pieces = stream(inputs=inputs, kind=kind, dtype=dtype)
    parts = [pieces.take(cut) for cut in cuts]
    x, y = stream(inputs=inputs, kind=kind, dtype=dtype).take(sum(cuts))
    assert torch.equal(torch.cat([part[0] for part in parts], 1), x)
    assert torch.equal(torch.cat([part[1] for part in parts], 1), y)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sampling": "with_replacement", "training_set_size": 11},
        {"sampling": "without_replacement", "training_set_size": 11, "labels": "shuffled"},
    ],
)
def test_a_replica_does_not_depend_on_its_neighbours(options):
    x_all, y_all = stream(range(6), **options).take(32)
    x, y = stream(range(2, 4), **options).take(32)
    assert torch.equal(x, x_all[2:4])
    assert torch.equal(y, y_all[2:4])


@pytest.mark.parametrize(
    ("kind", "distribution"), [(gaussian, stats.norm()), (uniform, stats.uniform())]
)
def test_inputs_and_labels_have_their_distribution(kind, distribution):
    x, y = stream(kind=kind).take(4000)
    assert stats.kstest(x.flatten().numpy(), distribution.cdf).pvalue > 1e-3
    assert stats.binomtest(int(y.sum()), y.numel()).pvalue > 1e-3
    assert set(y.unique().tolist()) == {0.0, 1.0}


def test_without_replacement_every_epoch_shows_each_sample_once():
    size = 24
    x, _ = stream(range(2), sampling="without_replacement", training_set_size=size).take(4 * size)
    for lane in x:
        epochs = [{row.numpy().tobytes() for row in epoch} for epoch in lane.split(size)]
        assert all(len(epoch) == size for epoch in epochs)
        assert all(epoch == epochs[0] for epoch in epochs)
        assert not torch.equal(lane[:size], lane[size : 2 * size])


def test_with_replacement_stays_in_the_training_set():
    size = 9
    x, _ = stream(range(1), sampling="with_replacement", training_set_size=size).take(640)
    counts = np.unique(x[0].numpy(), axis=0, return_counts=True)[1]
    assert len(counts) == size
    assert stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize(("labels", "labels_per_sample"), [("shuffled", 1), ("resampled", 2)])
def test_shuffled_labels_stay_with_their_sample(labels, labels_per_sample):
    options = {"sampling": "with_replacement", "training_set_size": 5, "labels": labels}
    x, y = stream(range(1), **options).take(320)
    seen = {}
    for row, label in zip(x[0], y[0], strict=True):
        seen.setdefault(row.numpy().tobytes(), set()).add(float(label))
    assert {len(found) for found in seen.values()} == {labels_per_sample}


def test_probe_set_is_held_out():
    options = {"seed": 7, "replicas": range(3), "inputs": 5, "dtype": torch.float32}
    x, y = probe_set(gaussian, samples=50, **options)
    trained, _ = stream().take(64)
    assert x.shape == (3, 50, 5)
    assert y.shape == (3, 50)
    assert not np.isin(x.numpy(), trained.numpy()).any()
    longer, _ = probe_set(gaussian, samples=70, **options)
    assert torch.equal(longer[:, :50], x)


@pytest.mark.parametrize(("sampling", "size"), [("with_replacement", None), ("online", 5)])
def test_a_training_set_is_finite_or_samples_are_online(sampling, size):
    with pytest.raises(ValueError, match=f"{sampling} sampling from a training set of {size}"):
        SampleStream(
            gaussian,
            seed=0,
            replicas=range(2),
            inputs=2,
            sampling=sampling,
            training_set_size=size,
        )
