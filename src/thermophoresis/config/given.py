"""What Snakemake is given when it is started: a configuration file, and folders to work in."""

from collections.abc import Sequence
from pathlib import Path

from thermophoresis.errors import UserError


def only_file(files: Sequence[str]) -> str:
    """Return the one configuration file that is given.

    Raises
    ------
    UserError
        There are several: Snakemake takes all words up to the next option for files.
    """
    first, *more = files
    if more:
        raise UserError(
            f"--configfile: got {len(files)} files, {first} and {', '.join(more)}; must be one. "
            "Put what is to be made before --configfile, or -- before it"
        )
    return first


def refuse_folders(repository: Path, python: Path, working: Path) -> None:
    """Refuse folders whose paths no job could use.

    Parameters
    ----------
    repository
        That of the workflow and its package, for PYTHONPATH.
    python
        That of the Python that runs jobs, for PATH.
    working
        Where Snakemake runs: of files in it, netCDF takes a backslash for a slash.

    Raises
    ------
    UserError
        A path has a character that means something else there.
    """
    for folder, mark in ((repository, ":"), (python, ":"), (working, "\\")):
        if mark in str(folder):
            raise UserError(f"{folder}: the folder's path has a '{mark}'; must have none")
