"""One measurement, from the files that runs have left to its own."""

import importlib
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import xarray as xr

from thermophoresis.config.measurement import MeasureSettings
from thermophoresis.config.run import RunSettings
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.record import metadata


class Kind(Protocol):
    """A module of this package that measures something; see `hessian_chain`."""

    TITLE: str

    def measure(
        self,
        measurement: Any,
        runs: Sequence[RunSettings],
        snapshots: Sequence[xr.Dataset],
        data: Sequence[Path],
    ) -> xr.Dataset:
        """Measure one run, a pair, or none, given the runs' snapshots and their data files.

        Kinds that need traces are given the files of these as well, as ``traces``.
        """

    def describe(self, dataset: xr.Dataset) -> str:
        """Say in a line what was found."""


def measure(
    settings: MeasureSettings, *, fingerprint: str, inputs: Sequence[Path], output: Path
) -> None:
    """Measure what the settings say and write the file.

    The file has settings, code fingerprint, versions, seeds and the checksums of what it was made
    from in its attributes; the same inputs give the same bytes.

    Parameters
    ----------
    settings
        What is measured, of which runs.
    fingerprint
        Of the code, for the record.
    inputs
        The snapshots of each run, then the traces of each if the kind needs them, then their data
        files if they have some, without repeats.
    output
        The file.

    Raises
    ------
    UserError
        The snapshots are those of other settings, or something that the kind does not allow.
    """
    kind = cast(
        Kind, importlib.import_module(f"thermophoresis.measurements.{settings.measurement.kind}")
    )
    runs = settings.runs
    # How they were stored is not how results are.
    snapshots = [netcdf.read(path).drop_encoding() for path in inputs[: len(runs)]]
    for run, found in zip(runs, snapshots, strict=True):
        check_origin(run, found)
    further = list(inputs[len(runs) :])
    traced: dict[str, Any] = {}
    # What it declares reaches no fingerprint but that of what is measured.
    if "traces" in inspect.signature(kind.measure).parameters:
        traced["traces"], further = further[: len(runs)], further[len(runs) :]
    dataset = kind.measure(settings.measurement, runs, snapshots, further, **traced)
    names = " and ".join(run.name for run in runs) or settings.measurement.kind
    print(f"{names}: {kind.describe(dataset)}", file=sys.stderr)
    origin = metadata(
        settings,
        fingerprint,
        made_by="measure",
        seeds=[run.seed for run in runs],
        inputs=inputs,
        output=output,
    )
    experiments = dict.fromkeys(run.experiment for run in runs)
    title = ": ".join(filter(None, (" and ".join(experiments), kind.TITLE)))
    attributes = {"title": title, **origin, **dataset.attrs}
    netcdf.write(dataset.assign_attrs(attributes), output)


def check_origin(run: RunSettings, snapshots: xr.Dataset) -> None:
    """Refuse the snapshots of another run.

    Raises
    ------
    UserError
        They were made with other settings, or do not say with which.
    """
    try:
        # Settings that are later than the file were at their defaults when it was made.
        made_with = RunSettings.model_validate_json(snapshots.attrs["configuration"])
    except (KeyError, ValueError) as error:
        raise UserError("the file of snapshots does not carry its settings") from error
    found = made_with.model_dump(mode="json")
    expected = run.model_dump(mode="json")
    if different := sorted(key for key in found | expected if found.get(key) != expected.get(key)):
        raise UserError(f"the snapshots were made with other settings: {', '.join(different)}")
