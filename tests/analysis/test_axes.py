"""Gathered files of experiments that sweep further settings, and views of them."""

import json

import numpy as np
import pytest
import xarray as xr
from swept_runs import gathered

from thermophoresis.analysis.view import at_labels, axes_of, cells_with, labels_of
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf

PATHS = {"hidden": "network.hidden", "network": "network"}
ORDER = ("small", "large")
CELLS = [
    (rate, 1, {"hidden": hidden, "size": size})
    for rate in (0.05, 0.1)
    for hidden in ORDER
    for size in (2, 10)
]
SIZES = {"hidden": "network.hidden", "size": "training_set_size"}
DEPTHS = {"small": 1, "large": 3}


def height(step, rate, batch, hidden, size):
    """Give every cell a number of its own."""
    return 1000 * rate + 100 * batch + 10 * ORDER.index(hidden) + size + 0 * step


def settings(hidden, size):
    network = {"kind": "mlp", "hidden": [4] * DEPTHS[hidden], "bias": True}
    return {"network": network, "training_set_size": size}


def toy(cells=CELLS, mean=height, **options):
    return gathered(cells, mean, settings=settings, varied=("network", "training_set_size"),
                    **{"paths": SIZES, **options})  # fmt: skip


def stored(dataset, tmp_path):
    """What is read of a file, as somebody without this package does, after it is written twice."""
    for name in "ab":
        netcdf.write(dataset, tmp_path / f"{name}.nc")
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()
    with xr.open_dataset(tmp_path / "a.nc") as found:
        return found.load()


def test_there_is_a_dimension_for_each_axis(tmp_path):
    dataset = stored(toy()[0], tmp_path)
    axes = ("learning_rate", "batch_size", "hidden", "size")
    assert dataset["loss"].dims == (*axes, "seed", "replica", "record")
    # Names in the order of the file, numbers in their own.
    assert dataset["hidden"].values.tolist() == ["small", "large"]
    assert dataset["size"].values.tolist() == [2, 10]
    assert dataset["size"].attrs["setting"] == "training_set_size"
    assert axes_of(dataset) == axes
    for rate, batch, labels in CELLS:
        cell = dataset["loss"].sel(learning_rate=rate, batch_size=batch, **labels)
        expected = height(0, rate, batch, **labels)
        assert abs(float(cell.mean()) - expected) < 0.5
    assert dataset["trained"].values.all()


def test_few_cells_of_a_large_grid_lie_along_one_dimension(tmp_path):
    # 2 of 2 · 2 · 2 are a quarter; 3 of 3 · 3 · 3 · 1 are less.
    few = [(0.05, 1, {"hidden": "small", "size": 2}), (0.1, 1, {"hidden": "large", "size": 10})]
    assert "cell" not in toy(few)[0].dims
    sizes = zip((0.05, 0.06, 0.07), (1, 2, 3), (2, 10, 5), strict=True)
    diagonal = [(rate, batch, {"hidden": "small", "size": size}) for rate, batch, size in sizes]
    dataset = stored(toy(diagonal)[0], tmp_path)
    assert dataset["loss"].dims == ("cell", "seed", "replica", "record")
    assert dataset["size"].dims == ("cell",)
    assert dataset["size"].values.tolist() == [2, 10, 5]
    assert dataset["step"].dims == ("cell", "record")
    # The view hides which it is.
    view = cells_with(dataset, ["loss"], further={"size": 10})
    assert (view["learning_rate"].item(), view["batch_size"].item()) == (0.06, 2)
    assert view["loss"].dims == ("cell", "network", "record")
    assert abs(float(view["loss"].mean()) - height(0, 0.06, 2, "small", 10)) < 0.5


