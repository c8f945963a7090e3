"""All that determines one run: an ensemble of replicas in one cell with one seed."""

import operator
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import Field

from thermophoresis.config.fields import Axes, Count, Label, Name, Positive, Seed
from thermophoresis.config.loss import kind_of
from thermophoresis.config.timing import estimate, steps_to
from thermophoresis.config.training import Training

# What names of runs have after that of the experiment, as a regular expression.
OF_CELL = r"lr=[\d.e+-]+_batch=\d+(?:_\w+=[\w.+-]+)*_seed=\d+"


def run_name(
    experiment: str,
    learning_rate: float,
    batch_size: int,
    seed: int,
    axes: Mapping[str, Label] = MappingProxyType({}),
) -> str:
    """Return what tells a run from all others of a configuration, as its path has it."""
    further = "".join(f"_{axis}={label}" for axis, label in sorted(axes.items()))
    return f"{experiment}/lr={learning_rate!r}_batch={batch_size}{further}_seed={seed}"


class RunSettings(Training):
    """All that determines one run file: an ensemble of replicas in one cell with one seed.

    Attributes
    ----------
    axes
        Labels of the cell along the further axes of its experiment's sweep, by their names.
    """

    experiment: Name
    learning_rate: Positive
    batch_size: Count
    seed: Seed
    # Files of runs without any are what they were before there were such axes.
    axes: Axes = Field(default_factory=dict, exclude_if=operator.not_)

    @property
    def steps(self) -> int:
        """Number of optimisation steps to the end of the run; with a schedule about so many."""
        chosen = (self.end, self.learning_rate, self.batch_size, self.epoch_samples)
        schedule = self.schedule
        steps = estimate(schedule, *chosen).steps if schedule else steps_to(*chosen)
        return max(1, round(steps))

    @property
    def samples(self) -> int:
        """Number of samples that every replica sees; with a schedule about so many."""
        schedule = self.schedule
        if schedule is None:
            return self.steps * self.batch_size
        chosen = (self.end, self.learning_rate, self.batch_size)
        if self.end.unit == "epochs":
            return round(self.end.value * (self.epoch_samples or 1))
        return max(1, round(estimate(schedule, *chosen).samples))

    @property
    def work(self) -> float:
        """Estimated cost: weight-sample products in arbitrary units, for ordering jobs."""
        return float(self.samples) * self.replicas * self.network.products

    @property
    def name(self) -> str:
        """What tells the run from all others of a configuration, as its path has it."""
        return run_name(self.experiment, self.learning_rate, self.batch_size, self.seed, self.axes)

    @property
    def watchers(self) -> tuple[str, ...]:
        """Modules of `thermophoresis.simulations.watchers` that look at it beside its records."""
        # In the order in which they look: who has arrived may be shown otherwise to the others.
        asked = {"arrivals": self.arrival, "traces": self.traces}
        return tuple(name for name, settings in asked.items() if settings)

    @property
    def traced(self) -> int:
        """How many of the replicas are traced, the first ones; 0 without traces."""
        wanted = (self.traces.replicas or self.snapshot_replicas) if self.traces else 0
        return min(self.replicas, wanted)

    @property
    def loss_modules(self) -> tuple[str, ...]:
        """Modules of the package for its loss; networks have cross entropy by themselves."""
        loss = kind_of(self.loss)
        return () if loss == "cross_entropy" else (f"networks.losses.{loss}",)

    @property
    def schedule_modules(self) -> tuple[str, ...]:
        """Modules of the package for its schedule, if it has one."""
        if self.schedule is None:
            return ()
        found = (f"config.schedules.{kind}" for kind in self.schedule.kinds)
        return ("config.scheduled", *found)

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the run, with those that are found by kind."""
        network, dynamics = self.network.kind, self.dynamics.kind
        steppers = self.dynamics.steppers(self.network, self.loss)
        watched = (self.arrival.quantity,) if self.arrival else ()
        recorded = sorted({*self.recorded, *watched})
        return (
            "simulations.run",
            "draws.on_gpu",  # found by device
            f"networks.{network}",
            f"config.networks.{network}",
            f"simulations.dynamics.{dynamics}",
            f"config.dynamics.{dynamics}",
            *(f"simulations.sgd.{stepper}" for stepper in steppers),
            *self.schedule_modules,
            *self.loss_modules,
            *(f"observables.{kind}" for kind in recorded),
            *(f"config.observables.{kind}" for kind in recorded),
            *self.data.modules,
            *self.network.files,
            *(f"simulations.watchers.{watcher}" for watcher in self.watchers),
        )
