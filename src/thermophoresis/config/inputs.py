"""What settings of every kind of input have."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from thermophoresis.config.fields import Seed, Settings
from thermophoresis.config.problems import Problem, refuse


class InputSettings(Settings):
    """What samples are.

    Attributes
    ----------
    are_images
        Whether they are images, which networks of every kind take.
    has_dataset
        Whether they are those of one of the configuration's data sets, of which there is a finite
        number and a class for each; otherwise they are drawn from a distribution, with one logit.
    has_labels
        Whether they have labels of their own.
    """

    are_images: ClassVar[bool] = False
    has_dataset: ClassVar[bool] = False
    has_labels: ClassVar[bool] = False

    kind: str

    @property
    def real_labels(self) -> bool:
        """Whether their labels are real numbers rather than 0 and 1 or classes."""
        return False

    @property
    def standard_normal(self) -> bool:
        """Whether x ~ N(0, I), so that expectations over x have a closed form."""
        return False

    @property
    def training_samples(self) -> int | None:
        """Samples in the training set, where these settings tell it."""
        return None

    @property
    def is_shared(self) -> bool:
        """Whether all replicas of a seed train on the same finite set."""
        return self.has_dataset

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make them."""
        return (f"data.{self.kind}", f"config.data.{self.kind}")

    def problems(self, inputs: int) -> Iterator[Problem]:
        """Yield what does not go with the number of inputs of a network, paths from here on."""
        return iter(())


class DrawnInputs(InputSettings):
    """Samples that are drawn from a distribution.

    Attributes
    ----------
    shared
        Whether a finite training set is one and the same for all replicas of a seed, with its
        fixed labels; otherwise each replica draws its own.
    """

    shared: bool = False

    @property
    def is_shared(self) -> bool:
        """Whether all replicas of a seed train on the same finite set."""
        return self.shared


class ChosenSamples(Settings):
    """How many samples of a data set are used; null for all."""

    train: Annotated[int, Field(ge=1)] | None = None
    test: Annotated[int, Field(ge=2)] | None = None


class DatasetInputs(InputSettings):
    """Samples of one of the configuration's data sets, or some of them.

    Attributes
    ----------
    classes
        Which classes, by their number from 0 on; they are numbered anew, in this order.
    samples
        How many of each split, chosen at random, as evenly over the classes as they allow.
    choice_seed
        Seed of this choice, and of what else is drawn once for all runs.
    """

    has_dataset: ClassVar[bool] = True
    has_labels: ClassVar[bool] = True

    dataset: str = Field(description="the name of a data set")
    classes: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(strict=False)] | None = None
    samples: ChosenSamples = Field(default_factory=ChosenSamples)
    choice_seed: Seed = 0

    @field_validator("classes")
    @classmethod
    def _classes_can_be_told_apart(
        cls, classes: tuple[int, ...] | None, info: ValidationInfo
    ) -> tuple[int, ...] | None:
        if classes is not None and len(set(classes)) != max(2, len(classes)):
            message = f"got {list(classes)}; must be at least two distinct classes"
            raise refuse(Problem(("classes",), message))
        return classes

    @property
    def training_samples(self) -> int | None:
        """Samples in the training set, where these settings tell it."""
        return self.samples.train

    @property
    def are_selected(self) -> bool:
        """Whether they are other than the data set has them."""
        return self.classes is not None or self.samples != ChosenSamples()

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make them."""
        return (*super().modules, *(["data.selection"] if self.are_selected else []))
