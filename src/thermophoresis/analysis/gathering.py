"""From the files of an experiment's runs to one file, with a rectangular array per observable.

The files are run files, or those of the curvature of a run's snapshots, which have the same form
with fewer records and replicas.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.gathering import GatherSettings
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.record import metadata

DIMENSIONS = ("learning_rate", "batch_size", "seed", "replica", "record")
CELL_SETTINGS = ("learning_rate", "batch_size", "seed")
ABSENT_STEP = -1
OTHER_TIMES = ("training_time", "epoch", "scheduled_learning_rate", "scheduled_batch_size")


class Run(NamedTuple):
    """One run file in memory.

    Attributes
    ----------
    path
        Where it came from, for messages.
    configuration
        The settings it was made with.
    dataset
        Its content, dimensions (replica, record) and those of observables with axes of their own.
    """

    path: Path
    configuration: dict[str, Any]
    dataset: xr.Dataset

    @property
    def cell(self) -> tuple[float, int, int]:
        """Learning rate, batch size and seed."""
        return tuple(self.configuration[name] for name in CELL_SETTINGS)


def gather(
    settings: GatherSettings,
    fingerprint: str,
    inputs: Sequence[str | Path],
    output: str | Path,
) -> None:
    """Gather the run files of an experiment into one curves file.

    Parameters
    ----------
    settings
        Which cells, seeds, replicas and records the experiment has.
    fingerprint
        Code fingerprint of this step, stored in the file.
    inputs
        The run files, in any order: one for every cell and seed.
    output
        The curves file.

    Raises
    ------
    UserError
        A run file is unreadable, or the run files are not those of the settings.
    """
    runs = [read_run(Path(path)) for path in inputs]
    curves = assemble(settings, runs)
    origin = metadata(
        settings,
        fingerprint,
        made_by="gather",
        seeds=settings.seeds,
        inputs=inputs,
        output=output,
    )
    curves.attrs = {**origin, **curves.attrs}
    if settings.note:
        curves.attrs["note"] = settings.note
    netcdf.write(curves, output)


def read_run(path: Path) -> Run:
    """Read one run file with the settings that it carries.

    Raises
    ------
    UserError
        The file is unreadable or carries no settings, so it is not a run file.
    """
    dataset = netcdf.read(path)
    try:
        configuration = json.loads(dataset.attrs["configuration"])
        if "measurement" in configuration:  # what was measured of one run
            (of_run,) = configuration.pop("runs")
            configuration |= of_run
        run = Run(path, configuration, dataset)
        if not {"experiment", *CELL_SETTINGS} <= configuration.keys():
            raise KeyError("configuration")
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise UserError(f"{path} is not a run file: it does not carry its settings") from error
    return run


def assemble(settings: GatherSettings, runs: Iterable[Run]) -> xr.Dataset:
    """Place the runs of an experiment in arrays over learning rate, batch size and seed.

    Cells that the experiment does not have are NaN (``step``: −1, which `xarray.open_dataset` turns
    into NaN; ``diverged``: 0) and marked in ``trained``.

    Parameters
    ----------
    settings
        Which cells, seeds, replicas and records there must be.
    runs
        One for every cell and seed, in any order.

    Returns
    -------
    Observables with the dimensions (learning_rate, batch_size, seed, replica, record) and their own
    axes, and what all the run files say of themselves as attributes.

    Raises
    ------
    UserError
        A run is missing, doubled or foreign, or has another shape, grid or set of observables than
        the rest.
    """
    runs = match_runs(settings, runs)
    check_alike(settings, runs)

    rates = sorted({rate for rate, _ in settings.cells})
    batches = sorted({batch for _, batch in settings.cells})
    seeds = sorted(settings.seeds)
    lengths = (len(rates), len(batches), len(seeds), settings.replicas, settings.records)
    positions = [
        (rates.index(rate), batches.index(batch), seeds.index(seed))
        for rate, batch, seed in (run.cell for run in runs)
    ]

    first = runs[0].dataset

    def stack(name: str, fill: float) -> tuple[object, ...]:
        # What is one number of each network, such as when it has arrived, has no records.
        of_records = "record" in first[name].dims
        dims = (*(DIMENSIONS if of_records else DIMENSIONS[:-1]), *own_axes(first[name]))
        blocks = [run.dataset[name].transpose(*dims[3:]).values for run in runs]
        array = place(blocks, positions, lengths[:3] + blocks[0].shape, fill, blocks[0].dtype)
        return (dims, array, dict(first[name].attrs))

    names = observable_names(first)
    fill = {name: np.nan if first[name].dtype.kind == "f" else ABSENT_STEP for name in names}
    variables = {name: stack(name, fill[name]) for name in names}
    variables["diverged"] = stack("diverged", 0)

    # Seeds share the grid of their cell, which check_alike has made sure of.
    cells = [(rate, batch) for rate, batch, _ in positions]
    trained = np.zeros(lengths[:2], dtype=np.int8)
    trained[tuple(np.transpose(cells))] = 1
    variables["trained"] = (
        DIMENSIONS[:2],
        trained,
        {"long_name": "1 where the experiment has this cell, else 0", "units": "1"},
    )
    grid_lengths = (*lengths[:2], settings.records)
    step, thermal_time = (
        place([run.dataset[name].values for run in runs], cells, grid_lengths, fill, dtype)
        for name, fill, dtype in (
            ("step", ABSENT_STEP, np.int64),
            ("thermal_time", np.nan, np.float64),
        )
    )
    grid = ("learning_rate", "batch_size", "record")
    coordinates = {
        "learning_rate": ("learning_rate", np.array(rates), {"long_name": "learning rate"}),
        "batch_size": ("batch_size", np.array(batches), {"long_name": "batch size"}),
        "seed": ("seed", np.array(seeds), {"long_name": "seed of the ensemble"}),
        "replica": ("replica", np.arange(settings.replicas), {"long_name": "replica"}),
        "record": ("record", record_index(first), {"long_name": "index of the run's record"}),
        "step": (grid, step, dict(first["step"].attrs), {"_FillValue": ABSENT_STEP}),
        "thermal_time": (grid, thermal_time, dict(first["thermal_time"].attrs)),
    }
    # What runs tell of their time beside, with a schedule or an end on another axis.
    for name in (it for it in OTHER_TIMES if it in first.coords):
        values = place(
            [run.dataset[name].values for run in runs], cells, grid_lengths, np.nan, np.float64
        )
        coordinates[name] = (grid, values, dict(first[name].attrs))
    for name in DIMENSIONS:
        coordinates[name][2]["units"] = "1"  # type: ignore[assignment, index]  # attributes
    for name in names:
        coordinates |= {it: (it, first[it].values, first[it].attrs) for it in own_axes(first[name])}
    return xr.Dataset(variables, coordinates, source_attributes(settings, runs))


def place(
    blocks: Sequence[np.ndarray],
    positions: Sequence[tuple[int, ...]],
    lengths: tuple[int, ...],
    fill: float,
    dtype: np.dtype[np.generic] | type,
) -> np.ndarray:
    """Array of the given lengths, holding each block at its position along the leading axes.

    Parameters
    ----------
    blocks
        Arrays of one shape, the trailing part of ``lengths``.
    positions
        Index of each block along the leading axes.
    lengths
        Shape of the result.
    fill
        Value where there is no block.
    dtype
        Type of the result.
    """
    result: np.ndarray = np.full(lengths, fill, dtype=dtype)
    for block, position in zip(blocks, positions, strict=True):
        result[position] = block
    return result


def record_index(dataset: xr.Dataset) -> np.ndarray:
    """Return the index of each record among those of the run: of snapshots, some."""
    return dataset["record"].values  # without a coordinate: 0, 1, 2, …


def observable_names(dataset: xr.Dataset) -> list[str]:
    """Names of the recorded observables of a run file, sorted, and of what each network has once.

    An axis of their own has a coordinate. What is kept of every sample has none along samples, and
    is not gathered.
    """
    return sorted(
        str(name)
        for name, variable in dataset.data_vars.items()
        if "replica" in variable.dims
        and all(axis in dataset.coords for axis in own_axes(variable))
        and name != "diverged"
    )


def own_axes(variable: xr.DataArray) -> dict[str, list[int]]:
    """Axes that an observable has beside replica and record, with their coordinates."""
    names = (str(axis) for axis in variable.dims if axis not in ("replica", "record"))
    return {axis: variable[axis].values.tolist() for axis in names}


def match_runs(settings: GatherSettings, runs: Iterable[Run]) -> list[Run]:
    """Sort the runs by cell and seed, once each of those in the settings is there exactly once."""
    wanted: dict[tuple[float, int, int], Run | None] = {
        (rate, batch, seed): None for rate, batch in settings.cells for seed in settings.seeds
    }
    for run in runs:
        if run.configuration["experiment"] != settings.experiment:
            raise UserError(
                f"{run.path} belongs to experiment {run.configuration['experiment']}, "
                f"not to {settings.experiment}"
            )
        if run.cell not in wanted:
            raise UserError(
                f"{run.path} holds {describe(run.cell)}, "
                f"which experiment {settings.experiment} does not have"
            )
        if (other := wanted[run.cell]) is not None:
            raise UserError(f"{run.path} holds {describe(run.cell)}, and so does {other.path}")
        wanted[run.cell] = run
    missing = [describe(cell) for cell, run in sorted(wanted.items()) if run is None]
    if missing:
        raise UserError(
            f"experiment {settings.experiment} lacks {len(missing)} of {len(wanted)} run files: "
            + "; ".join(missing[:3])
            + ("; …" if len(missing) > 3 else "")
        )
    return [wanted[cell] for cell in sorted(wanted)]  # type: ignore[misc]  # none is missing


def describe(cell: tuple[float, int, int]) -> str:
    """Say a cell and seed in words."""
    rate, batch, seed = cell
    return f"learning rate {rate}, batch size {batch}, seed {seed}"


def check_alike(settings: GatherSettings, runs: Sequence[Run]) -> None:
    """Refuse a run whose shape, settings, observables or grid differ from those of the others."""
    reference = runs[0]
    grids: dict[tuple[float, int], Run] = {}
    for run in runs:
        for name in ("step", "thermal_time", "diverged"):
            if name not in run.dataset:
                raise UserError(f"{run.path} has no variable {name}")
        for dimension in ("replica", "record"):
            expected = getattr(settings, f"{dimension}s")
            found = run.dataset.sizes.get(dimension, 0)
            if found != expected:
                raise UserError(
                    f"{run.path} has {found} {dimension}s, "
                    f"experiment {settings.experiment} has {expected}"
                )
        names = observable_names(run.dataset)
        if names != observable_names(reference.dataset):
            raise UserError(
                f"{run.path} holds other observables than {reference.path}: {', '.join(names)}"
            )
        for name in names:
            if (axes := own_axes(run.dataset[name])) != own_axes(reference.dataset[name]):
                raise UserError(
                    f"{run.path} has other axes of {name} than {reference.path}: {axes}"
                )
        ours, theirs = common_settings(run.configuration), common_settings(reference.configuration)
        if different := sorted(
            key for key in ours.keys() & theirs if differ(ours[key], theirs[key])
        ):
            raise UserError(
                f"{run.path} was made with other settings than {reference.path}: "
                + ", ".join(different)
            )
        sibling = grids.setdefault(run.cell[:2], run)
        for name in ("record", "step", "thermal_time"):
            if not np.array_equal(run.dataset[name], sibling.dataset[name]):
                raise UserError(f"{run.path} was recorded on another grid than {sibling.path}")


def differ(one: object, other: object) -> bool:
    """Whether two values of a setting differ in what both say.

    What one of them lacks is a later setting, at its default: with another value the run would have
    been made anew.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return any(differ(one[key], other[key]) for key in one.keys() & other)
    return one != other


