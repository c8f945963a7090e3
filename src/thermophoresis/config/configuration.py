"""What a configuration file may say: typed models, one line per problem, and the runs it means.

The Snakefile imports this module each time it is parsed, hence neither torch nor xarray here.
"""

import difflib
import json
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path, PurePosixPath
from types import UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
    model_serializer,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from thermophoresis.config.vocabulary import OBSERVABLES, RECORDED
from thermophoresis.errors import UserError

# Steps are counted in float64 on the way to the grid of records; beyond this they are not exact.
LARGEST_STEP = 2**53

Model = TypeVar("Model", bound=BaseModel)


class Problem(NamedTuple):
    """One thing wrong in a configuration.

    Attributes
    ----------
    path
        Where: the keys and indices that lead to the setting.
    message
        What was got and what is allowed, without the path.
    """

    path: tuple[Hashable, ...]
    message: str

    def __str__(self) -> str:
        """Return the problem as one line: ``experiments.gaussian.sweeps[0]: got …; must be …``."""
        path = ""
        for part in self.path:
            path += f"[{part}]" if isinstance(part, int) else f".{part}"
        return f"{path.lstrip('.')}: {self.message}" if path else self.message


class ConfigError(UserError):
    """A configuration that cannot be used; its text has one line for each problem.

    Attributes
    ----------
    source
        The file, as it was named.
    problems
        All that is wrong, in the order of the file.
    """

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{source}: {problem}" for problem in self.problems))


# --- Types of settings ------------------------------------------------------------------------


def refuse(*problems: Problem) -> PydanticCustomError:
    """Return an error for a field's validator, with paths relative to the model of the field."""
    return PydanticCustomError("problems", "{problems}", {"problems": problems})


def _distinct(values: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Return the validated list; refuse repeated entries beside whatever else is wrong in it."""
    errors = []
    if isinstance(values, list | tuple):
        errors += [
            InitErrorDetails(type=_REPEATED, loc=(index,), input=value)
            for index, value in enumerate(values)
            if value in values[:index]
        ]
    try:
        validated = validate(values)
    except ValidationError as error:
        errors = [*error.errors(include_url=False), *errors]
    if errors:
        raise ValidationError.from_exception_data("list", errors)
    return validated


_REPEATED = PydanticCustomError("repeated", "must not repeat an entry")


def _normalised(path: str) -> str:
    """Return a path without trailing or doubled slashes, so that one file has one name."""
    return str(PurePosixPath(path))


Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Positive = Annotated[float, Field(gt=0)]
Probability = Annotated[float, Field(gt=0, lt=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")]
ResultsPath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_./+-]+$"), AfterValidator(_normalised)]
Folder = Annotated[str, Field(min_length=1, description="a folder")]
ObservableName = Literal[*OBSERVABLES]
# In YAML an unquoted `true` is a boolean, not the word.
LabelRegime = Annotated[
    Literal["true", "shuffled", "resampled"],
    BeforeValidator(lambda value: "true" if value is True else value),
]

# YAML has lists where an immutable model has tuples: the container alone is not strict.
_LISTED = (Field(strict=False, min_length=1), WrapValidator(_distinct))
Rates = Annotated[tuple[Positive, ...], *_LISTED]
BatchSizes = Annotated[tuple[Count, ...], *_LISTED]
Seeds = Annotated[tuple[Seed, ...], *_LISTED]


class Settings(BaseModel):
    """Immutable settings without unknown keys; a string or a boolean is no number."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
    )


# --- Data sets --------------------------------------------------------------------------------


class DigitsSource(Settings):
    """The 1,797 handwritten digits of scikit-learn, enlarged; they need no download."""

    source: Literal["digits"]
    size: Annotated[int, Field(ge=8)] = 28
    test_fraction: Probability = 0.2
    split_seed: Seed = 0


class TorchvisionSource(Settings):
    """A data set that torchvision knows, from a local copy or downloaded."""

    source: Literal["torchvision"]
    name: Literal["FashionMNIST", "CIFAR10"] = Field(description="FashionMNIST or CIFAR10")
    root: Folder
    # How it is obtained, not what it is: no part of what the data file depends on.
    download: bool = Field(default=False, exclude=True)


class ImageFolderSource(Settings):
    """Images in folders named after their classes."""

    source: Literal["image_folder"]
    root: Folder
    test_fraction: Probability | None = None
    split_seed: Seed = 0
    description: str = ""
    licence: str = ""


AnySource = Annotated[
    DigitsSource | TorchvisionSource | ImageFolderSource, Field(discriminator="source")
]


