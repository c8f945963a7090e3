"""Where something is measured a second time, in another way, as a control of the first."""

from typing import Annotated

from pydantic import Field

from thermophoresis.config.fields import Chosen, Count, Positive, Settings
from thermophoresis.config.run import RunSettings
from thermophoresis.config.selection import asked_for, has
from thermophoresis.config.sweep import Point


class Control(Settings):
    """Where the trace of the Hessian is taken by automatic differentiation.

    Attributes
    ----------
    learning_rate, batch_size, cells
        What the cells have in which it is taken; all that is left out is free.
    snapshots
        At how many of the snapshots, evenly from the first to the last, a single one at the last;
        None for all of them, 0 for nowhere.
    """

    learning_rate: Positive | None = None
    batch_size: Count | None = None
    cells: Chosen = Field(default_factory=dict)
    snapshots: Annotated[int, Field(ge=0)] | None = None

    def of(self, run: RunSettings) -> "Control":
        """Return what is left to say to one run: at how many of its snapshots."""
        cell = Point(run.learning_rate, run.batch_size, run.axes)
        every = run.snapshot_count if self.snapshots is None else self.snapshots
        return Control(snapshots=every if has(cell, asked_for(self)) else 0)

    def chosen(self, snapshots: int) -> tuple[int, ...]:
        """Return the snapshots at which it is taken, of so many."""
        count = snapshots if self.snapshots is None else self.snapshots
        last = snapshots - 1
        if count < 2:
            return (last,) * count
        return tuple((2 * k * last + count - 1) // (2 * count - 2) for k in range(count))
