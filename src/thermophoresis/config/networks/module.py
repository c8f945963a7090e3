"""A class of the user's own, derived from `torch.nn.Module`."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from thermophoresis.config.fields import NAMED_BY_FILE, Count, Name
from thermophoresis.config.network import TYPICAL_PIXELS, VectorNetworkSettings
from thermophoresis.config.own_code import class_problems
from thermophoresis.config.problems import Problem, got, refuse, refuse_within

# Products of a weight and a unit for each input, of a network of which nothing is known; so many
# that its runs, which take longer than others, start early.
ASSUMED_UNITS = 1000


class ModuleNetwork(VectorNetworkSettings):
    """A class of the user's own, derived from `torch.nn.Module`.

    Attributes
    ----------
    file
        The Python file that defines it.
    name
        Of the class.
    arguments
        With which it is called, by name.
    inputs
        Number of components of a sample; None with images, which it gets as they are.
    activation
        None: it has its own.
    """

    records: ClassVar[tuple[str, ...]] = ("loss", "squared_error", "gradient_variance")
    is_chain: ClassVar[bool] = False

    kind: Literal["module"]
    file: Annotated[str, Field(description="a Python file"), NAMED_BY_FILE]
    name: Name = Field(description="the name of a class in that file")
    arguments: dict[Name, Any] = Field(default_factory=dict)
    inputs: Count | None = None
    activation: Any = None

    @field_validator("file")
    @classmethod
    def _is_python(cls, file: str) -> str:
        if not file.endswith(".py"):
            raise refuse(Problem(("file",), f"{got(file)}; must be a Python file, NAME.py"))
        return file

    @field_validator("arguments")
    @classmethod
    def _arguments_are_plain(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        wrong = [name for name, value in arguments.items() if not _is_plain(value)]
        if wrong:
            allowed = "must be a number, a text, true, false, null, or a list or mapping of these"
            raise refuse_within(
                *(Problem((name,), f"{got(arguments[name])}; {allowed}") for name in wrong)
            )
        return arguments

    @field_validator("activation")
    @classmethod
    def _it_has_its_own(cls, activation: Any) -> None:
        if activation is not None:
            message = f"{got(activation)}; must be left out: the class has its own"
            raise refuse(Problem(("activation",), message))

    @property
    def files(self) -> tuple[str, ...]:
        """The user's own files that it is made from, with what they import from beside them."""
        return (self.file,)

    @property
    def products(self) -> int:
        """Approximate number of products of a weight and a unit for one sample: not known."""
        return (self.inputs or TYPICAL_PIXELS) * ASSUMED_UNITS

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the file, as far as its text tells."""
        yield from class_problems(self.file, self.name, self.arguments)


def _is_plain(value: Any) -> bool:
    """Whether a value is the same after it was written as JSON."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_plain(it) for key, it in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, float):
        return abs(value) < float("inf")
    return value is None or isinstance(value, str | bool | int)
