"""About Tr H over its Gauss–Newton part, at all snapshots of all cells."""

from typing import Literal

from thermophoresis.config.claim import ExperimentClaim


class HessianClaim(ExperimentClaim):
    """About Tr H over its Gauss–Newton part, at all snapshots of all cells."""

    statistic: Literal["hessian_ggn_ratio"]

    @property
    def reads(self) -> tuple[str, ...]:
        """What it is judged from: paths relative to the folder of results, without the ending."""
        return (self.chain,)
