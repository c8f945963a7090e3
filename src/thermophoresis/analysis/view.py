"""The networks of an experiment as whoever looks at them wants them: cells, networks, records.

A gathered file has a dimension for each swept hyperparameter, and NaN where there is no cell. Here
cells lie along one, and networks of all seeds along another; every label is kept.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from thermophoresis.errors import UserError

SWEPT = ("learning_rate", "batch_size")
POOLED = ("seed", "replica")


def at_coordinates(dataset: xr.Dataset, at: Mapping[str, int | str]) -> xr.Dataset:
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


def cells_with(
    dataset: xr.Dataset,
    names: Sequence[str],
    *,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    least: int = 1,
) -> xr.Dataset:
    """Return the trained cells with some learning rate or batch size.

    Parameters
    ----------
    dataset
        Content of a gathered file.
    names
        Variables of it, each (learning_rate, batch_size, seed, replica, record).
    learning_rate, batch_size
        What the cells have in common; None leaves it free.
    least
        Fewer cells are refused.

    Returns
    -------
    The variables, each (cell, network, record): cells by learning rate, then batch size, and
    networks by seed, then replica. A network has the same initialisation and stream of samples in
    every cell. Coordinates are those of the file: learning_rate and batch_size of each cell, seed
    and replica of each network, step (cell, record) and others.

    Raises
    ------
    UserError
        There is no such variable, or there are too few such cells.
    """
    if missing := [name for name in names if name not in dataset]:
        raise UserError(f"the file holds no {', '.join(missing)}")
    chosen = dataset["trained"].transpose(*SWEPT).values.astype(bool)
    for axis, wanted in enumerate((learning_rate, batch_size)):
        if wanted is not None:
            held = dataset[SWEPT[axis]].values == wanted
            chosen = chosen & np.expand_dims(held, 1 - axis)
    if (count := np.count_nonzero(chosen)) < least:
        asked = [f"learning rate {learning_rate}"] * (learning_rate is not None)
        asked += [f"batch size {batch_size}"] * (batch_size is not None)
        raise UserError(
            f"the file holds {count} cells with {' and '.join(asked) or 'any rate'}; "
            f"{least} or more are needed"
        )
    places = zip(SWEPT, np.nonzero(chosen), strict=True)
    cells = dataset[[*names]].isel({axis: ("cell", place) for axis, place in places})
    cells = cells.assign_coords({name: cells[name] for name in POOLED})  # also where it has none
    networks = cells.stack(network=POOLED, create_index=False)
    return networks.transpose("cell", "network", "record", ...)


def weakest_first(cells: xr.Dataset) -> xr.Dataset:
    """Return cells in the order of their drive η²/|B|."""
    drive = cells["learning_rate"].values ** 2 / cells["batch_size"].values
    return cells.isel(cell=np.argsort(drive, kind="stable"))


def by_record(cells: xr.Dataset, name: str) -> np.ndarray:
    """Return the values of a variable, (…, record, network), for what averages over networks.

    They stay where they are in memory, by which sums are rounded.
    """
    return cells[name].transpose(..., "record", "network").values
