"""Files appear whole or not at all."""

import errno
import os

import numpy as np
import pytest
import xarray as xr

from thermophoresis import netcdf
from thermophoresis.errors import UserError


@pytest.fixture
def dataset():
    values = np.arange(600, dtype=np.float32).reshape(20, 30)
    return xr.Dataset(
        {"loss": (("replica", "record"), values, {"units": "nat"})},
        coords={"step": ("record", np.arange(30))},
        attrs={"title": "η²/|B|"},
    )


def test_what_is_written_is_what_is_read(dataset, tmp_path):
    path = tmp_path / "new" / "file.nc"
    netcdf.write(dataset, path)
    xr.testing.assert_identical(netcdf.read(path), dataset)
    with xr.open_dataset(path) as opened:
        assert opened.loss.encoding["zlib"]
        assert opened.loss.encoding["shuffle"]


def test_the_same_content_gives_the_same_bytes(dataset, tmp_path):
    for name in ("a.nc", "b.nc"):
        netcdf.write(dataset, tmp_path / name)
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


def test_encoding_is_respected(dataset, tmp_path):
    dataset["step"].encoding = {"_FillValue": 3}
    netcdf.write(dataset, tmp_path / "file.nc")
    assert np.isnan(netcdf.read(tmp_path / "file.nc").step.values[3])


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), RuntimeError("HDF error")]
)
def test_a_failed_write_leaves_the_old_file_alone(dataset, tmp_path, monkeypatch, error):
    path = tmp_path / "file.nc"
    netcdf.write(dataset, path)
    before = path.read_bytes()

    def fail(self, target, **options):
        with open(target, "wb") as half:
            half.write(before[:100])
        raise error

    monkeypatch.setattr(xr.Dataset, "to_netcdf", fail)
    with pytest.raises(UserError, match=rf"cannot write .*file\.nc: .*{error.args[-1]}"):
        netcdf.write(dataset, path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["file.nc"]


def test_files_can_be_read_by_others(dataset, tmp_path):
    path = tmp_path / "file.nc"
    netcdf.write(dataset, path)
    plain = tmp_path / "plain"
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode


def test_half_a_file_is_refused(dataset, tmp_path):
    path = tmp_path / "file.nc"
    netcdf.write(dataset, path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(UserError, match=r"cannot read .*file\.nc as netCDF"):
        netcdf.read(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"cannot read .*none\.nc as netCDF"):
        netcdf.read(tmp_path / "none.nc")
