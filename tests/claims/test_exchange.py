"""Statistics of cells that exchange η for |B|: numbers put in are recovered."""

import numpy as np
import pytest
import xarray as xr
from synthetic_experiments import generator

from thermophoresis.claims.exchange import breaking_factor
from thermophoresis.claims.statistics import (
    breaking_slope,
    end_gap,
    exchange_distance,
    noise_exponents,
    noise_ratio,
    phase_contrast,
)
from thermophoresis.config import kinds
from thermophoresis.config.problems import validate
from thermophoresis.errors import UserError

COMMON = {"source": "s", "statement": "S.", "criterion": {"above": 0}, "experiment": "toy"}
NETWORKS, RECORDS = 60, 13


def claim_of(module, **settings):
    name = module.__name__.rpartition(".")[2]
    model = kinds.model("statistics", name)
    return model.model_validate({**COMMON, "statistic": name, **settings})


def judged(module, curves, seed=1, measured=None, **settings):
    claim = claim_of(module, **settings)
    read = {"curves/toy": curves, "measurements/hessian_norm/toy": measured}
    found = module.estimate(claim, read, generator(seed))
    return found if isinstance(found, tuple) else (found,)


def gathered(cells, values, name="train_loss", **more):
    """A gathered file with one dimension of cells: η, |B| and labels of each, (network, record)."""
    axes = [axis for axis in cells[0] if axis not in ("learning_rate", "batch_size")]
    rates = np.array([it["learning_rate"] for it in cells])
    batches = np.array([it["batch_size"] for it in cells])
    values = np.asarray(values, dtype=float)
    end = 12.0 / rates
    step = np.linspace(0, 1, values.shape[-1]) * end[:, None]
    labels = {
        axis: ("cell", np.array([it[axis] for it in cells]), {"setting": axis}) for axis in axes
    }
    return xr.Dataset(
        {
            name: (("cell", "seed", "replica", "record"), values[:, None]),
            "trained": ("cell", np.ones(len(cells), np.int8)),
        },
        {
            "learning_rate": ("cell", rates),
            "batch_size": ("cell", batches),
            **labels,
            "seed": [0],
            "replica": np.arange(values.shape[1]),
            "record": np.arange(values.shape[-1]),
            "step": (("cell", "record"), step),
            **more,
        },
    )


# --- Distances of curves -------------------------------------------------------------------------

BASE = {"base_rate": 0.01, "base_batch": 2, "observable": "train_loss"}
EXCHANGED = [
    {"learning_rate": 0.01 * beta, "batch_size": 2 * beta, "noise": "some"} for beta in (1, 4, 16)
] + [
    {"learning_rate": 0.02, "batch_size": 8, "noise": "some"},
    {"learning_rate": 0.05, "batch_size": 99, "noise": "none"},
]


def curves(shifts, noise=0.0, deviation=0.1, seed=2):
    """Curves of a shift each, in units of the deviation of networks, which all cells share."""
    rng = generator(seed)
    own = rng.normal(size=(1, NETWORKS, 1))
    own = (own - own.mean()) / own.std(ddof=1)
    values = np.array(shifts)[:, None, None] + own + noise * rng.normal(size=(5, NETWORKS, 1))
    return gathered(EXCHANGED, 1 + deviation * (values + np.zeros(RECORDS)))


def test_the_distance_is_in_units_of_the_spread_of_networks():
    found = judged(exchange_distance, curves([0, 0.5, 2, 1, 3]), **BASE, factors=[4, 16])
    assert [it.shown for it in found] == pytest.approx([0.5, 2], rel=1e-9)
    assert [it.cell for it in found] == ["β = 4", "β = 16"]
    (root,) = judged(
        exchange_distance, curves([0, 0.5, 2, 1, 3]), **BASE, factors=[4], scaling="root"
    )
    assert root.shown == pytest.approx(1, rel=1e-9)
    (free,) = judged(
        exchange_distance,
        curves([0, 0.5, 2, 1, 3]),
        **BASE,
        cells={"noise": "some"},
        noise_free={"noise": "none"},
    )
    assert free.shown == pytest.approx(3, rel=1e-9)
    (less,) = judged(
        exchange_distance,
        curves([0, 0.5, 2, 1, 3]),
        **BASE,
        factors=[4],
        scaling="linear_less_root",
    )
    assert less.value == pytest.approx(-0.5, rel=1e-9)
    assert less.caveat == "0.50 less 1.00"


def test_the_noise_of_means_is_no_distance():
    squares = [
        judged(exchange_distance, curves([0] * 5, noise=1, seed=seed), **BASE, factors=[4])[0].value
        for seed in range(40)
    ]
    # Without taking it away the mean would be 2/60.
    assert np.mean(squares) == pytest.approx(0, abs=4 * np.std(squares) / np.sqrt(40))
    assert np.mean(squares) < 0.02


