"""What is kept of a run's parameters at many moments: some weights, random projections of all."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from thermophoresis.config.fields import Count, Settings
from thermophoresis.config.problems import Problem, got, refuse, refuse_within, validate

if TYPE_CHECKING:
    from thermophoresis.config.run import RunSettings

# Above so many bytes of one run a trace is named as large.
LARGE_BYTES = 2**30


class TraceSettings(Settings):
    """A trace of each run: numbers of its first replicas, every so many steps.

    Attributes
    ----------
    every
        Steps from one moment to the next, or ``epoch``.
    weights
        How many single weights, at most all.
    projections
        How many projections of all parameters on fixed random directions.
    gradient_norm
        Whether the norm of the full gradient is among it.
    replicas
        Of how many replicas, at most all; None for as many as have snapshots.
    """

    every: Any = Field(description="step, epoch or a whole number of steps >= 1")
    weights: Annotated[int, Field(ge=0)] = 256
    projections: Annotated[int, Field(ge=0)] = 32
    # Last but one, because its check looks at the two above.
    gradient_norm: bool = False
    replicas: Count | None = None

    @field_validator("every", mode="plain")
    @classmethod
    def _moments_come_in_steps_or_epochs(cls, every: Any) -> Any:
        if every == "epoch":
            return every
        every = 1 if every == "step" else every  # one text for one meaning
        if isinstance(every, int) and not isinstance(every, bool) and every >= 1:
            return every
        allowed = "must be step, epoch or a whole number of steps >= 1"
        raise refuse_within(Problem((), f"{got(every)}; {allowed}"))

    @field_validator("gradient_norm")
    @classmethod
    def _something_is_traced(cls, gradient_norm: bool, info: ValidationInfo) -> bool:
        counts = info.data.get("weights"), info.data.get("projections")
        if counts == (0, 0) and not gradient_norm:
            message = "got 0 without projections or gradient_norm; there would be nothing to trace"
            raise refuse(Problem(("weights",), message))
        return gradient_norm

    @property
    def numbers(self) -> int:
        """How many numbers there are at most of each replica at each moment."""
        return self.weights + self.projections + self.gradient_norm


def typed(traces: Any, others: Mapping[str, Any]) -> TraceSettings | None:
    """Return the setting ``traces`` of an experiment, checked; for a validator of that field.

    Parameters
    ----------
    traces
        As a file has it: a mapping or nothing.
    others
        The valid ones of the settings before it.
    """
    if traces is None or isinstance(traces, TraceSettings):
        return traces
    if not isinstance(traces, Mapping):
        example = "must be a mapping such as {every: epoch}, or null"
        raise refuse_within(Problem((), f"{got(traces)}; {example}"))
    settings, problems = validate(TraceSettings, traces)
    if settings is not None and settings.every == "epoch" and others.get("sampling") == "online":
        message = (
            "got 'epoch'; must be step or a whole number of steps >= 1 with sampling online, "
            "in which no sample comes again"
        )
        problems.append(Problem(("every",), message))
    if settings is None or problems:
        raise refuse_within(*problems)
    return settings


def trace_bytes(run: "RunSettings") -> int | None:
    """Return at most how many bytes are traced of a run: a network may have fewer weights.

    Returns
    -------
    int or None
        None if the data file alone tells how long an epoch is.
    """
    traces: TraceSettings | None = run.traces
    if traces is None:
        return 0
    moments: int
    if traces.every != "epoch":
        moments = run.steps // traces.every + 1
    elif run.epoch_samples is None:
        return None
    else:
        moments = min(run.steps, run.samples // run.epoch_samples) + 1
    return moments * run.traced * traces.numbers * {"float32": 4, "float64": 8}[run.precision]
