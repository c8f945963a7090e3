"""Reading and writing netCDF: a file is whole or absent, and the same content is the same bytes."""

import shutil
from pathlib import Path

import xarray as xr

from thermophoresis.errors import DamagedFile, UserError
from thermophoresis.provenance import seal
from thermophoresis.provenance.files import appearing, confirm_size


def write(dataset: xr.Dataset, path: str | Path) -> None:
    """Write a dataset as compressed netCDF-4 with a seal, atomically and deterministically.

    The file appears under its name only when it is complete and on disk, so a half-written file
    never passes for a whole one.

    Parameters
    ----------
    dataset
        What to write; numeric variables are compressed, their ``encoding`` is otherwise respected.
    path
        Destination; its folder is made when it does not exist.

    Raises
    ------
    UserError
        The file cannot be written (permissions, full disk).
    """
    encoding = {
        name: {"zlib": True, "complevel": 4, "shuffle": True, **variable.encoding}
        for name, variable in dataset.variables.items()
        if variable.ndim and variable.dtype.kind in "iuf"
    }
    try:
        with appearing(path) as part:
            dataset.to_netcdf(part, format="NETCDF4", engine="netcdf4", encoding=encoding)
            seal.append(part, ".nc")
    except RuntimeError as error:  # netCDF4 reports HDF5 failures so, without the system's reason
        free = shutil.disk_usage(Path(path).parent).free
        raise UserError(f"cannot write {path}: {error}; {free:,} bytes are free there") from error


def read(path: str | Path) -> xr.Dataset:
    """Read a netCDF file wholly into memory and close it.

    Raises
    ------
    DamagedFile
        The file is missing, is no readable netCDF file, or has a seal of other content: HDF5
        notices a file that is cut off, but not every changed byte.
    """
    again = "delete it to have it made again"
    try:
        if seal.examine(path).state == "altered":
            raise DamagedFile(
                f"cannot read {path}: it is not what was written, since its seal does not match; "
                f"{again}"
            )
        with xr.open_dataset(path, engine="netcdf4") as dataset:
            confirm_size(path, dataset.nbytes)
            return dataset.load()
    except (OSError, RuntimeError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise DamagedFile(f"cannot read {path} as netCDF: {error}; {again}") from error
