"""The gap between two experiments with paired networks: value, interval, what pairing gains."""

import numpy as np
import pytest
import xarray as xr
from synthetic_experiments import DIMENSIONS, generator

from thermophoresis.claims.statistics.paired_gap import estimate
from thermophoresis.config.statistics.paired_gap import PairedGapClaim
from thermophoresis.errors import UserError
from thermophoresis.numerics import resampling

RATES, BATCHES = [0.05, 0.1], [1, 2]
START, FALL = 0.8, 0.3  # of the second experiment, the latter per unit of time
END = 2.0  # of the time that both have


def make(rng, gap=-0.1, *, shared=0.1, own=0.02, seeds=2, replicas=12):
    """Content of two curves files: straight lines, apart by the gap per unit of time.

    A network has an offset in both experiments and all cells, and one of its own in each. The
    experiments have different records and ends, so that they meet nowhere but at their starts.
    """
    offset = shared * rng.normal(size=(1, 1, seeds, replicas, 1))
    found = []
    for slope, end, records in ((gap - FALL, 2.5, 14), (-FALL, END, 7)):
        time = end * np.linspace(0, 1, records) ** 2
        step = np.stack([[1000 * time * batch / rate**2 for batch in BATCHES] for rate in RATES])
        noise = own * rng.normal(size=(2, 2, seeds, replicas, 1))
        found.append(
            xr.Dataset(
                {
                    "loss": (DIMENSIONS, START + slope * time + offset + noise),
                    "trained": (DIMENSIONS[:2], np.array([[1, 1], [1, 0]], np.int8)),
                },
                {
                    "learning_rate": RATES,
                    "batch_size": BATCHES,
                    "seed": np.arange(seeds),
                    "replica": np.arange(replicas),
                    "step": (("learning_rate", "batch_size", "record"), step),
                },
            )
        )
    return found


def claim(**other):
    return PairedGapClaim(
        source="Section 3",
        statement="Noise lowers the loss.",
        criterion={"below": 0},
        statistic="paired_gap",
        experiment="noisy",
        against="quiet",
        observable="loss",
        **other,
    )


def of(first, second, rng=None, **other):
    read = {"curves/noisy": first, "curves/quiet": second}
    return estimate(claim(**other), read, generator(1) if rng is None else rng)


ONE = {"learning_rate": 0.05, "batch_size": 1}


def slowly(first, second, cell, over):
    """Return gap and standard error of the ratio of means, pair by pair, without any array."""
    differences, starts = [], []
    curves = [dataset.sel(cell) for dataset in (first, second)]
    last = min(float(it["step"][-1]) for it in curves)
    points = [last] if over == "end" else [last * i / 2000 for i in range(2001)]

    def at(steps, values, point):
        for k in range(len(steps) - 1):
            if steps[k] <= point <= steps[k + 1]:
                part = (point - steps[k]) / (steps[k + 1] - steps[k])
                return values[k] * (1 - part) + values[k + 1] * part
        raise AssertionError(point)

    for seed in first["seed"].values:
        for replica in first["replica"].values:
            rows = [it["loss"].sel(seed=seed, replica=replica).values.tolist() for it in curves]
            steps = [it["step"].values.tolist() for it in curves]
            gaps = [at(steps[0], rows[0], point) - at(steps[1], rows[1], point) for point in points]
            differences.append(sum(gaps) / len(gaps))
            starts.append(rows[1][0])
    n = len(starts)
    mean, start = sum(differences) / n, sum(starts) / n
    ratio = mean / start
    residuals = [(d - ratio * s) / start for d, s in zip(differences, starts, strict=True)]
    return ratio, (sum(it**2 for it in residuals) / (n - 1) / n) ** 0.5


@pytest.mark.parametrize("over", ["end", "whole"])
def test_against_a_slow_implementation(over, monkeypatch):
    monkeypatch.setattr(resampling, "RESAMPLES", 20_000)
    first, second = make(generator(2))
    (found,) = of(first, second, over=over, **ONE)
    value, error = slowly(first, second, ONE, over)
    assert found.value == pytest.approx(value, rel=1e-10)
    # The bootstrap agrees with the delta method up to its own noise.
    assert found.standard_error == pytest.approx(error, rel=0.05)
    assert (found.replicas, found.caveat, found.cell) == (24, "", "")


