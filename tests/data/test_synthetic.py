"""Synthetic data with labels: moments, labels, and what neither of them depends on."""

import numpy as np
import pytest
import torch
from runs import settings
from scipy import stats
from training import train

from thermophoresis.data import gaussian
from thermophoresis.data.products import CHUNK, products
from thermophoresis.data.samples import SampleStream, probe_set
from thermophoresis.data.source import open_source
from thermophoresis.data.teacher import Teacher

FINITE = {"sampling": "without_replacement", "training_set_size": 48, "batch_size": 2}
KINDS = {
    "power": {"kind": "gaussian", "spectrum": {"kind": "power", "exponent": 1.5}},
    "sign": {"kind": "teacher"},
    "bernoulli": {"kind": "teacher", "outputs": "bernoulli", "scale": 2.0},
    "real": {"kind": "teacher", "outputs": "real"},
    "xor": {"kind": "xor"},
    "regression": {"kind": "regression", "spectrum": [4.0, 1.0, 1.0, 1.0, 1.0, 0.25]},
}
EACH = pytest.mark.parametrize("name", KINDS)


def run(name, **changes):
    data = KINDS[name] | changes.pop("data", {})
    loss = "squared" if name in ("real", "regression") else "cross_entropy"
    return settings(data=data, loss=loss, precision="float64", **changes)


def stream(name, replicas=range(3), **changes):
    return open_source(run(name, **changes), None).stream(replicas)


# --- Distributions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "variances"),
    [
        ({"kind": "gaussian"}, np.ones(6)),
        (KINDS["power"], np.arange(1, 7) ** -1.5),
        ({"kind": "gaussian", "spectrum": [9, 4.0, 1.0, 1.0, 1.0, 0.5]}, [9, 4, 1, 1, 1, 0.5]),
        (KINDS["regression"], [4, 1, 1, 1, 1, 0.25]),
    ],
)
def test_a_gaussian_has_its_spectrum(data, variances):
    loss = "squared" if data["kind"] == "regression" else "cross_entropy"
    x, _ = open_source(settings(data=data, loss=loss), None).stream(range(4)).take(8192)
    x = x.flatten(0, 1).double().numpy() / np.sqrt(variances)
    count = len(x)
    covariance = x.T @ x / count  # its elements have variances 1/n, and 2/n on the diagonal
    z = (covariance - np.eye(6)) * np.sqrt(count / (1 + np.eye(6)))
    assert stats.chi2(21).sf((z[np.triu_indices(6)] ** 2).sum()) > 1e-3
    assert stats.chi2(6).sf((x.mean(0) ** 2).sum() * count) > 1e-3


def test_white_spectra_are_the_same_samples():
    ones = {"kind": "gaussian", "spectrum": [1.0] * 6}
    plain = SampleStream(gaussian, seed=3, replicas=range(3), inputs=6, dtype=torch.float64)
    x, y = plain.take(64)
    for data in ({"kind": "gaussian"}, ones):
        found = (
            open_source(settings(data=data, precision="float64"), None).stream(range(3)).take(64)
        )
        assert torch.equal(found[0], x)
        assert torch.equal(found[1], y)


def test_clusters_have_their_centres_width_and_labels():
    x, y = stream("xor", data={"noise": 0.2}).take(8192)
    x, y = x.flatten(0, 1), y.flatten()
    signs = x[:, :2].sign()  # the noise changes none: five standard deviations
    assert torch.equal(y, (signs.prod(1) > 0).double())
    corners = (signs[:, 0] + 2 * signs[:, 1]).unique(return_counts=True)[1]
    assert len(corners) == 4
    assert stats.chisquare(corners).pvalue > 1e-3
    x[:, :2] -= signs
    assert stats.kstest((x / 0.2).flatten().numpy(), stats.norm.cdf).pvalue > 1e-3


def test_labels_of_a_regression_are_its_line_and_noise():
    found = []
    for noise in (0.0, 0.3):
        x, y = stream("regression", data={"noise": noise}).take(4096)
        x, y = x.flatten(0, 1).numpy(), y.flatten().numpy()
        weights, *_ = np.linalg.lstsq(x, y, rcond=None)
        residual = y - x @ weights
        found.append(weights)
        if noise:
            # σ² (n − M) is that of the noise
            assert stats.kstest(residual / noise, stats.norm.cdf).pvalue > 1e-3
            assert abs(residual.var() / noise**2 - 1) < 4 * np.sqrt(2 / len(y))
        else:
            assert np.abs(residual).max() < 1e-12
    # Errors of the slopes are σ/√(n λ): one w*, of all replicas.
    errors = 0.3 / np.sqrt(len(y) * np.array([4, 1, 1, 1, 1, 0.25]))
    assert stats.chi2(6).sf((((found[1] - found[0]) / errors) ** 2).sum()) > 1e-3


