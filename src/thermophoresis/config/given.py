"""Which configuration file Snakemake's command line gives."""

from collections.abc import Sequence
from pathlib import Path

from thermophoresis.errors import UserError


def only_file(files: Sequence[Path | str]) -> str:
    """Return the one configuration file that is given.

    Raises
    ------
    UserError
        There are several: Snakemake takes all words up to the next option for files.
    """
    first, *more = map(str, files)
    if more:
        raise UserError(
            f"--configfile: got {len(files)} files, {first} and {', '.join(more)}; must be one. "
            "Put what is to be made before --configfile, or -- before it"
        )
    return first
