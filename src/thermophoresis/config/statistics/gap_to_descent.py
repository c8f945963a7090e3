"""About a measured quantity after SGD less that after descent without noise."""

from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.measured_claim import VariableClaim


class GapToDescentClaim(VariableClaim):
    """About a measured quantity at the end of SGD less that of another experiment's one cell.

    Attributes
    ----------
    against
        The other experiment, of one cell, with snapshots along its run.
    equal
        What both have in common where they are compared.
    logarithm
        Whether the difference is of logarithms.
    """

    about: ClassVar[tuple[str, ...]] = ("experiment", "against")
    read_from: ClassVar[tuple[str, ...]] = (
        "measurements/{measurement}/{experiment}",
        "curves/{experiment}",
        "measurements/{measurement}/{against}",
        "curves/{against}",
    )

    statistic: Literal["gap_to_descent"]
    against: str = Field(description="the name of another experiment")
    equal: Literal["training_time", "train_loss"] = Field(description="what is equal")
    logarithm: bool = False
