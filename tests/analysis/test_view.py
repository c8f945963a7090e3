"""What is looked at in a gathered file."""

import numpy as np
import pytest
import xarray as xr

from thermophoresis.analysis.view import at_coordinates
from thermophoresis.errors import UserError


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