class DatasetSettings(Settings):
    """All that determines one data file."""

    dataset: Name
    source: AnySource

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the file, with that of the kind of source."""
        return ("data.prepare", f"data.sources.{self.source.source}")


# --- Networks and data ------------------------------------------------------------------------

Initialisation = Literal["torch_default"]
ActivationName = Literal["relu", "tanh"]

# For ordering jobs, where the size of images is known to the data file alone.
TYPICAL_PIXELS = 28 * 28


class TwoLayerNetwork(Settings):
    """f(x) = Vσ(Wx + b); one logit, or one for each class of images."""

    kind: Literal["two_layer"] = "two_layer"
    inputs: Count | None = 10
    hidden: Count = 10
    bias: bool = True
    activation: ActivationName = "relu"
    init: Initialisation = "torch_default"

    # Modules of `thermophoresis.simulations.sgd`: by hand, and for several classes or tanh.
    steppers: ClassVar[tuple[str, ...]] = ("two_layer", "layered")

    @property
    def products(self) -> int:
        """Approximate number of products of a weight and a unit for one sample."""
        return (self.inputs or TYPICAL_PIXELS) * self.hidden


class MLP6Network(Settings):
    """Six weight layers, σ between them; one logit, or one for each class of images."""

    kind: Literal["mlp6"]
    inputs: Count | None = 100
    hidden: Count = 100
    activation: ActivationName = "relu"
    init: Initialisation = "torch_default"

    steppers: ClassVar[tuple[str, ...]] = ("layered",)

    @property
    def products(self) -> int:
        """Approximate number of products of a weight and a unit for one sample."""
        return (self.inputs or TYPICAL_PIXELS) * self.hidden + 4 * self.hidden**2


class CNN6Network(Settings):
    """Five convolutions, stride 1, no padding, σ after each; then a linear layer to classes."""

    kind: Literal["cnn6"]
    channels: Count = 10
    kernel: Count = 5
    activation: ActivationName = "relu"
    init: Initialisation = "torch_default"

    steppers: ClassVar[tuple[str, ...]] = ("layered",)

    @property
    def smallest_image(self) -> int:
        """Rows and columns below which nothing is left after five convolutions."""
        return 5 * (self.kernel - 1) + 1

    @property
    def products(self) -> int:
        """Approximate number of products of a weight and a unit for one sample."""
        return 5 * TYPICAL_PIXELS * (self.channels * self.kernel) ** 2


def _with_kind(network: Any) -> Any:
    """Return the settings of a network with its kind, which may be left out."""
    return {"kind": "two_layer", **network} if isinstance(network, dict) else network


AnyNetwork = Annotated[
    TwoLayerNetwork | MLP6Network | CNN6Network,
    Field(discriminator="kind"),
    BeforeValidator(_with_kind),
]


class SyntheticData(Settings):
    """Inputs drawn from a distribution: N(0, I) or U(0, 1) in every component."""

    kind: Literal["gaussian", "uniform"] = Field(description="a kind: gaussian or uniform")


class ImageData(Settings):
    """Images of one of the configuration's data sets."""

    kind: Literal["images"]
    dataset: str = Field(description="the name of a data set")


AnyData = Annotated[SyntheticData | ImageData, Field(discriminator="kind")]


class Training(Settings):
    """What an experiment and each of its runs have in common."""

    # First, because what the others may be depends on it.
    data: AnyData = Field(description="a mapping with the kind: gaussian, uniform or images")
    network: AnyNetwork = TwoLayerNetwork()
    sampling: Literal["online", "with_replacement", "without_replacement"] = None
    training_set_size: Count | None = None
    labels: LabelRegime = None
    replicas: Count = 256
    thermal_time_end: Positive = 60.0
    records: Annotated[int, Field(ge=2)] = 61
    record_spacing: Literal["linear", "quadratic"] = "quadratic"
    probe_size: Annotated[int, Field(ge=2)] = 256
    snapshots: Annotated[int, Field(ge=2)] = None
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
        if records is not None and snapshots > records:
            message = f"got {snapshots}; must be <= records ({records}), at which they are taken"
            raise refuse(Problem(("snapshots",), message))
        return snapshots

    @field_validator("network")
    @classmethod
    def _network_suits_the_data(
        cls, network: TwoLayerNetwork | MLP6Network | CNN6Network, info: ValidationInfo
    ) -> TwoLayerNetwork | MLP6Network | CNN6Network:
        data = info.data.get("data")
        if isinstance(data, SyntheticData):
            if isinstance(network, CNN6Network):
                message = f"got 'cnn6'; must be two_layer or mlp6 with {data.kind} data: no images"
                raise refuse(Problem(("network", "kind"), message))
            if network.inputs is None:
                message = f"got nothing; must be a whole number >= 1 with {data.kind} data"
                raise refuse(Problem(("network", "inputs"), message))
        if isinstance(data, ImageData) and not isinstance(network, CNN6Network):
            if network.inputs is not None and "inputs" in network.model_fields_set:
                message = (
                    f"got {network.inputs}; must be left out (or null) with images, "
                    "which have the size that they have"
                )
                raise refuse(Problem(("network", "inputs"), message))
            return network.model_copy(update={"inputs": None})
        return network

    @field_validator("sampling", mode="before")
    @classmethod
    def _sampling_has_a_default(cls, sampling: Any, info: ValidationInfo) -> Any:
        images = isinstance(info.data.get("data"), ImageData)
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
        if isinstance(info.data.get("data"), ImageData):
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
        if labels is None and isinstance(info.data.get("data"), ImageData):
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
        if labels == "true" and isinstance(data, SyntheticData):
            message = f"got 'true'; must be resampled or shuffled: {data.kind} data have no labels"
            raise refuse(Problem(("labels",), message))
        if labels == "shuffled" and sampling == "online":
            message = (
                "got 'shuffled'; must be resampled with sampling online: "
                "a fixed labelling needs a finite set of samples"
            )
            raise refuse(Problem(("labels",), message))
        return labels


