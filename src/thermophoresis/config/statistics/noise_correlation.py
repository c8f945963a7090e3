"""About how something goes with η/|B| over the networks of all cells."""

from typing import ClassVar, Literal

from pydantic import model_validator

from thermophoresis.config.fields import Probability
from thermophoresis.config.measured_claim import RecordedOrMeasuredClaim
from thermophoresis.config.plain_observable import PlainObservable


class NoiseCorrelationClaim(RecordedOrMeasuredClaim):
    """About Spearman's coefficient of η/|B| and what was measured or recorded of each network.

    What has been measured is taken at the last record.

    Attributes
    ----------
    given
        What is held fixed then; None for nothing.
    against
        Another experiment, whose cells count as well; None for none.
    trained_to
        The mean share of training samples that a cell must have right to count; None for all.
    where
        Networks are taken at the last record, at the largest ηt that all cells have, or where
        another observable first rises to a level.
    reaches, level
        That observable, and to what it rises.
    """

    about: ClassVar[tuple[str, ...]] = ("experiment", "against")

    statistic: Literal["noise_correlation"]
    given: Literal["training_time", "train_loss"] | None = None
    against: str | None = None
    trained_to: Probability | None = None
    where: Literal["end", "training_time", "level"] = "end"
    reaches: PlainObservable | None = None
    level: float | None = None

    @model_validator(mode="after")
    def _has_what_goes_with_it(self) -> "NoiseCorrelationClaim":
        of_measured = (self.given, self.against, self.trained_to)
        if self.observable is not None and of_measured != (None,) * 3:
            raise ValueError("given, against and trained_to must be left out with observable")
        if self.observable is None and self.where != "end":
            raise ValueError("where must be left out with a measurement: it is of the last record")
        return self

    @model_validator(mode="after")
    def _there_is_a_level(self) -> "NoiseCorrelationClaim":
        given = (self.reaches is not None, self.level is not None)
        if self.where == "level" and not all(given):
            raise ValueError("must have reaches and level with where: level")
        if self.where != "level" and any(given):
            raise ValueError(f"reaches and level must be left out with where: {self.where}")
        if self.reaches is not None and self.reaches == self.observable:
            raise ValueError(f"reaches must be another observable than {self.observable}")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return tuple(filter(None, (self.observable, self.reaches)))

    @property
    def subjects(self) -> tuple[str, ...]:
        """Names of the experiments that it is about."""
        return tuple(filter(None, (self.experiment, self.against)))
