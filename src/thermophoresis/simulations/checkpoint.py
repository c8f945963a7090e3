"""Checkpoints of training: what a killed job needs to go on as if nothing had happened.

A checkpoint is a sealed NumPy archive of plain arrays beside the results, never among a job's
declared outputs, which are deleted before the job is run again. It carries what it belongs to
(settings, code, versions, device, data) and is used for exactly that. Nothing in it is ever
unpickled.

No module that makes a result may import this one: its change is to rerun nothing.
"""

import io
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from thermophoresis.errors import UserError
from thermophoresis.provenance import seal
from thermophoresis.provenance.files import write_sealed
from thermophoresis.simulations import callbacks

# Prefix of the members that say what a checkpoint belongs to; the others are its content.
IDENTITY = "made with/"


class Checkpoints(callbacks.Checkpoints):
    """The checkpoint of one run: one file, overwritten now and then, removed at the end.

    Parameters
    ----------
    path
        The file.
    seconds
        Least time between two of them; 0 saves at every opportunity, infinity never.
    identity
        What a checkpoint belongs to, each part by its name. Nothing but the name is told when a
        part differs.
    report
        Called with a line of text when a checkpoint cannot be used or written.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        seconds: float,
        identity: Mapping[str, str],
        report: Callable[[str], None] = lambda line: None,
    ):
        self._path, self._seconds, self._report = Path(path), seconds, report
        self._identity = dict(identity)
        self._last = time.monotonic()

    def load(self, **identity: str) -> dict[str, np.ndarray]:
        """Return what was saved last, by name; nothing where that is no use for this run.

        Parameters
        ----------
        **identity
            Further parts of the identity, which are known only when training starts.
        """
        self._identity |= identity
        try:
            members = _read(self._path)
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            return self._refuse(f"cannot be read ({error.strerror})")
        except ValueError:
            return self._refuse("is damaged")
        found = {
            name.removeprefix(IDENTITY): str(members.pop(name))
            for name in list(members)
            if name.startswith(IDENTITY)
        }
        expected = self._identity
        if other := [name for name in expected if found.get(name) != expected[name]]:
            return self._refuse(f"is from other {', '.join(other)}")
        return members

    def _refuse(self, why: str) -> dict[str, np.ndarray]:
        self._report(f"the checkpoint {self._path} {why}; starting over")
        return {}

    @property
    def due(self) -> bool:
        """Whether the last one is long enough ago."""
        return time.monotonic() - self._last >= self._seconds

    def save(self, content: Mapping[str, np.ndarray]) -> None:
        """Replace the last checkpoint, atomically.

        One that cannot be written, for instance because the disk is full, is reported and does not
        end the training, which may never need it.

        Parameters
        ----------
        content
            Arrays of numbers, by name.
        """
        identity = {f"{IDENTITY}{name}": np.array(text) for name, text in self._identity.items()}
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **identity, **content)
        try:
            write_sealed(self._path, buffer.getvalue())
        except UserError as error:
            self._report(f"no checkpoint: {error}")
        self._last = time.monotonic()

    def remove(self) -> None:
        """Delete the file, when the results are safe; one that has to stay is reported."""
        try:
            self._path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            self._report(f"the checkpoint {self._path} cannot be deleted ({error.strerror})")


def _read(path: Path) -> dict[str, np.ndarray]:
    """Return all members of a checkpoint.

    Raises
    ------
    OSError
        The file cannot be read.
    ValueError
        It is no whole, sealed archive of plain arrays.
    """
    if seal.examine(path).state != "intact":
        raise ValueError("it does not match its seal")
    try:
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    except (zipfile.BadZipFile, EOFError, KeyError) as error:
        raise ValueError(str(error)) from error
