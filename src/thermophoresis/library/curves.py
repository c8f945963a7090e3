"""What is asked of curves: means, exponents, how well they collapse, a panel.

Cells are chosen by their labels along swept axes, given by name: ``batch_size=1, momentum=0.9``.
What is not given is free.
"""

import numbers
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from thermophoresis.analysis.sweep import Sweep, select_sweep
from thermophoresis.analysis.view import SWEPT, axes_of
from thermophoresis.claims import collapse_exponent
from thermophoresis.claims.cells import Cells, select_cells
from thermophoresis.claims.statistics.collapse_error import collapse_along
from thermophoresis.config.figures.sweep import Time
from thermophoresis.config.problems import choice
from thermophoresis.errors import UserError
from thermophoresis.figures.parts import curves as drawn
from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.legend import Legend
from thermophoresis.figures.parts.observable_labels import label_of
from thermophoresis.figures.sweep import panel
from thermophoresis.library.selection import named

# Of the bootstrap by which errors of exponents are found, as for claims.
SEED = 0
TIMES = get_args(Time)
EXPONENTS = {"learning_rate": "alpha", "batch_size": "beta"}


class Interval(NamedTuple):
    """An estimate with its confidence interval; NaN where the data do not tell it."""

    value: float
    low: float
    high: float


def mean_curves(
    curves: xr.Dataset, observable: str, *, level: float = 0.95, **labels: Any
) -> xr.Dataset:
    """Return the mean of an observable over networks in each of two cells or more, with its band.

    Parameters
    ----------
    curves
        What `Results.curves` or `train` return.
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
        There is no such observable or axis, or there are fewer than two such cells.
    """
    cells = _cells(curves, observable, labels)
    _check_axis("of", of, cells.view)
    which = EXPONENTS.get(of, "gamma")
    further = cells.labels(of) if which == "gamma" else None
    rng = np.random.default_rng(SEED)
    estimate = collapse_exponent.exponent(cells, which, "whole", rng, further=further)
    return Interval(estimate.value, *estimate.interval(level))


def collapse(
    curves: xr.Dataset,
    observable: str,
    *,
    alpha: float = 2.0,
    beta: float = 1.0,
    gamma: Mapping[str, float] = MappingProxyType({}),
    level: float = 0.95,
    **labels: Any,
) -> Interval:
    """Return the collapse error ε of curves as functions of t η^α |B|^(−β) Π a^γ.

    ε² is the variance between mean curves at equal rescaled time, less what noise adds to it, over
    their total variance: 0 where they coincide, 1 where that time explains nothing. It is taken
    over the range that all curves share; see `analysis.collapse.collapse_error`.

    Parameters
    ----------
    curves, observable
        As for `mean_curves`.
    alpha, beta
        Of learning rate and batch size; 2 and 1 are those of thermal time.
    gamma
        Of further axes, by their names.
    level
        Confidence level of the interval, from resampling networks.
    **labels
        Of the cells.

    Raises
    ------
    UserError
        There is no such observable or axis, there are fewer than two such cells, or their curves
        share no range.
    """
    if not isinstance(gamma, Mapping):
        raise UserError(f"gamma: got {gamma!r}; must be a mapping from axes to exponents")
    for name, exponent in {"alpha": alpha, "beta": beta, **gamma}.items():
        if not isinstance(exponent, numbers.Real):
            raise UserError(f"{name}: got {exponent!r}; must be a number")
    cells = _cells(curves, observable, labels)
    time = cells.axis(alpha, beta)
    for axis, exponent in gamma.items():
        _check_axis("gamma", axis, cells.view)
        time = time * (cells.labels(axis).astype(np.float64) ** exponent)[:, np.newaxis]
    try:
        estimate = collapse_along(cells, time, np.random.default_rng(SEED))
    except ValueError as error:
        raise UserError(f"{error} with these exponents") from error
    return Interval(estimate.shown, *estimate.interval(level))


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
        There is no such observable, axis or time, or there are fewer than two such cells.
    """
    if time not in TIMES:
        raise UserError(f"time: got {time!r}; {choice(time, TIMES)}")
    sweep = _sweep(curves, observable, labels, level)
    _check_axis("compare", compare, sweep.cells)
    chosen, legend = panel(time, sweep), Legend.of(sweep, compare)
    drawn.draw_curves(axes, chosen, sweep, legend)
    axes.set(xlabel=chosen.label, ylabel=label_of(observable))
    keys = [
        Line2D([], [], color=colour, marker=style.marker(index))
        for index, colour in enumerate(legend.colours)
    ]
    axes.legend(keys, [str(value) for value in legend.values], title=legend.compared.name)


def _check_axis(name: str, axis: str, cells: xr.Dataset) -> None:
    """Refuse an axis along which a file holds no cells."""
    if axis not in (known := axes_of(cells)):
        raise UserError(f"{name}: got {axis!r}; {choice(axis, known)}")


def _cells(curves: xr.Dataset, observable: str, labels: dict[str, Any]) -> Cells:
    """Return two cells or more, weakest drive first."""
    return select_cells(curves, [observable], **_asked(curves, labels))


def _asked(curves: xr.Dataset, labels: dict[str, Any]) -> dict[str, Any]:
    """Return labels as functions of the analysis take them, and as the file has them."""
    labels = named(curves, labels)
    grid = {axis: labels[axis] for axis in SWEPT if axis in labels}
    return grid | {"further": {axis: it for axis, it in labels.items() if axis not in SWEPT}}


def _sweep(curves: xr.Dataset, observable: str, labels: dict[str, Any], level: float) -> Sweep:
    return select_sweep(curves, observable, level=level, **_asked(curves, labels))
