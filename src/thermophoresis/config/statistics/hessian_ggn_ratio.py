"""About Tr H over its Gauss–Newton part, wherever both were measured."""

from typing import ClassVar, Literal

from thermophoresis.config.claim import ExperimentClaim


class HessianClaim(ExperimentClaim):
    """About Tr H over its Gauss–Newton part, wherever both were measured."""

    read_from: ClassVar[tuple[str, ...]] = (
        "measurements/hessian_chain/{experiment}",
        "curves/{experiment}",
    )
    variable: ClassVar[str] = "hessian_trace"

    statistic: Literal["hessian_ggn_ratio"]
