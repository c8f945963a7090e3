"""Samples of any shape of one of the configuration's data sets, as vectors."""

from typing import Literal

from thermophoresis.config.inputs import DatasetInputs


class Arrays(DatasetInputs):
    """Samples of any shape of one of the configuration's data sets, as vectors."""

    kind: Literal["arrays"]
