"""How the samples to come are drawn, for who draws them itself."""

from typing import NamedTuple


class Recipe(NamedTuple):
    """Inputs that are standard normal or uniform, and labels 0 or 1 that are new at every draw.

    A kernel that makes steps can draw these where it uses them, with the same bits as
    `variates`. Sample k of the run has the inputs

        ``normal(input_key, replicas, k, 1, size, …)`` or ``uniform(…)``

    and the label ``integers(label_key, replicas, k, 1, 2, …)``.

    Attributes
    ----------
    kind
        normal or uniform.
    input_key, label_key
        Words of seed and purpose, see `streams.key`.
    size
        Components of an input.
    position
        Number of the next sample: how many have been taken. Who draws samples itself tells the
        stream how many, by ``skip``.
    replicas
        Whose samples they are.
    """

    kind: str
    input_key: tuple[int, int]
    label_key: tuple[int, int]
    size: int
    position: int
    replicas: range
