"""Whether the noise of batches is Gaussian, white and slow to change, along one run."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from thermophoresis.config.fields import LISTED, Count, Positive
from thermophoresis.config.measurement import Measurement
from thermophoresis.config.measurements.dense_hessian import finite_set_problems
from thermophoresis.config.problems import Problem

# How batches of the trajectories are drawn.
SAMPLERS = ("with_replacement", "fresh_subset", "without_replacement")


class NoiseStatistics(Measurement):
    """Whether the noise of batches is Gaussian, white and slow to change, along one run.

    Attributes
    ----------
    sizes
        Sizes of batches that are drawn, with replacement, ascending, from 1 on.
    largest
        The |B| at which skewness and kurtosis are told, from those of one sample.
    batches
        How many of each size are drawn at each of these snapshots.
    looks
        At how many snapshots, evenly from the first to the last, batches are drawn and
        trajectories begin; the premise on ∇σ² is looked at at all of them.
    directions
        How many leading eigenvectors of the gradients' covariance the noise is projected on, and
        how many random directions.
    trajectory_steps, trajectory_batch
        Length of trajectories that go on from snapshots with each sampler, and their batch size,
        which divides the number of samples.
    lags
        At how many lags the noise along them is correlated with itself.
    descent_steps
        Of gradient descent from the last snapshot to the minimum below it, where there is weight
        decay.
    small_rate, small_rate_time
        Share of η with which SGD goes on from this minimum, and for how long, in ηt.
    """

    variables: ClassVar[tuple[str, ...]] = (
        "kurtosis_top",
        "kurtosis_random",
        "skewness_top",
        "skewness_random",
        "kurtosis_top_largest",
        "kurtosis_random_largest",
        "skewness_top_largest",
        "skewness_random_largest",
        *(f"{name}_{it}" for name in ("lag_one", "outside") for it in SAMPLERS),
        "premise_ratio",
        "premise_printed_ratio",
        "premise_holds",
        "premise_printed_holds",
        "premise_trace_holds",
        "premise_at_minimum",
        "premise_printed_at_minimum",
        "premise_holds_at_minimum",
        "late_excess",
        "late_excess_predicted",
        "small_rate_excess",
        "small_rate_excess_predicted",
    )

    kind: Literal["noise_statistics"] = "noise_statistics"
    sizes: Annotated[tuple[Count, ...], *LISTED] = (1, 4, 16, 64)
    largest: Count = 256
    batches: Annotated[int, Field(ge=16)] = 1024
    looks: Annotated[int, Field(ge=1)] = 3
    directions: Count = 5
    trajectory_steps: Annotated[int, Field(ge=10)] = 40
    trajectory_batch: Count = 50
    lags: Count = 15
    descent_steps: Count = 800
    small_rate: Annotated[float, Field(gt=0, le=1)] = 0.25
    small_rate_time: Positive = 60.0

    @field_validator("sizes")
    @classmethod
    def _sizes_ascend_from_one(cls, sizes: tuple[int, ...]) -> tuple[int, ...]:
        if sizes[0] != 1 or any(a >= b for a, b in pairwise(sizes)):
            raise ValueError(f"got {', '.join(map(str, sizes))}; must ascend, from 1 on")
        return sizes

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield why there is no such noise, or what is too long."""
        yield from finite_set_problems(training)
        if self.lags >= self.trajectory_steps / 2:
            message = f"got {self.lags}; must be below half of trajectory_steps"
            yield Problem(("lags",), message)
