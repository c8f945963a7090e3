"""What holds for all tests, which may run on machines that have much else to do.

Three processes run them: on two cores one mostly waits, for the cluster that it has brought up.
"""

import os
from pathlib import Path

from hypothesis import HealthCheck, settings

# More threads in each process would only get in the way of the other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

# Without a GPU, kernels run in Triton's interpreter, if it is asked for before Triton is imported.
if not Path("/proc/driver/nvidia/version").exists():
    os.environ.setdefault("TRITON_INTERPRET", "1")

# How long an example takes says nothing about the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Minutes each: what begins late is what everything else waits for at the end.
LONGEST = ("test_what_a_job_loads_is_in_its_fingerprint",)


def pytest_collection_modifyitems(items):
    """Let the longest tests begin first; all others keep their order."""
    items.sort(key=lambda item: item.name not in LONGEST)
