"""Statistics of what goes with η/|B|: numbers put in are recovered, and others are told apart."""

import numpy as np
import pytest
import xarray as xr
from synthetic_experiments import generator, make_cells

from thermophoresis.claims.equal_loss import at_equal_loss, each_at_one_loss
from thermophoresis.claims.statistics.drive_agreement import drive_agreement
from thermophoresis.claims.statistics.drive_exponents import drive_exponents
from thermophoresis.claims.statistics.equalised_spread import estimate as equalised
from thermophoresis.claims.statistics.equalised_spread import excess, spreads, stretches
from thermophoresis.config.statistics.drive_agreement import DriveAgreementClaim
from thermophoresis.config.statistics.equalised_spread import EqualisedSpreadClaim
from thermophoresis.errors import UserError

RATES = np.array([0.2, 0.2, 0.2, 0.2, 0.04, 0.1])
BATCHES = np.array([3, 15, 30, 54, 3, 15])
NETWORKS, RECORDS = 40, 12
COMMON = {"source": "s", "statement": "S.", "because": "B.", "criterion": {"above": 0}}


def view(means, noise=0.0, rates=RATES, batches=BATCHES):
    """Cells with a late observable of these means, a transient before it, and noise of each."""
    step = np.linspace(0, 1, RECORDS) ** 2 * 100 / rates[:, None]
    rng = generator(1)
    values = means[:, None, None] + noise * rng.normal(size=(len(means), NETWORKS, 1))
    transient = np.where(np.linspace(0, 1, RECORDS) < 0.6, 5.0, 0.0)
    return xr.Dataset(
        {"loss": (("cell", "network", "record"), values + transient)},
        {
            "learning_rate": ("cell", rates),
            "batch_size": ("cell", batches),
            "step": (("cell", "record"), step),
        },
    )


@pytest.mark.parametrize(("theta", "expected"), [(1.0, 0.0), (0.5, 0.3), (0.0, 0.6)])
def test_exponents_of_a_power_of_the_drive_are_found(theta, expected):
    # η^0.6 |B|^(−0.6θ): exponents that add up to 0.6 (1 − θ).
    cells = view(0.3 * (RATES / BATCHES**theta) ** 0.6)
    found = drive_exponents(cells, "loss", "sum", generator(2))
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert found.standard_error == pytest.approx(0, abs=1e-9)
    power = drive_exponents(cells, "loss", "batch_power", generator(2))
    assert power.value == pytest.approx(theta, abs=1e-9)
    assert "exponent 0.600 of η" in found.caveat


def test_any_function_of_the_drive_has_exponents_that_add_up_to_zero():
    u = np.log(RATES / BATCHES)
    found = drive_exponents(view(np.exp(0.2 * u + 0.05 * u**2)), "loss", "sum", generator(3))
    assert found.value == pytest.approx(0, abs=1e-9)


def test_the_error_of_exponents_is_that_of_networks():
    means = 0.3 * (RATES / BATCHES) ** 0.1
    found = drive_exponents(view(means, noise=0.01), "loss", "sum", generator(4))
    assert 0 < found.standard_error < 0.01
    assert abs(found.value) < 4 * found.standard_error
    assert found.replicas == NETWORKS
    told = f"{abs(found.value) / found.standard_error:.1f} standard errors from 0"
    assert told in found.caveat
    power = drive_exponents(view(means, noise=0.01), "loss", "batch_power", generator(4))
    told = f"{abs(power.value - 1) / power.standard_error:.1f} standard errors from 1"
    assert told in power.caveat


def test_exponents_that_are_not_defined_say_why():
    few = drive_exponents(view(np.ones(3), rates=RATES[:3], batches=BATCHES[:3]), *ASKED)
    assert np.isnan(few.value)
    assert "more than 4 cells" in few.caveat
    below = drive_exponents(view(-np.ones(6)), *ASKED)
    assert np.isnan(below.value)
    assert "not above 0" in below.caveat


ASKED = ("loss", "sum", generator(5))


def networks(slope, noise=1.0):
    """Four cells whose observable at a loss of 0.2 goes with η/|B|, and everywhere with noise."""
    rng = generator(6)
    rates, batches = np.array([0.1, 0.1, 0.2, 0.4]), np.array([4, 2, 2, 2])
    drive = np.log(rates / batches)[:, None, None]
    loss = np.exp(-np.linspace(0, 3, 61)) * np.ones((4, 30, 1))
    loss[:, 0] = np.maximum(loss[:, 0], 0.2)  # one that comes no further
    low = slope * drive + noise * rng.normal(size=(4, 30, 1)) + 7 * (loss - 0.2)
    return make_cells(low, loss, rates=rates, batches=batches)


def test_more_noise_agrees_with_what_is_lower():
    found = drive_agreement(networks(-1.0, noise=0.01), generator(7))
    # Of cells of equal η/|B| there are none: 1 but for ties within cells, as τ-b counts them.
    pairs = 120 * 119 / 2
    tied = 4 * 30 * 29 / 2
    assert found.value == pytest.approx(np.sqrt((pairs - tied) / pairs), abs=1e-3)
    assert drive_agreement(networks(1.0), generator(7)).value < -0.2
    none = drive_agreement(networks(0.0), generator(7))
    assert abs(none.value) < 4 * none.standard_error
    assert "where the loss is 0.2" in none.caveat


def test_networks_are_taken_where_each_reaches_the_level():
    loss = np.array([[[4.0, 2.0, 1.0], [4.0, 3.0, 2.0]]])
    level, (curve,) = each_at_one_loss([np.array([[[0.0, 1.0, 2.0], [5.0, 6.0, 7.0]]])], loss)
    assert level == 2.0
    np.testing.assert_allclose(curve, [[1.0, 7.0]])
    assert each_at_one_loss([loss], loss[..., ::-1]) is None


