"""What a step of the unbiased walk adds to the square of a unit's second weight, in the mean.

If γ is symmetric whatever the state (Eq. 2), V − ηγh has the mean V, and its square the mean
V² + η² E γ²h²: |V| is a submartingale, and no state lowers V² in the mean. Of |B| samples the mean
is taken, so that the second part is divided by |B|. What is a mean here is exact, for a unit with
‖w‖ = 1 and x ~ N(0, I).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from thermophoresis.config.measurements.walk_square import WalkSquare
from thermophoresis.config.run import RunSettings
from thermophoresis.theory.unit_moments import unit_moments

TITLE = "mean step of the unbiased walk in V and its square"
BIASES = np.linspace(-3.0, 3.0, 7)


def measure(
    measurement: WalkSquare,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Calculate the mean steps at some biases.

    Parameters
    ----------
    measurement
        The mean of γ².
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        Dimension ``bias``, float64: ``drift``, E ΔV, and ``square_drift``, E ΔV², both in units of
        η²/|B|, thus per thermal time.
    """
    weights = np.tile([1.0, 0.0], (len(BIASES), 1))
    moments = unit_moments(np.ones_like(BIASES), weights, BIASES)
    variables = {
        "drift": ("mean step of V, per thermal time", np.zeros_like(BIASES)),
        "square_drift": (
            "mean step of V^2, per thermal time",
            measurement.residual * moments.second_weight,
        ),
    }
    return xr.Dataset(
        {
            name: ("bias", value, {"long_name": words, "units": "1"})
            for name, (words, value) in variables.items()
        },
        {"bias": ("bias", BIASES, {"long_name": "b in units of ||w||", "units": "1"})},
    )


def describe(dataset: xr.Dataset) -> str:
    """Say between what V² is moved."""
    found = dataset["square_drift"]
    return f"E dV^2 from {float(found.min()):.3g} to {float(found.max()):.3g} per thermal time"
