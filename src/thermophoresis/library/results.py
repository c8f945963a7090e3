"""A folder of results by the names of what is in it."""

import os
from pathlib import Path
from typing import Any

import xarray as xr

from thermophoresis.config.problems import choice
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf
from thermophoresis.report.build import read_verdicts
from thermophoresis.report.claims import choose, read_claims


def open_results(folder: str | Path = "results") -> "Results":
    """Return a folder of results, of which nothing is read yet.

    Parameters
    ----------
    folder
        Where the pipeline has left them.

    Raises
    ------
    UserError
        There is no such folder, or it holds neither curves nor verdicts.
    """
    if not Path(folder).is_dir():
        raise UserError(f"{folder}: no such folder; must be one of results")
    found = Results(Path(folder))
    if not found.experiments and not (found.folder / "claims.json").exists():
        raise UserError(f"{folder} holds neither curves/ nor claims.json; must be one of results")
    return found


class Results:
    """What the pipeline has left in a folder, by name; see `open_results`.

    Each file is read when it is asked for, wholly, and compared with its seal.

    Attributes
    ----------
    folder
        Where it is.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def __repr__(self) -> str:
        """Say which folder it is, and how much is in it."""
        return (
            f"<Results {str(self.folder)!r}: {len(self.experiments)} experiments, "
            f"{len(self.figures)} figures>"
        )

    @property
    def experiments(self) -> tuple[str, ...]:
        """Names of the experiments that have curves, sorted."""
        return self._names("curves")

    @property
    def figures(self) -> dict[str, Path]:
        """The SVG file of each figure, by name; PDF and PNG files are beside it."""
        return {it.stem: it for it in sorted((self.folder / "figures").glob("*.svg"))}

    def curves(self, experiment: str) -> xr.Dataset:
        """Return what the runs of an experiment have recorded.

        Returns
        -------
        Every observable (a dimension for each swept axis or ``cell``, seed, replica, record, …);
        see ``results/README.md``.

        Raises
        ------
        UserError
            There is no such experiment, or its file is not what was written.
        """
        return self._read("curves", experiment)

    def measurements(self, kind: str, experiment: str) -> xr.Dataset:
        """Return what was measured at the snapshots of an experiment, or of a pair of runs.

        Parameters
        ----------
        kind
            Of the measurement, such as ``hessian_chain``.
        experiment
            Its name, or that of the pair.

        Raises
        ------
        UserError
            There is no such measurement, or its file is not what was written.
        """
        folder = self.folder / "measurements"
        kinds = sorted(it.name for it in folder.iterdir()) if folder.is_dir() else []
        if kind not in kinds:
            raise UserError(f"{folder}: got {kind!r}; {choice(kind, kinds)}")
        return self._read(f"measurements/{kind}", experiment)

    def computation(self, name: str) -> xr.Dataset:
        """Return what was computed of no run.

        Raises
        ------
        UserError
            There is no such computation, or its file is not what was written.
        """
        return self._read("computations", name)

    def verdicts(
        self,
        *,
        paper: str | None = None,
        experiment: str | None = None,
        verdict: str | None = None,
    ) -> list[dict[str, Any]]:
        """Return verdicts, each with the number that decides it and its interval.

        Parameters
        ----------
        paper, experiment, verdict
            What the claims have in common; None for all.

        Returns
        -------
        All fields of each claim, by the names in ``results/README.md``: ``pandas.DataFrame`` makes
        a table of them.

        Raises
        ------
        UserError
            There is no readable ``claims.json``, no claim has such a paper or experiment, or there
            is no such verdict.
        """
        claims = read_claims(read_verdicts(self.folder / "claims.json"))
        asked = {"paper": paper, "experiment": experiment, "verdict": verdict}
        return [claim.model_dump() for claim in choose(claims, asked)]

    def _names(self, folder: str) -> tuple[str, ...]:
        """Return the names of the netCDF files in a folder, sorted."""
        return tuple(sorted(it.stem for it in (self.folder / folder).glob("[!.]*.nc")))

    def _read(self, folder: str, name: str) -> xr.Dataset:
        """Return the content of a netCDF file by its name."""
        if name not in (known := self._names(folder)):
            where = os.path.join(self.folder, folder)
            raise UserError(f"{where}: got {name!r}; {choice(name, known)}")
        return netcdf.read(self.folder / folder / f"{name}.nc")
