"""The job of one run as the workflow starts it: a process from its start to the file it writes."""

import argparse
import json
import tempfile
import time
from pathlib import Path

started = time.perf_counter()

from thermophoresis.config.run import RunSettings  # noqa: E402
from thermophoresis.simulations.run import train_run  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--device", required=True)
parser.add_argument("--replicas", type=int, required=True)
parser.add_argument("--steps", type=int, required=True)
given = parser.parse_args()
# The experiment `gaussian` of the default configuration, with more replicas.
settings = RunSettings.model_validate(
    {
        "experiment": "gaussian",
        "data": {"kind": "gaussian"},
        "network": {"kind": "two_layer", "inputs": 10, "hidden": 10},
        "learning_rate": 0.05,
        "batch_size": 1,
        "seed": 0,
        "replicas": given.replicas,
        "until": {"steps": given.steps},
        "records": 61,
    }
)
imported = time.perf_counter()
with tempfile.TemporaryDirectory() as folder:
    output = Path(folder) / "run.nc"
    train_run(settings, fingerprint="benchmark", output=output, device=given.device)
    written = output.stat().st_size
trained = time.perf_counter()
print(json.dumps({"imports": imported - started, "job": trained - imported, "bytes": written}))
