"""How far apart the parameters of two runs are, at their snapshots."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from thermophoresis.config.measurement import Measurement
from thermophoresis.config.records import Crossings
from thermophoresis.config.training import Training


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
        ends = ("thermal_time_end", "until")
        for name in ("network", *ends, "records", "record_spacing", "snapshots"):
            if getattr(first, name) != getattr(second, name):
                yield f"must be cells of experiments with the same {name}"
        kept = first.snapshots
        late = isinstance(kept, Crossings) and min(map(min, kept.at.values())) > 0
        if kept == "end" or late:
            yield "must keep snapshots from the start on, from which distances are measured"
        replicas = [min(it.replicas, it.snapshot_replicas) for it in (first, second)]
        if replicas[0] != replicas[1]:
            yield (
                f"got {replicas[0]} and {replicas[1]} replicas with snapshots; must be equally "
                "many: the lesser of replicas and snapshot_replicas"
            )
