"""How far apart the parameters of two runs are, at their snapshots."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from thermophoresis.config.measurement import Measurement
from thermophoresis.config.run import Training


class ParameterDistance(Measurement):
    """How far apart the parameters of two runs are, at their snapshots."""

    measures: ClassVar[int] = 2
    variables: ClassVar[tuple[str, ...]] = (
        "distance",
        "displacement_first",
        "displacement_second",
    )
    memory_mb: ClassVar[int] = 2000

    kind: Literal["parameter_distance"]

    def problems_of_pair(self, first: Training, second: Training) -> Iterator[str]:
        """Yield what differs of the networks, or of when their parameters are kept."""
        for name in (
            "network",
            "thermal_time_end",
            "until",
            "records",
            "record_spacing",
            "snapshots",
        ):
            if getattr(first, name) != getattr(second, name):
                yield f"must be cells of experiments with the same {name}"
        if first.snapshots == "end":
            yield "must keep snapshots from the start on, from which distances are measured"
        kept = [min(it.replicas, it.snapshot_replicas) for it in (first, second)]
        if kept[0] != kept[1]:
            yield (
                f"got {kept[0]} and {kept[1]} replicas with snapshots; must be equally many: "
                "the lesser of replicas and snapshot_replicas"
            )
