"""What was recorded as labelled arrays, with all that a netCDF file says of each."""

import numpy as np
import xarray as xr

from thermophoresis.config.grid import (
    batch_size_at,
    position,
    rate_at,
    record_steps,
    snapshot_records,
    thermal_time,
)
from thermophoresis.config.loss import kind_of
from thermophoresis.config.observable import BLOCK, observable
from thermophoresis.config.run import RunSettings
from thermophoresis.networks.network import Network
from thermophoresis.simulations.recorder import Recorder


def run_dataset(settings: RunSettings, network: Network, recorder: Recorder) -> xr.Dataset:
    """Return everything that was measured along a run: (replica, record, …)."""
    dims = ("replica", "record")
    dataset, axes = xr.Dataset(), {}
    for name, value in recorder.values.items():
        declared = observable(name, kind_of(settings.loss))
        attributes = {"long_name": declared.long_name, "units": declared.units}
        dataset[name] = ((*dims, *declared.dimensions), value, attributes)
        for axis, words in declared.dimensions.items():
            names = network.parameter_dimensions if axis == BLOCK else ()
            named = tuple(declared.coordinates.get(axis, names))
            labels = np.array(named) if named else np.arange(1, dataset.sizes[axis] + 1)
            axes[axis] = (axis, labels, words, "1")
    dataset["diverged"] = (
        dims,
        recorder.diverged,
        {"long_name": "1 from the record on at which the replica has diverged", "units": "1"},
    )
    steps = record_steps(settings)
    pace = "Σ η² / |B|" if settings.schedule else "η² t / |B|"
    updates = f"iteration t: number of {settings.dynamics.adjective} updates made"
    coordinates = {
        "replica": ("replica", np.arange(settings.replicas), "index of the replica", "1"),
        "step": ("record", steps, updates, "1"),
        "thermal_time": ("record", thermal_time(settings, steps), f"thermal time {pace}", "1"),
        "learning_rate": ((), settings.learning_rate, "learning rate η", "1"),
        "batch_size": ((), settings.batch_size, "batch size |B|", "1"),
        "seed": ((), settings.seed, "seed of the random streams", "1"),
        **_other_times(settings, steps),
        **axes,
    }
    return dataset.assign_coords(
        {
            name: (dim, value, {"long_name": long_name, "units": units})
            for name, (dim, value, long_name, units) in coordinates.items()
        }
    )


def _other_times(
    settings: RunSettings, steps: np.ndarray
) -> dict[str, tuple[str, np.ndarray, str, str]]:
    """Return the other axes of time where a run has a schedule, or is timed on one of them.

    With a schedule they tell what η and |B| are in the step that follows each record.
    """
    units = {settings.end.unit, settings.record_grid.unit}
    scheduled, found = settings.schedule is not None, {}
    if scheduled or "training_time" in units:
        times = position(settings, "training_time", steps)
        found["training_time"] = ("record", times, "training time Σ η", "1")
    if settings.epoch_samples and (scheduled or "epochs" in units):
        epochs = position(settings, "epochs", steps)
        words = "samples drawn, over samples in the training set"
        found["epoch"] = ("record", epochs, words, "1")
    if scheduled:
        rates = np.array([rate_at(settings, step) for step in steps.tolist()])
        sizes = np.array([batch_size_at(settings, step) for step in steps.tolist()])
        found["scheduled_learning_rate"] = (
            "record",
            rates,
            "learning rate η of the next step",
            "1",
        )
        found["scheduled_batch_size"] = ("record", sizes, "|B| of the step that follows", "1")
    return found


def snapshots_dataset(
    settings: RunSettings, network: Network, recorder: Recorder, run: xr.Dataset
) -> xr.Dataset:
    """Return the parameters that were kept of a run, whose dataset is at hand."""
    records = list(snapshot_records(settings))
    kept = run[["diverged"]].isel(record=records, replica=slice(settings.snapshot_replicas))
    snapshots = kept.assign_coords(
        record=("record", np.array(records), {"long_name": "record of the run", "units": "1"})
    )
    names = network.parameter_dimensions
    for name, value in recorder.parameters.items():
        attributes = {"long_name": f"parameter {name}", "units": "1"}
        # The digits of trained weights are noise: compressing them takes longer than training.
        variable = xr.Variable(
            ("replica", "record", *names[name]), value, attributes, {"zlib": False}
        )
        snapshots[name] = variable
    return snapshots