# --- Experiments and runs ---------------------------------------------------------------------


class Sweep(Settings):
    """A grid of cells: every learning rate with every batch size."""

    learning_rate: Rates = Field(description="a list of numbers > 0")
    batch_size: BatchSizes = (1,)


Sweeps = Annotated[tuple[Sweep, ...], Field(strict=False, min_length=1)]


def _steps(learning_rate: float, batch_size: int, thermal_time_end: float) -> float:
    """Return the number of steps t = τ |B| / η² to a thermal time τ, not yet rounded."""
    squared = learning_rate**2
    return thermal_time_end * batch_size / squared if squared else float("inf")


class CurvatureEvaluation(Settings):
    """How the curvature of an experiment's snapshots is evaluated.

    Attributes
    ----------
    samples
        Held-out samples that it is averaged over; None for 32, or ``probe_size`` if that is less.
    vectors
        Random vectors for the trace of the Hessian, of networks too large for the exact one.
    """

    samples: Annotated[int, Field(ge=2)] | None = None
    vectors: Annotated[int, Field(ge=2)] = 2


class Experiment(Training):
    """One network and data set, trained in every cell of its sweeps with every seed."""

    seeds: Seeds = (0, 1, 2, 3)
    curvature: CurvatureEvaluation = CurvatureEvaluation()
    # Last, because its check looks at the settings before it.
    sweeps: Sweeps = Field(description="a list of mappings with learning_rate and batch_size")

    @field_validator("curvature")
    @classmethod
    def _samples_are_those_of_the_probe_set(
        cls, curvature: CurvatureEvaluation, info: ValidationInfo
    ) -> CurvatureEvaluation:
        probe_size = info.data.get("probe_size")
        if None not in (curvature.samples, probe_size) and curvature.samples > probe_size:
            message = f"got {curvature.samples}; must be <= probe_size ({probe_size})"
            raise refuse(Problem(("curvature", "samples"), message))
        return curvature

    @field_validator("sweeps")
    @classmethod
    def _cells_can_be_trained(
        cls, sweeps: tuple[Sweep, ...], info: ValidationInfo
    ) -> tuple[Sweep, ...]:
        problems = [
            *_oversized_batches(sweeps, info.data.get("training_set_size")),
            *_unrecordable(
                sweeps,
                info.data.get("thermal_time_end"),
                info.data.get("records"),
                info.data.get("record_spacing"),
            ),
        ]
        if problems:
            raise refuse(*problems)
        return sweeps

    def cells(self) -> tuple[tuple[float, int], ...]:
        """Return the distinct (learning rate, batch size) of all sweeps, sorted."""
        return _cells(self.sweeps)


def _cells(sweeps: Sequence[Sweep]) -> tuple[tuple[float, int], ...]:
    """Return the union of the sweeps' grids, sorted."""
    grids = (product(sweep.learning_rate, sweep.batch_size) for sweep in sweeps)
    return tuple(sorted({cell for grid in grids for cell in grid}))


def _oversized_batches(sweeps: Sequence[Sweep], training_set_size: int | None) -> Iterator[Problem]:
    """Yield the batch sizes that a finite training set cannot fill."""
    if training_set_size is None:
        return
    for index, sweep in enumerate(sweeps):
        for position, batch_size in enumerate(sweep.batch_size):
            if batch_size > training_set_size:
                yield Problem(
                    ("sweeps", index, "batch_size", position),
                    f"got {batch_size}; must be <= training_set_size ({training_set_size})",
                )