def common_settings(configuration: Mapping[str, object]) -> dict[str, object]:
    """Those settings of a run that all runs of its experiment share."""
    return {key: value for key, value in configuration.items() if key not in CELL_SETTINGS}


def source_attributes(settings: GatherSettings, runs: Sequence[Run]) -> dict[str, str]:
    """Collect what the run files say of themselves: the experiment's settings and provenance.

    Runs need not come from one version of the code or one machine; every distinct answer is kept,
    as a JSON list.
    """
    configuration = {
        **common_settings(runs[0].configuration),
        "cells": sorted([rate, batch] for rate, batch in settings.cells),
        "seeds": sorted(settings.seeds),
    }
    curvature = "run_fingerprint" in runs[0].dataset.attrs
    sources = {
        "run_fingerprints": "run_fingerprint" if curvature else "code_fingerprint",
        "run_package_versions": "package_versions",
        "run_devices": "device",
        "run_compiled": "compiled",
        "data_source": "data_source",
        "data_checksum": "data_checksum",
    }
    if curvature:
        sources["evaluation_fingerprints"] = "code_fingerprint"
    of_all = ("hessian_method", "probe_samples") if curvature else ()
    return {
        "title": f"{'Curvature' if curvature else 'Curves'} of experiment {settings.experiment}",
        **{name: runs[0].dataset.attrs[name] for name in of_all},
        "configuration": canonical_json(configuration),
        **{
            ours: canonical_json(sorted({str(run.dataset.attrs.get(theirs, "")) for run in runs}))
            for ours, theirs in sources.items()
        },
    }
