"""What was computed, entry by entry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.statistics.computed import ComputedClaim

ERROR = "_standard_error"  # at the end of the name of a variable


def computed(
    dataset: xr.Dataset, variable: str, at: Mapping[str, float | str]
) -> tuple[Estimate, ...]:
    """Return every entry of a variable, or those at some coordinates, by its other coordinates.

    The standard errors are those of the variable ``{variable}_standard_error``, the attribute
    ``replicas`` of which says of how many independent values; where it is not there they are 0.
    An entry that is not finite is undefined.

    Parameters
    ----------
    dataset
        Content of a file of a computation.
    variable
        Name of a variable of it.
    at
        Coordinates of the entries, by axis.

    Raises
    ------
    UserError
        The file lacks the variable, an axis or a coordinate, or standard errors lack their
        attribute.
    """
    if variable not in dataset:
        known = ", ".join(map(str, dataset.data_vars))
        raise UserError(f"the computation has no variable {variable}; it has {known}")
    values = _select(dataset[variable], at)
    errors, replicas = xr.zeros_like(values), 0
    if (name := f"{variable}{ERROR}") in dataset:
        errors = _select(dataset[name], at).transpose(*values.dims)
        if "replicas" not in dataset[name].attrs:
            raise UserError(f"{name} of the computation must have the attribute replicas")
        replicas = int(dataset[name].attrs["replicas"])
    finite = np.isfinite(values.values.astype(np.float64))
    return tuple(
        Estimate(
            float(values.values[entry]) if finite[entry] else np.nan,
            float(errors.values[entry]),
            replicas,
            "" if finite[entry] else f"{variable} is not finite there",
            cell=", ".join(
                f"{axis} = {_written(values[axis].values[index])}"
                for axis, index in zip(values.dims, entry, strict=True)
            ),
        )
        for entry in np.ndindex(values.shape)
    )


def _select(array: xr.DataArray, at: Mapping[str, float | str]) -> xr.DataArray:
    """Return the part of an array at some coordinates."""
    for axis, wanted in at.items():
        if axis not in array.dims:
            axes = ", ".join(map(str, array.dims)) or "none"
            raise UserError(f"{array.name} has no axis {axis}; its axes are {axes}")
        found = [_written(value) for value in array[axis].values]
        if _written(wanted) not in found:
            raise UserError(
                f"{array.name} has no {axis} = {_written(wanted)}; it has {', '.join(found)}"
            )
        array = array.isel({axis: found.index(_written(wanted))})
    return array


def _written(coordinate: object) -> str:
    """Return a coordinate as text: numbers by their value, whatever their type."""
    return coordinate if isinstance(coordinate, str) else f"{float(coordinate):.9g}"  # type: ignore[arg-type]  # numpy: of any type


def estimate(
    claim: "ComputedClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return computed(read[claim.reads[0]], claim.variable, claim.at)
