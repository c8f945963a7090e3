"""Configuration files that include others: their settings joined, each with the file it is from."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from thermophoresis.config import kinds
from thermophoresis.config.fields import NAMED_BY_FILE, Paths, Settings
from thermophoresis.config.problems import Problem, got, validate
from thermophoresis.config.yaml import read_yaml

# Mappings from names that are free to choose; each name is in one file.
UNITED = ("datasets", "experiments", "pairs", "computations", "figures")


class Named(Settings):
    """The files that a configuration file names."""

    include: Paths = ()
    claims: Paths = ()


class Joined:
    """A configuration file with all that it includes.

    What is included stands before what includes it, in the order of the files.

    Parameters
    ----------
    path
        The including file.

    Attributes
    ----------
    settings
        As YAML gives them, with paths relative to the working directory, as the file itself is
        named.
    problems
        What is wrong between the files.
    files
        Paths of all of them, from the including one on.

    Raises
    ------
    ConfigError
        A file cannot be read.
    """

    def __init__(self, path: str) -> None:
        self.files: list[str] = []
        self.settings: dict[Any, Any] = {}
        self.problems: list[Problem] = []
        # Which file has a setting, by the beginning of its path.
        self._sources: dict[tuple[Any, ...], str] = {}
        self._claims: dict[str, str] = {}
        self._files: dict[Path, str] = {}  # that includes each
        self._add(path, ())
        if self._claims:
            self.settings["claims"] = list(self._claims)

    def attributed(self, problem: Problem) -> Problem:
        """Return a problem with the file that has the setting, if one has."""
        for length in (2, 1):
            if source := self._sources.get(problem.path[:length]):
                return problem._replace(source=source)
        return problem

    def _add(self, file: str, above: Sequence[str]) -> None:
        """Add what a file includes and then what it has itself.

        Parameters
        ----------
        file
            Its path.
        above
            Those of the files by which it is included, from the first on.
        """
        self._files[Path(file).resolve()] = above[-1] if above else ""
        self.files.append(file)
        settings = read_yaml(file)
        named, found = validate(Named, {key: settings[key] for key in _NAMED if key in settings})
        self.problems += [problem._replace(source=file) for problem in found]
        named = named or Named()
        for index, given in enumerate(named.include):
            self._include(file, index, given, above)
        for index, given in enumerate(named.claims):
            path = self._path(file, ("claims", index), given)
            if path in self._claims:
                self._refuse(
                    file,
                    ("claims", index),
                    f"got {given!r}, which {self._claims[path]} names; must be named once",
                )
            self._claims.setdefault(path, file)
        for key, value in settings.items():
            if key == "datasets" and isinstance(value, Mapping):
                value = {name: self._located(file, name, it) for name, it in value.items()}
            if key == "experiments":
                value = self._networks_located(file, (key,), value)
            if key in UNITED and isinstance(value, Mapping):
                self._unite(file, key, value)
            elif key not in _NAMED:
                self._set(file, key, value)

    def _located(self, file: str, name: Any, dataset: Any) -> Any:
        """Return the settings of a data set with paths relative to the working directory."""
        source = dataset.get("source") if isinstance(dataset, Mapping) else None
        if source not in kinds.names("sources"):
            return dataset
        return self._of_kind(file, ("datasets", name), dataset, kinds.model("sources", source))

    def _networks_located(self, file: str, where: tuple[Any, ...], value: Any) -> Any:
        """Return settings with the paths in networks relative to the working directory."""
        if isinstance(value, list):
            return [self._networks_located(file, (*where, i), it) for i, it in enumerate(value)]
        if not isinstance(value, Mapping):
            return value
        if "file" in value and value.get("kind") in kinds.names("networks"):
            return self._of_kind(file, where, value, kinds.model("networks", value["kind"]))
        return {key: self._networks_located(file, (*where, key), it) for key, it in value.items()}

    def _of_kind(
        self, file: str, where: tuple[Any, ...], settings: Mapping[Any, Any], model: type[Settings]
    ) -> dict[Any, Any]:
        """Return settings of a kind with paths relative to the working directory."""
        fields = model.model_fields
        paths = {
            key: self._path(file, (*where, key), given)
            for key, given in settings.items()
            if key in fields and NAMED_BY_FILE in fields[key].metadata
            # What is no path is refused as what it is.
            if isinstance(given, str) and given and not given.startswith("~")
        }
        return {**settings, **paths}

    def _include(self, file: str, index: int, given: str, above: Sequence[str]) -> None:
        """Add a file that another one includes, unless it is there already."""
        path = self._path(file, ("include", index), given)
        identity = Path(path).resolve()
        chain = [*above, file]
        where = [Path(it).resolve() for it in chain]
        if identity in where:
            circle = " → ".join([*chain[where.index(identity) :], path])
            message = f"got {given!r}; must not include itself: {circle}"
        elif identity in self._files:
            message = f"got {given!r}, which {self._files[identity]} includes; must be there once"
        else:
            self._add(path, chain)
            return
        self._refuse(file, ("include", index), message)

    def _unite(self, file: str, key: str, value: Mapping[Any, Any]) -> None:
        """Add entries of a mapping, the names of which no other file may have."""
        present = self.settings.setdefault(key, {})
        self._sources.setdefault((key,), file)
        if not isinstance(present, dict):
            return  # is refused as what it is
        for name, entry in value.items():
            if name in present:
                message = f"is in {self._sources[key, name]} already; must have another name"
                self._refuse(file, (key, name), message)
            else:
                present[name] = entry
                self._sources[key, name] = file

    def _set(self, file: str, key: Any, value: Any) -> None:
        """Add a setting that has one value."""
        if key not in self.settings:
            self.settings[key] = value
            self._sources[key,] = file
        elif self.settings[key] != value:
            other = f"{self._sources[key,]} has {got(self.settings[key]).removeprefix('got ')}"
            self._refuse(file, (key,), f"{got(value)}, but {other}; must be given once")

    def _path(self, file: str, where: tuple[Any, ...], given: str) -> str:
        """Return the path of what a file names, relative to where the file's own path is."""
        folder = os.path.dirname(file)
        path = os.path.normpath(os.path.join(folder, given))
        if not os.path.exists(path) and os.path.exists(given):
            self._refuse(
                file,
                where,
                f"got {given!r}; must be {os.path.relpath(given, folder)!r}: paths are relative to "
                "the file that names them",
            )
            return given
        return path

    def _refuse(self, file: str, path: tuple[Any, ...], message: str) -> None:
        """Add a problem of a file."""
        self.problems.append(Problem(path, message, file))


_NAMED = tuple(Named.model_fields)
