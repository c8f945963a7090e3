"""About how often an inequality of Appendix A.8 fails."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from thermophoresis.config.claim import ExperimentClaim


class ViolationsClaim(ExperimentClaim):
    """About how often an inequality of Appendix A.8 fails."""

    read_from: ClassVar[tuple[str, ...]] = (
        "measurements/hessian_chain/{experiment}",
        "curves/{experiment}",
    )

    by_chance: ClassVar[bool] = False  # a count of all that was evaluated

    statistic: Literal["violated_fraction"]
    inequality: Literal["product", "bound", "kernel_printed", "bound_printed"] = Field(
        description="one of product, bound, kernel_printed, bound_printed"
    )

    @model_validator(mode="after")
    def _criterion_is_of_a_fraction(self) -> "ViolationsClaim":
        if not all(
            0 <= it <= 1 for it in (self.criterion.low, self.criterion.high) if it is not None
        ):
            raise ValueError(f"got criterion {self.criterion}; a fraction is between 0 and 1")
        return self
