"""What was measured at the snapshots of the networks of an experiment."""

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import cells_with


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


def left_out(whole: np.ndarray) -> str:
    """Say how many networks are left out of a statistic of the curvature."""
    if whole.all():
        return ""
    return f"{(~whole).sum():,} of {len(whole):,} networks are left out"
