"""Inputs x ~ U(0, 1) in every component."""

from typing import Literal

from thermophoresis.config.inputs import DrawnInputs


class UniformInputs(DrawnInputs):
    """Inputs x ~ U(0, 1) in every component."""

    kind: Literal["uniform"]
