"""Machine code is kept for all copies of the code that it was compiled from."""

import os
import shutil
import subprocess
import sys

from thermophoresis.provenance.fingerprint import SOURCE

MODULE = "kernel_of_test"
JOB = f"""
import sys
from thermophoresis.numerics.{MODULE} import multiply
assert multiply(3) == int(sys.argv[1])
print(sum(multiply.stats.cache_hits.values()), sum(multiply.stats.cache_misses.values()))
"""
CODE = """
from thermophoresis.numerics.compiled import compiled


@compiled()
def multiply(x):
    return {factor} * x
"""


def copy(folder, factor=2):
    """Make a copy of the package, with a module of the test's own."""
    package = folder / "thermophoresis"
    shutil.copytree(SOURCE, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "numerics" / f"{MODULE}.py").write_text(CODE.format(factor=factor))
    return folder


def compilations(folder, home, value=6):
    """Return how often a process has loaded machine code, and how often it has compiled."""
    done = subprocess.run(
        [sys.executable, "-c", JOB, str(value)],
        env=os.environ | {"PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return tuple(int(it) for it in done.stdout.split())


def test_copies_of_the_same_code_share_machine_code(tmp_path):
    home = tmp_path / "home"
    assert compilations(copy(tmp_path / "one"), home) == (0, 1)
    assert compilations(copy(tmp_path / "two"), home) == (1, 0)


def test_other_code_has_machine_code_of_its_own(tmp_path):
    home = tmp_path / "home"
    assert compilations(copy(tmp_path / "one"), home) == (0, 1)
    assert compilations(copy(tmp_path / "two", factor=3), home, value=9) == (0, 1)
    assert compilations(tmp_path / "one", home) == (1, 0)


def test_a_home_that_cannot_be_written_to_is_no_error(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.write_text("a file")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    folder = copy(tmp_path / "one")
    assert compilations(folder, home) == (0, 1)
    assert compilations(folder, home) == (1, 0)
