"""The flow of the generalised random walk in one dimension, beside what is printed of it.

In the walk of Wei & Schwab's Eq. 5, q ← q ± η g(q) with either sign at even odds, the mass that
crosses a place in one step is known exactly: half of what lies between the place and where a step
ends just there, on its left, less half of that on its right. Nothing is sampled.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from thermophoresis.config.measurements.walk_flux import WalkFlux
from thermophoresis.config.run import RunSettings
from thermophoresis.theory import walk

TITLE = "flow of the random walk in one dimension"
POSITIONS = np.linspace(-1.0, 1.0, 5)
ITERATIONS = 60  # of a contraction by η dg/dq < 0.2 each


def measure(
    measurement: WalkFlux,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Calculate the flow at some places, and both terms of Eq. 6 and c of Eq. 7 as printed.

    Parameters
    ----------
    measurement
        Step size, and how steep noise and density are.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        Dimension ``position``, float64: ``flow`` (mass per step), ``flow_printed`` of Eq. 6,
        ``flow_ratio``, the first over the second; ``coefficient_ratio``, the flow per density
        over −c of Eq. 7, where the density is uniform and nothing diffuses, else NaN.
    """
    eta = measurement.step_size
    q = POSITIONS
    g, density = np.exp(measurement.noise_slope * q), np.exp(measurement.density_slope * q)
    g_slope, density_slope = measurement.noise_slope * g, measurement.density_slope * density
    found = flow(q, eta, measurement.noise_slope, measurement.density_slope)
    printed = walk.diffusive_flow(eta, g, density_slope)
    printed = printed + walk.thermophoretic_flow(eta, g, g_slope, density)
    coefficient = walk.thermophoretic_coefficient(eta, g, g_slope)
    alone = np.where(measurement.density_slope == 0, -found / density, np.nan)
    variables = {
        "flow": ("flow of the walk, exactly", found),
        "flow_printed": ("flow of Eq. 6, as printed", printed),
        "flow_ratio": ("flow over that of Eq. 6", found / printed),
        "coefficient_ratio": ("flow per density over -c of Eq. 7", alone / coefficient)
        if measurement.noise_slope
        else ("flow per density over -c of Eq. 7", np.full_like(q, np.nan)),
    }
    return xr.Dataset(
        {
            name: ("position", value, {"long_name": words, "units": "1"})
            for name, (words, value) in variables.items()
        },
        {"position": ("position", q, {"long_name": "q", "units": "1"})},
    )


def flow(q: np.ndarray, eta: float, noise_slope: float, density_slope: float) -> np.ndarray:
    """Return the mass that crosses q to the right in one step, less that to the left.

    Parameters
    ----------
    q
        Places.
    eta
        Step size η.
    noise_slope, density_slope
        d ln g / dq and d ln ρ / dq, g = ρ = 1 at q = 0.
    """
    # How far from q the walkers are that step onto it, on its left and on its right. Differences of
    # places, or of exponentials, would lose the digits of the flow.
    step = eta * np.exp(noise_slope * q)
    left, right = step, step
    for _ in range(ITERATIONS):
        left, right = step * np.exp(-noise_slope * left), step * np.exp(noise_slope * right)
    if density_slope:
        left = -np.expm1(-density_slope * left) / density_slope
        right = np.expm1(density_slope * right) / density_slope
    return np.exp(density_slope * q) * (left - right) / 2


def describe(dataset: xr.Dataset) -> str:
    """Say how the flow compares with what is printed."""
    ratio = dataset["flow_ratio"]
    return f"{float(ratio.min()):.4g} to {float(ratio.max()):.4g} of the flow of Eq. 6"
