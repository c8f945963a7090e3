"""What is looked at in a gathered file, and that no label is lost on the way."""

import numpy as np
import pytest
import xarray as xr

from thermophoresis.analysis.sweep import select_sweep
from thermophoresis.analysis.view import at_coordinates, by_record, cells_with, weakest_first
from thermophoresis.errors import UserError

DIMENSIONS = ("learning_rate", "batch_size", "seed", "replica", "record")
RATES, BATCHES, SEEDS = [0.025, 0.05, 0.1], [1, 2], [3, 8]


@pytest.fixture
def dataset():
    """Three rates at |B| = 1, of which the middle one also at |B| = 2, two seeds."""
    shape = (3, 2, 2, 4, 6)
    trained = np.array([[1, 0], [1, 1], [1, 0]])
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    values[trained == 0] = np.nan
    rate, batch = np.array(RATES), np.array(BATCHES)
    step = 100.0 * np.arange(6) * batch[:, np.newaxis] / rate[:, np.newaxis, np.newaxis] ** 2
    return xr.Dataset(
        {
            "activation_rate": (DIMENSIONS, values),
            "loss": (DIMENSIONS, -values),
            "trained": (DIMENSIONS[:2], trained),
        },
        {
            "learning_rate": rate,
            "batch_size": batch,
            "seed": SEEDS,
            "step": (
                ("learning_rate", "batch_size", "record"),
                np.where(trained[..., np.newaxis] == 1, step, np.nan),
            ),
        },
    )


def test_every_number_is_where_its_labels_say(dataset):
    everything = cells_with(dataset, ["activation_rate", "loss"])
    assert list(everything.data_vars) == ["activation_rate", "loss"]
    assert everything["loss"].dims == ("cell", "network", "record")
    assert everything["learning_rate"].values.tolist() == [0.025, 0.05, 0.05, 0.1]
    assert everything["batch_size"].values.tolist() == [1, 1, 2, 1]
    assert everything["seed"].values.tolist() == [3] * 4 + [8] * 4
    assert everything["replica"].values.tolist() == [0, 1, 2, 3] * 2
    for cell in range(4):
        for network in range(8):
            of_network = everything.isel(cell=cell, network=network)
            place = {name: of_network[name].item() for name in ("learning_rate", "batch_size")}
            np.testing.assert_array_equal(of_network["step"], dataset["step"].sel(place))
            own = dataset.sel(place | {"seed": of_network["seed"].item()})
            own = own.isel(replica=of_network["replica"].item())
            np.testing.assert_array_equal(of_network["loss"], own["loss"])
            np.testing.assert_array_equal(
                by_record(everything, "loss")[cell, :, network], own["loss"]
            )


@pytest.mark.parametrize(
    ("shared", "cells"),
    [
        ({"batch_size": 1}, [(0.025, 1), (0.05, 1), (0.1, 1)]),
        ({"batch_size": 2}, [(0.05, 2)]),
        ({"learning_rate": 0.05}, [(0.05, 1), (0.05, 2)]),
        ({"learning_rate": 0.05, "batch_size": 2}, [(0.05, 2)]),
    ],
)
def test_cells_are_those_that_are_trained_and_asked_for(dataset, shared, cells):
    for given in (dataset, dataset.transpose(*reversed(DIMENSIONS))):
        found = cells_with(given, ["activation_rate"], **shared)
        both = zip(found["learning_rate"].values, found["batch_size"].values, strict=True)
        assert list(both) == cells
        assert np.isfinite(found["activation_rate"]).all()
        assert found["activation_rate"].dims == ("cell", "network", "record")


def test_the_weakest_drive_comes_first(dataset):
    cells = weakest_first(cells_with(dataset, ["loss"]))
    assert cells["learning_rate"].values.tolist() == [0.025, 0.05, 0.05, 0.1]
    assert cells["batch_size"].values.tolist() == [1, 2, 1, 1]
    expected = dataset["loss"].sel(learning_rate=0.05, batch_size=2).values.reshape(8, 6)
    np.testing.assert_array_equal(cells["loss"][1], expected)


def test_a_variable_or_cells_that_are_not_there_are_refused(dataset):
    with pytest.raises(UserError, match=r"^the file holds no bias, norm$"):
        cells_with(dataset, ["bias", "loss", "norm"])
    for shared, least, words in (
        ({"batch_size": 2}, 2, "1 cells with batch size 2; 2 or more are needed"),
        ({"learning_rate": 0.3}, 1, r"0 cells with learning rate 0\.3; 1 or more are needed"),
        ({"learning_rate": 0.1, "batch_size": 2}, 1, r"learning rate 0\.1 and batch size 2;"),
    ):
        with pytest.raises(UserError, match=words):
            cells_with(dataset, ["loss"], **shared, least=least)


def test_a_sweep_is_the_mean_over_the_networks_of_each_cell(dataset):
    dataset["activation_rate"][1, 1, 0, 2, 4:] = np.nan
    sweep = select_sweep(dataset, "activation_rate", learning_rate=0.05)
    np.testing.assert_array_equal(sweep.learning_rate, [0.05, 0.05])
    np.testing.assert_array_equal(sweep.batch_size, [1, 2])
    np.testing.assert_allclose(sweep.thermal_time, [100.0 * np.arange(6)] * 2, rtol=1e-12)
    np.testing.assert_array_equal(sweep.left_out, [[0] * 6, [0] * 4 + [1] * 2])
    stored = dataset["activation_rate"].sel(learning_rate=0.05).values.reshape(2, 8, 6)
    np.testing.assert_allclose(sweep.band.mean, np.nanmean(stored, axis=1), rtol=1e-6)
    wide = select_sweep(dataset, "activation_rate", learning_rate=0.05, level=0.99).band
    assert (wide.high - wide.low > sweep.band.high - sweep.band.low).all()
    with pytest.raises(UserError, match="1 cells with batch size 2; 2 or more are needed"):
        select_sweep(dataset, "activation_rate", batch_size=2)


def test_one_layer_of_an_observable_is_chosen_by_its_label():
    rates = xr.DataArray(np.arange(6).reshape(2, 3), dims=("record", "layer"))
    dataset = xr.Dataset({"rate": rates, "loss": ("record", [5, 6])}, {"layer": [1, 2, 4]})
    chosen = at_coordinates(dataset, {"layer": 4})
    assert chosen["rate"].values.tolist() == [2, 5]
    assert chosen["rate"]["layer"] == 4
    assert chosen["loss"].values.tolist() == [5, 6]
    assert at_coordinates(dataset, {}).identical(dataset)
    with pytest.raises(UserError, match=r"no layer 3; it must be one of 1, 2, 4$"):
        at_coordinates(dataset, {"layer": 3})
    with pytest.raises(UserError, match=r"no unit 1; it must be one of none$"):
        at_coordinates(dataset, {"unit": 1})