def _unrecordable(
    sweeps: Sequence[Sweep],
    thermal_time_end: float | None,
    records: int | None,
    record_spacing: str | None,
) -> Iterator[Problem]:
    """Yield the rates with so few steps that records coincide, or with too many to count."""
    if thermal_time_end is None or records is None or record_spacing is None:
        return
    # The first two records are the closest; they need a step between them.
    needed = (records - 1) ** (2 if record_spacing == "quadratic" else 1)
    for index, sweep in enumerate(sweeps):
        for position, learning_rate in enumerate(sweep.learning_rate):
            path = ("sweeps", index, "learning_rate", position)
            fewest = _steps(learning_rate, min(sweep.batch_size), thermal_time_end)
            most = _steps(learning_rate, max(sweep.batch_size), thermal_time_end)
            if needed > fewest * (1 + 1e-12):  # η² is rounded
                yield Problem(
                    path,
                    f"got {learning_rate}; must take at least {needed} steps for {records} records "
                    f"with {record_spacing} spacing, not {fewest:.4g}: lower the rate or records, "
                    "or raise thermal_time_end",
                )
            if most > LARGEST_STEP:
                yield Problem(
                    path,
                    f"got {learning_rate}; must take at most {LARGEST_STEP:.0e} steps, "
                    f"not {most:.0e}: raise the rate or lower thermal_time_end",
                )


class RunSettings(Training):
    """All that determines one run file: an ensemble of replicas in one cell with one seed."""

    experiment: Name
    learning_rate: Positive
    batch_size: Count
    seed: Seed

    @property
    def steps(self) -> int:
        """Number of optimisation steps to the end of the run."""
        return round(_steps(self.learning_rate, self.batch_size, self.thermal_time_end))

    @property
    def work(self) -> float:
        """Estimated cost: weight-sample products in arbitrary units, for ordering jobs."""
        return float(self.steps) * self.batch_size * self.replicas * self.network.products

    @property
    def name(self) -> str:
        """What tells the run from all others of a configuration, as its path has it."""
        cell = f"lr={self.learning_rate!r}_batch={self.batch_size}_seed={self.seed}"
        return f"{self.experiment}/{cell}"

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the run, with those that are found by kind."""
        network, data = self.network.kind, self.data.kind
        return (
            "simulations.run",
            f"networks.{network}",
            *(f"simulations.sgd.{stepper}" for stepper in self.network.steppers),
            f"observables.{network}",
            f"data.{data}",
        )

    def path(self, results: str) -> str:
        """Return the run's file under the folder of results."""
        return f"{results}/runs/{self.name}.nc"

    def curvature_path(self, results: str) -> str:
        """Return the file of the curvature of the run's snapshots."""
        return f"{results}/curvature/runs/{self.name}.nc"

    def inputs(self, results: str) -> tuple[str, ...]:
        """Return the files that the run is made from: with images, their data file."""
        images = isinstance(self.data, ImageData)
        return (f"{results}/data/{self.data.dataset}.nc",) if images else ()


class CurvatureSettings(RunSettings):
    """All that determines the curvature file of one run, besides the run's snapshots."""

    curvature: CurvatureEvaluation

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the file, with those that are found by kind."""
        return (
            "measurements.hessian_chain",
            f"networks.{self.network.kind}",
            f"data.{self.data.kind}",
        )


class CurvesSettings(Settings):
    """All that determines one file of curves, besides the files of the runs it is made of."""

    experiment: Name
    cells: Annotated[tuple[Annotated[tuple[Positive, Count], Field(strict=False)], ...], *_LISTED]
    seeds: Seeds
    records: Annotated[int, Field(ge=2)]
    replicas: Count
    note: str = ""

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the file."""
        return ("analysis.gathering",)


# --- Figures ----------------------------------------------------------------------------------


class Figure(Settings):
    """What figures of every kind have in common."""

    experiment: str = Field(description="the name of an experiment")
    title: str = ""
    confidence_level: Probability = 0.95

    def inputs(self, results: str) -> tuple[str, ...]:
        """Return the files that the figure is drawn from."""
        return (f"{results}/curves/{self.experiment}.nc",)


class SweepFigure(Figure):
    """One observable in several cells, in one row of panels for each of one or two experiments."""

    beside: str | None = None
    observable: ObservableName = Field(description=f"one of {', '.join(OBSERVABLES)}")

    def inputs(self, results: str) -> tuple[str, ...]:
        """Return the files that the figure is drawn from, one for each row."""
        experiments = (self.experiment,) if self.beside is None else (self.experiment, self.beside)
        return tuple(f"{results}/curves/{experiment}.nc" for experiment in experiments)


