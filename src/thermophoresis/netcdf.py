"""Reading and writing netCDF: a file is whole or absent, and the same content is the same bytes."""

import os
import tempfile
from pathlib import Path

import xarray as xr

from thermophoresis.errors import UserError


def write(dataset: xr.Dataset, path: str | Path) -> None:
    """Write a dataset as compressed netCDF-4, atomically and deterministically.

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
    path = Path(path)
    encoding = {
        name: {"zlib": True, "complevel": 4, "shuffle": True, **variable.encoding}
        for name, variable in dataset.variables.items()
        if variable.ndim and variable.dtype.kind in "iuf"
    }
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(
            prefix=f".{path.name}.", suffix=".part", dir=path.parent
        )
        os.close(handle)
        # mkstemp makes files that only their owner can read; results are for sharing.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        dataset.to_netcdf(temporary, format="NETCDF4", engine="netcdf4", encoding=encoding)
        with open(temporary, "rb") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
        temporary = None
    except (OSError, RuntimeError) as error:  # netCDF4 reports HDF5 failures as RuntimeError
        raise UserError(f"cannot write {path}: {error}") from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def read(path: str | Path) -> xr.Dataset:
    """Read a netCDF file wholly into memory and close it.

    Raises
    ------
    UserError
        The file is missing or is no readable netCDF file.
    """
    try:
        with xr.open_dataset(path, engine="netcdf4") as dataset:
            return dataset.load()
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(f"cannot read {path} as netCDF: {error}") from error
