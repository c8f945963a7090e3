"""What is said of results that cannot be used, since this version has not made them."""

from collections.abc import Iterable
from pathlib import Path

from thermophoresis.errors import DamagedFile, UserError
from thermophoresis.provenance import seal
from thermophoresis.provenance.origin import Origin, read_origin, shown
from thermophoresis.provenance.record import PACKAGE, version

# Files have told their version since there was this one.
BEFORE = "0.1.0 or before"
MEND = "delete it and run Snakemake again, which makes it anew"


def made_by_version(origin: Origin) -> str:
    """Return the version of this package that made a file, in words where it does not say it."""
    return origin.package_versions.get(PACKAGE, BEFORE)


def explained(error: Exception, inputs: Iterable[Path]) -> UserError | None:
    """Return what a user is told of a job that failed with an input that is not of this version."""
    # What could not be read at all says for itself what to do.
    if isinstance(error, DamagedFile):
        return None
    found = remark(inputs)
    if found is None:
        return None
    own = [str(error)] if isinstance(error, UserError) else []
    return UserError("\n".join([*own, found]))


def remark(paths: Iterable[Path]) -> str | None:
    """Return what is to be said of the first file that this version has not made; None of none.

    A job may well use such a file: it is looked at only when the job has failed.
    """
    for path in paths:
        if path.suffix != ".nc" or not path.is_file():
            continue
        try:
            origin = read_origin(path) if seal.examine(path).state == "intact" else None
        except (OSError, UserError):
            origin = None
        if origin is None:
            return f"{shown(path)} is not what a job has written, since it has not its seal; {MEND}"
        if (made_by := made_by_version(origin)) != version():
            return f"{shown(path)} was made by version {made_by}, this is {version()}; {MEND}"
    return None