def test_epochs_are_another_time_than_that_of_training():
    # A loss that is a function of samples drawn: at equal epochs at one η/√|B| as well.
    view = curves([0] * 5)
    samples = view["step"] * view["batch_size"]
    own = 0.1 * generator(3).normal(size=(1, NETWORKS, 1))
    values = np.exp(-samples.values / 2000)[:, None] + own
    falling = gathered(EXCHANGED, values)
    settings = {**BASE, "factors": [4], "scaling": "root"}
    (at_epochs,) = judged(exchange_distance, falling, **settings, time="epochs")
    (at_time,) = judged(exchange_distance, falling, **settings)
    assert at_epochs.shown < 0.2 < 0.5 < at_time.shown


def test_a_cell_that_is_missing_is_told():
    with pytest.raises(UserError, match=r"0 cells with η = 0.08 and \|B\| = 16"):
        judged(exchange_distance, curves([0] * 5), **BASE, factors=[8])
    model = kinds.model("statistics", "exchange_distance")
    entry = {**COMMON, "statistic": "exchange_distance", **BASE}
    _, (problem,) = validate(model, entry)
    assert "must have either factors or noise_free" in problem.message


# --- Where curves part ---------------------------------------------------------------------------


def test_where_curves_part_is_found_between_factors():
    squares = np.array([[0.25, 4.0, 0.25, 4.0], [4.0, 5.0, 0.3, 0.1]])
    found = breaking_factor((4, 16), squares)
    # ln D goes from −ln 2 to ln 2: half way in ln β.
    assert found[0] == pytest.approx(8)
    assert np.isnan(found[1:]).all()


@pytest.mark.parametrize("slope", [0.0, 0.5, -0.5])
def test_the_slope_of_breaking_factors_is_found(slope):
    sizes = (125, 250, 500)
    cells, values = [], []
    own = generator(4).normal(size=(NETWORKS, 1))
    own = (own - own.mean()) / own.std(ddof=1)
    for size in sizes:
        for beta in (1, 4, 8, 16):
            cells.append({"learning_rate": 0.01 * beta, "batch_size": 2 * beta, "train": size})
            # D = (β/β*)², β* = 8 (N/250)^slope.
            distance = 0 if beta == 1 else (beta / (8 * (size / 250) ** slope)) ** 2
            values.append(distance + own + np.zeros(RECORDS))
    (found,) = judged(
        breaking_slope, gathered(cells, values), **BASE, factors=[4, 8, 16], along="train"
    )
    assert found.value == pytest.approx(slope, abs=0.02)
    assert "β* = 8.0 at N = 250" in found.caveat


# --- What noise leaves ---------------------------------------------------------------------------

SCALED = [
    {"learning_rate": 0.1, "batch_size": batch, "noise_scale": scale}
    for batch in (2, 8, 32)
    for scale in (0.5, 1.0, 2.0)
] + [{"learning_rate": 0.1, "batch_size": 8, "noise_scale": 0.0}]
FREE = {"noise_free": {"noise_scale": 0}}


def left(of_drive, of_scale, noise=0.0):
    """Losses with an excess of (η/|B|)^b κ^2c over those without noise, spread in proportion."""
    rng = generator(5)
    start = rng.normal(size=(1, NETWORKS, 1)) + np.zeros(RECORDS)
    own = rng.normal(size=(NETWORKS, 1))
    own = (own - own.mean()) / own.std(ddof=1)
    size = np.array(
        [
            0
            if it["noise_scale"] == 0
            else (it["learning_rate"] / it["batch_size"]) ** of_drive
            * it["noise_scale"] ** (2 * of_scale)
            for it in SCALED
        ]
    )
    drawn = noise * rng.normal(size=(len(SCALED), NETWORKS, RECORDS))
    return start + size[:, None, None] * (1 + 0.1 * own + drawn)


@pytest.mark.parametrize(("of_scale", "expected"), [(1.2, 0.0), (1.0, -0.2)])
def test_exponents_of_what_noise_leaves_are_found(of_scale, expected):
    file = gathered(SCALED, left(1.2, of_scale))
    settings = {"observable": "train_loss", "cells": {"noise_scale": [0.5, 1.0, 2.0]}}
    (excess,) = judged(noise_exponents, file, **settings, **FREE, quantity="excess")
    assert excess.value == pytest.approx(expected, abs=1e-9)
    assert "1.200 of η/|B|" in excess.caveat
    # The variance goes as the square of a spread in proportion.
    (spread,) = judged(noise_exponents, file, **settings, **FREE, quantity="spread")
    assert spread.value == pytest.approx(2 * expected, abs=1e-9)


