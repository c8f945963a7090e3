"""What a gathered file holds, as whoever looks at its networks wants it; labels are kept."""

from collections.abc import Mapping

import xarray as xr

from thermophoresis.errors import UserError


def at_coordinates(dataset: xr.Dataset, at: Mapping[str, int]) -> xr.Dataset:
    """Return a dataset at one coordinate of some axes that observables have of their own.

    Raises
    ------
    UserError
        There is no such coordinate.
    """
    for axis, coordinate in at.items():
        held = dataset[axis].values.tolist() if axis in dataset.coords else []
        if coordinate not in held:
            raise UserError(
                f"the curves have no {axis} {coordinate}; "
                f"it must be one of {', '.join(map(str, held)) or 'none'}"
            )
    return dataset.sel(at)
