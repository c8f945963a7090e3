"""Loss and accuracy on the straight segment between the parameters of two runs, and beyond it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Count, Name, Positive
from thermophoresis.config.labels import regime
from thermophoresis.config.measurement import Measurement
from thermophoresis.config.problems import Problem
from thermophoresis.config.training import Training

Ends = Annotated[tuple[Count, ...], Field(strict=False)]


class Segment(Measurement):
    """Loss and accuracy on the straight segment between the parameters of two runs, and beyond it.

    Attributes
    ----------
    between
        Of each segment, by its name, the positions of its two ends in the list of cells, from 1.
    rise
        By how much the training loss has risen where the width of an end is taken.
    replicas
        Of how many replicas, the first ones; None for all that every cell has.
    curve_replicas
        Of how many of these loss and accuracy are taken along the segment, and the barrier; it
        takes longer than all else.
    """

    measures: ClassVar[int] = 2
    most_cells: ClassVar[int] = 8
    variables: ClassVar[tuple[str, ...]] = (
        "log_curvature_ratio",
        "curvature_contrast",
        "log_width_ratio",
        "log_relative_width_ratio",
        "curvature_first",
        "curvature_second",
        "width_first",
        "width_second",
        "train_loss_first",
        "train_loss_second",
        "distance",
        "barrier",
    )
    axes: ClassVar[tuple[str, ...]] = ("segment",)
    memory_mb: ClassVar[int] = 2000

    kind: Literal["segment"]
    between: Annotated[dict[Name, Ends], Field(min_length=1)] = Field(
        description="a mapping from names of segments to two positions in the list of cells"
    )
    rise: Positive = 0.1
    replicas: Count | None = None
    curve_replicas: Count = 16

    @property
    def on_axes(self) -> Mapping[str, tuple[str, ...]]:
        """What is along its axis."""
        return {"segment": tuple(self.between)}

    def problems_among(self, cells: int) -> Iterator[Problem]:
        """Yield what is wrong between it and the number of cells that it is measured of."""
        yield from super().problems_among(cells)
        for name, ends in self.between.items():
            if len(set(ends)) != 2 or len(ends) != 2 or max(ends) > cells:
                message = f"got {list(ends)}; must be two of the {cells} cells, by their positions"
                yield Problem(("measure", "between", name), message)

    def problems_of_pair(self, first: Training, second: Training) -> Iterator[str]:
        """Yield what differs of the networks or of what they are evaluated on."""
        shared = ("network", "loss", "data", "labels", "training_set_size", "probe_size")
        for name in shared:
            if getattr(first, name) != getattr(second, name):
                yield f"must be cells of experiments with the same {name}"
        if first.snapshot_count != second.snapshot_count:
            yield "must be cells of experiments with equally many snapshots"
        for kept in (min(it.replicas, it.snapshot_replicas) for it in (first, second)):
            if kept < (self.replicas or 1):
                yield (
                    f"got {kept} replicas with snapshots; must be {self.replicas} or more: the "
                    "lesser of replicas and snapshot_replicas"
                )
        if not first.network.is_chain or first.data.real_labels:
            yield "must be cells with chains of layers and labels that are classes"
        online = "online" in (first.sampling, second.sampling)
        if online or regime(first.labels)[0] == "resampled":
            yield "must be cells with a finite training set whose labels last"
