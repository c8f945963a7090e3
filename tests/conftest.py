"""What holds for all tests: two processes run them, on machines that may have much else to do."""

import os

from hypothesis import HealthCheck, settings

# More threads in each process would only get in the way of the other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

# How long an example takes says nothing about the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
