"""From the files of an experiment's runs to one file, with a rectangular array per observable.

The files are run files, or those of the curvature of a run's snapshots, which have the same form
with fewer records and replicas.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from thermophoresis.analysis.layout import Layout, in_common
from thermophoresis.analysis.run_files import (
    Run,
    check_alike,
    common_settings,
    match_runs,
    observable_names,
    own_axes,
    read_run,
    record_index,
)
from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.gathering import GatherSettings
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.record import metadata

NETWORKS = ("seed", "replica", "record")  # dimensions after those of cells
ABSENT_STEP = -1
OTHER_TIMES = ("training_time", "epoch", "scheduled_learning_rate", "scheduled_batch_size")


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

    layout = Layout(settings)
    seeds = sorted(settings.seeds)
    lengths = (*layout.lengths, len(seeds), settings.replicas, settings.records)
    # Seeds share the grid of their cell, which check_alike has made sure of.
    cells = [layout.position(run.key) for run in runs]
    positions = [(*cell, seeds.index(run.seed)) for cell, run in zip(cells, runs, strict=True)]
    dimensions = (*layout.dimensions, *NETWORKS)
    inner = inner_axes(runs)

    def stack(name: str, fill: float) -> tuple[object, ...]:
        first = next(run.dataset for run in runs if name in run.dataset)
        of_some, own = first[name], own_axes(first, name)
        blocks = [padded(run.dataset, name, list(own), inner) for run in runs]
        held = [it for it in zip(blocks, positions, strict=True) if it[0] is not None]
        shape = (*lengths[: len(layout.lengths) + 1], *held[0][0].shape)
        array = place([it for it, _ in held], [it for _, it in held], shape, fill, held[0][0].dtype)
        # What is one number of each network, such as when it has arrived, has no records.
        of_networks = dimensions if "record" in of_some.dims else dimensions[:-1]
        return ((*of_networks, *own), array, dict(of_some.attrs))

    names = sorted({name for run in runs for name in observable_names(run.dataset)})
    absent = {name: absence(runs, name) for name in names}
    variables = {name: stack(name, fill) for name, fill in (absent | {"diverged": 0}).items()}

    trained = np.zeros(layout.lengths, dtype=np.int8)
    trained[tuple(np.transpose(cells))] = 1
    variables["trained"] = (
        layout.dimensions,
        trained,
        {"long_name": "1 where the experiment has this cell, else 0", "units": "1"},
    )
    first = runs[0].dataset
    grid_lengths = (*layout.lengths, settings.records)
    step, thermal_time = (
        place([run.dataset[name].values for run in runs], cells, grid_lengths, fill, dtype)
        for name, fill, dtype in (
            ("step", ABSENT_STEP, np.int64),
            ("thermal_time", np.nan, np.float64),
        )
    )
    grid = (*layout.dimensions, "record")
    coordinates = {
        **layout.coordinates,
        "seed": ("seed", np.array(seeds), {"long_name": "seed of the ensemble"}),
        "replica": ("replica", np.arange(settings.replicas), {"long_name": "replica"}),
        "record": ("record", record_index(first), {"long_name": "index of the run's record"}),
        "step": (grid, step, dict(first["step"].attrs), {"_FillValue": ABSENT_STEP}),
        "thermal_time": (grid, thermal_time, dict(first["thermal_time"].attrs)),
    }
    coordinates |= other_times(runs, cells, (grid, grid_lengths))
    for name in {*layout.coordinates, *NETWORKS}:
        coordinates[name][2]["units"] = "1"
    for name in names:
        of_some = next(run.dataset for run in runs if name in run.dataset)
        coordinates |= {
            it: (it, np.array(inner[it]), of_some[it].attrs) for it in own_axes(of_some, name)
        }
    coordinates |= inner_lengths(runs, cells, layout, inner)
    return xr.Dataset(variables, coordinates, source_attributes(settings, runs))


def other_times(
    runs: Sequence[Run],
    cells: Sequence[tuple[int, ...]],
    grid: tuple[tuple[str, ...], tuple[int, ...]],
) -> dict[str, Any]:
    """Return what runs tell of their time beside, with a schedule or an end on another axis.

    Parameters
    ----------
    runs, cells
        The runs, and where the cell of each lies.
    grid
        Names and lengths of the dimensions: those of cells and the record.
    """
    dimensions, lengths = grid
    found: dict[str, Any] = {}
    for name in OTHER_TIMES:
        told = [(run.dataset, cell) for run, cell in zip(runs, cells, strict=True)
                if name in run.dataset.coords]  # fmt: skip
        if told:
            values = [dataset[name].values for dataset, _ in told]
            array = place(values, [cell for _, cell in told], lengths, np.nan, np.float64)
            found[name] = (dimensions, array, dict(told[0][0][name].attrs))
    return found


def inner_lengths(
    runs: Sequence[Run],
    cells: Sequence[tuple[int, ...]],
    layout: Layout,
    inner: Mapping[str, list[Any]],
) -> dict[str, Any]:
    """Return how long an axis of observables is in each cell, where that differs."""
    found: dict[str, Any] = {}
    for axis in inner:
        lengths_of = [len(run.dataset[axis]) if axis in run.dataset.coords else 0 for run in runs]
        if len(set(lengths_of)) > 1:
            counts = place([np.array(it) for it in lengths_of], cells, layout.lengths, 0, np.int64)
            attributes = {"long_name": f"length of the axis {axis} in the cell", "units": "1"}
            found[f"{axis}_count"] = (layout.dimensions, counts, attributes)
    return found


def absence(runs: Sequence[Run], name: str) -> float:
    """Return what a variable has where there is no cell."""
    of_some = next(run.dataset[name] for run in runs if name in run.dataset)
    return np.nan if of_some.dtype.kind == "f" else ABSENT_STEP


def inner_axes(runs: Sequence[Run]) -> dict[str, list[Any]]:
    """Return the coordinates along each axis of observables, of all runs together.

    Numbers are in their order, names in that in which the runs have them.
    """
    found: dict[str, dict[Any, None]] = {}
    for run in runs:
        for name in observable_names(run.dataset):
            for axis, coordinates in own_axes(run.dataset, name).items():
                found.setdefault(axis, {}).update(dict.fromkeys(coordinates))
    return {
        axis: list(it) if any(isinstance(one, str) for one in it) else sorted(it)
        for axis, it in found.items()
    }


def padded(
    dataset: xr.Dataset, name: str, own: Sequence[str], inner: Mapping[str, list[Any]]
) -> Any:
    """Return the values of a variable, (replica, record, …), NaN where a run has no coordinate.

    Parameters
    ----------
    dataset
        Content of a run file.
    name
        Of the variable; None is returned if the run does not have it.
    own
        Its axes beside replica and record.
    inner
        All coordinates along these.
    """
    if name not in dataset.variables:
        return None
    plain = dataset.variables[name]  # a labelled array of each run takes ten times as long
    dimensions = (*(it for it in NETWORKS[1:] if it in plain.dims), *own)
    wanted = {axis: inner[axis] for axis in own}
    if all(dataset[axis].values.tolist() == wanted[axis] for axis in own):
        return plain.transpose(*dimensions).values
    return dataset[name].transpose(*dimensions).reindex(wanted).values


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


def source_attributes(settings: GatherSettings, runs: Sequence[Run]) -> dict[str, str]:
    """Collect what the run files say of themselves: the experiment's settings and provenance.

    Runs need not come from one version of the code or one machine; every distinct answer is kept,
    as a JSON list.
    """
    layout = Layout(settings)
    configuration = {
        **common_settings(runs[0].configuration),
        "cells": [list(key[:2]) for key in layout.keys],
        "seeds": sorted(settings.seeds),
    }
    if settings.axes:
        of_cells = {run.key: common_settings(run.configuration) for run in runs}
        each = [of_cells[key] for key in layout.keys]
        configuration = {
            **in_common(each),
            **{name: configuration[name] for name in ("cells", "seeds")},
            "axes": [dict(zip(layout.axes[2:], key[2:], strict=True)) for key in layout.keys],
            "paths": settings.paths,
            "varied": list(settings.varied),
            "settings": [{name: it[name] for name in settings.varied if name in it} for it in each],
        }
    curvature = "run_fingerprint" in runs[0].dataset.attrs
    sources = {
        "run_fingerprints": "run_fingerprint" if curvature else "code_fingerprint",
        "run_package_versions": "package_versions",
        "run_devices": "device",
        "run_stepper": "stepper",
        "data_source": "data_source",
        "data_checksum": "data_checksum",
    }
    if curvature:
        sources["evaluation_fingerprints"] = "code_fingerprint"
    known = ("hessian_method", "probe_samples") if curvature else ()
    of_all = [name for name in known if name in runs[0].dataset.attrs]
    of_curves = "Measurement" if curvature else "Curves"
    words = "Curvature" if "hessian_method" in of_all else of_curves
    return {
        "title": f"{words} of experiment {settings.experiment}",
        **{name: common_attribute(runs, name) for name in of_all},
        "configuration": canonical_json(configuration),
        **{
            ours: canonical_json(sorted({str(run.dataset.attrs.get(theirs, "")) for run in runs}))
            for ours, theirs in sources.items()
        },
    }


def common_attribute(runs: Sequence[Run], name: str) -> Any:
    """Return an attribute that all run files have; the last in order where they differ."""
    return max((run.dataset.attrs[name] for run in runs), key=str)
