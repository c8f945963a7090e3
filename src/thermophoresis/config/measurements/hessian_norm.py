"""How large the Hessian of the training loss is, at the snapshots of one run."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Count
from thermophoresis.config.labels import regime
from thermophoresis.config.measurement import Measurement
from thermophoresis.config.problems import Problem


class HessianNorm(Measurement):
    """How large the Hessian of the training loss is, at the snapshots of one run.

    Attributes
    ----------
    steps
        Steps of Lanczos, for its outer eigenvalues.
    vectors
        Random vectors for what these leave of its trace and norm.
    entries_up_to
        The largest number of parameters for which every entry of it is made instead.
    precision
        Of its products with vectors.
    """

    variables: ClassVar[tuple[str, ...]] = (
        "hessian_norm",
        "hessian_norm_error",
        "largest_eigenvalue",
        "largest_eigenvalue_error",
        "smallest_eigenvalue",
        "smallest_eigenvalue_error",
        "hessian_trace",
        "hessian_trace_error",
        "train_loss",
        "train_accuracy",
        "loss",
        "accuracy",
        "loss_gap",
        "accuracy_gap",
    )

    kind: Literal["hessian_norm"] = "hessian_norm"
    steps: Count = 16
    vectors: Annotated[int, Field(ge=2)] = 4
    entries_up_to: Annotated[int, Field(ge=0)] = 200
    precision: Literal["float32", "float64"] = "float64"

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield a problem if there is no chain of layers, or no finite set whose labels stay."""
        network = training.get("network")
        if network is not None and not network.is_chain:
            message = f"is not for networks of kind {network.kind}: it takes a chain of layers"
            yield Problem((), message)
        if training.get("sampling") == "online":
            message = "is not for sampling online: it is of the loss of a finite training set"
            yield Problem((), message)
        elif (word := regime(training.get("labels", "true"))[0]) == "resampled":
            message = f"is not for labels {word}: it is of the loss of samples whose labels stay"
            yield Problem((), message)