class LearningRateSweepFigure(SweepFigure):
    """Curves of several learning rates at one batch size."""

    kind: Literal["learning_rate_sweep"]
    batch_size: Count = Field(description="the batch size at which learning rates are compared")


class BatchSizeSweepFigure(SweepFigure):
    """Curves of several batch sizes at one learning rate."""

    kind: Literal["batch_size_sweep"]
    learning_rate: Positive = Field(description="the rate at which batch sizes are compared")


class CurvatureFigure(Figure):
    """The chain from the Hessian's trace to its bound: in one cell, and at several rates."""

    kind: Literal["curvature"]
    batch_size: Count = Field(description="the batch size at which learning rates are compared")
    learning_rate: Positive = Field(description="the rate at which the whole chain is shown")

    def inputs(self, results: str) -> tuple[str, ...]:
        """Return the files that the figure is drawn from: curves and curvature."""
        return tuple(f"{results}/{kind}/{self.experiment}.nc" for kind in ("curves", "curvature"))


AnyFigure = Annotated[
    LearningRateSweepFigure | BatchSizeSweepFigure | CurvatureFigure, Field(discriminator="kind")
]


class FigureSettings(Figure):
    """All that determines one figure, besides what it is drawn from."""

    name: Name
    kind: Literal["learning_rate_sweep", "batch_size_sweep", "curvature"]
    beside: str | None = None
    observable: ObservableName | None = None
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    note: str = ""

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the figure."""
        return (f"figures.{self.kind}",)

    @model_serializer(mode="wrap")
    def _without_other_kinds(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A setting that a later kind of figure brings must not redraw the figures of this kind.
        return {key: value for key, value in serialize(self).items() if value is not None}


# --- The whole --------------------------------------------------------------------------------


class Config(Settings):
    """A whole configuration file."""

    results: ResultsPath = "results"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    compile: Literal["auto", "always", "never"] = "auto"
    checkpoint_seconds: Annotated[float, Field(ge=0)] = 120.0
    note: str = ""
    datasets: dict[Name, AnySource] = {}
    experiments: Annotated[dict[Name, Experiment], Field(min_length=1)] = Field(
        description="a mapping from names to experiments"
    )
    figures: Annotated[dict[Name, AnyFigure], Field(min_length=1)] = Field(
        description="a mapping from names to figures"
    )
    claims: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...],
        Field(strict=False),
        WrapValidator(_distinct),
    ] = ()
    error_rate: Probability = 0.05

    def runs(self) -> tuple[RunSettings, ...]:
        """Return every run of every experiment: distinct cells × seeds, sorted."""
        return tuple(
            RunSettings(
                experiment=name,
                learning_rate=learning_rate,
                batch_size=batch_size,
                seed=seed,
                **{field: getattr(experiment, field) for field in Training.model_fields},
            )
            for name, experiment in sorted(self.experiments.items())
            for (learning_rate, batch_size), seed in product(
                experiment.cells(), sorted(experiment.seeds)
            )
        )

    def dataset(self, name: str) -> DatasetSettings:
        """Return the settings that a data file depends on."""
        return DatasetSettings(dataset=name, source=self.datasets[name])

    def may_download(self, name: str) -> bool:
        """Return whether a data set may be downloaded where a local copy is missing."""
        return getattr(self.datasets[name], "download", False)

    def curves(self, experiment: str) -> CurvesSettings:
        """Return the settings that an experiment's curves depend on."""
        settings = self.experiments[experiment]
        return CurvesSettings(
            experiment=experiment,
            cells=settings.cells(),
            seeds=tuple(sorted(settings.seeds)),
            records=settings.records,
            replicas=settings.replicas,
            note=self.note,
        )

    def curvature(self, run: RunSettings) -> CurvatureSettings:
        """Return the settings that the curvature file of a run depends on."""
        evaluation = self.experiments[run.experiment].curvature
        if evaluation.samples is None:
            evaluation = evaluation.model_copy(update={"samples": min(32, run.probe_size)})
        return CurvatureSettings(curvature=evaluation, **dict(run))

    def curvature_curves(self, experiment: str) -> CurvesSettings:
        """Return the settings that an experiment's curvature along training depends on."""
        settings = self.experiments[experiment]
        return self.curves(experiment).model_copy(
            update={
                "records": settings.snapshots,
                "replicas": min(settings.replicas, settings.snapshot_replicas),
            }
        )

    def figure(self, name: str) -> FigureSettings:
        """Return the settings that a figure depends on."""
        return FigureSettings(name=name, note=self.note, **self.figures[name].model_dump())


