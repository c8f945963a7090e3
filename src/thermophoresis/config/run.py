"""All that determines one run: an ensemble of replicas in one cell with one seed."""

import operator
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from thermophoresis.config import kinds
from thermophoresis.config.evolution import Dynamics
from thermophoresis.config.fields import (
    Axes,
    Count,
    Label,
    LabelRegime,
    Name,
    Positive,
    Seed,
    Settings,
)
from thermophoresis.config.inputs import InputSettings
from thermophoresis.config.network import NetworkSettings, VectorNetworkSettings
from thermophoresis.config.problems import Problem, refuse

if TYPE_CHECKING:

    class AnyInputs(InputSettings):
        """Of some kind."""

        dataset: str  # where they are images

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
    data: AnyInputs = Field(description="a mapping with the kind: gaussian, uniform or images")
    network: AnyNetwork = Field(default_factory=lambda: kinds.model("networks", "two_layer")())
    dynamics: AnyDynamics = Field(default_factory=lambda: kinds.model("dynamics", "sgd")())
    sampling: Literal["online", "with_replacement", "without_replacement"] = _OPEN
    training_set_size: Count | None = None
    labels: LabelRegime = _OPEN
    replicas: Count = 256
    thermal_time_end: Positive = 60.0
    records: Annotated[int, Field(ge=2)] = 61
    record_spacing: Literal["linear", "quadratic"] = "quadratic"
    probe_size: Annotated[int, Field(ge=2)] = 256
    snapshots: int = _OPEN
    snapshot_replicas: Count = 32
    precision: Literal["float32", "float64"] = "float32"
    divergence_loss: Positive = 20.0

    @field_validator("snapshots", mode="before")
    @classmethod
    def _snapshots_have_a_default(cls, snapshots: Any, info: ValidationInfo) -> Any:
        return min(11, info.data.get("records", 11)) if snapshots is None else snapshots

    @field_validator("snapshots")
    @classmethod
    def _snapshots_are_records(cls, snapshots: int, info: ValidationInfo) -> int:
        records = info.data.get("records")
        if snapshots < 0 or snapshots == 1:
            message = f"got {snapshots}; must be 0 or >= 2"
            raise refuse(Problem(("snapshots",), message))
        if records is not None and snapshots > records:
            message = f"got {snapshots}; must be <= records ({records}), at which they are taken"
            raise refuse(Problem(("snapshots",), message))
        return snapshots

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
        if not data.are_images and network.inputs is None:
            message = f"got nothing; must be a whole number >= 1 with {data.kind} data"
            raise refuse(Problem(("network", "inputs"), message))
        if data.are_images:
            if network.inputs is not None and "inputs" in network.model_fields_set:
                message = (
                    f"got {network.inputs}; must be left out (or null) with images, "
                    "which have the size that they have"
                )
                raise refuse(Problem(("network", "inputs"), message))
            return network.model_copy(update={"inputs": None})
        return network

    @field_validator("network")
    @classmethod
    def _scaled_parameters_exist(
        cls, network: NetworkSettings, info: ValidationInfo
    ) -> NetworkSettings:
        scale = {} if isinstance(network.init, str) else network.init.scale
        if info.data.get("data") is None or not scale:
            return network
        names = network.parameter_names(several_classes=_are_images(info))
        unknown = [name for name in scale if names is not None and name not in names]
        if unknown:
            message = f"is no parameter of this network; must be one of {', '.join(names or ())}"
            where = ("network", "init", "scale")
            raise refuse(*(Problem((*where, name), message) for name in unknown))
        return network

    @field_validator("dynamics")
    @classmethod
    def _dynamics_suits_the_data(cls, dynamics: Dynamics, info: ValidationInfo) -> Dynamics:
        if _are_images(info) and not dynamics.takes_classes:
            suited = (it for it in kinds.names("dynamics") if _takes_classes(it))
            message = (
                f"got {dynamics.kind!r}; must be {' or '.join(suited)} with images: "
                "their networks have a logit for each class"
            )
            raise refuse(Problem(("dynamics", "kind"), message))
        return dynamics

    @field_validator("sampling", mode="before")
    @classmethod
    def _sampling_has_a_default(cls, sampling: Any, info: ValidationInfo) -> Any:
        images = _are_images(info)
        if sampling is None:
            return "without_replacement" if images else "online"
        if images and sampling == "online":
            message = (
                "got 'online'; must be without_replacement or with_replacement with images, "
                "of which there is a finite set"
            )
            raise refuse(Problem(("sampling",), message))
        return sampling

    @field_validator("training_set_size")
    @classmethod
    def _finite_sampling_has_a_size(cls, size: int | None, info: ValidationInfo) -> int | None:
        sampling = info.data.get("sampling")
        if _are_images(info):
            if size is not None:
                message = (
                    f"got {size}; must be null (or left out) with images: "
                    "the training split of the data set is used"
                )
                raise refuse(Problem(("training_set_size",), message))
        elif sampling == "online" and size is not None:
            message = f"got {size}; must be null (or left out) with sampling online"
            raise refuse(Problem(("training_set_size",), message))
        elif sampling in ("with_replacement", "without_replacement") and size is None:
            message = f"got nothing; must be a whole number >= 1 with sampling {sampling}"
            raise refuse(Problem(("training_set_size",), message))
        return size

    @field_validator("labels", mode="before")
    @classmethod
    def _labels_have_a_default(cls, labels: Any, info: ValidationInfo) -> Any:
        if labels is None and _are_images(info):
            message = (
                "got nothing; must be given with images: true, shuffled or resampled "
                "(the paper does not say which of them it used)"
            )
            raise refuse(Problem(("labels",), message))
        return "resampled" if labels is None else labels

    @field_validator("labels")
    @classmethod
    def _labels_exist(cls, labels: str, info: ValidationInfo) -> str:
        data, sampling = info.data.get("data"), info.data.get("sampling")
        if labels == "true" and data is not None and not data.are_images:
            message = f"got 'true'; must be resampled or shuffled: {data.kind} data have no labels"
            raise refuse(Problem(("labels",), message))
        if labels == "shuffled" and sampling == "online":
            message = (
                "got 'shuffled'; must be resampled with sampling online: "
                "a fixed labelling needs a finite set of samples"
            )
            raise refuse(Problem(("labels",), message))
        return labels


