"""What the outputs lose with units that are silent, at the snapshots of one run."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.measurement import Measurement, held_out_problems
from thermophoresis.config.problems import Problem
from thermophoresis.config.run import RunSettings


class SilentRemoval(Measurement):
    """What the outputs lose with units that are silent, at the snapshots of one run.

    Attributes
    ----------
    samples
        Held-out samples: units that no one in the first half activates are removed, and the second
        half are others. None for ``probe_size``.
    """

    variables: ClassVar[tuple[str, ...]] = (
        "removed_units",
        "output_change",
        "output_change_elsewhere",
    )

    kind: Literal["silent_removal"] = "silent_removal"
    samples: Annotated[int, Field(ge=2)] | None = None

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield a problem if no unit can be silent, or there are fewer samples than it asks for."""
        network = training.get("network")
        if network is not None and (network.kind, network.activation) != ("two_layer", "relu"):
            message = "needs units that can be silent (kind: two_layer, activation: relu)"
            yield Problem((), message)
        yield from held_out_problems(self.samples, training)

    def of(self, run: RunSettings) -> "SilentRemoval":
        """Return the settings with which a run is measured: nothing is left open."""
        samples = run.probe_size if self.samples is None else self.samples
        return self.model_copy(update={"samples": samples})
