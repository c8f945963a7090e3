"""Whether printed means, deviations and ranks are those of one non-negative spectrum.

Numbers are taken as printed, and as those that are rounded to them and suit it most: the smallest
mean, the largest deviation and rank.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from thermophoresis.config.measurements.printed_spectra import PrintedSpectra
from thermophoresis.config.printed_row import PrintedRow
from thermophoresis.config.run import RunSettings
from thermophoresis.numerics.printed import half_a_digit
from thermophoresis.theory.spectrum_moments import (
    largest_trace_share,
    least_rank_share,
    share_below_threshold,
)

TITLE = "printed spectra"


def measure(
    measurement: PrintedSpectra,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Compare each rank with mean and deviation.

    Parameters
    ----------
    measurement
        What is printed.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        Dimension ``row``, float64: r/d − μ²/(μ² + s²) of all d eigenvalues, which is at least
        0 for the rank of a non-negative spectrum, if the printed mean and deviation are over all d
        (``over_all``), also with the digits that are not printed (``over_all_rounded``), or over
        what is above 0 (``over_non_zero``). ``over_all_single`` and ``over_all_double`` have the
        share that a numerical rank of 1 allows in place of r/d; NaN where d is not known.
        ``trace_above``: the largest share of the trace that the r eigenvalues can have, if mean and
        deviation are over all d.
    """
    rows = [_compared(row) for row in measurement.rows.values()]
    words = {
        "over_all": "rank/d − μ²/(μ² + s²), over all eigenvalues",
        "over_all_rounded": "rank/d − μ²/(μ² + s²), over all eigenvalues, at best",
        "over_non_zero": "rank/d − μ²/(μ² + s²), printed over what is above 0",
        "over_all_single": "what a rank of 1 in single precision allows − μ²/(μ² + s²)",
        "trace_above": "largest share of the trace in the rank",
        "over_all_double": "what a rank of 1 in double precision allows − μ²/(μ² + s²)",
    }
    return xr.Dataset(
        {
            name: ("row", [row[name] for row in rows], {"long_name": told, "units": "1"})
            for name, told in words.items()
        },
        {"row": ("row", list(measurement.rows), {"long_name": "printed spectrum"})},
    )


def _compared(row: PrintedRow) -> dict[str, float]:
    """Return what is left of each rank beyond the least one."""
    share = least_rank_share(float(row.mean), float(row.deviation))
    rounded = least_rank_share(
        float(row.mean) - half_a_digit(row.mean),
        float(row.deviation) + half_a_digit(row.deviation),
    )
    rank, more = float(row.rank) / 100, half_a_digit(row.rank) / 100
    single, double = (
        share_below_threshold(row.weights, float(np.finfo(it).eps)) if row.weights else np.nan
        for it in (np.float32, np.float64)
    )
    return {
        "over_all": rank - share,
        "over_all_rounded": rank + more - rounded,
        "over_non_zero": rank * (1 - share),
        "over_all_single": single - share,
        "over_all_double": double - share,
        "trace_above": largest_trace_share(float(row.mean), float(row.deviation), rank),
    }


def describe(dataset: xr.Dataset) -> str:
    """Say how many rows cannot be over all eigenvalues."""
    impossible = int((dataset["over_all_rounded"] < 0).sum())
    return f"{impossible} of {dataset.sizes['row']} rows are of no spectrum over all eigenvalues"
