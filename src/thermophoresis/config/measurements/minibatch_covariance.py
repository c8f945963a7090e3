"""Covariances of batch gradients, from all batches that there are."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from thermophoresis.config.fields import LISTED, Count, Positive, Seed
from thermophoresis.config.measurement import Measurement


class MinibatchCovariance(Measurement):
    """Covariances of batch gradients, from all batches that there are.

    Attributes
    ----------
    samples
        N.
    batch_sizes
        |B|, each below N.
    inputs
        Components d of a gradient.
    learning_rate
        η, on which what is printed depends in one place.
    seed
        Of the gradients.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "with_replacement_error",
        "subset_error",
        "subset_over_printed",
        "subset_over_appendix",
        "variance_over_printed",
        "epoch_covariance",
    )
    axes: ClassVar[tuple[str, ...]] = ("batch_size", "mean_gradient", "sampler")
    memory_mb: ClassVar[int] = 1000

    kind: Literal["minibatch_covariance"]
    samples: Annotated[int, Field(ge=2, le=7)] = 6
    batch_sizes: Annotated[tuple[Count, ...], *LISTED] = (1, 2, 3, 4, 5)
    inputs: Annotated[int, Field(ge=1, le=100)] = 4
    learning_rate: Positive = 0.1
    seed: Seed = 0

    @model_validator(mode="after")
    def _batches_are_parts(self) -> "MinibatchCovariance":
        if (largest := max(self.batch_sizes)) >= self.samples:
            raise ValueError(
                f"batch_sizes must be below samples = {self.samples}, not {largest}: "
                "a batch of all samples has no noise without replacement"
            )
        return self
