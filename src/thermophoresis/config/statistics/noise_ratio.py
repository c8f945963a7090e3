"""About what noise leaves late in training, in cells of one η/((1 − μ)|B|)."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.exchange import AnyFactors
from thermophoresis.config.fields import Axes, Chosen, Count, Positive
from thermophoresis.config.plain_observable import PlainObservable


class NoiseRatioClaim(ExperimentClaim):
    """About what noise leaves late in training, over what it leaves in a cell of the same drive.

    Attributes
    ----------
    quantity
        ``excess``: of an observable over what it is without noise, network by network; ``spread``:
        the deviation of that over networks.
    base_rate, base_batch, base_momentum
        η, |B| and μ of the cell to which others are compared.
    factors
        |B| of the others over that; none for all that have the same drive.
    scaling
        The drive is η/((1 − μ)|B|), or η/((1 − μ)√|B|).
    noise_free
        What the cell without noise has on further axes.
    cells
        What the others have there.
    """

    statistic: Literal["noise_ratio"]
    observable: PlainObservable = Field(description="an observable")
    quantity: Literal["excess", "spread"]
    base_rate: Positive
    base_batch: Count
    base_momentum: float = Field(default=0.0, ge=0, lt=1)
    factors: AnyFactors = ()
    scaling: Literal["linear", "root"] = "linear"
    noise_free: Axes = Field(description="a mapping from axes to labels, such as noise_scale: 0")
    cells: Chosen = Field(default_factory=dict)
    learning_rate: Positive | None = None
    batch_size: Count | None = None

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable,)