def test_without_noise_it_is_what_the_lines_are_apart():
    first, second = make(generator(3), gap=-0.1, shared=0, own=0)
    for found in of(first, second, batch_size=1):
        assert found.value == pytest.approx(-0.1 * END / START, rel=1e-12)
    for found in of(first, second, batch_size=1, over="whole"):
        assert found.value == pytest.approx(-0.1 * END / 2 / START, rel=1e-12)
    assert of(second, first, **ONE)[0].value == pytest.approx(0.1 * END / START, rel=1e-12)


def test_each_cell_that_is_asked_for_is_named():
    first, second = make(generator(4))
    names = ["η = 0.05, |B| = 1", "η = 0.05, |B| = 2", "η = 0.1, |B| = 1"]
    assert [it.cell for it in of(first, second)] == names  # and not the one that is not trained
    assert [it.cell for it in of(first, second, batch_size=1)] == [names[0], names[2]]
    assert [it.cell for it in of(first, second, learning_rate=0.05)] == names[:2]


def test_intervals_cover_the_gap_as_often_as_they_say():
    truth, covered, trials = -0.1 * END / START, 0, 500
    for trial in range(trials):
        first, second = make(generator(5, trial), own=0.1)
        (found,) = of(first, second, generator(6, trial), **ONE)
        low, high = found.interval(0.9)
        covered += low <= truth <= high
    assert abs(covered / trials - 0.9) < 4 * np.sqrt(0.9 * 0.1 / trials)


def test_pairing_narrows_the_interval():
    first, second = make(generator(7), shared=0.1, own=0.01)
    (paired,) = of(first, second, **ONE)
    shuffled = second.copy()
    shuffled["loss"] = second["loss"].roll(replica=1)
    (unpaired,) = of(first, shuffled, **ONE)
    assert paired.value == pytest.approx(unpaired.value, rel=1e-10)
    assert paired.standard_error < unpaired.standard_error / 4


def test_a_network_that_diverges_in_one_of_them_is_left_out_of_both():
    first, second = make(generator(8))
    first["loss"][1, 0, 0, 3, 5:] = np.nan
    second["loss"][0, 0, 1, 7, 4:] = np.inf
    first["loss"][0, 0, 1, 1, -1] = np.nan  # after the end of the other
    found = of(first, second, batch_size=1)
    assert {it.replicas for it in found} == {22}
    assert {it.caveat for it in found} == {"2 of 24 are not finite and left out"}
    kept = [i for i in range(24) if i not in (3, 12 + 7)]
    expected = [
        dataset["loss"].sel(ONE).values.reshape(24, -1)[kept] for dataset in (first, second)
    ]
    start = expected[1][:, 0].mean()
    steps = [dataset["step"].sel(ONE).values for dataset in (first, second)]
    end = np.mean([np.interp(steps[1][-1], steps[0][:-1], row[:-1]) for row in expected[0]])
    assert found[0].value == pytest.approx((end - expected[1][:, -1].mean()) / start, rel=1e-10)


def test_in_units_of_its_own_it_is_the_difference_itself():
    first, second = make(generator(9))
    start = float(second["loss"].sel(ONE).isel(record=0).mean())
    (own,), (relative,) = of(first, second, relative=False, **ONE), of(first, second, **ONE)
    assert own.value == pytest.approx(relative.value * start, rel=1e-10)


def test_a_start_at_zero_says_nothing():
    first, second = make(generator(9), own=0, shared=0)
    second["loss"] -= START
    (found,) = of(first, second, **ONE)
    assert (np.isnan(found.value), found.caveat) == (
        True,
        "the mean in units of which it is given is zero",
    )


def test_refuses_what_cannot_be_paired():
    first, second = make(generator(10))
    with pytest.raises(UserError, match="other values of seed"):
        of(first, second.assign_coords(seed=[0, 5]), **ONE)
    with pytest.raises(UserError, match="holds no loss"):
        of(first, second.drop_vars("loss"), **ONE)
    late = second.assign_coords(step=second["step"] + 1e9)
    with pytest.raises(UserError, match="no range of steps in common"):
        of(first, late, **ONE)
