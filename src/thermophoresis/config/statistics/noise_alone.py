"""About whether cells of one η/|B| have one value of a measured quantity."""

from typing import Literal

from pydantic import model_validator

from thermophoresis.config.measured_claim import VariableClaim


class NoiseAloneClaim(VariableClaim):
    """About whether cells of one η/|B| have one value of a measured quantity > 0.

    Attributes
    ----------
    of
        How far each cell is from the mean of those of its η/|B|, in the logarithm; or the p-value
        of all being there.
    """

    statistic: Literal["noise_alone"]
    of: Literal["deviation", "p_value"]

    @model_validator(mode="after")
    def _only_a_small_one_decides(self) -> "NoiseAloneClaim":
        asked = self.criterion
        decides = asked.low is not None if asked.counterexample else asked.below is not None
        alone = asked.high is None if asked.counterexample else asked.low is None
        if self.of == "p_value" and not (decides and alone):
            raise ValueError(
                f"criterion: got {self.criterion}; must be below alone, or at_least alone with "
                "counterexample: of a p-value that is not small follows nothing"
            )
        return self
