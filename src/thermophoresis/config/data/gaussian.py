"""Inputs x ~ N(0, I)."""

from typing import Literal

from thermophoresis.config.inputs import InputSettings


class GaussianInputs(InputSettings):
    """Inputs x ~ N(0, I)."""

    kind: Literal["gaussian"]
