"""The spectrum of the covariance of single-sample gradients, at the snapshots of one run."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Count
from thermophoresis.config.labels import regime
from thermophoresis.config.measurement import Measurement
from thermophoresis.config.problems import Problem


class NoiseSpectrum(Measurement):
    """The spectrum of the covariance of single-sample gradients, at the snapshots of one run.

    Attributes
    ----------
    samples
        Samples of the training set over which it is taken, the first ones; None for all.
    directions
        Number of leading eigenvectors that are compared as a subspace.
    curvature_replicas
        Of how many replicas, the first ones, these are compared with those of the Hessian and of
        the Gauss–Newton matrix, which take far longer than the spectrum.
    """

    variables: ClassVar[tuple[str, ...]] = (
        "rank_share_float32",
        "rank_share_float64",
        "rank_share_thousandth",
        "rank_share_trace99",
        "participation_share",
        "trace",
        "largest_eigenvalue",
        "eigenvalue_mean_all",
        "eigenvalue_deviation_all",
        "deviation_over_mean_all",
        "eigenvalue_mean_nonzero",
        "eigenvalue_deviation_nonzero",
        "deviation_over_mean_nonzero",
        "rank_and_variance",
        "parameter_count",
        "class_count",
        "trace_ratio_first",
        "overlap_first",
        "distance_first",
        "distance_normalised_first",
        "trace_ratio_previous",
        "overlap_previous",
        "distance_previous",
        "distance_normalised_previous",
        "overlap_hessian",
        "overlap_gauss_newton",
        "overlap_random",
    )

    kind: Literal["noise_spectrum"] = "noise_spectrum"
    samples: Annotated[int, Field(ge=2)] | None = None
    directions: Count = 10
    curvature_replicas: Annotated[int, Field(ge=0)] = 0

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield a problem if there is no chain of layers, or no finite set whose labels stay."""
        network = training.get("network")
        if network is not None and not network.is_chain:
            message = f"is not for networks of kind {network.kind}: it goes layer by layer"
            yield Problem((), message)
        if training.get("sampling") == "online":
            message = "is not for sampling online: it is a covariance over a finite training set"
            yield Problem((), message)
        elif (word := regime(training.get("labels", "true"))[0]) == "resampled":
            message = f"is not for labels {word}: it is a covariance over samples whose labels stay"
            yield Problem((), message)
