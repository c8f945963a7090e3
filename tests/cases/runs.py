"""Settings of runs that take milliseconds."""

from thermophoresis.config.run import RunSettings


def settings(**changes):
    return RunSettings(
        **{
            "experiment": "gaussian",
            "learning_rate": 0.1,
            "batch_size": 1,
            "seed": 3,
            "replicas": 5,
            "network": {"kind": "two_layer", "inputs": 6, "hidden": 4},
            "data": {"kind": "gaussian"},
            "thermal_time_end": 1.0,
            "records": 6,
            "record_spacing": "linear",
            "probe_size": 32,
            **changes,
        }
    )
