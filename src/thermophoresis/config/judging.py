"""What determines the verdicts on claims about the same experiments and computations."""

from thermophoresis.config.claim import AnyClaim
from thermophoresis.config.fields import Probability, Settings
from thermophoresis.config.ledger import ClaimId


class ClaimsSettings(Settings):
    """All that determines the verdicts on some claims, besides what they read.

    Attributes
    ----------
    claims
        By their ids.
    levels
        Confidence levels of the intervals of each claim. What has none is not left to chance.
    """

    claims: dict[ClaimId, AnyClaim]
    levels: dict[ClaimId, Probability]

    @property
    def reads(self) -> tuple[str, ...]:
        """What they are judged from: paths in the folder of results, without the ending."""
        return tuple(sorted({name for claim in self.claims.values() for name in claim.reads}))

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that reach the verdicts."""
        statistics = {claim.statistic for claim in self.claims.values()}
        observables = {
            name for claim in self.claims.values() for name in getattr(claim, "observables", ())
        }
        return (
            "claims.judge",
            *(f"claims.statistics.{name}" for name in sorted(statistics)),
            *(f"config.statistics.{name}" for name in sorted(statistics)),
            *(f"config.observables.{name}" for name in sorted(observables)),
        )