def canonical_json(settings: BaseModel | Mapping[str, Any]) -> str:
    """Return the one JSON text for these settings: sorted keys, no spaces, floats by ``repr``."""
    if isinstance(settings, BaseModel):
        settings = settings.model_dump(mode="json")
    return json.dumps(
        settings, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


# --- Reading and checking ---------------------------------------------------------------------


class _StrictLoader(yaml.SafeLoader):
    """YAML without repeated keys, and with ``1e-3`` as a number as in YAML 1.2."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"repeated key {key!r}; each may be given once", key_node.start_mark
                )
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep)


_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+$"),
    list("-+.0123456789"),
)


def read_yaml(path: str | Path) -> dict[Any, Any]:
    """Return the mapping that a YAML file holds.

    Raises
    ------
    ConfigError
        The file cannot be read, is no YAML (with line and column), repeats a key, or holds
        something else than a mapping.
    """
    settings = _read_any_yaml(path)
    if not isinstance(settings, dict):
        message = f"{_got(settings)}; must be a mapping"
        raise ConfigError(str(path), [Problem((), message)])
    return settings


def _read_any_yaml(path: str | Path) -> Any:
    """Return what a YAML file says."""
    try:
        text = Path(path).read_bytes().decode("utf-8")
        loader = _StrictLoader(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}; must be a YAML file"
        raise ConfigError(str(path), [Problem((), message)]) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"not valid UTF-8: {error.reason}"
        raise ConfigError(f"{path}:{line}", [Problem((), message)]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = " ".join(f"{error.problem} {error.context or ''}".split())
        place = f"{path}:{mark.line + 1}:{mark.column + 1}"
        raise ConfigError(place, [Problem((), f"not valid YAML: {message}")]) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"not valid YAML: character {error.character:#x} is not allowed"
        raise ConfigError(f"{path}:{line}", [Problem((), message)]) from error
    except (RecursionError, ValueError) as error:
        message = f"not valid YAML: {' '.join(str(error).split())}"
        raise ConfigError(str(path), [Problem((), message)]) from error


def load(path: str | Path, overrides: Mapping[str, Any] | None = None) -> Config:
    """Read and check a configuration file.

    Parameters
    ----------
    path
        The YAML file. It is complete in itself: nothing is merged into it but defaults.
    overrides
        Settings of the top level that win over those of the file.

    Raises
    ------
    ConfigError
        The file cannot be read, or something in it is not allowed.
    """
    return parse({**read_yaml(path), **(overrides or {})}, str(path))


def parse(settings: Mapping[Any, Any], source: str) -> Config:
    """Check settings and return them typed.

    Parameters
    ----------
    settings
        As YAML gives them: a mapping of mappings, lists, strings and numbers.
    source
        Named in front of every problem, normally the file.

    Raises
    ------
    ConfigError
        Something is not allowed; the error tells all problems at once.
    """
    config, problems = validate(Config, settings)
    problems += _dataset_problems(settings)
    problems += _figure_problems(settings)
    if problems or config is None:
        raise ConfigError(source, problems)
    return config


def validate(model: type[Model], settings: Any) -> tuple[Model | None, list[Problem]]:
    """Return settings typed, or None and all that is wrong with them."""
    try:
        return model.model_validate(settings), []
    except ValidationError as error:
        problems = []
        for details in error.errors(include_url=False):
            # A list whose entries are all invalid is also said to be too short.
            if details["type"] != "too_short" or not details["input"]:
                problems += _explain(details, model)
        return None, problems


def _dataset_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between experiments and data sets, as far as each is valid by itself."""
    experiments, datasets = settings.get("experiments"), settings.get("datasets", {})
    if not isinstance(experiments, dict) or not isinstance(datasets, dict):
        return
    for name, given in experiments.items():
        data = _valid(_DATA, given.get("data")) if isinstance(given, dict) else None
        if not isinstance(data, ImageData):
            continue
        if data.dataset not in datasets:
            known = choice(data.dataset, [str(key) for key in datasets])
            yield Problem(
                ("experiments", name, "data", "dataset"),
                f"got {data.dataset!r}; " + (known if datasets else "there are no datasets"),
            )
            continue
        source = _valid(_SOURCE, datasets[data.dataset])
        network = _valid(_NETWORK, given.get("network"))
        if (
            isinstance(source, DigitsSource)
            and isinstance(network, CNN6Network)
            and source.size < network.smallest_image
        ):
            yield Problem(
                ("experiments", name, "network", "kernel"),
                f"got {network.kernel}; must leave something of images of "
                f"{source.size}×{source.size} pixels (datasets.{data.dataset}.size): "
                f"five convolutions need {network.smallest_image}×{network.smallest_image}",
            )


def _figure_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between figures and experiments, as far as each is valid by itself."""
    experiments, figures = settings.get("experiments"), settings.get("figures")
    if not isinstance(experiments, dict) or not isinstance(figures, dict) or not experiments:
        return
    for name, given in figures.items():
        for key in ("experiment", "beside"):
            wanted = given.get(key) if isinstance(given, dict) else None
            if not isinstance(wanted, str):
                continue
            if wanted not in experiments:
                yield Problem(
                    ("figures", name, key),
                    f"got {wanted!r}; {choice(wanted, [str(other) for other in experiments])}",
                )
                continue
            figure = _valid(_FIGURE, given)
            experiment = _valid(_EXPERIMENT, experiments[wanted])
            if figure is not None and experiment is not None:
                if isinstance(figure, SweepFigure):
                    yield from _not_recorded(name, figure, wanted, experiment)
                else:
                    yield from _no_such_cell(name, figure, wanted, experiment)
                yield from _too_few_curves(name, figure, wanted, experiment)
                if key == "beside":
                    first = _valid(_EXPERIMENT, experiments.get(figure.experiment))
                    yield from _other_curves(name, figure, first, experiment)


_FIGURE = TypeAdapter(AnyFigure)
_EXPERIMENT = TypeAdapter(Experiment)
_DATA = TypeAdapter(AnyData)
_NETWORK = TypeAdapter(AnyNetwork)
_SOURCE = TypeAdapter(AnySource)


def _valid(kind: TypeAdapter, value: Any) -> Any:
    """Return the value typed, or None where it is invalid."""
    try:
        return kind.validate_python(value)
    except ValidationError:
        return None


def _not_recorded(
    name: str, figure: SweepFigure, wanted: str, experiment: Experiment
) -> Iterator[Problem]:
    """Yield a problem if the network of a figure's experiment does not record its observable."""
    kind = experiment.network.kind
    if figure.observable not in RECORDED[kind]:
        yield Problem(
            ("figures", name, "observable"),
            f"got {figure.observable!r}, which {kind} of experiment {wanted} does not "
            f"record; {choice(figure.observable, RECORDED[kind])}",
        )


def _no_such_cell(
    name: str, figure: CurvatureFigure, wanted: str, experiment: Experiment
) -> Iterator[Problem]:
    """Yield a problem if the experiment does not have the cell whose chain is to be shown."""
    rates = [rate for rate, batch in experiment.cells() if batch == figure.batch_size]
    # Without any, it is the batch size that is wrong.
    if rates and figure.learning_rate not in rates:
        yield Problem(
            ("figures", name, "learning_rate"),
            f"got {figure.learning_rate}; must be one of experiment {wanted} at batch_size "
            f"{figure.batch_size}: {', '.join(map(str, rates))}",
        )


def _compared(figure: AnyFigure, experiment: Experiment) -> list[float | int]:
    """Return the learning rates or batch sizes of an experiment that a figure compares."""
    if figure.kind == "batch_size_sweep":
        return [batch for rate, batch in experiment.cells() if rate == figure.learning_rate]
    return [rate for rate, batch in experiment.cells() if batch == figure.batch_size]


def _too_few_curves(
    name: str, figure: AnyFigure, wanted: str, experiment: Experiment
) -> Iterator[Problem]:
    """Yield a problem if there is nothing to compare in a figure."""
    if len(_compared(figure, experiment)) >= 2:
        return
    if figure.kind == "batch_size_sweep":
        fixed, value, compared = "learning_rate", figure.learning_rate, "batch sizes"
        held = [learning_rate for learning_rate, _ in experiment.cells()]
    else:
        fixed, value, compared = "batch_size", figure.batch_size, "learning rates"
        held = [batch_size for _, batch_size in experiment.cells()]
    enough = [str(other) for other in sorted(set(held)) if held.count(other) >= 2]
    yield Problem(
        ("figures", name, fixed),
        f"got {value}; must be a {fixed} with at least two {compared} in experiment "
        f"{wanted}: {', '.join(enough) or 'it has none'}",
    )


def _other_curves(
    name: str, figure: AnyFigure, first: Experiment | None, second: Experiment
) -> Iterator[Problem]:
    """Yield a problem if the rows of a figure would not show the same settings."""
    if first is not None and _compared(figure, first) != _compared(figure, second):
        yield Problem(
            ("figures", name, "beside"),
            f"got {figure.beside!r}; must have the same cells as {figure.experiment}: the rows of "
            "a figure share one legend",
        )


# --- Wording ----------------------------------------------------------------------------------

_WORDING: dict[str, Callable[[dict[str, Any]], str]] = {
    "bool_type": lambda _: "must be true or false",
    "dict_type": lambda _: "must be a mapping",
    "finite_number": lambda _: "must be finite",
    "float_type": lambda _: "must be a number",
    "greater_than": lambda context: f"must be > {context['gt']:g}",
    "greater_than_equal": lambda context: f"must be >= {context['ge']}",
    "int_type": lambda _: "must be a whole number",
    "less_than": lambda context: f"must be < {context['lt']:g}",
    "model_attributes_type": lambda _: "must be a mapping",
    "model_type": lambda _: "must be a mapping",
    "repeated": lambda _: "must not repeat an earlier entry",
    "string_too_short": lambda _: "must not be empty",
    "string_type": lambda _: "must be a text",
    "too_short": lambda _: "must have at least one entry",
    "tuple_type": lambda _: "must be a list",
}


def _got(value: Any) -> str:
    """Return what was found, short enough for a line."""
    if value is None:
        return "got nothing"
    shown = repr(value)
    return f"got {shown if len(shown) <= 60 else shown[:57] + '…'}"


def choice(got: Any, allowed: Sequence[str]) -> str:
    """Return what is allowed, and the likeliest of it."""
    near = difflib.get_close_matches(str(got), allowed, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"must be one of {', '.join(allowed)}{hint}"


def _explain(details: ErrorDetails, root: type[BaseModel]) -> Iterator[Problem]:
    """Yield pydantic's complaint in this project's words."""
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    path, model, branches = _locate(details["loc"], root)
    if kind == "problems":
        for problem in context["problems"]:
            yield Problem(path[:-1] + problem.path, problem.message)
    elif kind in ("extra_forbidden", "invalid_key"):
        yield Problem(path, f"unknown setting; {choice(path[-1], list(model.model_fields))}")
    elif kind == "missing":
        wanted = model.model_fields[path[-1]].description
        yield Problem(path, f"got nothing; must be given: {wanted}")
    elif details["loc"][-1] == "[key]":
        yield Problem(path, f"{_got(value)} as a name; must consist of letters, digits and _")
    elif kind == "value_error":
        yield Problem(path, str(context["error"]))
    elif kind in ("literal_error", "union_tag_invalid"):
        allowed = re.findall(r"'([^']*)'", context.get("expected", context.get("expected_tags")))
        if kind == "union_tag_invalid":
            key = context["discriminator"].strip("'")
            value, path = value[key], (*path, key)
        yield Problem(path, f"{_got(value)}; {choice(value, allowed)}")
    elif kind == "union_tag_not_found":
        key = context["discriminator"].strip("'")
        yield Problem((*path, key), f"got nothing; {choice('', list(branches))}")
    elif kind == "string_pattern_mismatch":
        yield Problem(path, f"{_got(value)}; must be a path of letters, digits and . _ / + -")
    else:
        wording = _WORDING.get(kind, lambda _: details["msg"])
        yield Problem(path, f"{_got(value)}; {wording(context)}")


def _locate(
    location: Sequence[str | int], root: type[BaseModel]
) -> tuple[tuple[str | int, ...], type[BaseModel], dict[str, type[BaseModel]]]:
    """Return where an error is.

    Pydantic also names the branch of a union and the word ``[key]``, which no file contains.

    Parameters
    ----------
    location
        As pydantic says it.
    root
        Model of the whole file.

    Returns
    -------
    path
        Of the setting, as the file has it.
    model
        That its last key belongs to.
    branches
        Models that the setting may be, by kind, if it may be one of several.
    """
    annotation: Any = root
    model = root
    path: list[str | int] = []
    for part in location:
        branches = _branches(annotation)
        if part == "[key]":
            continue
        if part in branches:
            annotation = branches[part]
            continue
        path.append(part)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            model = annotation
            field = annotation.model_fields.get(part)
            annotation = field.annotation if field else None
        elif get_origin(annotation) is dict:
            annotation = get_args(annotation)[1]
        elif get_origin(annotation) is tuple:
            annotation = get_args(annotation)[0]
    return tuple(path), model, _branches(annotation)


def _branches(annotation: Any) -> dict[Any, type[BaseModel]]:
    """Return the models of a union by the words that tell them apart."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) not in (Union, UnionType):
        return {}
    return {
        word: model
        for model in get_args(annotation)
        if isinstance(model, type) and issubclass(model, BaseModel)
        for word in get_args(model.model_fields[_discriminator(model)].annotation)
    }


def _discriminator(model: type[BaseModel]) -> str:
    return next(name for name in ("kind", "statistic", "source") if name in model.model_fields)
