"""Results in a script or a notebook: five functions, which `thermophoresis` itself has as well.

Everything is in netCDF files that need no code of this project; these do what takes more than a
line. Cells are chosen by their labels along swept axes, given by name: ``batch_size=1,
momentum=0.9``. What is not given is free.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from thermophoresis.analysis.sweep import Sweep, select_sweep
from thermophoresis.analysis.view import SWEPT
from thermophoresis.claims import collapse_exponent
from thermophoresis.claims.cells import select_cells
from thermophoresis.errors import UserError
from thermophoresis.figures.parts import curves as drawn
from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.legend import Legend
from thermophoresis.figures.parts.observable_labels import label_of
from thermophoresis.figures.sweep import panel
from thermophoresis.provenance import netcdf

# Of the bootstrap by which errors of exponents are found, as for claims.
SEED = 0
EXPONENTS = {"learning_rate": "alpha", "batch_size": "beta"}


class Interval(NamedTuple):
    """An estimate with its confidence interval; NaN where the data do not tell it."""

    value: float
    low: float
    high: float


def open_curves(experiment: str, results: str | Path = "results") -> xr.Dataset:
    """Return what the runs of an experiment have recorded.

    Parameters
    ----------
    experiment
        Its name.
    results
        The folder of results.

    Returns
    -------
    Every observable (a dimension for each swept axis or ``cell``, seed, replica, record, …); see
    ``results/README.md``.

    Raises
    ------
    UserError
        There is no such file, or it is not what was written.
    """
    return netcdf.read(Path(results) / "curves" / f"{experiment}.nc")


def mean_curves(
    curves: xr.Dataset, observable: str, *, level: float = 0.95, **labels: Any
) -> xr.Dataset:
    """Return the mean of an observable over networks in each of two cells or more, with its band.

    Parameters
    ----------
    curves
        What `open_curves` returns.
    observable
        One of its variables.
    level
        Confidence level of the bands (Student t over networks).
    **labels
        Of the cells, along swept axes.

    Returns
    -------
    ``mean``, ``low``, ``high`` and ``networks``, how many are averaged: (cell, record), with the
    labels of each cell and its times as coordinates.

    Raises
    ------
    UserError
        There is no such observable, or there are fewer than two such cells.
    """
    sweep = _sweep(curves, observable, labels, level)
    dimensions = ("cell", "record")
    band = {
        "mean": sweep.band.mean,
        "low": sweep.band.low,
        "high": sweep.band.high,
        "networks": sweep.band.count,
    }
    variables = {name: (dimensions, values) for name, values in band.items()}
    return sweep.cells.drop_vars([observable, "seed", "replica"]).assign(variables)


def fit_exponent(
    curves: xr.Dataset,
    observable: str,
    of: str = "learning_rate",
    *,
    level: float = 0.95,
    **labels: Any,
) -> Interval:
    """Return the exponent for which curves are functions of one rescaled time.

    Of the learning rate it is α in t η^α, of the batch size β in t |B|^(−β), of another axis a it
    is γ in t a^γ; see `analysis.exponents.fit_exponents`.

    Parameters
    ----------
    curves, observable
        As for `mean_curves`.
    of
        The axis.
    level
        Confidence level of the interval.
    **labels
        Of the cells, which differ along ``of`` alone.

    Raises
    ------
    UserError
        There is no such observable, or there are fewer than two such cells.
    """
    cells = select_cells(curves, [observable], **_asked(labels))
    which = EXPONENTS.get(of, "gamma")
    further = cells.labels(of) if which == "gamma" else None
    rng = np.random.default_rng(SEED)
    estimate = collapse_exponent.exponent(cells, which, "whole", rng, further=further)
    return Interval(estimate.value, *estimate.interval(level))


def draw_curves(
    axes: Axes,
    curves: xr.Dataset,
    observable: str,
    compare: str = "learning_rate",
    *,
    time: str = "thermal_time",
    level: float = 0.95,
    **labels: Any,
) -> None:
    """Draw the means of some cells with their bands, labelled, with a legend.

    Parameters
    ----------
    axes
        Where.
    curves, observable, level
        As for `mean_curves`.
    compare
        The axis along which the cells differ.
    time
        ``thermal_time``, ``training_time`` or ``steps``.
    **labels
        Of the cells, along the other axes.

    Raises
    ------
    UserError
        There is no such observable, or there are fewer than two such cells.
    """
    sweep = _sweep(curves, observable, labels, level)
    chosen, legend = panel(time, sweep), Legend.of(sweep, compare)
    drawn.draw_curves(axes, chosen, sweep, legend)
    axes.set(xlabel=chosen.label, ylabel=label_of(observable))
    keys = [
        Line2D([], [], color=colour, marker=style.marker(index))
        for index, colour in enumerate(legend.colours)
    ]
    axes.legend(keys, [str(value) for value in legend.values], title=legend.compared.name)


def read_verdicts(results: str | Path = "results") -> list[dict[str, Any]]:
    """Return the verdict on each claim, with the number that decides it and its interval.

    Raises
    ------
    UserError
        There is no readable ``claims.json``.
    """
    path = Path(results) / "claims.json"
    try:
        return list(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise UserError(f"cannot read {path}: {error}") from error


def _asked(labels: dict[str, Any]) -> dict[str, Any]:
    """Return labels as functions of the analysis take them."""
    grid = {axis: labels[axis] for axis in SWEPT if axis in labels}
    return grid | {"further": {axis: it for axis, it in labels.items() if axis not in SWEPT}}


def _sweep(curves: xr.Dataset, observable: str, labels: dict[str, Any], level: float) -> Sweep:
    return select_sweep(curves, observable, level=level, **_asked(labels))
