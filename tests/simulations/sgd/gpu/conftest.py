"""Triton is there on Linux alone."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("triton") else ["*.py"]
