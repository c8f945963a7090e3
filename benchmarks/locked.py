"""Locked environments of the alternatives: made once for each list of versions and each Python."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

LISTS = Path(__file__).parent / "environments"


class NotInstalled(Exception):
    """An alternative that cannot be installed here, with the reason."""


def default_folder() -> Path:
    """Return where environments are kept."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "thermophoresis" / "benchmarks"


def interpreter(name: str, folder: Path) -> str:
    """Return the interpreter of an alternative's environment, which is made if there is none.

    Parameters
    ----------
    name
        Of a list of pinned versions, ``environments/{name}.txt``.
    folder
        Where environments are kept.

    Raises
    ------
    NotInstalled
        There is no uv, or what is listed cannot be had.
    """
    listed = LISTS / f"{name}.txt"
    what = listed.read_bytes() + platform.python_version().encode() + sys.executable.encode()
    made = folder / f"{name}-{hashlib.sha256(what).hexdigest()[:12]}"
    python = made / "bin" / "python"
    if (made / "complete").exists():
        return str(python)
    if shutil.which("uv") is None:
        raise NotInstalled("there is no uv here")
    shutil.rmtree(made, ignore_errors=True)
    _run("uv", "venv", "--quiet", "--python", sys.executable, str(made))
    _run("uv", "pip", "sync", "--quiet", "--python", str(python), str(listed))
    (made / "complete").touch()
    return str(python)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise NotInstalled(" ".join(lines[:3]) or f"{command[:3]} ended with {done.returncode}")
