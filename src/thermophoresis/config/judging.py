"""What determines the verdicts on an experiment."""

from thermophoresis.config.claim import AnyClaim
from thermophoresis.config.fields import Probability, Settings
from thermophoresis.config.ledger import ClaimId
from thermophoresis.config.observable import kind_of


class ClaimsSettings(Settings):
    """All that determines the verdicts on one experiment, besides its curves and curvature."""

    experiment: str
    claims: dict[ClaimId, AnyClaim]
    level: Probability

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
            *sorted({f"config.observables.{kind_of(name)}" for name in observables}),
        )
