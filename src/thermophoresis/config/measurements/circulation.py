"""Whether a network's weights circulate, and how much of the force is the current."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.problems import Problem
from thermophoresis.config.sweep import Point
from thermophoresis.config.traced_measurement import TracedMeasurement

OF_CURVATURE = ("gradient_fall", "gradient_ratio", "linear_current_share")


class Circulation(TracedMeasurement):
    """Whether a network's weights circulate, and how much of the force is the current.

    Attributes
    ----------
    directions
        Principal components of what is traced, in the planes of which areas are measured.
    surrogates
        Gaussian surrogates of each network.
    half_width
        h, of the 2h + 1 frequencies over which cross-spectra are smoothed.
    parts
        Of the trajectory, the areas of which have either sign if time can be reversed.
    curvature
        In how many leading eigenvectors of the Hessian the current of linear noise is evaluated,
        beside full gradients; 0 for neither.
    """

    variables: ClassVar[tuple[str, ...]] = (
        "stationarity_p",
        "stationary",
        "area_p",
        "lagged_p",
        "reversal_p",
        "null_p",
        "largest_area",
        "entropy_production",
        "current_square",
        *OF_CURVATURE,
    )

    kind: Literal["circulation"] = "circulation"
    directions: Annotated[int, Field(ge=2, le=8)] = 4
    surrogates: Annotated[int, Field(ge=9)] = 19
    half_width: Annotated[int, Field(ge=4)] = 8
    parts: Annotated[int, Field(ge=8)] = 20
    curvature: Annotated[int, Field(ge=0, le=20)] = 0

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield what the traces of an experiment lack, and which runs have no full gradient."""
        yield from super().problems(training)
        if not self.curvature:
            return
        if training.get("sampling") == "online" or training.get("labels") == "resampled":
            message = (
                "needs a finite training set with lasting labels; must be 0 with this sampling"
            )
            yield Problem(("curvature",), message)
        dynamics = training.get("dynamics")
        if dynamics is not None and (dynamics.kind != "sgd" or dynamics.momentum):
            message = "is the current of plain SGD; must be 0 with momentum or other dynamics"
            yield Problem(("curvature",), message)

    def made(self, cell: Point) -> tuple[str, ...]:
        """Return which of its variables the files of a cell have."""
        if self.curvature:
            return self.variables
        return tuple(it for it in self.variables if it not in OF_CURVATURE)
