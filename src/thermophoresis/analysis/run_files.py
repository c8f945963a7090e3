"""The files of an experiment's runs: what they say of themselves, and which belong together."""

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from thermophoresis.analysis.layout import Key, Layout
from thermophoresis.config.gathering import GatherSettings
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf

CELL_SETTINGS = ("learning_rate", "batch_size", "seed")


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
    def axes(self) -> tuple[Any, ...]:
        """Labels of its cell along the further axes of the experiment."""
        return tuple(self.configuration.get("axes", {}).values())

    @property
    def control(self) -> object:
        """Where it was measured a second time, as a control; None of what has no such setting."""
        return self.configuration.get("measurement", {}).get("control")

    @property
    def key(self) -> Key:
        """Learning rate, batch size and labels along further axes."""
        return (self.configuration["learning_rate"], self.configuration["batch_size"], *self.axes)

    @property
    def seed(self) -> int:
        """Its seed."""
        return int(self.configuration["seed"])


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


def record_index(dataset: xr.Dataset) -> np.ndarray:
    """Return the index of each record among those of the run: of snapshots, some."""
    return dataset["record"].values  # without a coordinate: 0, 1, 2, …


def observable_names(dataset: xr.Dataset) -> list[str]:
    """Names of the recorded observables of a run file, sorted, and of what each network has once.

    An axis of their own has a coordinate. What is kept of every sample has none along samples, and
    is not gathered.
    """
    # Of many runs each: labelled arrays of all their variables would take most of the time.
    variables, coordinates = dataset.variables, set(dataset.coords)
    return sorted(
        str(name)
        for name in variables.keys() - coordinates - {"diverged"}
        if "replica" in variables[name].dims
        and all(axis in coordinates for axis in _own(variables[name].dims))
    )


def own_axes(dataset: xr.Dataset, name: str) -> dict[str, list[Any]]:
    """Axes that an observable has beside replica and record, with their coordinates."""
    return {axis: dataset[axis].values.tolist() for axis in _own(dataset.variables[name].dims)}


def _own(dimensions: Iterable[Hashable]) -> list[str]:
    return [str(axis) for axis in dimensions if axis not in ("replica", "record")]


def match_runs(settings: GatherSettings, runs: Iterable[Run]) -> list[Run]:
    """Sort the runs by cell and seed, once each of those in the settings is there exactly once."""
    layout = Layout(settings)
    wanted: dict[Key, Run | None] = {
        (*key, seed): None for key in layout.keys for seed in sorted(settings.seeds)
    }
    for run in runs:
        if run.configuration["experiment"] != settings.experiment:
            raise UserError(
                f"{run.path} belongs to experiment {run.configuration['experiment']}, "
                f"not to {settings.experiment}"
            )
        words = describe(layout, (*run.key, run.seed))
        if (*run.key, run.seed) not in wanted:
            raise UserError(
                f"{run.path} holds {words}, which experiment {settings.experiment} does not have"
            )
        if (other := wanted[*run.key, run.seed]) is not None:
            raise UserError(f"{run.path} holds {words}, and so does {other.path}")
        wanted[*run.key, run.seed] = run
    missing = [describe(layout, key) for key, run in wanted.items() if run is None]
    if missing:
        raise UserError(
            f"experiment {settings.experiment} lacks {len(missing)} of {len(wanted)} run files: "
            + "; ".join(missing[:3])
            + ("; …" if len(missing) > 3 else "")
        )
    return [run for run in wanted.values() if run is not None]


def describe(layout: Layout, key: Key) -> str:
    """Say a cell and seed in words."""
    words = (
        f"{axis.replace('_', ' ')} {label}" for axis, label in zip(layout.axes, key, strict=False)
    )
    return ", ".join([*words, f"seed {key[-1]}"])


def check_alike(settings: GatherSettings, runs: Sequence[Run]) -> None:
    """Refuse a run whose shape, settings, observables or grid differ from those of the others.

    Along further axes settings may differ that the experiment says to vary, hence observables, too,
    and with the control of a measurement what it makes.
    """
    references: dict[tuple[object, ...], Run] = {}
    grids: dict[Key, Run] = {}
    for run in runs:
        for name in ("step", "thermal_time", "diverged"):
            if name not in run.dataset.variables:
                raise UserError(f"{run.path} has no variable {name}")
        for dimension in ("replica", "record"):
            expected = getattr(settings, f"{dimension}s")
            found = run.dataset.sizes.get(dimension, 0)
            if found != expected:
                raise UserError(
                    f"{run.path} has {found} {dimension}s, "
                    f"experiment {settings.experiment} has {expected}"
                )
        reference = references.setdefault((*run.axes, repr(run.control)), run)
        names = observable_names(run.dataset)
        if names != observable_names(reference.dataset):
            raise UserError(
                f"{run.path} holds other observables than {reference.path}: {', '.join(names)}"
            )
        for name in names:
            if (axes := own_axes(run.dataset, name)) != own_axes(reference.dataset, name):
                raise UserError(
                    f"{run.path} has other axes of {name} than {reference.path}: {axes}"
                )
        check_settings(run, reference)
        check_settings(run, runs[0], without=settings.varied)
        sibling = grids.setdefault(run.key, run)
        for name in ("record", "step", "thermal_time") if sibling is not run else ():
            if not np.array_equal(run.dataset[name], sibling.dataset[name]):
                raise UserError(f"{run.path} was recorded on another grid than {sibling.path}")


def check_settings(run: Run, reference: Run, without: Sequence[str] = ()) -> None:
    """Refuse a run that was made with other settings than another, those of cells excepted."""
    ours, theirs = common_settings(run.configuration), common_settings(reference.configuration)
    if different := sorted(
        key for key in ours.keys() & theirs if key not in without and differ(ours[key], theirs[key])
    ):
        raise UserError(
            f"{run.path} was made with other settings than {reference.path}: "
            + ", ".join(different)
        )


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
    of_cells = (*CELL_SETTINGS, "axes")
    found = {key: value for key, value in configuration.items() if key not in of_cells}
    if isinstance(measurement := found.get("measurement"), Mapping):
        shared = {key: value for key, value in measurement.items() if key != "control"}
        found["measurement"] = shared
    return found
