"""What an experiment and each of its runs have in common: all settings but those of a cell."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from thermophoresis.config import kinds
from thermophoresis.config.arrival import Arrival, check_arrival, check_arrived
from thermophoresis.config.evolution import Dynamics
from thermophoresis.config.fields import Count, Positive, Settings
from thermophoresis.config.initialisation import PLATEAU
from thermophoresis.config.inputs import InputSettings
from thermophoresis.config.labels import LabelRegime, check_labels, default_labels
from thermophoresis.config.loss import Loss, kind_of
from thermophoresis.config.network import NetworkSettings, VectorNetworkSettings
from thermophoresis.config.problems import Problem, refuse
from thermophoresis.config.record import Record, checked
from thermophoresis.config.records import (
    Grid,
    Records,
    Snapshots,
    grid_of,
    record_problems,
    snapshot_count,
    snapshot_problems,
    typed_records,
    typed_snapshots,
    with_one_spacing,
)
from thermophoresis.config.sampling import (
    Sampling,
    check_sampling,
    check_training_set_size,
    default_sampling,
    finite_size,
)
from thermophoresis.config.schedule import ScheduleSettings, schedule_of
from thermophoresis.config.traces import TraceSettings, typed
from thermophoresis.config.until import End, Until, end_of, the_end, with_one_end

if TYPE_CHECKING:

    class AnyInputs(InputSettings):
        """Of some kind."""

        dataset: str  # where they have one

    AnyNetwork = NetworkSettings
    AnyDynamics = Dynamics
else:
    AnyInputs = kinds.one_of("data")
    AnyNetwork = kinds.one_of("networks", default="two_layer")
    AnyDynamics = kinds.one_of("dynamics", default="sgd")


# Until a validator finds the default, which depends on other settings.
_OPEN: Any = None


class Training(Settings):
    """What an experiment and each of its runs have in common."""

    # First, because what the others may be depends on it.
    data: AnyInputs = Field(description="a mapping with the kind, such as gaussian or images")
    network: AnyNetwork = Field(default_factory=lambda: kinds.model("networks", "two_layer")())
    loss: Loss = "cross_entropy"
    dynamics: AnyDynamics = Field(default_factory=lambda: kinds.model("dynamics", "sgd")())
    sampling: Sampling = _OPEN
    training_set_size: Count | None = None
    labels: LabelRegime = _OPEN
    replicas: Count = 256
    thermal_time_end: Positive | None = 60.0
    until: Until | None = None
    arrived: Literal["mark", "freeze"] = "mark"
    records: Records = 61
    record_spacing: Literal["linear", "quadratic"] | None = "quadratic"
    probe_size: Annotated[int, Field(ge=2)] = 256
    snapshots: Snapshots = _OPEN
    snapshot_replicas: Count = 32
    traces: Any = None  # TraceSettings, validated in config.traces
    precision: Literal["float32", "float64"] = "float32"
    divergence_loss: Positive = 20.0
    record: Record | None = None

    @model_validator(mode="before")
    @classmethod
    def _in_short_forms(cls, given: Any) -> Any:
        return with_one_spacing(with_one_end(given))

    @field_validator("until")
    @classmethod
    def _there_is_one_end(cls, until: Until | None, info: ValidationInfo) -> Until | None:
        if not {"thermal_time_end", "training_set_size", "data"} <= info.data.keys():
            return until
        if until is not None:
            check_arrival(until.quantities, until.every, info.data)
        size, end = _epoch_samples(info), info.data["thermal_time_end"]
        return the_end(until, end, size, finite=_finite(info))

    @field_validator("arrived")
    @classmethod
    def _there_is_an_arrival(cls, arrived: str, info: ValidationInfo) -> str:
        if "until" in info.data:
            check_arrived(arrived, info.data["until"])
        return arrived

    @property
    def arrival(self) -> Arrival | None:
        """At what replicas arrive, if at anything."""
        return self.until.arrival if self.until else None

    @property
    def end(self) -> End:
        """When a run ends, on the axis of time on which that is given."""
        return end_of(self.until, self.thermal_time_end)

    @property
    def schedule(self) -> ScheduleSettings | None:
        """How η and |B| change; None where they do not."""
        return schedule_of(self.dynamics)

    @property
    def epoch_samples(self) -> int | None:
        """Samples in an epoch, where there are epochs and the settings tell."""
        return finite_size(self.data, self.training_set_size)

    @field_validator("records", mode="before")
    @classmethod
    def _records_are_of_one_kind(cls, records: Any) -> Records:
        return typed_records(records)

    @field_validator("record_spacing")
    @classmethod
    def _records_suit_the_run(cls, spacing: str | None, info: ValidationInfo) -> str | None:
        if "records" in info.data:
            chosen = (info.data["records"], spacing, _end(info))
            size, finite = _epoch_samples(info), _finite(info)
            problems = [*record_problems(*chosen, size, finite=finite)]
            schedule, end = schedule_of(info.data.get("dynamics")), _end(info)
            if schedule and end:
                problems += (
                    Problem(("dynamics", "schedule", *problem.path), problem.message)
                    for problem in schedule.problems(end, size, finite=finite)
                )
            if problems:
                raise refuse(*problems)
        return spacing

    @field_validator("snapshots", mode="before")
    @classmethod
    def _snapshots_are_records(cls, snapshots: Any, info: ValidationInfo) -> Snapshots:
        grid, end = None, _end(info)
        if end and {"records", "record_spacing"} <= info.data.keys():
            grid = grid_of(info.data["records"], info.data["record_spacing"], end)
        if snapshots is None:
            return min(11, grid.records if grid else 11)
        typed = typed_snapshots(snapshots)
        if grid and (problems := [*snapshot_problems(typed, grid)]):
            raise refuse(*problems)
        return typed

    @property
    def record_grid(self) -> Grid:
        """When the runs are measured."""
        return grid_of(self.records, self.record_spacing, self.end)

    @property
    def snapshot_count(self) -> int:
        """How many snapshots a run keeps."""
        return snapshot_count(self.snapshots, self.record_grid)

    @field_validator("traces", mode="plain")
    @classmethod
    def _traces_can_be_taken(cls, traces: Any, info: ValidationInfo) -> TraceSettings | None:
        return typed(traces, info.data)

    @field_validator("network")
    @classmethod
    def _network_suits_the_data(
        cls, network: NetworkSettings, info: ValidationInfo
    ) -> NetworkSettings:
        data = info.data.get("data")
        if data is None:
            return network
        if not data.are_images and not network.takes_vectors:
            suited = (kind for kind in kinds.names("networks") if _takes_vectors(kind))
            message = f"got {network.kind!r}; must be {' or '.join(suited)} with {data.kind} data"
            raise refuse(Problem(("network", "kind"), f"{message}: no images"))
        if not isinstance(network, VectorNetworkSettings):
            return network
        if not data.has_dataset and network.inputs is None:
            message = f"got nothing; must be a whole number >= 1 with {data.kind} data"
            raise refuse(Problem(("network", "inputs"), message))
        if data.has_dataset:
            if network.inputs is not None and "inputs" in network.model_fields_set:
                message = (
                    f"got {network.inputs}; must be left out (or null) with {data.kind}, "
                    "which have the size that they have"
                )
                raise refuse(Problem(("network", "inputs"), message))
            return network.model_copy(update={"inputs": None})
        if network.inputs and (problems := list(data.problems(network.inputs))):
            raise refuse(*(Problem(("data", *it.path), it.message) for it in problems))
        return network

    @field_validator("network")
    @classmethod
    def _aliases_are_expanded(cls, network: NetworkSettings) -> NetworkSettings:
        # Once they suit the data in the words that they were given in.
        return network.expanded

    @field_validator("network")
    @classmethod
    def _scaled_parameters_exist(
        cls, network: NetworkSettings, info: ValidationInfo
    ) -> NetworkSettings:
        scale = {} if isinstance(network.init, str) else network.init.scale
        if info.data.get("data") is None or not scale:
            return network
        names = network.parameter_names(several_classes=_several_classes(info))
        unknown = [name for name in scale if names is not None and name not in names]
        if unknown:
            message = f"is no parameter of this network; must be one of {', '.join(names or ())}"
            where = ("network", "init", "scale")
            raise refuse(*(Problem((*where, name), message) for name in unknown))
        for name, factor in scale.items():
            # Of two layers with one output and ReLU alone there is a V.
            if factor == PLATEAU and (network.kind, name) != ("two_layer", "V"):
                message = f"got {PLATEAU!r}; must be a number: that is of V of two_layer networks "
                message += "with one output and ReLU"
                raise refuse(Problem(("network", "init", "scale", name), message))
        return network

    @field_validator("loss")
    @classmethod
    def _loss_suits_the_labels(cls, loss: Loss, info: ValidationInfo) -> Loss:
        data = info.data.get("data")
        if data is not None and data.real_labels and loss != "squared":
            shown = loss if isinstance(loss, str) else f"squared with targets {list(loss.targets)}"
            message = f"got {shown!r}; must be squared with {data.kind} data, whose labels are real"
            raise refuse(Problem(("loss",), message))
        return loss

    @field_validator("loss")
    @classmethod
    def _loss_has_a_plateau(cls, loss: Loss, info: ValidationInfo) -> Loss:
        init = getattr(info.data.get("network"), "init", "torch_default")
        if loss != "cross_entropy" and not isinstance(init, str) and PLATEAU in init.scale.values():
            message = f"got {kind_of(loss)!r}; must be cross_entropy where network.init.scale has "
            raise refuse(Problem(("loss",), f"{message}{PLATEAU}, whose level is of that loss"))
        return loss

    @field_validator("dynamics")
    @classmethod
    def _dynamics_suits_the_data(cls, dynamics: Dynamics, info: ValidationInfo) -> Dynamics:
        if _several_classes(info) and not dynamics.takes_classes:
            suited = (it for it in kinds.names("dynamics") if _takes_classes(it))
            message = (
                f"got {dynamics.kind!r}; must be {' or '.join(suited)} with images: "
                "their networks have a logit for each class"
            )
            raise refuse(Problem(("dynamics", "kind"), message))
        loss = info.data.get("loss", "cross_entropy")
        if loss != "cross_entropy" and dynamics.needs_cross_entropy:
            message = f"got {kind_of(loss)!r}; must be cross_entropy with dynamics {dynamics.kind}"
            raise refuse(Problem(("loss",), f"{message}: {dynamics.needs_cross_entropy}"))
        return dynamics

    @field_validator("dynamics")
    @classmethod
    def _dynamics_suits_the_network(cls, dynamics: Dynamics, info: ValidationInfo) -> Dynamics:
        network = info.data.get("network")
        if network is not None and not network.is_chain and not dynamics.takes_modules:
            message = f"got {dynamics.kind!r}; must be another one with a network of kind "
            message += f"{network.kind}: it is defined for chains of layers"
            raise refuse(Problem(("dynamics", "kind"), message))
        return dynamics

    @field_validator("sampling", mode="before")
    @classmethod
    def _sampling_has_a_default(cls, sampling: Any, info: ValidationInfo) -> Any:
        return default_sampling(sampling, info.data.get("data"))

    @field_validator("sampling")
    @classmethod
    def _there_is_something_to_share(cls, sampling: str, info: ValidationInfo) -> str:
        check_sampling(sampling, info.data.get("data"))
        return sampling

    @field_validator("training_set_size")
    @classmethod
    def _finite_sampling_has_a_size(cls, size: int | None, info: ValidationInfo) -> int | None:
        check_training_set_size(size, info.data.get("data"), info.data.get("sampling"))
        return size

    @field_validator("labels", mode="before")
    @classmethod
    def _labels_have_a_default(cls, labels: Any, info: ValidationInfo) -> Any:
        return default_labels(info.data.get("data")) if labels is None else labels

    @field_validator("labels")
    @classmethod
    def _labels_exist(cls, labels: LabelRegime, info: ValidationInfo) -> LabelRegime:
        check_labels(labels, info.data.get("data"), info.data.get("sampling"))
        return labels

    @field_validator("labels")
    @classmethod
    def _dynamics_suits_all(cls, labels: str, info: ValidationInfo) -> str:
        # Here, where all that it has to suit is known.
        dynamics = info.data.get("dynamics")
        if dynamics is not None:
            found = list(dynamics.problems({**info.data, "labels": labels}))
            if found:
                raise refuse(*(Problem(("dynamics", *it.path), it.message) for it in found))
        return labels

    @field_validator("record")
    @classmethod
    def _can_be_recorded(
        cls, record: tuple[str, ...] | None, info: ValidationInfo
    ) -> tuple[str, ...] | None:
        return checked(record, info.data)

    @property
    def parameter_names(self) -> tuple[str, ...] | None:
        """Names of the parameters of its networks, None where settings alone do not tell them."""
        names: tuple[str, ...] | None
        names = self.network.parameter_names(several_classes=self.data.has_dataset)
        return names

    @property
    def recorded(self) -> tuple[str, ...]:
        """Names of the observables that are recorded: its own list, or what its network says."""
        return self.network.recorded if self.record is None else self.record


def _several_classes(info: ValidationInfo) -> bool:
    """Whether networks of an experiment have a logit for each class, as far as data are valid."""
    data = info.data.get("data")
    return data is not None and data.has_dataset


def _finite(info: ValidationInfo) -> bool:
    """Whether there is a finite training set, as far as settings are valid."""
    return info.data.get("sampling") != "online"


def _epoch_samples(info: ValidationInfo) -> int | None:
    """Return the samples in an epoch, as far as settings are valid and tell."""
    return finite_size(info.data.get("data"), info.data.get("training_set_size"))


def _end(info: ValidationInfo) -> End | None:
    """Return the end of the runs, if that is valid."""
    if not {"thermal_time_end", "until"} <= info.data.keys():
        return None
    return end_of(info.data["until"], info.data["thermal_time_end"])


def _takes_vectors(kind: str) -> bool:
    return bool(kinds.model("networks", kind).takes_vectors)


def _takes_classes(kind: str) -> bool:
    return bool(kinds.model("dynamics", kind).takes_classes)