def test_exponents_of_a_measurement_are_those_at_its_last_record():
    file = gathered(SCALED, left(1.0, 1.0) * 0 + 7.0)
    drive = file["learning_rate"] / file["batch_size"]
    scale = np.maximum(file["noise_scale"], 0.1)
    values = (drive**-0.1 * scale**-0.4).values[:, None, None] * np.ones((1, NETWORKS, 2))
    values[..., 0] = 1e9
    measured = gathered(SCALED, values, name="largest_eigenvalue")
    settings = {"measurement": "hessian_norm", "variable": "largest_eigenvalue"}
    settings["cells"] = {"noise_scale": [0.5, 1.0, 2.0]}
    (found,) = judged(noise_exponents, file, measured=measured, **settings)
    assert found.value == pytest.approx(-0.2 + 0.1, abs=1e-9)
    assert "−0.200 of κ² and −0.100 of η/|B|" in found.caveat


MOMENTUM = [
    {"learning_rate": rate, "batch_size": batch, "momentum": mu, "noise_scale": scale}
    for rate, batch, mu, scale in (
        (0.1, 4, 0.0, 1.0),
        (0.2, 8, 0.0, 1.0),
        (0.05, 4, 0.5, 1.0),
        (0.1, 16, 0.0, 1.0),
        (0.2, 16, 0.0, 1.0),
        (0.1, 4, 0.0, 0.0),
    )
]


@pytest.mark.parametrize("quantity", ["excess", "spread"])
def test_the_ratio_is_of_cells_of_one_drive(quantity):
    own = generator(6).normal(size=(NETWORKS, 1))
    size = np.array([1.0, 1.5, 0.8, 0.4, 0.7, 0.0])
    early = np.where(np.arange(RECORDS) < 8, 100.0, 0.0)
    values = 3 + early + size[:, None, None] * (1 + 0.2 * own) + np.zeros(RECORDS)
    values[:-1] += early  # what is early counts for nothing
    file = gathered(MOMENTUM, values)
    settings = {**BASE, "base_rate": 0.1, "base_batch": 4, **FREE, "quantity": quantity}
    settings["cells"] = {"noise_scale": 1}
    found = judged(noise_ratio, file, **settings)
    assert [it.value for it in found] == pytest.approx([1.5, 0.8])
    assert "momentum = 0.5" in found[1].cell
    (root,) = judged(noise_ratio, file, **settings, scaling="root", factors=[4])
    assert root.value == pytest.approx(0.7)
    with pytest.raises(UserError, match="0 other cells have the drive of the base and such"):
        judged(noise_ratio, file, **settings, factors=[3])


# --- Schedules -----------------------------------------------------------------------------------

PHASES = [{"learning_rate": 0.1, "batch_size": 4, "schedule": it} for it in ("rate", "batch")]


def test_low_phases_are_taken_less_high_ones_whatever_the_trend():
    trend = 5 - 0.3 * np.arange(7)
    low = np.array([0, -0.2, 0.2, -0.2, 0.2, -0.2, 0.2])
    values = np.stack([np.exp(trend + low), np.exp(trend - low)])[:, None] * np.ones(
        (1, NETWORKS, 1)
    )
    file = gathered(PHASES, values)
    asked = {"observable": "train_loss", "cells": {"schedule": "rate"}}
    (found,) = judged(phase_contrast, file, **asked)
    assert found.value == pytest.approx(0.4, abs=1e-9)
    (found,) = judged(phase_contrast, file, **asked, first="low")
    assert found.value == pytest.approx(-0.4, abs=1e-9)
    (found,) = judged(phase_contrast, file, observable="train_loss", cells={"schedule": "batch"})
    assert found.value == pytest.approx(-0.4, abs=1e-9)
    with pytest.raises(UserError, match="3 phases; must be 4 or more"):
        judged(phase_contrast, file.isel(record=slice(4)), **asked)


def test_the_gap_at_the_end_is_of_paired_networks():
    own = generator(7).normal(size=(NETWORKS, 1))
    values = np.stack([own + 0.3, own])[:, :, :] + np.where(
        np.arange(RECORDS) < RECORDS - 1, 9.0, 0
    )
    values[0, :, :-1] += 5  # what is before the end counts for nothing
    file = gathered(PHASES, values, name="accuracy")
    asked = {"observable": "accuracy", "compare": "schedule"}
    (found,) = judged(end_gap, file, **asked, cells={"schedule": ["rate", "batch"]})
    assert found.value == pytest.approx(0.3, abs=1e-9)
    assert found.standard_error == pytest.approx(0, abs=1e-9)
    entry = {**COMMON, "statistic": "end_gap", **asked, "cells": {"schedule": "rate"}}
    _, (problem,) = validate(kinds.model("statistics", "end_gap"), entry)
    assert "two labels along compare" in problem.message
