"""What files of measurements say of the run that was measured."""

from typing import Any

import xarray as xr

OF_RUN = ("device", "stepper", "data_source", "data_checksum")


def origin_of(snapshots: xr.Dataset) -> dict[str, Any]:
    """Return the attributes that a measurement has from the run's file of snapshots."""
    told = {name: snapshots.attrs[name] for name in OF_RUN}
    return told | {"run_fingerprint": snapshots.attrs["code_fingerprint"]}
