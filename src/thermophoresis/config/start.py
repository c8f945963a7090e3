"""What has to be seen to before Snakemake reads the Snakefile; the profiles call it."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from thermophoresis.errors import UserError

# What Snakemake makes in the user's folder of caches whenever it starts.
OF_SNAKEMAKE = "snakemake/snakemake/source-cache"


def exit_if_unreadable(arguments: Sequence[str]) -> None:
    """Exit with one line if a file named by ``--configfile`` on a command line is no YAML."""
    from thermophoresis.config.yaml import read_yaml

    try:
        for path in _given(arguments).configfile:
            read_yaml(path)
    except UserError as error:
        sys.exit(str(error))


def provide_cache(arguments: Sequence[str]) -> None:
    """Name a folder of caches that can be written to, where the user's cannot.

    Without one, Snakemake ends with a traceback before it has read anything. Beside its records is
    where all jobs of a run can write, also those of a cluster, which are told by the environment.

    Parameters
    ----------
    arguments
        The command line of Snakemake.
    """
    folder = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    try:
        folder = folder.expanduser()
        _try(folder)
    except (OSError, RuntimeError) as error:  # of a user without a home
        own = Path(_given(arguments).directory, ".snakemake", "caches").absolute()
        why = getattr(error, "strerror", error)
        lacking = f"{folder}: nothing can be kept there ({why})"
        try:
            _try(own)
        except OSError:
            sys.exit(f"{lacking}, nor in {own}; set XDG_CACHE_HOME to a folder for caches")
        os.environ["XDG_CACHE_HOME"] = str(own)
        print(
            f"{lacking}; caches are in {own} now, set XDG_CACHE_HOME for another folder",
            file=sys.stderr,
        )


def _try(folder: Path) -> None:
    """Write to a folder of caches as Snakemake will."""
    within = folder / OF_SNAKEMAKE
    within.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=within):
        pass


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what matters here of Snakemake's command line."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--configfile", "--configfiles", nargs="+", default=[])
    parser.add_argument("--directory", "-d", default=".")
    return parser.parse_known_args(arguments)[0]