@pytest.mark.parametrize("sparse", [False, True])
def test_a_view_has_the_cells_that_are_asked_for_in_their_order(sparse, tmp_path):
    more = [(1.0 + rate / 100, 40 + rate, CELLS[0][2]) for rate in range(6)] if sparse else []
    dataset = stored(toy(CELLS + more)[0], tmp_path)
    assert ("cell" in dataset.dims) == sparse
    asked = {"hidden": ("large", "small"), "size": 10}
    view = cells_with(dataset, ["loss"], learning_rate=0.1, further=asked)
    assert labels_of(view, "hidden").tolist() == ["large", "small"]
    assert labels_of(view, "size").tolist() == [10, 10]
    means = view["loss"].mean(("network", "record")).values
    np.testing.assert_allclose(
        means, [height(0, 0.1, 1, it, 10) for it in asked["hidden"]], atol=0.5
    )
    every = cells_with(dataset, ["loss"], batch_size=1)
    assert every["learning_rate"].values.tolist() == [0.05] * 4 + [0.1] * 4
    assert labels_of(every, "hidden").tolist() == ["small", "small", "large", "large"] * 2
    for further in ({"hidden": "huge"}, {"depth": 3}):
        with pytest.raises(UserError, match="the file holds"):
            cells_with(dataset, ["loss"], further=further)
    part = at_labels(dataset, {"hidden": "large", "size": 2})
    assert part["loss"].dims[:2] == ("learning_rate", "batch_size")
    assert axes_of(part) == ("learning_rate", "batch_size")
    cell = part["loss"].sel(learning_rate=0.1, batch_size=1)
    assert abs(float(cell.mean()) - height(0, 0.1, 1, "large", 2)) < 0.5
    with pytest.raises(UserError, match="one label along each further axis: size"):
        at_labels(dataset, {"hidden": "large"})


def test_an_axis_may_be_called_as_a_dimension_of_views():
    cells = [(0.1, 1, {"network": name}) for name in ("two", "deep")]
    dataset, _ = gathered(cells, lambda step, *_, network: len(network) + 0 * step, paths=PATHS)
    view = cells_with(dataset, ["loss"], further={"network": ("deep", "two")})
    assert view["loss"].dims == ("cell", "network", "record")
    assert labels_of(view, "network").tolist() == ["deep", "two"]


def test_axes_of_unequal_length_are_filled_up(tmp_path):
    dataset = stored(toy(layers=lambda hidden, size: DEPTHS[hidden])[0], tmp_path)
    rates = dataset["activation_rate_layer"]
    assert dataset["layer"].values.tolist() == [1, 2, 3]
    assert dataset["layer_count"].sel(learning_rate=0.05, batch_size=1, size=2).values.tolist() == [
        1,
        3,
    ]
    held = rates.isel(learning_rate=0, batch_size=0, size=0, seed=0, replica=0, record=0)
    np.testing.assert_array_equal(held.sel(hidden="large"), [1, 2, 3])
    np.testing.assert_array_equal(held.sel(hidden="small"), [1, np.nan, np.nan])
    # What a network does not record is not there.
    some = toy(layers=lambda hidden, size: 2 if hidden == "large" else None)[0]
    assert np.isnan(some["activation_rate_layer"].sel(hidden="small")).all()
    assert not np.isnan(some["activation_rate_layer"].sel(hidden="large")).any()
    assert some["layer_count"].sel(hidden="small").values.max() == 0


def test_the_file_tells_what_its_cells_have_in_common_and_what_each_has():
    dataset, wanted = toy()
    told = json.loads(dataset.attrs["configuration"])
    assert told["network"] == {"kind": "mlp", "bias": True}
    assert told["labels"] == "resampled"
    assert "training_set_size" not in told
    for cell, axes, own in zip(told["cells"], told["axes"], told["settings"], strict=True):
        assert (*cell, axes) in CELLS
        assert own == settings(**axes)
    again = {name: told[name] for name in told.keys() & type(wanted).model_fields.keys()}
    assert again == {
        **{name: json.loads(wanted.model_dump_json())[name] for name in again},
        "cells": told["cells"],
    }


def test_what_is_not_said_to_vary_must_not():
    def odd(hidden, size):
        return settings(hidden, size) | {"labels": "true" if size == 2 else "shuffled"}

    with pytest.raises(UserError, match=r"with other settings than .*: labels$"):
        gathered(CELLS, height, settings=odd, varied=("network", "training_set_size"), paths=SIZES)
