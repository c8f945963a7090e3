"""About Tr H over its Gauss–Newton part, at all snapshots of all cells."""

from typing import ClassVar, Literal

from thermophoresis.config.claim import ExperimentClaim


class HessianClaim(ExperimentClaim):
    """About Tr H over its Gauss–Newton part, at all snapshots of all cells."""

    read_from: ClassVar[tuple[str, ...]] = ("measurements/hessian_chain/{experiment}",)

    statistic: Literal["hessian_ggn_ratio"]
