"""The networks of an experiment as whoever looks at them wants them: cells, networks, records.

A gathered file has a dimension for each swept axis, and NaN where there is no cell, or, where few
of them are there, one for all cells. Here cells lie along one dimension, and networks of all seeds
along another; every label is kept.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import xarray as xr

from thermophoresis.errors import UserError

SWEPT = ("learning_rate", "batch_size")
OF_CELL = "cell_"  # before the names of further axes, which may be those of dimensions here
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


def axes_of(dataset: xr.Dataset) -> tuple[str, ...]:
    """Return the names of the swept axes of a gathered file, or of a view of it."""
    further = (
        str(name).removeprefix(OF_CELL)
        for name, coordinate in dataset.coords.items()
        if "setting" in coordinate.attrs
    )
    return (*SWEPT, *further)


def labels_of(cells: xr.Dataset, axis: str) -> np.ndarray:
    """Return the label of each cell of a view along a swept axis."""
    return cells[axis if axis in SWEPT else OF_CELL + axis].values


def cells_with(
    dataset: xr.Dataset,
    names: Sequence[str],
    *,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    further: Mapping[str, Any] = MappingProxyType({}),
    least: int = 1,
) -> xr.Dataset:
    """Return the trained cells with some learning rate, batch size or labels along further axes.

    Parameters
    ----------
    dataset
        Content of a gathered file.
    names
        Variables of it, each (a dimension for each swept axis or ``cell``, seed, replica, record).
    learning_rate, batch_size
        What the cells have in common; None leaves it free.
    further
        Labels along further axes, one or, for cells in this order, several in a tuple.
    least
        Fewer cells are refused.

    Returns
    -------
    The variables, each (cell, network, record): cells by learning rate, then batch size, then
    further axes, and networks by seed, then replica. A network has the same initialisation and
    stream of samples in every cell. Coordinates are those of the file: learning_rate and batch_size
    of each cell, its labels along further axes under names that `labels_of` knows, seed
    and replica of each network, step (cell, record) and others.

    Raises
    ------
    UserError
        There is no such variable, or there are too few such cells.
    """
    if missing := [name for name in names if name not in dataset]:
        raise UserError(f"the file holds no {', '.join(missing)}")
    axes = axes_of(dataset)
    if unknown := further.keys() - {*axes}:
        raise UserError(f"the file holds no cells along {', '.join(sorted(unknown))}")
    dimensions = ("cell",) if "cell" in dataset.dims else axes
    trained = dataset["trained"].transpose(*dimensions)
    places = np.nonzero(trained.values)
    found = {
        axis: dataset[axis].values[places[dimensions.index(axis) if axis in dimensions else 0]]
        for axis in axes
    }
    asked = {"learning_rate": learning_rate, "batch_size": batch_size, **further}
    asked = {axis: wanted for axis, wanted in asked.items() if wanted is not None}
    chosen = np.full(len(places[0]), True)
    for axis, wanted in asked.items():
        several = wanted if isinstance(wanted, tuple) else (wanted,)
        chosen &= np.any([is_label(found[axis], one) for one in several], axis=0)
    kept = np.flatnonzero(chosen)
    if len(kept) < least:
        raise UserError(
            f"the file holds {len(kept)} cells with {_words(asked) or 'any rate'}; "
            f"{least} or more are needed"
        )
    for axis, wanted in asked.items():
        if isinstance(wanted, tuple):
            order = np.argmax([is_label(found[axis][kept], one) for one in wanted], axis=0)
            kept = kept[np.argsort(order, kind="stable")]
    at = {axis: ("cell", place[kept]) for axis, place in zip(dimensions, places, strict=True)}
    named = dataset[[*names]].rename({it: OF_CELL + it for it in axes if it not in SWEPT})
    cells = named.isel({OF_CELL + it if it in axes[2:] else it: place for it, place in at.items()})
    cells = cells.drop_vars("cell", errors="ignore")
    cells = cells.assign_coords({name: cells[name] for name in POOLED})  # also where it has none
    networks = cells.stack(network=POOLED, create_index=False)
    return networks.transpose("cell", "network", "record", ..., missing_dims="ignore")


class Asking(Protocol):
    """Settings that say which cells they are about; see `cells_with`."""

    @property
    def learning_rate(self) -> float | None:
        """η of the cells; None leaves it free."""

    @property
    def batch_size(self) -> int | None:
        """|B| of the cells; None leaves it free."""

    @property
    def cells(self) -> Mapping[str, Any]:
        """Labels along further axes."""


def asked_cells(dataset: xr.Dataset, names: Sequence[str], settings: Asking) -> xr.Dataset:
    """Return `cells_with` what a claim or another part of settings asks for."""
    return cells_with(
        dataset,
        names,
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size,
        further=settings.cells,
    )


def at_labels(dataset: xr.Dataset, further: Mapping[str, Any]) -> xr.Dataset:
    """Return the part of a gathered file at one label along each further axis.

    Its cells lie along learning_rate and batch_size alone.

    Raises
    ------
    UserError
        A label is missing, or there is no cell with them.
    """
    axes = axes_of(dataset)[2:]
    if {*axes} != {*further}:
        words = ", ".join(sorted({*axes} ^ {*further}))
        raise UserError(f"the file must be shown at one label along each further axis: {words}")
    if not axes:
        return dataset
    chosen = [is_label(dataset[axis].values, further[axis]) for axis in axes]
    if "cell" not in dataset.dims:
        places = {axis: np.flatnonzero(it) for axis, it in zip(axes, chosen, strict=True)}
        if not all(map(len, places.values())):
            raise UserError("the file holds no cells with " + _words(further))
        part = dataset.isel({axis: int(it[0]) for axis, it in places.items()})
    else:
        kept = np.flatnonzero(np.all(chosen, axis=0))
        if not len(kept):
            raise UserError("the file holds no cells with " + _words(further))
        part = dataset.isel(cell=kept).drop_vars("cell")
        part = part.set_index(cell=list(SWEPT)).unstack("cell")
        part = part.assign(trained=part["trained"].fillna(0)).transpose(*SWEPT, ...)
    return part.drop_vars(list(axes))


def _words(asked: Mapping[str, Any]) -> str:
    return " and ".join(f"{axis.replace('_', ' ')} {wanted}" for axis, wanted in asked.items())


def is_label(labels: np.ndarray, wanted: float | str) -> np.ndarray:
    """Return which labels are the one that is asked for, a word however it was read."""
    held: np.ndarray
    held = labels.astype(str) == str(wanted) if labels.dtype.kind in "UO" else labels == wanted
    return held


def weakest_first(cells: xr.Dataset) -> xr.Dataset:
    """Return cells in the order of their drive η²/|B|."""
    drive = cells["learning_rate"].values ** 2 / cells["batch_size"].values
    return cells.isel(cell=np.argsort(drive, kind="stable"))


def by_record(cells: xr.Dataset, name: str) -> np.ndarray:
    """Return the values of a variable, (…, record, network), for what averages over networks.

    They stay where they are in memory, by which sums are rounded.
    """
    return cells[name].transpose(..., "record", "network").values
