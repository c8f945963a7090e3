"""What was measured at the snapshots of the networks of an experiment."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells, cells_with
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.measured_claim import SnapshotsClaim, VariableClaim

# Times of whole steps are not quite what they are rounded from.
ROUNDING = 1e-9


def at_snapshots_of(dataset: xr.Dataset, name: str) -> np.ndarray:
    """Return a quantity of the trained cells as (network, cell × record).

    Raises
    ------
    UserError
        There is no such quantity.
    """
    values = cells_with(dataset, [name])[name].transpose("network", "cell", "record").values
    return values.astype(np.float64).reshape(len(values), -1)


def with_control(dataset: xr.Dataset, name: str, controlled: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a quantity and its control, each (network, cell × record), where there is a control.

    Raises
    ------
    UserError
        There is no such quantity.
    """
    cells = cells_with(dataset, [name, controlled])
    if "control" in cells[controlled].dims:
        count = cells.coords.get("control_count", xr.ones_like(cells["learning_rate"]))
        cells = cells.isel(cell=np.flatnonzero(count.values > 0))
        cells = cells.sel(record=cells["control"].values)
        cells[controlled] = cells[controlled].rename(control="record")
    found = [cells[it].transpose("network", "cell", "record").values for it in (name, controlled)]
    one, other = (values.astype(np.float64).reshape(len(values), -1) for values in found)
    return one, other


def of_control(dataset: xr.Dataset, controlled: str) -> str:
    """Say in how many cells and at how many snapshots there is a control; empty for all."""
    cells = cells_with(dataset, [controlled])
    if "control" not in cells[controlled].dims:
        return ""
    count = cells.coords.get("control_count", xr.ones_like(cells["learning_rate"]))
    return (
        f"a control, in {int((count.values > 0).sum())} of {cells.sizes['cell']} cells at "
        f"{cells.sizes['control']} of {dataset.sizes['record']} snapshots"
    )


def lost(finite: np.ndarray) -> str:
    """Say of how many networks (network, …) not every number counts; empty for none."""
    some = int((~finite).reshape(len(finite), -1).any(axis=1).sum())
    if not some:
        return ""
    return f"of {some:,} of {len(finite):,} networks some numbers are not finite, not counted"


def left_out(whole: np.ndarray) -> str:
    """Say how many networks are left out of a statistic of the curvature."""
    if whole.all():
        return ""
    return f"{(~whole).sum():,} of {len(whole):,} networks are left out"


def asked_measurement(claim: "VariableClaim", read: Mapping[str, xr.Dataset]) -> xr.Dataset:
    """Return the one variable, and the cells of it, that a claim asks for; see `asked_cells`.

    Raises
    ------
    UserError
        The measurement has no such variable.
    """
    measured = read[claim.reads[0]]
    if claim.variable not in measured:
        raise UserError(
            f"{claim.measurement} of experiment {claim.experiment} has no variable "
            f"{claim.variable}; it has {', '.join(map(str, measured.data_vars))}"
        )
    return asked_cells(measured, [claim.variable], claim)


def asked_snapshots(claim: "SnapshotsClaim", read: Mapping[str, xr.Dataset]) -> xr.Dataset:
    """Return the cells and variables that a claim asks for, 0 after its last snapshot.

    Returns
    -------
    xarray.Dataset
        Each variable (cell, network, record, …), float64. A snapshot that is later than the claim
        asks for is 0 in all of them, and missing from the coordinate ``counted`` (cell, record).

    Raises
    ------
    UserError
        The measurement lacks a variable, or there is no snapshot that early.
    """
    measured = read[claim.reads[0]]
    names = list(dict.fromkeys(claim.variables.values()))
    view = asked_cells(measured, names, claim)
    # What networks have once counts once.
    counted = np.full((view.sizes["cell"], view.sizes.get("record", 1)), True)
    if (latest := claim.thermal_time_at_most) is not None:
        tau = view["thermal_time"].transpose("cell", "record").values
        counted = tau <= latest * (1 + ROUNDING)
    if not counted.any(axis=1).all():
        raise UserError(f"a cell has no snapshot up to thermal time {latest:g}")
    view = view.assign_coords(counted=(("cell", "record"), counted))
    return view[names].astype(np.float64).where(view["counted"], 0.0)


def summed(values: xr.DataArray) -> np.ndarray:
    """Return the sum over all but cell and network, (cell, network)."""
    axes = [axis for axis in values.dims if axis not in ("cell", "network")]
    return values.sum(axes, skipna=False).transpose("cell", "network").values
