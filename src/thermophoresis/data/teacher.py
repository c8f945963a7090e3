"""Inputs x ~ N(0, I) with labels from a random two-layer network, the teacher."""

import torch
from torch import Tensor

from thermophoresis.config.data.teacher import TeacherInputs
from thermophoresis.data.drawing import Drawing
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

    def draw(self, drawing: Drawing, size: int, dtype: torch.dtype) -> Tensor:
        """Return standard normal inputs, (replica, sample, input)."""
        return drawing.normal(size, dtype)

    def label(self, x: Tensor, drawing: Drawing) -> Tensor:
        """Return labels (replica, sample) of inputs (replica, sample, input), float64."""
        outputs = self.outputs(x.flatten(0, 1)).view(x.shape[:2])
        if self._settings.outputs == "real":
            return outputs
        if self._settings.outputs == "sign":
            return (outputs > 0).double()
        return (drawing.chances() < outputs.sigmoid()).double()

    def outputs(self, x: Tensor) -> Tensor:
        """Return f of inputs (sample, input), float64."""
        return (self._raw(x) - self._centre.to(x.device)) * self._factor.to(x.device)

    def _raw(self, x: Tensor) -> Tensor:
        first, bias, second = (it.to(x.device) for it in (self._first, self._bias, self._second))
        return products((products(x, first) + bias[:, None]).relu_().T, second[None])[0]


def distribution(settings: TeacherInputs, *, inputs: int, seed: int) -> Teacher:
    """Return inputs with the labels of the seed's teacher."""
    return Teacher(settings, inputs=inputs, seed=seed)
