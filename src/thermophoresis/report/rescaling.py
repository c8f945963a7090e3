"""Curves as a page has them to rescale their time by any exponents: few numbers, as JSON."""

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib.colors import to_hex

from thermophoresis.analysis.sweep import Sweep
from thermophoresis.analysis.thermal_time import THERMAL_EXPONENTS
from thermophoresis.analysis.view import SWEPT, at_coordinates, axes_of, by_record, cells_with
from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.legend import Legend, hyperparameter
from thermophoresis.numerics.intervals import mean_band

if TYPE_CHECKING:
    from thermophoresis.config.ledger import RescaledCurves

MOST_CELLS = 40  # of one row, with which a page is still quick
MOST_RECORDS = 121  # of one curve
DIGITS = 5  # of the range of all means
OF_ERRORS = 3  # significant digits
SEARCHED = (-2.0, 4.0)  # exponents that a slider has, unless the fitted one lies outside


def rescaled(
    row: "RescaledCurves", curves: xr.Dataset, estimates: Mapping[str, float | None]
) -> dict[str, Any] | None:
    """Return the curves of a row with all else that sliders need, or None if there is no use.

    Beside the cells of the figure there are those with other η and |B| of the experiment, to be
    chosen. There is no use where η or |B| change along the runs, so that no power of them rescales
    the time, where all cells share both, and where there are very many.

    Parameters
    ----------
    row
        Which curves.
    curves
        Content of their file.
    estimates
        Of the claims that have fitted exponents, by their ids.

    Returns
    -------
    ``observable``
        What is drawn, in words with units.
    ``alpha``, ``beta``
        Of each exponent of t η^α / |B|^β: ``paper``, its value there, ``fit``, that fitted to such
        curves or None, and the ``least`` and ``most`` that are offered.
    ``cells``
        First those of the figure: ``name``, ``learning_rate``, ``batch_size``, ``colour``,
        ``shown`` (whether the figure has it), ``lost`` (its record from which on networks are
        missing, or None), and by record ``step`` (iterations), ``mean``, ``error`` (standard error)
        and ``width`` (half of the interval); records without a mean are left out.

    Raises
    ------
    UserError
        The curves lack the observable or the cells.
    """
    further = {axis: it for axis, it in row.cells.items() if axis not in SWEPT}
    chosen = at_coordinates(curves, row.at)
    view = cells_with(chosen, [row.observable], further=further, least=2)
    drawn = np.all(
        [view[axis] == it for axis, it in row.cells.items() if axis in SWEPT]
        or [np.full(view.sizes["cell"], True)],
        axis=0,
    )
    view = view.isel(cell=np.argsort(~drawn, kind="stable")[:MOST_CELLS])
    alike = all(len(np.unique(view[axis])) == 1 for axis in SWEPT)
    sweep = Sweep(view, mean_band(by_record(view, row.observable), row.confidence_level))
    if sweep.scheduled or alike or not 2 <= drawn.sum() <= MOST_CELLS:
        return None
    if not np.isfinite(sweep.band.mean).any():
        return None  # every network has diverged
    variable = curves[row.observable]
    units = variable.attrs.get("units", "1")
    words = [str(variable.attrs.get("long_name", row.observable)), *map(_words, row.at.items())]
    estimated = (estimates.get(it or "") for it in (row.rate_exponent, row.batch_exponent))
    named = zip(_names(sweep), _colours(sweep, row.compared, drawn.sum()), strict=True)
    return {
        "observable": f"{', '.join(words)} ({'dimensionless' if units == '1' else units})",
        **dict(zip(("alpha", "beta"), map(_exponent, THERMAL_EXPONENTS, estimated), strict=True)),
        "cells": [
            {
                "name": name,
                "colour": to_hex(colour),
                "shown": index < int(drawn.sum()),
                **_curve(sweep, index),
            }
            for index, (name, colour) in enumerate(named)
        ],
    }


def as_json(content: Mapping[str, Any]) -> str:
    """Return JSON that can stand in an element of a page."""
    text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _words(item: tuple[str, int | str]) -> str:
    axis, label = item
    return f"{axis.replace('_', ' ')} {label}"


def _exponent(paper: float, fit: float | None) -> dict[str, float | None]:
    lowest, highest = SEARCHED
    if fit is not None:
        lowest, highest = min(lowest, math.floor(fit)), max(highest, math.ceil(fit))
        fit = round(fit, 4)
    return {"paper": paper, "fit": fit, "least": lowest, "most": highest}


def _names(sweep: Sweep) -> list[str]:
    """Name each cell by η, |B| and the further axes along which they differ."""
    several = [it for it in axes_of(sweep.cells)[2:] if len({*sweep.labels(it).tolist()}) > 1]
    labels = zip(*(sweep.labels(axis) for axis in (*SWEPT, *several)), strict=True)
    symbols = [hyperparameter(axis) for axis in (*SWEPT, *several)]
    return [
        ", ".join(symbol.with_value(it) for symbol, it in zip(symbols, each, strict=True))
        for each in labels
    ]


def _colours(sweep: Sweep, compared: str, drawn: int) -> list[tuple[float, float, float]]:
    """Colour the first cells as the figure does, and all others by another map."""
    of_figure = Sweep(sweep.cells.isel(cell=slice(drawn)), sweep.band)
    legend = Legend.of(of_figure, compared)
    rates, batches = style.LEARNING_RATE_MAP, style.BATCH_SIZE_MAP
    other = batches if legend.compared.colour_map == rates else rates
    return legend.colours + style.ordered_colours(other, len(sweep.learning_rate) - drawn)


def _curve(sweep: Sweep, index: int) -> dict[str, Any]:
    """Return one curve, rounded to what a reader or the collapse error could notice."""
    mean, low, _, error, _ = (it[index] for it in sweep.band)
    present = np.flatnonzero(np.isfinite(mean))
    even = np.linspace(0, len(present) - 1, min(len(present), MOST_RECORDS)).round()
    kept = present[even.astype(int)]
    lost = np.flatnonzero(sweep.left_out[index][kept] > 0)
    means = sweep.band.mean[np.isfinite(sweep.band.mean)]
    decimals = DIGITS - math.floor(math.log10(np.ptp(means) or 1.0))
    return {
        "learning_rate": float(sweep.learning_rate[index]),
        "batch_size": float(sweep.batch_size[index]),
        "lost": int(lost[0]) if len(lost) else None,
        "step": sweep.step[index][kept].astype(int).tolist(),
        "mean": [round(it, decimals) for it in mean[kept].tolist()],
        "error": list(map(_short, error[kept].tolist())),
        "width": list(map(_short, (mean - low)[kept].tolist())),
    }


def _short(value: float) -> float | None:
    """Round what says how uncertain a mean is; None where that is not known."""
    return float(f"{value:.{OF_ERRORS}g}") if math.isfinite(value) else None
