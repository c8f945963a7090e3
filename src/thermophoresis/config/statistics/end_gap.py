"""About an observable in one cell less that in another, at the last record."""

from typing import Literal

from pydantic import model_validator

from thermophoresis.config.claim import ObservableClaim


class EndGapClaim(ObservableClaim):
    """About an observable in one cell less that in another, at the last record."""

    statistic: Literal["end_gap"]

    @model_validator(mode="after")
    def _two_labels(self) -> "EndGapClaim":
        labels = self.cells.get(self.compare or "")
        if not isinstance(labels, tuple) or len(labels) != 2:
            raise ValueError("cells must have two labels along compare: of what and against")
        return self