def test_levels_of_a_loss_can_be_those_below_one():
    losses = [np.array([4.0, 2.0, 1.0, 0.5])] * 2
    curves = [np.array([0.0, 0.0, 1.0, 2.0]), np.array([9.0, 0.0, 0.0, 0.0])]
    whole, late = (at_equal_loss(curves, losses, at_most=it) for it in (None, 1.0))
    assert whole[1].max() == 9
    assert late[1].max() == 0
    assert (late[0] >= 1).all()


def test_stretches_are_what_eta_is_kept_for():
    rate = np.array([0.2] * 6 + [0.1] * 5 + [0.05] * 4 + [0.2])
    found = stretches(rate)
    assert [eta for eta, _ in found] == [0.2, 0.1, 0.05]
    assert [(it.start, it.stop) for _, it in found] == [(3, 6), (8, 11), (13, 16)]


def falling(scales, power=1.2, size=0.5, noise=0.0):
    """Cells whose excess is that power of η times a scale, on which they have another loss each."""
    rate = np.repeat([0.2, 0.1, 0.05, 0.001], 6)
    rng = generator(8)
    cells = len(scales)
    levels = np.arange(1.0, cells + 1)[:, None, None]
    above = size * (scales[:, None, None] * np.where(rate > 0.01, rate, 0)) ** power
    values = levels + above * np.exp(noise * rng.normal(size=(cells, NETWORKS, 1)))
    label = {"setting": "hidden"}
    return xr.Dataset(
        {
            "train_loss": (DIMENSIONS, values[:, None, None, None]),
            "noise_trace": (DIMENSIONS, (scales[:, None, None] + 0 * values)[:, None, None, None]),
            "trained": (DIMENSIONS[:3], np.ones((cells, 1, 1), np.int8)),
        },
        {
            "hidden": ("hidden", np.arange(cells), label),
            "learning_rate": [0.2],
            "batch_size": [6],
            "seed": [0],
            "replica": np.arange(NETWORKS),
            "scheduled_learning_rate": (
                ("hidden", "learning_rate", "batch_size", "record"),
                np.broadcast_to(rate, (cells, 1, 1, len(rate))),
            ),
        },
    )


DIMENSIONS = ("hidden", "learning_rate", "batch_size", "seed", "replica", "record")


def claim(**others):
    return EqualisedSpreadClaim(
        statistic="equalised_spread",
        experiment="it",
        observable="train_loss",
        **{"scale": "noise_trace"} | COMMON | others,
    )


def spread_of(read, **others):
    return equalised(claim(**others), {"curves/it": read}, generator(9))


def test_the_scale_of_the_noise_equalises_what_goes_with_it():
    scales = np.array([1.0, 2.0, 5.0])
    found = spread_of(falling(scales))
    assert found.value == pytest.approx(0, abs=1e-9)
    assert f"{np.log(scales**1.2).std():.2f} at one η/|B|" in found.caveat
    assert "power 1.20" in found.caveat
    # Another scale, the inverse, doubles the spread.
    read = falling(scales)
    other = spread_of(read.assign(noise_trace=1 / read["noise_trace"]))
    assert other.value == pytest.approx(2, abs=1e-9)
    noisy = spread_of(falling(scales, noise=0.2))
    assert 0 < noisy.value < 0.2
    assert noisy.standard_error > 0


def test_an_excess_that_still_falls_is_not_testable():
    read = falling(np.array([1.0, 2.0, 5.0]), noise=0.02)
    assert "of itself where it changes most" in spread_of(read).caveat
    # From 1.2 to 0.8 of itself in the half of the first stretch that is taken for stationary.
    factor = np.ones(24)
    factor[:6] = np.linspace(2.2, 0.8, 6)
    levels = read["train_loss"].isel(record=slice(18, None)).mean("record")
    fallen = levels + (read["train_loss"] - levels) * factor
    found = spread_of(read.assign(train_loss=fallen.transpose(*DIMENSIONS)))
    assert np.isnan(found.value)
    assert "not stationary" in found.caveat


def test_spreads_are_at_one_scaled_rate():
    rates, scale = np.array([0.4, 0.2, 0.1]), np.array([[1.0], [3.0]])
    fixed, equal, power = spreads(rates, (rates[:, None] * scale[:, None]) ** 2.0, scale)
    assert fixed[0] == pytest.approx(np.log(3))
    assert equal[0] == pytest.approx(0, abs=1e-12)
    assert power[0] == pytest.approx(2)


def test_rates_that_do_not_fall_are_refused():
    read = falling(np.array([1.0, 2.0]))
    with pytest.raises(UserError, match="falls in steps"):
        spread_of(read.drop_vars("scheduled_learning_rate"))
    short = read.isel(record=slice(12, 24))
    with pytest.raises(UserError, match="three stretches"):
        spread_of(short)


def test_a_claim_needs_another_observable_than_the_loss():
    with pytest.raises(ValueError, match="lower must be another than loss"):
        DriveAgreementClaim(statistic="drive_agreement", experiment="it", lower="loss", **COMMON)


def test_the_excess_is_above_the_smallest_rate():
    read = falling(np.array([1.0, 2.0]), power=1.0)
    stacked = read.isel(learning_rate=0, batch_size=0, seed=0).rename(hidden="cell")
    rates, above = excess(stacked.rename(replica="network"), "train_loss")
    np.testing.assert_allclose(rates, [0.2, 0.1, 0.05])
    np.testing.assert_allclose(above[1, :, 0], [0.2, 0.1, 0.05])
