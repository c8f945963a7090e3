"""Files appear whole or not at all."""

import errno
import os

import numpy as np
import pytest
import xarray as xr

from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf, seal
from thermophoresis.provenance.files import appearing, write_atomically


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


def test_what_is_written_is_sealed(dataset, tmp_path):
    netcdf.write(dataset, tmp_path / "file.nc")
    assert seal.examine(tmp_path / "file.nc").state == "intact"


def test_what_killed_processes_have_left_is_deleted(dataset, tmp_path):
    path = tmp_path / "lr=[1].nc"
    left = [tmp_path / f".{path.name}.{code}.part" for code in ("abc", "123")]
    others = [tmp_path / name for name in (".lr=1.nc.abc.part", ".lr=[1].nc", "lr=[1].nc.a.part")]
    for file in (*left, *others):
        file.write_bytes(b"half")
    netcdf.write(dataset, path)
    assert sorted(tmp_path.iterdir()) == sorted([path, *others])


def test_who_comes_late_is_told_and_changes_nothing(tmp_path):
    path = tmp_path / "file.json"

    def write_in_the_meantime():
        with appearing(path) as part:
            part.write_bytes(b"first")
            write_atomically(path, b"second")

    deleted = r"cannot write .*file\.json: its temporary file .* has been deleted"
    with pytest.raises(UserError, match=deleted):
        write_in_the_meantime()
    assert path.read_bytes() == b"second"
    assert os.listdir(tmp_path) == ["file.json"]


def test_a_dataset_whose_temporary_file_is_deleted_does_not_appear(dataset, tmp_path, monkeypatch):
    path = tmp_path / "file.nc"
    write = xr.Dataset.to_netcdf

    def write_and_lose(self, target, **options):
        write(self, target, **options)
        os.unlink(target)

    monkeypatch.setattr(xr.Dataset, "to_netcdf", write_and_lose)
    with pytest.raises(UserError, match="another process"):
        netcdf.write(dataset, path)
    assert os.listdir(tmp_path) == []


def test_errors_that_are_not_of_the_file_pass_and_leave_nothing(tmp_path):
    with pytest.raises(KeyError), appearing(tmp_path / "file"):
        raise KeyError
    assert os.listdir(tmp_path) == []


def test_a_changed_byte_is_refused_wherever_it_is(dataset, tmp_path):
    path = tmp_path / "file.nc"
    netcdf.write(dataset, path)
    content = path.read_bytes()
    # Up to the checksum itself; a change in the few letters before it leaves the numbers alone.
    for position in (*range(0, len(content) - 73, 97), len(content) - 30):
        changed = bytearray(content)
        changed[position] ^= 4
        path.write_bytes(changed)
        with pytest.raises(UserError, match=r"file\.nc: .* its seal does not match; delete it"):
            netcdf.read(path)


def test_a_file_from_elsewhere_is_read(dataset, tmp_path):
    dataset.to_netcdf(tmp_path / "file.nc")
    xr.testing.assert_identical(netcdf.read(tmp_path / "file.nc"), dataset)
