"""What holds for all tests, which may run on machines that have much else to do.

Three processes run them: on two cores one mostly waits, for the cluster that it has brought up.
"""

import os
import signal
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Who starts tests in the background may ignore interrupts; what tests start would inherit that.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

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


@pytest.hookimpl(trylast=True)  # after tests/workflow, which begins with what waits for a cluster
def pytest_collection_modifyitems(items):
    """Let the second of three processes begin with the longest tests: at a third of the list."""
    longest = [item for item in items if item.name in LONGEST]
    others = [item for item in items if item.name not in LONGEST]
    third = len(items) // 3
    items[:] = others[:third] + longest + others[third:]
