"""A whole configuration file, checked, and the runs, files and figures that it means.

The Snakefile imports this module each time it is parsed, hence neither torch nor xarray here.
"""

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from thermophoresis.config.checks import (
    dataset_problems,
    figure_problems,
    measurement_problems,
    network_problems,
    pair_problems,
    shared_names,
    typed_experiments,
)
from thermophoresis.config.experiment import Experiment
from thermophoresis.config.fields import Name, Paths, Probability, ResultsPath, Settings, Shares
from thermophoresis.config.figure import AnyFigure
from thermophoresis.config.include import Joined
from thermophoresis.config.measurement import OfNone, Pair
from thermophoresis.config.problems import ConfigError, Problem, got, validate
from thermophoresis.config.removed import present
from thermophoresis.config.run import RunSettings
from thermophoresis.config.source import AnySource
from thermophoresis.config.training import Training


class Config(Settings):
    """A whole configuration file."""

    results: ResultsPath = "results"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    checkpoint_seconds: Annotated[float, Field(ge=0)] = 120.0
    note: str = ""
    datasets: dict[Name, AnySource] = Field(default_factory=dict)
    experiments: Annotated[dict[Name, Experiment], Field(min_length=1)] = Field(
        description="a mapping from names to experiments"
    )
    pairs: dict[Name, Pair] = Field(default_factory=dict)
    computations: dict[Name, OfNone] = Field(default_factory=dict)
    figures: Annotated[dict[Name, AnyFigure], Field(min_length=1)] = Field(
        description="a mapping from names to figures"
    )
    claims: Paths = ()
    error_rate: Probability = 0.05
    error_shares: Shares = Field(default_factory=dict)
    include: Paths = ()  # nothing is left of it once a file is read

    # For what is wrong between shares and claims, which are read later.
    _shares_from: str = PrivateAttr("configuration")

    @property
    def shares_from(self) -> str:
        """The file that has ``error_shares``."""
        return self._shares_from

    def runs(self) -> tuple[RunSettings, ...]:
        """Return every run of every experiment: distinct cells × seeds, sorted."""
        return tuple(
            RunSettings(
                experiment=name,
                learning_rate=cell.learning_rate,
                batch_size=cell.batch_size,
                seed=seed,
                axes=dict(cell.axes),
                **{field: getattr(cell.training, field) for field in Training.model_fields},
            )
            for name, experiment in sorted(self.experiments.items())
            for cell, seed in product(experiment.cells(), sorted(experiment.seeds))
        )

    def may_download(self, name: str) -> bool:
        """Return whether a data set may be downloaded where a local copy is missing."""
        return getattr(self.datasets[name], "download", False)


def load(
    path: str | Path, overrides: Mapping[str, Any] | None = None, *, given: str = "--config"
) -> Config:
    """Read and check a configuration file.

    Parameters
    ----------
    path
        The YAML file. It is complete in itself: nothing is merged into it but what it includes and
        defaults. Claims are found relative to the file that names them.
    overrides
        Settings of the top level that win over those of the file; what is None has its default
        again. Claims are relative to the working directory.
    given
        Where the overrides are from: named in front of problems with them.

    Raises
    ------
    ConfigError
        A file cannot be read, or something in one is not allowed.
    """
    joined = Joined(str(path))
    overrides = overrides or {}
    settings = {**joined.settings, **overrides}
    emptied = {name for name, value in overrides.items() if value is None}
    config, problems = _check({name: it for name, it in settings.items() if name not in emptied})
    problems = [
        problem._replace(source=given)
        if set(problem.path[:1]) & overrides.keys()
        else joined.attributed(problem)
        for problem in problems
    ]
    if config is None or problems or joined.problems:
        raise ConfigError(str(path), [*joined.problems, *problems])
    if config.error_shares:
        source = joined.attributed(Problem(("error_shares",), "")).source
        config._shares_from = str(path) if "error_shares" in overrides else source
    return config


def parse(settings: Mapping[Any, Any], source: str) -> Config:
    """Check settings and return them typed.

    Parameters
    ----------
    settings
        As YAML gives them: a mapping of mappings, lists, strings and numbers.
    source
        Named in front of every problem, normally the file.

    Raises
    ------
    ConfigError
        Something is not allowed; the error tells all problems at once.
    """
    config, problems = _check(settings)
    if problems or config is None:
        raise ConfigError(source, problems)
    if config.error_shares:
        config._shares_from = source
    return config


def _check(settings: Mapping[Any, Any]) -> tuple[Config | None, list[Problem]]:
    """Return settings typed, or None, and all that is wrong with them."""
    settings, removed = present(settings)
    typed = typed_experiments(settings)
    config, problems = validate(Config, typed)
    problems += removed
    problems += dataset_problems(settings, typed)
    problems += network_problems(settings, typed)
    problems += figure_problems(typed)
    problems += pair_problems(typed)
    problems += shared_names(settings)
    if config is not None:
        problems += measurement_problems(config.experiments)
    if config is not None and config.include:
        message = f"{got(settings['include'])}; must stand in a configuration file"
        problems.append(Problem(("include",), message))
    return config, problems