def _are_images(info: ValidationInfo) -> bool:
    """Whether the data of an experiment are images, as far as they are valid."""
    data = info.data.get("data")
    return data is not None and data.are_images


def _takes_vectors(kind: str) -> bool:
    return bool(kinds.model("networks", kind).takes_vectors)


def _takes_classes(kind: str) -> bool:
    return bool(kinds.model("dynamics", kind).takes_classes)


def steps_to(learning_rate: float, batch_size: int, thermal_time_end: float) -> float:
    """Return the number of steps t = τ |B| / η² to a thermal time τ, not yet rounded."""
    squared = learning_rate**2
    return thermal_time_end * batch_size / squared if squared else float("inf")


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
        """Number of optimisation steps to the end of the run."""
        return round(steps_to(self.learning_rate, self.batch_size, self.thermal_time_end))

    @property
    def work(self) -> float:
        """Estimated cost: weight-sample products in arbitrary units, for ordering jobs."""
        return float(self.steps) * self.batch_size * self.replicas * self.network.products

    @property
    def name(self) -> str:
        """What tells the run from all others of a configuration, as its path has it."""
        return run_name(self.experiment, self.learning_rate, self.batch_size, self.seed, self.axes)

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the run, with those that are found by kind."""
        network, dynamics, data = self.network.kind, self.dynamics.kind, self.data.kind
        steppers = self.network.steppers if self.dynamics.uses_steppers else ()
        recorded = sorted(self.network.recorded)
        return (
            "simulations.run",
            f"networks.{network}",
            f"config.networks.{network}",
            f"simulations.dynamics.{dynamics}",
            f"config.dynamics.{dynamics}",
            *(f"simulations.sgd.{stepper}" for stepper in steppers),
            *(f"observables.{kind}" for kind in recorded),
            *(f"config.observables.{kind}" for kind in recorded),
            f"data.{data}",
            f"config.data.{data}",
        )