def by_hand(x, teacher):
    """Return the outputs of a teacher from torch's own functions."""
    raw = torch.relu(x @ teacher._first.T + teacher._bias) @ teacher._second
    return (raw - teacher._centre) * teacher._factor


def teacher_of(name):
    return Teacher(run(name).data, inputs=6, seed=3)


@pytest.mark.parametrize("name", ["sign", "bernoulli", "real"])
def test_a_teacher_gives_what_its_network_says(name):
    x, y = stream(name).take(4096)
    x, y = x.flatten(0, 1), y.flatten()
    outputs = by_hand(x, teacher_of(name))
    if name == "real":
        torch.testing.assert_close(y, outputs, rtol=1e-12, atol=1e-12)
        assert 0.9 < float(outputs.std()) < 1.1
    elif name == "sign":
        assert torch.equal(y, (outputs > 0).double())
        assert stats.binomtest(int(y.sum()), len(y)).pvalue > 1e-3
    else:
        chance = outputs.sigmoid()
        z = (y - chance).sum() / (chance * (1 - chance)).sum().sqrt()
        assert abs(z) < 4
        # More often 1 where that is likelier, and by as much.
        z = ((y - chance) * outputs).sum() / (chance * (1 - chance) * outputs**2).sum().sqrt()
        assert abs(z) < 4
        assert 1.8 < float(outputs.std()) < 2.2


def test_a_teacher_belongs_to_the_seed_and_has_the_moments_of_its_weights():
    one, same, other = (Teacher(run("sign").data, inputs=40, seed=seed) for seed in (3, 3, 4))
    assert torch.equal(one._first, same._first)
    assert not torch.equal(one._first, other._first)
    every = torch.cat([one._first.flatten() * 40**0.5, one._bias, one._second])
    assert stats.kstest(every.numpy(), stats.norm.cdf).pvalue > 1e-3


def test_products_are_those_of_torch_and_of_each_sample_alone():
    x = torch.randn(CHUNK + 5, 7, dtype=torch.float64)
    weights = torch.randn(3, 7, dtype=torch.float64)
    found = products(x, weights)
    torch.testing.assert_close(found, weights @ x.T, rtol=1e-12, atol=1e-12)
    for sample in (0, 4095, 4100):
        assert torch.equal(found[:, sample], products(x[sample : sample + 1], weights)[:, 0])


# --- Streams --------------------------------------------------------------------------------------

REGIMES = [
    *((name, {}) for name in KINDS),
    *((name, FINITE) for name in KINDS),
    ("sign", {"labels": {"resampled": 0.3}}),
    ("bernoulli", {"labels": {"resampled": 0.3}, **FINITE}),
    ("xor", {"labels": {"shuffled": 0.3}, **FINITE}),
    ("xor", {"labels": "resampled"}),
]


@pytest.mark.parametrize(("name", "changes"), REGIMES)
def test_samples_depend_neither_on_cuts_nor_on_neighbours_and_go_on_from_their_state(name, changes):
    whole = stream(name, range(5), **changes).take(96)
    pieces = stream(name, range(2, 4), **changes)
    parts = [pieces.take(count) for count in (15, 0, 30)]
    state = pieces.state()
    parts.append(pieces.take(51))
    other = stream(name, range(2, 4), **changes)
    other.take(7)
    other.restore(state)
    again = other.take(51)
    for which in (0, 1):
        assert torch.equal(torch.cat([part[which] for part in parts], 1), whole[which][2:4])
        assert torch.equal(again[which], parts[-1][which])


@EACH
def test_the_probe_is_held_out_with_labels_of_the_data(name):
    source = open_source(run(name), None)
    x, y = source.probe(range(3))
    trained, _ = source.stream(range(3)).take(32)
    assert not np.isin(x.numpy(), trained.numpy()).any()
    longer = open_source(run(name, probe_size=50), None).probe(range(1, 3))
    assert torch.equal(longer[0][:, :32], x[1:])
    assert torch.equal(longer[1][:, :32], y[1:])
    if name == "sign":
        assert torch.equal(y, (by_hand(x, teacher_of(name)) > 0).double())
    if name == "xor":
        assert (y == (x[..., :2].sign().prod(-1) > 0)).double().mean() > 0.8


def test_the_probe_has_random_labels_where_all_labels_of_training_are():
    random, true = (
        open_source(run("sign", probe_size=4096, labels=labels, **finite), None).probe(range(1))
        for labels, finite in (("resampled", {}), ({"shuffled": 0.9}, FINITE))
    )
    assert torch.equal(random[0], true[0])
    agreeing = int((random[1] == true[1]).sum())
    assert stats.binomtest(agreeing, 4096).pvalue > 1e-3
    assert torch.equal(true[1], (by_hand(true[0], teacher_of("sign")) > 0).double())


