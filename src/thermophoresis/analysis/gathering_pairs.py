"""From the measurements of two cells, one file a seed, to one file."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from thermophoresis.config.gathering import GatherPairSettings
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.record import metadata


def gather_pair(
    settings: GatherPairSettings,
    fingerprint: str,
    inputs: Sequence[str | Path],
    output: str | Path,
) -> None:
    """Join the measurements of a pair along a new first dimension, ``seed``.

    Parameters
    ----------
    settings
        Which seeds there are.
    fingerprint
        Code fingerprint of this step, stored in the file.
    inputs
        The files, in the order of the seeds.
    output
        The file with all of them.

    Raises
    ------
    UserError
        A file is unreadable or is not what was measured with its seed.
    """
    measured = [netcdf.read(path).drop_encoding() for path in inputs]
    for seed, path, dataset in zip(settings.seeds, inputs, measured, strict=True):
        if seeds_of(dataset) != {seed}:
            raise UserError(f"{path} is no measurement of two runs with seed {seed}")
    attributes = {"long_name": "seed of the ensemble", "units": "1"}
    seeds = xr.DataArray(np.array(settings.seeds), dims="seed", attrs=attributes, name="seed")
    joined = xr.concat(
        measured,
        seeds,
        join="exact",
        combine_attrs="override",
        data_vars="all",
        coords="minimal",
        compat="equals",
    )
    joined.attrs = {
        "title": f"{settings.pair}: {measured[0].attrs['title']}",
        **metadata(
            settings,
            fingerprint,
            made_by="gather",
            seeds=settings.seeds,
            inputs=inputs,
            output=output,
        ),
    }
    if settings.note:
        joined.attrs["note"] = settings.note
    netcdf.write(joined, output)


def seeds_of(dataset: xr.Dataset) -> set[int]:
    """Return the seeds of the runs that a measurement is of; none where it does not say."""
    try:
        return {run["seed"] for run in json.loads(dataset.attrs["configuration"])["runs"]}
    except (KeyError, TypeError, ValueError):
        return set()
