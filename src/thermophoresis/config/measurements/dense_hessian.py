"""The whole Hessian and the whole covariance of gradients, at the last snapshots of one run."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Count
from thermophoresis.config.labels import regime
from thermophoresis.config.measurement import Measurement
from thermophoresis.config.problems import Problem

# In any network: all second derivatives are in memory.
MOST_PARAMETERS = 1000


def finite_set_problems(training: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem if there is no chain of layers, no plain SGD, or no finite set that stays."""
    network = training.get("network")
    if network is not None and not network.is_chain:
        yield Problem((), f"is not for networks of kind {network.kind}: it goes layer by layer")
    dynamics = training.get("dynamics")
    if dynamics is not None and (dynamics.kind != "sgd" or dynamics.momentum):
        yield Problem((), "is for SGD without momentum alone: it is about that noise")
    if training.get("sampling") == "online":
        yield Problem((), "is not for sampling online: it is about a finite training set")
    elif (word := regime(training.get("labels", "true"))[0]) == "resampled":
        yield Problem((), f"is not for labels {word}: it is about samples whose labels stay")


class DenseHessian(Measurement):
    """The whole Hessian and the whole covariance of gradients, at the last snapshots of one run.

    Attributes
    ----------
    directions
        Number of leading eigenvectors that are compared as a subspace.
    last_snapshots
        At how many snapshots, the last ones.
    descent_steps
        Of gradient descent from there to the minimum below, where there is weight decay; 0: none.
    """

    variables: ClassVar[tuple[str, ...]] = (
        "small_share",
        "negative_share",
        "null_count",
        "most_negative",
        "cosine",
        "overlap",
        "overlap_random",
        "discreteness",
        *(f"{name}_{power}" for name in ("log_width", "log_weight") for power in (8, 6, 4, 2)),
        *(f"definite_{power}" for power in (8, 6, 4, 2)),
    )

    kind: Literal["dense_hessian"] = "dense_hessian"
    directions: Count = 10
    last_snapshots: Annotated[int, Field(ge=1)] = 1
    descent_steps: Annotated[int, Field(ge=0)] = 800

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield why there is no such noise, and whether the network is too large."""
        yield from finite_set_problems(training)
        network = training.get("network")
        if network is not None and network.least_weights > MOST_PARAMETERS:
            message = f"is for networks of at most {MOST_PARAMETERS:,} parameters, not of "
            yield Problem((), f"{message}{network.least_weights:,} or more")
