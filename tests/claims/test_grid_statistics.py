"""Statistics over a grid of η and |B|, against closed forms, scipy and what is put in."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy import stats
from synthetic_experiments import generator

from thermophoresis.claims.judge import judge
from thermophoresis.claims.ranks import Pairs, spearman
from thermophoresis.claims.statistics import (
    correlation_within,
    gap_to_descent,
    measured_exponents,
    noise_alone,
    noise_correlation,
    trained_share,
)
from thermophoresis.config import kinds
from thermophoresis.config.problems import validate
from thermophoresis.errors import UserError

RATES, BATCHES, NETWORKS = np.array([0.1, 0.2, 0.4]), np.array([1, 2, 4]), 64
AXES = ("learning_rate", "batch_size", "seed", "replica", "record")
CLAIM = {
    "source": "Slides",
    "statement": "It is.",
    "criterion": {"below": 0},
    "experiment": "toy",
    "measurement": "size",
}
MODULES = {
    it.__name__.rpartition(".")[2]: it
    for it in (
        correlation_within, gap_to_descent, measured_exponents, noise_alone, noise_correlation,
        trained_share,
    )
}  # fmt: skip


def gathered(values, steps=40, rates=RATES, batches=BATCHES, arrivals=None):
    """A measurement and its curves; values are (rate, batch, network), or with records behind."""
    first = next(iter(values.values()))
    records = first.shape[3] if first.ndim == 4 else 1
    steps = np.broadcast_to(steps, (len(rates), len(batches), records))
    coordinates = {
        "learning_rate": rates,
        "batch_size": batches,
        "seed": [0],
        "replica": np.arange(first.shape[2]),
        "step": (("learning_rate", "batch_size", "record"), steps),
    }
    variables = {
        name: (AXES, it.reshape(*it.shape[:2], 1, it.shape[2], records))
        for name, it in values.items()
    }
    here = {"trained": (AXES[:2], np.ones((len(rates), len(batches)), np.int8))}
    measured = xr.Dataset(variables | here, coordinates)
    recorded = {"loss": variables[next(iter(values))]} | here
    if arrivals is not None:
        recorded["arrival_step"] = (AXES[:4], arrivals[:, :, None])
    return measured, xr.Dataset(recorded, coordinates)


def cells(size, seed=1, scatter=0.1, **further):
    """What all statistics want: a size of each cell, times a scatter of networks."""
    rng = generator(seed)
    noise = np.exp(scatter * rng.normal(size=(3, 3, NETWORKS)))
    values = {"x": size[..., None] * noise}
    values |= {"train_loss": np.full_like(noise, 0.03), "train_accuracy": np.ones_like(noise)}
    return values | further


def judged(statistic, read, **settings):
    claim = kinds.model("statistics", statistic)(**{**CLAIM, "statistic": statistic, **settings})
    inputs = {}
    for name, (measured, curves) in read.items():
        inputs |= {f"measurements/size/{name}": measured, f"curves/{name}": curves}
    found = MODULES[statistic].estimate(claim, inputs, generator(5))
    return claim, found


def eta():
    return np.broadcast_to(RATES[:, None], (3, 3))


def batch():
    return np.broadcast_to(BATCHES, (3, 3)).astype(float)


# --- Rank correlations ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_spearman_is_that_of_scipy(seed):
    x, y, z = generator(2, seed).integers(9, size=(3, 40)).astype(float)
    rows = np.stack([x, y]), np.stack([y, x])
    assert spearman(*rows) == pytest.approx([stats.spearmanr(x, y)[0]] * 2, rel=1e-12)
    xy, xz, yz = (stats.spearmanr(*it)[0] for it in ((x, y), (x, z), (y, z)))
    expected = (xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2))
    assert float(spearman(x, y, z)) == pytest.approx(expected, rel=1e-10)
    assert float(spearman(x, y, np.ones(40))) == pytest.approx(xy, rel=1e-12)
    assert np.isnan(spearman(x, y, x))
    assert np.isnan(spearman(x, np.ones(40)))


@pytest.mark.parametrize("seed", range(3))
def test_kendall_of_resamples_is_that_of_scipy(seed):
    rng = generator(3, seed)
    x, y = rng.integers(6, size=(2, 3, 10)).astype(float)
    pairs = Pairs(x, y)
    chosen = rng.integers(10, size=10)
    for drawn in (np.arange(10), chosen):
        expected = stats.kendalltau(x[:, drawn].ravel(), y[:, drawn].ravel())[0]
        counts = np.bincount(drawn, minlength=10)[None].astype(float)
        assert pairs.kendall(counts) == pytest.approx([expected], rel=1e-12)


def test_what_falls_with_noise_does():
    claim, found = judged("noise_correlation", {"toy": gathered(cells(batch() / eta()))},
                          variable="x")  # fmt: skip
    assert -1 <= found.value < -0.95
    assert found.replicas == NETWORKS
    assert judge("a", claim, found, 0.9999)["verdict"] == "supported"
    _, rising = judged("noise_correlation", {"toy": gathered(cells(eta() / batch()))},
                       variable="x")  # fmt: skip
    assert rising.value == pytest.approx(-found.value, abs=0.02)
    # The networks of all cells at once.
    values = cells(batch() / eta())["x"]
    drive = np.broadcast_to((eta() / batch())[..., None], values.shape)
    assert found.value == pytest.approx(stats.spearmanr(values.ravel(), drive.ravel())[0])


def test_what_is_of_training_time_alone_is_none_of_noise():
    """At equal epochs it goes with η/|B|, which another end of training tells from ηt."""
    steps = (400 / batch())[..., None]
    time = steps[..., 0] * eta()
    equal_epochs = gathered(cells(1 / time), steps)
    flat = gathered(cells(np.full((3, 3), 1 / 40.0)), (40 / eta())[..., None])
    _, alone = judged("noise_correlation", {"toy": equal_epochs}, variable="x")
    assert alone.value < -0.9
    _, undefined = judged(
        "noise_correlation", {"toy": equal_epochs}, variable="x", given="training_time"
    )
    assert np.isnan(undefined.value)
    assert "goes with η/|B|" in undefined.caveat
    claim, both = judged(
        "noise_correlation", {"toy": equal_epochs, "flat": flat}, variable="x", against="flat",
        given="training_time",
    )  # fmt: skip
    assert claim.subjects == ("toy", "flat")
    assert abs(both.value) < 0.25 < abs(alone.value)
    assert "18 cells" in both.caveat
    _, still = judged("noise_correlation", {"toy": flat}, variable="x", given="training_time")
    assert abs(still.value) < 4 * still.standard_error


def test_networks_that_have_arrived_have_their_own_time():
    arrivals = np.broadcast_to((40 / eta())[..., None], (3, 3, NETWORKS)).copy()
    values = cells(batch() / eta())
    frozen = gathered(values, 1000, arrivals=arrivals)
    _, found = judged("noise_correlation", {"toy": frozen}, variable="x", given="training_time")
    # All arrived after one ηt, so that nothing is taken off.
    _, plain = judged("noise_correlation", {"toy": frozen}, variable="x")
    assert found.value == pytest.approx(plain.value, rel=1e-12)


def test_networks_that_never_arrive_are_left_out_and_counted():
    values = cells(batch() / eta())
    arrivals = np.full((3, 3, NETWORKS), 40)
    arrivals[1, 2, :5] = -1
    # What these are at the end of training is not at the level: it must not count.
    values["x"][1, 2, :5] = 1e6
    values["loss_gap"] = generator(7).normal(size=values["x"].shape)
    short = {name: it[..., 5:] for name, it in values.items()}
    within = {"of": "x", "on": "loss_gap", "within": "cell", "coefficient": "kendall"}
    for statistic, asked in (
        ("noise_correlation", {"variable": "x"}),
        ("measured_exponents", {"variable": "x"}),
        ("correlation_within", within),
    ):
        _, found = judged(statistic, {"toy": gathered(values, arrivals=arrivals)}, **asked)
        _, expected = judged(statistic, {"toy": gathered(short)}, **asked)
        assert found.value == pytest.approx(expected.value, rel=1e-12)
        assert found.replicas == NETWORKS - 5
        assert "5 networks never arrive at the level in some cell" in found.caveat


def test_cells_that_are_not_trained_do_not_count():
    values = cells(batch() / eta())
    values["train_accuracy"][0, 2] = 0.5
    values["x"][0, 2] = 0.0
    claim, found = judged(
        "noise_correlation", {"toy": gathered(values)}, variable="x", trained_to=0.99
    )
    assert "1 cells with less than 99% are left out; 8 cells" in found.caveat
    assert found.value < -0.95
    values["x"][1, 1, 3] = np.nan
    _, fewer = judged("noise_correlation", {"toy": gathered(values)}, variable="x")
    assert fewer.replicas == NETWORKS - 1
    assert claim.reads == ("measurements/size/toy", "curves/toy")


@pytest.mark.parametrize("coefficient", ["spearman", "kendall"])
def test_within_groups_what_groups_share_is_fixed(coefficient):
    rng = generator(6)
    own = rng.normal(size=(3, 3, NETWORKS))
    x, y = eta()[..., None] / batch()[..., None] + 0.01 * own, -own
    read = {"toy": gathered(cells(np.ones((3, 3)), y=y) | {"x": x})}
    asked = {"of": "x", "on": "y", "coefficient": coefficient}
    _, within = judged("correlation_within", read, within="noise", **asked)
    assert within.value == pytest.approx(-1, abs=1e-6)
    assert "mean over 5 groups" in within.caveat
    _, cell = judged("correlation_within", read, within="cell", **asked)
    assert "mean over 9 groups" in cell.caveat
    independent = {"toy": gathered(cells(np.ones((3, 3)), y=rng.normal(size=own.shape)) | {"x": x})}
    _, nothing = judged("correlation_within", independent, within="cell", **asked)
    assert abs(nothing.value) < 4 * nothing.standard_error
    # Nine cells of independent networks.
    expected = 1 / np.sqrt(NETWORKS) * (1 if coefficient == "spearman" else 2 / 3) / 3
    assert nothing.standard_error == pytest.approx(expected, rel=0.5)


# --- Exponents, and whether η/|B| suffices --------------------------------------------------------


@pytest.mark.parametrize(("of", "expected"), [("rate", -0.7), ("batch", 0.4), ("sum", -0.3)])
def test_exponents_that_are_put_in_are_found(of, expected):
    read = {"toy": gathered(cells(eta() ** -0.7 * batch() ** 0.4))}
    _, found = judged("measured_exponents", read, variable="x", of=of)
    assert found.value == pytest.approx(expected, abs=4 * found.standard_error)
    assert 0 < found.standard_error < 0.05
    assert "exponent −0.698 of η and 0.403 of |B|" in found.caveat
    _, few = judged("measured_exponents", read, variable="x", of=of, learning_rate=0.1)
    assert np.isnan(few.value)


def test_one_value_for_each_noise_is_told_from_one_for_each_cell():
    shared = {"toy": gathered(cells((batch() / eta()) ** 0.5))}
    asked = {"variable": "x", "criterion": {"at_least": -0.1, "at_most": 0.1}}
    claim, found = judged("noise_alone", shared, of="deviation", **asked)
    assert len(found) == 7  # the two outer cells are alone with their η/|B|
    assert judge("a", claim, found, 0.999)["verdict"] == "supported"
    other = {"toy": gathered(cells((batch() / eta()) ** 0.5 * eta() ** -0.5))}
    claim, found = judged("noise_alone", other, of="deviation", **asked)
    assert judge("a", claim, found, 0.999)["verdict"] == "refuted"
    # η = 0.1 beside 0.2 at η/|B| = 0.1: half of ½ ln 2.
    cell = next(it for it in found if it.cell == "η = 0.1, |B| = 1")
    expected = 0.5 * np.log(4) / 2
    assert cell.value == pytest.approx(expected, abs=5 * cell.standard_error)


def test_the_p_value_is_uniform_where_nothing_differs():
    noise = np.repeat([1.0, 2.0], 3)
    found = [
        noise_alone.p_value(generator(7, it).normal(size=(6, 8)) + noise[:, None], noise)
        for it in range(300)
    ]
    assert stats.kstest(found, "uniform").pvalue > 0.001
    moved = generator(8).normal(size=(6, 20)) + np.arange(6)[:, None]
    assert noise_alone.p_value(moved, noise) < 1e-4
    # Of two cells it is Student's test of the difference.
    pair = generator(9).normal(size=(2, 20))
    expected = stats.ttest_rel(*pair).pvalue
    assert noise_alone.p_value(pair, np.ones(2)) == pytest.approx(expected, rel=1e-9)
    assert np.isnan(noise_alone.p_value(pair, np.array([1.0, 2.0])))


def test_a_p_value_that_is_not_small_shows_nothing():
    shared = {"toy": gathered(cells((batch() / eta()) ** 0.5))}
    asked = {"variable": "x", "of": "p_value", "criterion": {"below": 0.05}}
    claim, (found,) = judged("noise_alone", shared, **asked)
    assert found.value > 0.05
    assert judge("a", claim, (found,), 0.999)["verdict"] == "inconclusive"
    model = kinds.model("statistics", "noise_alone")
    settings = {**CLAIM, "statistic": "noise_alone", **asked, "criterion": {"above": 0.05}}
    _, (problem,) = validate(model, settings)
    assert "must be below alone" in problem.message
    _, (problem,) = validate(model, settings | {"criterion": {"below": 1, "counterexample": True}})
    assert "at_least alone with counterexample" in problem.message


def test_a_small_p_value_refutes_that_only_the_ratio_counts_and_a_large_one_supports_nothing():
    asked = {"variable": "x", "of": "p_value"}
    asked |= {"criterion": {"at_least": 0.05, "counterexample": True}}
    for values, expected in (((batch() / eta()) ** 0.5, "inconclusive"), (batch(), "refuted")):
        claim, (found,) = judged("noise_alone", {"toy": gathered(cells(values))}, **asked)
        assert judge("a", claim, (found,), 0.999)["verdict"] == expected


# --- Descent without noise, and what is learned ---------------------------------------------------


def descent(values, losses, steps):
    """One cell of full batches with snapshots; values and losses are (network, record)."""
    shaped = {"x": values[None, None], "train_loss": losses[None, None]}
    return gathered(shaped, steps, rates=np.array([0.2]), batches=np.array([500]))


def test_gaps_are_taken_at_equal_time_and_at_equal_loss():
    steps = np.array([0, 50, 100])  # ηt = 0, 10, 20
    own = generator(10).normal(size=(NETWORKS, 1))
    losses = np.exp(-np.array([0.0, 1.0, 2.0])) * np.ones((NETWORKS, 1))
    reference = descent(np.array([3.0, 2.0, 1.0]) + own, losses, steps)
    x = np.broadcast_to(own[:, 0] + 0.5, (3, 3, NETWORKS))
    values = cells(np.ones((3, 3))) | {"x": x}
    values["train_loss"] = np.full((3, 3, NETWORKS), np.exp(-1.75))
    read = {"toy": gathered(values, (15 / eta())[..., None]), "still": reference}
    asked = {"variable": "x", "against": "still"}
    _, found = judged("gap_to_descent", read, equal="training_time", **asked)
    # Half way between 2 and 1, of networks that are paired.
    assert found.value == pytest.approx(0.5 - 1.5, abs=1e-9)
    assert found.standard_error < 1e-9
    _, found = judged("gap_to_descent", read, equal="train_loss", **asked)
    assert found.value == pytest.approx(0.5 - 1.25, abs=1e-9)
    assert "mean over 9 cells" in found.caveat
    values["train_loss"][0, 0, :5] = np.exp(-2.5)  # further than descent has come
    read["toy"] = gathered(values, (15 / eta())[..., None])
    _, found = judged("gap_to_descent", read, equal="train_loss", **asked)
    assert found.replicas == NETWORKS - 5
    assert "5 of 64 networks never arrive or are nowhere equal" in found.caveat
    several = {"toy": read["toy"], "still": gathered(values)}
    with pytest.raises(UserError, match="one cell"):
        judged("gap_to_descent", several, equal="train_loss", **asked)


def test_gaps_of_logarithms():
    losses = np.exp(-np.array([0.0, 1.0, 2.0])) * np.ones((NETWORKS, 1))
    reference = descent(np.full((NETWORKS, 3), 2.0), losses, np.array([0, 50, 100]))
    values = cells(np.full((3, 3), 3.0), scatter=0.0)
    read = {"toy": gathered(values, (15 / eta())[..., None]), "still": reference}
    asked = {"variable": "x", "against": "still", "equal": "training_time"}
    _, found = judged("gap_to_descent", read, logarithm=True, batch_size=4, **asked)
    assert found.value == pytest.approx(np.log(1.5))


def test_the_share_of_cells_that_are_trained():
    values = cells(np.ones((3, 3)))
    values["train_accuracy"][0] = 0.98
    values["train_accuracy"][1, 0, : NETWORKS // 2] = 0.5
    claim, found = judged("trained_share", {"toy": gathered(values)}, trained_to=0.99,
                             criterion={"above": 0.5})  # fmt: skip
    assert found.value == pytest.approx((5 + 0.5) / 9)
    assert "in 5 of 9 cells every network has" in found.caveat
    low, high = replace(found, value=0.99, standard_error=0.1).interval(0.99)
    assert 0 < low < high == 1  # of a share
    assert judge("a", claim, found, 0.999)["verdict"] == "supported"
