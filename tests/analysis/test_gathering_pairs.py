"""The measurements of a pair in one file."""

import json

import numpy as np
import pytest
import xarray as xr

from thermophoresis.analysis.gathering_pairs import gather_pair
from thermophoresis.config.gathering import GatherPairSettings
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf


def write(folder, seed):
    """Write what is measured of two runs with a seed."""
    values = np.arange(6.0).reshape(2, 3) + 10 * seed
    dataset = xr.Dataset(
        {"distance": (("replica", "record"), values, {"long_name": "distance", "units": "1"})},
        {"replica": [0, 1], "record": [0, 5, 10]},
        {
            "title": "gaussian: distance",
            "configuration": json.dumps({"runs": [{"seed": seed}, {"seed": seed}]}),
        },
    )
    path = folder / f"seed={seed}.nc"
    netcdf.write(dataset, path)
    return path


def test_seeds_stand_side_by_side_with_their_labels(tmp_path):
    inputs = [write(tmp_path, seed) for seed in (0, 7)]
    settings = GatherPairSettings(pair="rates", seeds=(0, 7), note="a trial")
    gather_pair(settings, fingerprint="feed", inputs=inputs, output=tmp_path / "rates.nc")
    found = netcdf.read(tmp_path / "rates.nc")
    assert found["distance"].dims == ("seed", "replica", "record")
    assert found["seed"].values.tolist() == [0, 7]
    assert float(found["distance"].sel(seed=7, replica=1, record=5)) == 74
    assert found["distance"].attrs == {"long_name": "distance", "units": "1"}
    assert found.attrs["title"] == "rates: gaussian: distance"
    assert (found.attrs["note"], found.attrs["made_by"]) == ("a trial", "gather")
    assert set(json.loads(found.attrs["inputs"])) == {"seed=0.nc", "seed=7.nc"}


def test_the_measurement_of_another_seed_is_refused(tmp_path):
    inputs = [write(tmp_path, seed) for seed in (0, 3)]
    settings = GatherPairSettings(pair="rates", seeds=(0, 7))
    with pytest.raises(UserError, match=r"seed=3.nc is no measurement of two runs with seed 7"):
        gather_pair(settings, fingerprint="", inputs=inputs, output=tmp_path / "rates.nc")
    assert not (tmp_path / "rates.nc").exists()
