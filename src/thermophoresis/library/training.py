"""Training in a script or a notebook: the runs of an experiment without the pipeline.

What the pipeline does for an experiment is done here, in a folder that is gone afterwards: the same
settings give the same numbers, and files that say the same of themselves.
"""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import xarray as xr
from pydantic import Field
from tqdm.auto import tqdm

from thermophoresis.analysis.gathering import gather
from thermophoresis.config.checks import dataset_problems, network_problems, typed_experiments
from thermophoresis.config.claims import Claims
from thermophoresis.config.configuration import Config
from thermophoresis.config.experiment import Experiment
from thermophoresis.config.fields import Name, Settings
from thermophoresis.config.problems import ConfigError, Problem, got, validate
from thermophoresis.config.run import RunSettings
from thermophoresis.config.source import AnySource
from thermophoresis.data.prepare import prepare
from thermophoresis.products import Product, Products
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.fingerprint import fingerprint
from thermophoresis.simulations import callbacks
from thermophoresis.simulations.run import train_run

NOT_HERE = ("measure", "traces")  # what runs would leave beside curves


class Asked(Settings):
    """The parts of a configuration that training takes."""

    experiments: dict[Name, Experiment]
    datasets: dict[Name, AnySource] = Field(default_factory=dict)
    device: Literal["auto", "cpu", "cuda"] = "auto"


def train(
    *,
    data: Mapping[str, Any],
    network: Mapping[str, Any] | None = None,
    learning_rate: float | Sequence[float] | None = None,
    batch_size: int | Sequence[int] | None = None,
    sweep: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    seeds: Sequence[int] = (0,),
    name: str = "trained",
    datasets: Mapping[str, Any] | None = None,
    device: str = "auto",
    progress: bool = True,
    **settings: Any,
) -> xr.Dataset:
    """Train ensembles of networks and return their curves.

    Parameters
    ----------
    data, network, seeds, **settings
        Those of an experiment, in the words of a configuration: ``loss``, ``dynamics``, ``until``,
        ``records``, ``record``, ``replicas``, …; see ``config/README.md``.
    learning_rate, batch_size
        One or several; every rate is trained with every batch size, 1 if none is given.
    sweep
        In place of these two, what varies from cell to cell, as a configuration says it.
    name
        Of the experiment; nothing but what the curves say of themselves depends on it.
    datasets
        Those that ``data`` may name, as a configuration has them.
    device
        auto, cpu or cuda.
    progress
        Whether a bar shows how far it is, in a notebook as in a terminal.

    Returns
    -------
    What `Results.curves` returns of an experiment of these settings: every observable (a dimension
    for each swept axis or ``cell``, seed, replica, record, …).

    Raises
    ------
    UserError
        A setting is not allowed, or the data or the device cannot be used.
    """
    cells = {"learning_rate": learning_rate, "batch_size": batch_size}
    if sweep is None:
        cells["batch_size"] = 1 if batch_size is None else batch_size
        sweep = {axis: _listed(labels) for axis, labels in cells.items()}
    elif beside := [axis for axis, labels in cells.items() if labels is not None]:
        raise ConfigError("train", [Problem((axis,), "must stand in the sweep") for axis in beside])
    if not isinstance(datasets, Mapping | None):
        raise ConfigError("train", [Problem(("datasets",), f"{got(datasets)}; must be a mapping")])
    given = {**settings, "data": data, "sweep": sweep, "seeds": _listed(seeds)}
    if network is not None:
        given["network"] = network
    products = Products(config := _checked(name, given, datasets or {}, device), Claims({}, config))
    threads = torch.get_num_threads()
    try:
        with tempfile.TemporaryDirectory(prefix="thermophoresis-") as folder:
            return _made(products, name, Path(folder), device=device, progress=progress)
    finally:
        torch.set_num_threads(threads)  # training on a CPU takes one


def _listed(value: Any) -> Any:
    """Return one value or several as a list."""
    value = _plain(value)
    return value if isinstance(value, list) else [value]


def _plain(value: Any) -> Any:
    """Return settings as a file has them: numbers and arrays, whosever they are, are Python's."""
    if isinstance(value, Mapping):
        return {name: _plain(it) for name, it in value.items()}
    if hasattr(value, "__array__"):
        return np.asarray(value).tolist()
    return [_plain(it) for it in value] if isinstance(value, list | tuple | range) else value


def _checked(name: str, given: dict[str, Any], datasets: Mapping[str, Any], device: str) -> Config:
    """Return a configuration of one experiment, without figures."""
    if unwanted := [it for it in NOT_HERE if given.get(it)]:
        message = f"{got(given[unwanted[0]])}; must be left out: curves are all that is returned"
        raise ConfigError("train", [Problem((unwanted[0],), message)])
    settings = _plain({"experiments": {name: given}, "datasets": datasets, "device": device})
    typed = typed_experiments(settings)
    asked, problems = validate(Asked, typed)
    problems += [*dataset_problems(settings, typed), *network_problems(settings, typed)]
    if asked is None or problems:
        above = ("experiments", name)
        found = [it._replace(path=it.path[2:]) if it.path[:2] == above else it for it in problems]
        raise ConfigError("train", found)
    return Config.model_construct(
        experiments=asked.experiments, datasets=asked.datasets, figures={}
    )


def _made(
    products: Products, name: str, folder: Path, *, device: str, progress: bool
) -> xr.Dataset:
    """Make all that the curves of an experiment rest on, and the curves."""

    def files(product: Product) -> dict[str, Any]:
        code = fingerprint(*product.settings.modules)
        return {"fingerprint": code, "output": folder / product.outputs[0]}

    runs = products.simulate.values()
    for product in products.prepare.values():
        if any(product.outputs[0] in run.inputs for run in runs):
            prepare(product.settings, **files(product), download=True)
    with closing(Bar([run.settings for run in runs], name, shown=progress)) as bar:
        for run in runs:
            of_run = next((folder / file for file in run.inputs), None)
            train_run(run.settings, **files(run), data=of_run, device=device, progress=bar)
    curves = products.gather[f"curves/{name}"]
    gather(curves.settings, **files(curves), inputs=[folder / it for it in curves.inputs])
    return netcdf.read(folder / curves.outputs[0])


class Bar(callbacks.Progress):
    """One bar for several runs, one after the other, in steps of single networks.

    Parameters
    ----------
    runs
        All of them.
    name
        Written in front.
    shown
        Whether there is a bar at all.
    """

    def __init__(self, runs: Sequence[RunSettings], name: str, *, shown: bool):
        self._waiting = list(runs)
        self._bar = tqdm(
            total=sum(it.replicas * it.steps for it in runs),
            desc=name,
            unit=" steps",
            unit_scale=True,
            disable=not shown,
        )

    def close(self) -> None:
        """Leave the bar as it is."""
        self._bar.close()

    def start(self, steps: int) -> None:
        """Begin the next run."""
        run = self._waiting.pop(0)
        self._replicas, self._steps, self._done = run.replicas, steps, 0
        self._bar.total += run.replicas * (steps - run.steps)  # which was estimated

    def update(self, block: range, step: int) -> None:
        """Show the step that a block of replicas has reached."""
        self._show(block.start * self._steps + len(block) * step)

    def finish(self, diverged: int) -> None:
        """Show that all steps are made; frozen networks have made fewer."""
        self._show(self._replicas * self._steps)

    def _show(self, done: int) -> None:
        self._bar.update(done - self._done)
        self._done = done
