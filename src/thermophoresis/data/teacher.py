"""Inputs x ~ N(0, I) with labels from a random two-layer network, the teacher."""

from collections.abc import Sequence

import torch
from torch import Tensor

from thermophoresis.config.data.teacher import TeacherInputs
from thermophoresis.data.products import products
from thermophoresis.draws.streams import generator

# Inputs on which median and standard deviation of a teacher's output are found.
CALIBRATION_SAMPLES = 2**14


class Teacher:
    """Inputs with labels from f(x) = (V relu(Wx + b) − m) / s · scale.

    W has elements from N(0, 1/M), b and V from N(0, 1). m is the median of V relu(Wx + b), so that
    f > 0 for half of all inputs, and s its standard deviation, both over the same inputs.

    Parameters
    ----------
    settings
        Hidden units, what labels are made of f, and its scale.
    inputs
        Input dimension M.
    seed
        Of the run: all its replicas, and all cells, have one teacher.
    """

    PURPOSE = "teacher"
    SOURCE = (
        "synthetic: x ~ N(0, I), drawn from the seeded stream of each replica, with labels from a "
        "random two-layer network of each seed"
    )

    def __init__(self, settings: TeacherInputs, *, inputs: int, seed: int):
        self._settings = settings
        stream = generator(seed, 0, "teacher parameters")
        self._first, self._bias, self._second = (
            torch.empty(*shape, dtype=torch.float64).normal_(generator=stream)
            for shape in ((settings.hidden, inputs), (settings.hidden,), (settings.hidden,))
        )
        self._first /= inputs**0.5
        x = torch.empty(CALIBRATION_SAMPLES, inputs, dtype=torch.float64)
        raw = self._raw(x.normal_(generator=stream))
        self._centre, self._factor = raw.median(), settings.scale / raw.std()

    def fill(self, row: Tensor, stream: torch.Generator) -> None:
        """Fill a tensor with the next standard normal variates of a stream, in place."""
        row.normal_(generator=stream)

    def label(self, x: Tensor, streams: Sequence[torch.Generator]) -> Tensor:
        """Return labels (replica, sample) of inputs (replica, sample, input), float64."""
        outputs = self.outputs(x.flatten(0, 1)).view(x.shape[:2])
        if self._settings.outputs == "real":
            return outputs
        if self._settings.outputs == "sign":
            return (outputs > 0).double()
        chance = torch.empty_like(outputs)
        for row, stream in zip(chance.unbind(0), streams, strict=True):
            row.uniform_(generator=stream)
        return (chance < outputs.sigmoid()).double()

    def outputs(self, x: Tensor) -> Tensor:
        """Return f of inputs (sample, input), float64."""
        return (self._raw(x) - self._centre) * self._factor

    def _raw(self, x: Tensor) -> Tensor:
        hidden = (products(x, self._first) + self._bias[:, None]).relu_()
        return products(hidden.T, self._second[None])[0]


def distribution(settings: TeacherInputs, *, inputs: int, seed: int) -> Teacher:
    """Return inputs with the labels of the seed's teacher."""
    return Teacher(settings, inputs=inputs, seed=seed)
