"""Local entropy of wells in one and two dimensions: quadrature, closed forms, and what it prefers.

Gaussian wells have a closed form. The double well of Example 19 has none: its errors are what a
lattice of nearly twice as many nodes changes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from thermophoresis.config.measurements.smoothed_wells import SmoothedWells
from thermophoresis.config.run import RunSettings
from thermophoresis.theory import local_entropy as theory

TITLE = "local entropy of wells"
PLACES = 121  # of the curves for the figure
ALONG = (-2.2, 2.2)
FINER = 1.75  # lattice, in which errors of what has no closed form are taken
BETWEEN = (0.05, 4.0)  # γ between which all of them merge

# Two wells, in one dimension and, oblique to their axis, in two; and a deep narrow one beside a
# shallow wide one.
CENTRES = {"gaussians": ((1.0,),), "gaussians_2d": ((1.0, 0.4),)}
COVARIANCES = {"gaussians": ((0.25,),), "gaussians_2d": ((0.3, 0.1), (0.1, 0.2))}
NARROW_AND_WIDE = ((-1.0, 0.02, 0.35), (1.0, 0.4, 0.65))  # place, variance, weight


class _Well(NamedTuple):
    """A loss of some dimensions, with f_γ and the merging γ in closed form where there are any."""

    dimensions: int
    loss: theory.Loss
    smoothed: dict[float, theory.Loss] | None = None
    merging: float | None = None


def measure(
    measurement: SmoothedWells,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Evaluate f_γ, and the γ at which minima merge.

    Parameters
    ----------
    measurement
        γ and the lattice.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        Dimension ``well``, float64: ``quadrature_error``, the largest deviation of f_γ at places
        between and around the minima, over all γ; ``merging_variance``, γ at which minima merge,
        and ``merging_error``, relative to the closed form. For the figure ``curve``, f_γ less its
        least value, of ``double_well`` and ``narrow_and_wide`` (shape, gamma, place), γ = 0 first.
    """
    wells = _wells(measurement)
    rows = np.array([_errors(it, measurement) for it in wells.values()])
    words = {
        "quadrature_error": "largest error of f_gamma",
        "merging_variance": "gamma at which minima merge",
        "merging_error": "relative error of the gamma at which minima merge",
    }
    variables: dict[str, xr.Variable] = {
        name: xr.Variable("well", column, {"long_name": text, "units": "1"})
        for (name, text), column in zip(words.items(), rows.T, strict=True)
    }
    places = np.linspace(*ALONG, PLACES)
    gammas = (0.0, *measurement.gammas)
    pair = _narrow_and_wide()
    curves = np.stack(
        [
            np.stack([_curve(loss, places, gamma, measurement.nodes) for gamma in gammas])
            for loss in (theory.double_well, pair)
        ]
    )
    told = {"long_name": "f_gamma less its least value", "units": "1"}
    variables["curve"] = xr.Variable(("shape", "gamma", "place"), curves, told)
    coordinates = {
        "well": ("well", list(wells), {"long_name": "wells"}),
        "shape": ("shape", ["double_well", "narrow_and_wide"]),
        "gamma": ("gamma", list(gammas), {"units": "1"}),
        "place": ("place", places, {"units": "1"}),
    }
    return xr.Dataset(variables, coordinates)


def describe(dataset: xr.Dataset) -> str:
    """Say where minima merge."""
    return "minima merge at γ = " + ", ".join(
        f"{value:.4g} ({name})"
        for name, value in zip(
            dataset["well"].values, dataset["merging_variance"].values, strict=True
        )
    )


def _wells(measurement: SmoothedWells) -> dict[str, _Well]:
    found = {}
    for name, centres in CENTRES.items():
        both = np.array([*centres, *centres]) * np.array([[1.0], [-1.0]])
        covariance = np.array(COVARIANCES[name])
        mixture = (both, np.stack([covariance] * 2), np.full(2, 0.5))
        found[name] = _Well(
            both.shape[1],
            theory.gaussian_wells(*mixture),
            {gamma: theory.gaussian_wells(*mixture, gamma) for gamma in measurement.gammas},
            theory.merging_of_gaussians(both[0], covariance),
        )
    return found | {
        "double_well": _Well(1, theory.double_well),
        "double_well_2d": _Well(2, theory.double_well),
    }


def _errors(well: _Well, measurement: SmoothedWells) -> tuple[float, float, float]:
    """Return the error of f_γ, the merging γ and its error."""
    lines = np.linspace(-2.0, 2.0, 9)
    places = np.stack([lines, *[0.5 * lines] * (well.dimensions - 1)], axis=1)
    nodes, finer = measurement.nodes, round(FINER * measurement.nodes)
    errors = []
    for gamma in measurement.gammas:
        expected = (
            theory.smoothed(well.loss, places, gamma, nodes=finer)
            if well.smoothed is None
            else well.smoothed[gamma](places)
        )
        found = theory.smoothed(well.loss, places, gamma, nodes=nodes)
        errors.append(float(np.abs(found - expected).max()))

    def merging(lattice: int) -> float:
        return theory.merging_variance(
            well.loss, dimensions=well.dimensions, nodes=lattice, between=BETWEEN
        )

    found_merging = merging(nodes)
    known = merging(finer) if well.merging is None else well.merging
    return max(errors), found_merging, abs(found_merging / known - 1)


def _narrow_and_wide() -> theory.Loss:
    places, variances, weights = np.array(NARROW_AND_WIDE).T
    return theory.gaussian_wells(places[:, None], variances[:, None, None], weights)


def _curve(loss: theory.Loss, places: np.ndarray, gamma: float, nodes: int) -> np.ndarray:
    x = places[:, None]
    found = theory.smoothed(loss, x, gamma, nodes=nodes) if gamma else loss(x)
    return np.asarray(found - found.min())
