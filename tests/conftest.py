"""Tests run in two processes side by side; threads within each would only get in each other's way."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")
