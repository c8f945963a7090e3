"""All results of a small configuration."""

import fcntl
import os
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
import whole_results


class Whole(NamedTuple):
    """A folder of results and the configuration that they are those of."""

    results: Path
    config: Path


@pytest.fixture(scope="session")
def whole_once(tmp_path_factory):
    """Made once for all processes that run tests."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder, done = root / "whole", root / "whole.done"
    with (root / "whole.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            whole_results.make(folder)
            done.touch()
    return Whole(folder / "results", folder / "config/small.yaml")


@pytest.fixture
def whole(whole_once, tmp_path):
    """A copy for one test to change."""
    folder = tmp_path / "whole"
    shutil.copytree(whole_once.config.parent, folder / "config")
    shutil.copytree(whole_once.results, folder / "results")
    return Whole(folder / "results", folder / "config/small.yaml")
