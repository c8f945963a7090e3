"""About every number that was measured of the runs of an experiment."""

from typing import ClassVar, Literal

from thermophoresis.config.measured_claim import VariableClaim


class EveryValueClaim(VariableClaim):
    """About every number that was measured of the runs of an experiment, at all snapshots."""

    by_chance: ClassVar[bool] = False  # a count of all that was evaluated

    statistic: Literal["every_value"]
