"""What is memorised, with η/|B| and when: numbers put in are recovered, and others told apart."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats
from synthetic_experiments import generator, make_cells

from thermophoresis.claims.statistics import final_value
from thermophoresis.claims.statistics.noise_correlation import (
    at_one_time,
    coefficient,
    recorded,
)
from thermophoresis.claims.statistics.start_after_best import start_after_best
from thermophoresis.config.statistics.final_value import FinalValueClaim
from thermophoresis.config.statistics.noise_correlation import NoiseCorrelationClaim

RATES, BATCHES = np.array([0.1, 0.1, 0.2, 0.4]), np.array([8, 2, 2, 2])
NETWORKS, RECORDS = 12, 41
COMMON = {"source": "s", "statement": "S.", "because": "B.", "criterion": {"above": 0}}


def correlation(cells, rng, where="end", level=None):
    return coefficient(recorded(cells, where, level), rng)


def memorising(slope, noise=0.0):
    """Cells whose accuracy at a share of ½ goes with η/|B|, whatever it is elsewhere."""
    rng = generator(1)
    drive = np.log(RATES / BATCHES)[:, None, None]
    pace = rng.uniform(1, 2, (4, NETWORKS, 1))
    share = np.clip(pace * np.linspace(0, 1, RECORDS), 0, 1)
    own = noise * rng.normal(size=(4, NETWORKS, 1))
    accuracy = slope * drive + own - (share - 0.5) * (5 + drive)
    return make_cells(accuracy, share, rates=RATES, batches=BATCHES)


@pytest.mark.parametrize("sign", [-1, 1])
def test_what_goes_with_the_drive_at_a_level_is_found(sign):
    cells = memorising(0.1 * sign, noise=1e-4)
    found = correlation(cells, generator(2), "level", 0.5)
    # Of ranks that are tied within cells, and not of what they are correlated with.
    drive = np.repeat(np.log(RATES / BATCHES), NETWORKS)
    expected = stats.spearmanr(drive, np.arange(len(drive)))[0]
    assert found.value == pytest.approx(sign * expected, abs=1e-9)
    assert found.replicas == NETWORKS
    # At the end all have share 1, where a larger drive has the lower accuracy in any case.
    assert correlation(cells, generator(2)).value == pytest.approx(-expected, abs=1e-9)


def test_what_does_not_go_with_it_is_told_apart():
    found = correlation(memorising(0.0, noise=1.0), generator(3), "level", 0.5)
    assert abs(found.value) < 4 * found.standard_error
    assert 0.02 < found.standard_error < 0.3


def test_who_does_not_rise_to_the_level_is_left_out_and_counted():
    cells = memorising(0.1)
    share = cells.view["observable 1"]
    share[2, 3] = np.minimum(share[2, 3], 0.4)
    found = correlation(cells, generator(2), "level", 0.5)
    assert found.replicas == NETWORKS - 1
    assert "1 of 12 networks do not rise to 0.5 in every cell" in found.caveat
    share[2] = 0.4
    assert np.isnan(correlation(cells, generator(2), "level", 0.5).value)


def test_all_are_taken_at_the_largest_training_time_that_they_share():
    step = np.linspace(0, 1, RECORDS)[None, :] * np.array([[100.0], [200.0], [200.0], [100.0]])
    # In terms of ηt: 10, 20, 40 and 40 at the ends.
    curve = np.repeat(step[:, None] * RATES[:, None, None], NETWORKS, axis=1)
    cells = make_cells(curve, rates=RATES, batches=BATCHES)
    cells.view["step"] = (("cell", "record"), step)
    np.testing.assert_allclose(at_one_time(cells), 10, rtol=1e-12)


def test_one_drive_has_no_correlation():
    cells = make_cells(np.ones((2, 5, 3)), rates=np.array([0.1, 0.2]), batches=np.array([1, 2]))
    assert "fewer than two networks or η/|B|" in correlation(cells, generator(4)).caveat


def rising(start, best, noise=0.0):
    """Two cells whose share falls to its least at `start` and whose accuracy is best at `best`."""
    place = np.linspace(0, 1, RECORDS)
    rng = generator(5)
    own = noise * rng.normal(size=(2, NETWORKS, RECORDS))
    share = 0.1 + (place - start) ** 2 + 0 * own
    accuracy = 0.8 - (place - best) ** 2 + own
    return make_cells(share, accuracy, rates=np.array([0.1, 0.2]), batches=np.array([1, 2]))


def test_delays_are_in_training_time():
    cells = rising(0.5, 0.3)
    turn = start_after_best(cells, None, "accuracy", generator(6))
    after = start_after_best(cells, 0.14, "accuracy", generator(6))
    for cell, (found, late) in enumerate(zip(turn, after, strict=True)):
        times = cells.learning_rate[cell] * cells.step[cell]
        where = np.linspace(0, 1, RECORDS)
        expected = np.interp(0.5, where, times) - np.interp(0.3, where, times)
        assert found.value == pytest.approx(expected, rel=1e-9)
        assert found.standard_error == pytest.approx(0, abs=1e-12)
        # From above the level at first: there is no rise to it but that at the start.
        assert late.value == pytest.approx(-np.interp(0.3, where, times), rel=1e-9)


def test_what_is_best_between_records_is_found_there():
    # Half a record after the twelfth, and after the twentieth.
    cells = rising(0.5125, 0.3125)
    for cell, found in enumerate(start_after_best(cells, None, "accuracy", generator(6))):
        end = cells.learning_rate[cell] * cells.step[cell, -1]
        assert found.value == pytest.approx(0.2 * end, rel=1e-9)


def test_the_lowest_loss_is_best_where_that_is_asked_for():
    cells = rising(0.5, 0.3)
    loss = start_after_best(cells, None, "loss", generator(6))
    times = cells.learning_rate[:, None] * cells.step
    for cell, found in enumerate(loss):
        middle = np.interp(0.5, np.linspace(0, 1, RECORDS), times[cell])
        # The accuracy is lowest at the end.
        assert found.value == pytest.approx(middle - times[cell, -1])


def test_what_never_starts_is_not_testable():
    (found, *_) = start_after_best(rising(0.5, 0.3), 2.0, "accuracy", generator(6))
    assert np.isnan(found.value)


def test_a_level_is_given_where_networks_are_taken_at_one():
    given = {"statistic": "noise_correlation", "experiment": "it", "observable": "accuracy"}
    NoiseCorrelationClaim(**given, where="level", reaches="memorised_share", level=0.5, **COMMON)
    for wrong in ({"where": "level"}, {"level": 0.5}, {"where": "end", "reaches": "loss"}):
        with pytest.raises(ValueError, match="reaches and level"):
            NoiseCorrelationClaim(**given | wrong, **COMMON)
    same = {"where": "level", "reaches": "accuracy", "level": 0.5}
    with pytest.raises(ValueError, match="another observable than accuracy"):
        NoiseCorrelationClaim(**given | same, **COMMON)


def test_a_correlation_is_of_what_is_recorded_or_of_what_is_measured():
    given = {"statistic": "noise_correlation", "experiment": "it", **COMMON}
    measured = {"measurement": "hessian_norm", "variable": "hessian_norm"}
    for wrong, why in (
        ({}, "either observable, or measurement and variable"),
        ({"observable": "loss"} | measured, "either observable, or measurement and variable"),
        ({"variable": "hessian_norm"}, "both of measurement and variable"),
        ({"observable": "loss", "given": "train_loss"}, "given, against and trained_to"),
        (measured | {"where": "training_time"}, "where must be left out"),
    ):
        with pytest.raises(ValueError, match=why):
            NoiseCorrelationClaim(**given | wrong)
    assert NoiseCorrelationClaim(**given, observable="loss").reads == ("curves/it",)
    assert len(NoiseCorrelationClaim(**given, **measured, against="other").reads) == 4


def test_a_last_value_is_that_of_the_last_record():
    values = np.arange(24.0).reshape(1, 1, 1, 6, 4)
    dimensions = ("learning_rate", "batch_size", "seed", "replica", "record")
    curves = xr.Dataset(
        {"accuracy": (dimensions, values), "trained": (dimensions[:2], np.ones((1, 1), np.int8))},
        {"learning_rate": [0.1], "batch_size": [1], "seed": [0], "replica": np.arange(6)},
    )
    claim = FinalValueClaim(
        statistic="final_value", experiment="it", observable="accuracy", **COMMON
    )
    (found,) = final_value.estimate(claim, {"curves/it": curves}, generator(7))
    last = values[..., -1].ravel()
    assert found.value == pytest.approx(last.mean())
    assert found.standard_error == pytest.approx(last.std() / np.sqrt(5), rel=0.1)
