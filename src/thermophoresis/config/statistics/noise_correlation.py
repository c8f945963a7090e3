"""About how a measured quantity goes with η/|B| over the networks of all cells."""

from typing import ClassVar, Literal

from thermophoresis.config.fields import Probability
from thermophoresis.config.measured_claim import VariableClaim


class NoiseCorrelationClaim(VariableClaim):
    """About Spearman's coefficient of a measured quantity and η/|B|, at the last record.

    Attributes
    ----------
    given
        What is held fixed; None for nothing.
    against
        Another experiment, whose cells count as well; None for none.
    trained_to
        The mean share of training samples that a cell must have right to count; None for all.
    """

    about: ClassVar[tuple[str, ...]] = ("experiment", "against")

    statistic: Literal["noise_correlation"]
    given: Literal["training_time", "train_loss"] | None = None
    against: str | None = None
    trained_to: Probability | None = None

    @property
    def subjects(self) -> tuple[str, ...]:
        """Names of the experiments that it is about."""
        return tuple(filter(None, (self.experiment, self.against)))

    @property
    def reads(self) -> tuple[str, ...]:
        """What it is judged from."""
        folders = f"measurements/{self.measurement}", "curves"
        return tuple(f"{folder}/{name}" for name in self.subjects for folder in folders)
