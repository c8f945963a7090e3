"""Writing netCDF files that do not fit into memory: one part of their variables after the other."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import netCDF4
import numpy as np
import xarray as xr

from thermophoresis.errors import UserError
from thermophoresis.provenance import seal
from thermophoresis.provenance.files import appearing


class Variable(NamedTuple):
    """A variable that comes in parts.

    Attributes
    ----------
    dimensions
        Names of its axes, which are those of the coordinates.
    dtype
        Of its numbers.
    attributes
        What is said of it.
    """

    dimensions: tuple[str, ...]
    dtype: np.dtype
    attributes: Mapping[str, str]


class Part(NamedTuple):
    """A part of some variables.

    Attributes
    ----------
    place
        Where it is along axes; it is whole along the others.
    values
        By the names of the variables.
    """

    place: Mapping[str, slice]
    values: Mapping[str, np.ndarray]


def write(
    coordinates: xr.Dataset,
    variables: Mapping[str, Variable],
    parts: Iterable[Part],
    path: str | Path,
) -> None:
    """Write a netCDF-4 file with a seal, atomically and deterministically; as `netcdf.write`.

    Nothing is compressed: a variable is one block of numbers, of which any part is read by itself.

    Parameters
    ----------
    coordinates
        All coordinates, which fit into memory, and the attributes of the file.
    variables
        What the parts are parts of, by name.
    parts
        In the order in which they are written; together they are all of every variable.
    path
        Destination; its folder is made when it does not exist.

    Raises
    ------
    UserError
        The file cannot be written (permissions, full disk).
    """
    try:
        with appearing(path) as temporary:
            coordinates.to_netcdf(temporary, format="NETCDF4", engine="netcdf4")
            with netCDF4.Dataset(temporary, "a") as file:
                for name, (dimensions, dtype, attributes) in variables.items():
                    # Without a fill value nothing is written twice.
                    made = file.createVariable(
                        name, dtype, dimensions, contiguous=True, fill_value=False
                    )
                    made.setncatts(dict(attributes))
                for place, values in parts:
                    for name, value in values.items():
                        axes = variables[name].dimensions
                        file[name][tuple(place.get(axis, slice(None)) for axis in axes)] = value
            seal.append(temporary, ".nc")
    except RuntimeError as error:  # netCDF4 reports HDF5 failures so, without the system's reason
        free = shutil.disk_usage(Path(path).parent).free
        raise UserError(f"cannot write {path}: {error}; {free:,} bytes are free there") from error
