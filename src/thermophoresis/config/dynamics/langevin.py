"""SGD whose noise is made Gaussian, with the covariance that it has."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.evolution import Dynamics
from thermophoresis.config.problems import Problem


class Langevin(Dynamics):
    """SGD whose noise is made Gaussian, with the covariance that it has.

    Attributes
    ----------
    samples
        m: for each sample of a batch of SGD so many are drawn.
    """

    adjective: ClassVar[str] = "Langevin"
    takes_modules: ClassVar[bool] = False

    kind: Literal["langevin"]
    samples: Annotated[int, Field(ge=2)] = 16

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield that samples are not independent."""
        sampling = training.get("sampling")
        if sampling not in ("online", "with_replacement", None):
            message = f"got 'langevin'; must be another one with sampling {sampling}"
            yield Problem(("kind",), f"{message}: its noise is that of independent samples")
