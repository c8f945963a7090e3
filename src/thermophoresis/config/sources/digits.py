"""The 1,797 handwritten digits of scikit-learn, enlarged; they need no download."""

from typing import Annotated, Literal

from pydantic import Field

from thermophoresis.config.fields import Probability, Seed, Settings


class DigitsSource(Settings):
    """The 1,797 handwritten digits of scikit-learn, enlarged; they need no download."""

    source: Literal["digits"]
    size: Annotated[int, Field(ge=8)] = 28
    test_fraction: Probability = 0.2
    split_seed: Seed = 0
