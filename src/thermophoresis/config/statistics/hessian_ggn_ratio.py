"""About Tr H over its Gauss–Newton part, at all snapshots of all cells."""

from typing import Literal

from thermophoresis.config.claim import Claim


class HessianClaim(Claim):
    """About Tr H over its Gauss–Newton part, at all snapshots of all cells."""

    statistic: Literal["hessian_ggn_ratio"]
