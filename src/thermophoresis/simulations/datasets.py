"""What was recorded as labelled arrays, with all that a netCDF file says of each."""

import numpy as np
import xarray as xr

from thermophoresis.config.grid import record_steps, snapshot_records, thermal_time
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
            labels = (
                np.array(list(network.parameter_dimensions))
                if axis == BLOCK
                else np.arange(1, dataset.sizes[axis] + 1)
            )
            axes[axis] = (axis, labels, words, "1")
    dataset["diverged"] = (
        dims,
        recorder.diverged,
        {"long_name": "1 from the record on at which the replica has diverged", "units": "1"},
    )
    steps = record_steps(settings)
    updates = f"iteration t: number of {settings.dynamics.adjective} updates made"
    coordinates = {
        "replica": ("replica", np.arange(settings.replicas), "index of the replica", "1"),
        "step": ("record", steps, updates, "1"),
        "thermal_time": ("record", thermal_time(settings, steps), "thermal time η² t / |B|", "1"),
        "learning_rate": ((), settings.learning_rate, "learning rate η", "1"),
        "batch_size": ((), settings.batch_size, "batch size |B|", "1"),
        "seed": ((), settings.seed, "seed of the random streams", "1"),
        **axes,
    }
    return dataset.assign_coords(
        {
            name: (dim, value, {"long_name": long_name, "units": units})
            for name, (dim, value, long_name, units) in coordinates.items()
        }
    )


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
