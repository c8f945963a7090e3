"""What settings of every kind of input have."""

from typing import ClassVar

from thermophoresis.config.fields import Settings


class InputSettings(Settings):
    """What samples are.

    Attributes
    ----------
    are_images
        Whether they are the images of one of the configuration's data sets; otherwise they are
        drawn from a distribution, and have no labels of their own.
    """

    are_images: ClassVar[bool] = False

    kind: str
