"""Cells, networks and records by their labels: the nearest one, if it is near."""

import numbers
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import axes_of, is_label
from thermophoresis.errors import UserError

TOLERANCE = 1e-6  # relative: numbers that differ by rounding alone, float32 included
LISTED = 12  # labels that an error names


def select(curves: xr.Dataset, *, tolerance: float = TOLERANCE, **labels: Any) -> xr.Dataset:
    """Return the part of a gathered file at some labels, each the nearest that there is.

    Parameters
    ----------
    curves
        What `Results.curves`, `Results.measurements` or `train` return.
    tolerance
        The largest distance from a label to the nearest one that there is, relative to the larger
        of the two; 0 for equal ones alone.
    **labels
        By the names of coordinates: swept axes, ``seed``, ``replica``, ``layer`` and the like, and
        once these have made it a function of the record alone, a time (``step``,
        ``thermal_time``). A list of labels keeps the dimension; one label drops it.

    Returns
    -------
    Of the same variables, those dimensions left out. Of files with one dimension ``cell``, the
    cells with these labels.

    Raises
    ------
    UserError
        There is no such coordinate, no label is near enough, or there is no such cell.
    """
    axes = axes_of(curves)
    # A time is a function of the record alone once the cell is chosen.
    for axis in sorted(labels, key=lambda it: it not in axes):
        curves = _selected(curves, axis, labels[axis], tolerance)
    if "trained" in curves and not curves["trained"].values.any():
        asked = ", ".join(f"{axis}={labels[axis]}" for axis in axes if axis in labels)
        raise UserError(f"there is no cell with {asked}, though there are others with each of them")
    return curves


def _selected(curves: xr.Dataset, axis: str, wanted: Any, tolerance: float) -> xr.Dataset:
    """Return the part of a dataset at one label, or several, of a coordinate."""
    if axis not in curves.coords:
        known = ", ".join(sorted(map(str, curves.coords)))
        raise UserError(f"{axis}: no such coordinate; must be one of {known}")
    coordinate = curves[axis]
    if coordinate.ndim > 1:
        others = ", ".join(str(it) for it in coordinate.dims if it != "record")
        raise UserError(f"{axis}: differs along {others}; must be selected with these")
    several = isinstance(wanted, list | tuple | np.ndarray)
    held = np.atleast_1d(coordinate.values)
    found = [nearest(axis, held, one, tolerance) for one in (wanted if several else [wanted])]
    if not coordinate.ndim:
        return curves  # it has one label, which is the one
    places = np.concatenate([np.flatnonzero(is_label(held, one)) for one in found])
    (dimension,) = coordinate.dims
    return curves.isel({dimension: places if several or len(places) > 1 else int(places[0])})


def nearest(axis: str, held: np.ndarray, wanted: Any, tolerance: float = TOLERANCE) -> Any:
    """Return the label nearest to the one that is wanted; of words, the same.

    Parameters
    ----------
    axis
        Name of the coordinate.
    held
        Its labels, one-dimensional.
    wanted, tolerance
        As for `select`.

    Raises
    ------
    UserError
        None is near enough.
    """
    wanted = wanted.item() if isinstance(wanted, np.generic) else wanted
    if held.dtype.kind in "iuf" and isinstance(wanted, numbers.Real):
        number = float(wanted)
        distances = np.abs(held.astype(np.float64) - number)
        if np.isfinite(distances).any():
            label = held[np.nanargmin(distances)]
            if np.nanmin(distances) <= tolerance * max(abs(number), abs(float(label))):
                return label.item()
    else:
        for label in held:
            if is_label(np.asarray([label]), wanted).all():
                return label
    known = [f"{label:g}" if held.dtype.kind == "f" else str(label) for label in np.unique(held)]
    more = f", … ({len(known)} in all)" if len(known) > LISTED else ""
    raise UserError(
        f"{axis}: got {wanted!r}; must be one of {', '.join(known[:LISTED])}{more}, to a relative "
        f"tolerance of {tolerance:g}"
    )


def named(curves: xr.Dataset, labels: Mapping[str, Any]) -> dict[str, Any]:
    """Return labels of swept axes, one or several, as a file has them; of no axis as they are."""
    axes = axes_of(curves)

    def held(axis: str, wanted: Any) -> Any:
        if axis not in axes:
            return wanted
        if isinstance(wanted, list | tuple):
            return tuple(held(axis, one) for one in wanted)
        return nearest(axis, np.atleast_1d(curves[axis].values), wanted)

    return {axis: held(axis, wanted) for axis, wanted in labels.items()}
