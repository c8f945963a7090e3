"""Inputs x ~ U(0, 1) in every component."""

from typing import Literal

from thermophoresis.config.inputs import InputSettings


class UniformInputs(InputSettings):
    """Inputs x ~ U(0, 1) in every component."""

    kind: Literal["uniform"]