@pytest.mark.parametrize("labels", ["true", "shuffled", {"shuffled": 0.5}])
def test_a_shared_set_is_that_of_the_first_replica_for_all_and_orders_are_their_own(labels):
    own, shared = (
        stream("bernoulli", range(3), labels=labels, data={"shared": it}, **FINITE)
        for it in (False, True)
    )
    (x, y), (all_x, all_y) = shared.training_set(), own.training_set()
    assert x.shape == (1, 48, 6)
    assert y.shape == (1, 48)
    assert torch.equal(x[0], all_x[0])
    assert torch.equal(y[0], all_y[0])
    assert not torch.equal(all_y[0], all_y[1])
    drawn, drawn_y = shared.take(48)
    table = {tuple(row): label for row, label in zip(x[0].tolist(), y[0].tolist(), strict=True)}
    for lane in range(3):
        labelled = zip(drawn[lane].tolist(), drawn_y[lane].tolist(), strict=True)
        assert all(table[tuple(row)] == label for row, label in labelled)
    assert not torch.equal(drawn[0], drawn[1])
    assert torch.equal(drawn[0], own.take(48)[0][0])


def test_labels_resampled_at_each_draw_are_each_replicas_own_with_a_shared_set():
    _, y = stream("sign", labels="resampled", data={"shared": True}, **FINITE).take(64)
    assert not torch.equal(y[0], y[1])


# --- Partly random labels -------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.25, 0.5, 0.01, 0.99])
def test_exactly_a_share_of_the_set_has_random_labels(share):
    finite = FINITE | {"training_set_size": 1001}
    changes = [{"labels": it} for it in ("true", {"shuffled": share}, "shuffled")]
    (x, true), (same, partly), (_, shuffled) = (
        stream("sign", range(4), **finite, **each).training_set() for each in changes
    )
    assert torch.equal(x, same)
    # A random label is the true one half of the time, so that the chosen ones are found by the
    # stream's own mark of them.
    for lane in range(4):
        chosen = stream("sign", range(4), **finite, **changes[1])._labels._is_random[lane]
        assert int(chosen.sum()) == round(share * 1001)
        assert torch.equal(partly[lane], torch.where(chosen, shuffled[lane], true[lane]))
    wrong, chances = int((partly != true).sum()), 4 * round(share * 1001)
    assert stats.binomtest(wrong, chances).pvalue > 1e-3


def test_a_larger_share_has_the_random_labels_of_a_smaller_one():
    few, many = (
        stream("sign", **FINITE, labels={"shuffled": share})._labels._is_random
        for share in (0.25, 0.5)
    )
    assert bool((many | ~few).all())


@pytest.mark.parametrize("finite", [{}, FINITE])
def test_label_noise_has_its_rate_at_every_draw(finite):
    (x, true), (same, noisy) = (
        stream("xor", labels=labels, **finite).take(8192) for labels in ("true", {"resampled": 0.2})
    )
    assert torch.equal(x, same)
    assert stats.binomtest(int((noisy != true).sum()), noisy.numel(), 0.1).pvalue > 1e-3
    assert set(noisy.unique().tolist()) == {0.0, 1.0}


def test_what_is_no_label_is_refused():
    with pytest.raises(ValueError, match="have no labels of their own"):
        SampleStream(gaussian, seed=0, replicas=range(1), inputs=2, labels="true").take(16)
    assert probe_set(
        gaussian, seed=0, replicas=range(1), samples=3, inputs=2, dtype=torch.float32,
        own_labels=True,
    )[1].shape == (1, 3)  # fmt: skip


# --- Training -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sign", "xor", "regression"])
def test_networks_learn_what_there_is_to_learn(name):
    network = {"kind": "two_layer", "inputs": 6, "hidden": 16}
    trained = train(run(name, network=network, thermal_time_end=6.0, learning_rate=0.05))
    loss = trained.run.loss.mean("replica")
    assert float(loss[-1]) < 0.8 * float(loss[0])


def test_full_batches_without_replacement_make_every_replica_descend_alike():
    full = {"training_set_size": 24, "batch_size": 24, "data": {"shared": True}, "replicas": 3}
    steps = {"thermal_time_end": 0.01, "learning_rate": 0.1, "records": 3}
    sources = [
        open_source(run("sign", sampling=sampling, **full, **steps), None).stream(range(3))
        for sampling in ("without_replacement", "fixed_order", "fresh_subset")
    ]
    for source in sources:
        x, _ = source.take(96)
        batches = x.view(3, 4, 24, 6).sort(2).values
        assert torch.equal(batches, batches[:1, :1].expand_as(batches))
