"""Stochastic gradient descent."""

from typing import Any, ClassVar, Literal

from pydantic import field_validator

from thermophoresis.config.evolution import Dynamics
from thermophoresis.config.schedule import Schedule, typed_schedule


class SGD(Dynamics):
    """Stochastic gradient descent."""

    adjective: ClassVar[str] = "SGD"
    uses_steppers: ClassVar[bool] = True

    kind: Literal["sgd"] = "sgd"
    schedule: Schedule = "constant"

    @field_validator("schedule", mode="plain")
    @classmethod
    def _constant_is_one_word(cls, schedule: Any) -> Schedule:
        return typed_schedule(schedule)
