"""Images of one of the configuration's data sets."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from thermophoresis.config.inputs import DatasetInputs
from thermophoresis.config.problems import Problem, refuse


class Images(DatasetInputs):
    """Images of one of the configuration's data sets.

    Attributes
    ----------
    size
        Rows and columns to which they are brought, by averages over areas; null: as they are.
    shift
        Largest number of pixels by which a training image is shifted along each axis, drawn once
        for each image.
    """

    are_images: ClassVar[bool] = True

    kind: Literal["images"]
    size: Annotated[int, Field(ge=7)] | None = None
    shift: Annotated[int, Field(ge=0)] = 0

    @field_validator("shift")
    @classmethod
    def _something_is_left(cls, shift: int, info: ValidationInfo) -> int:
        size = info.data.get("size")
        if size is not None and shift >= size:
            message = f"got {shift}; must be < size ({size}), or nothing is left of an image"
            raise refuse(Problem(("shift",), message))
        return shift

    @property
    def are_selected(self) -> bool:
        """Whether they are other than the data set has them."""
        return super().are_selected or self.size is not None or self.shift > 0
