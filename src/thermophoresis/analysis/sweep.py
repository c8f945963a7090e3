"""The cells of an experiment that differ in one hyperparameter, each as one curve."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from thermophoresis.analysis.thermal_time import SCHEDULED, thermal_time
from thermophoresis.analysis.view import by_record, cells_with, labels_of
from thermophoresis.numerics.intervals import Band, mean_band


@dataclass(frozen=True)
class Sweep:
    """K curves of one observable, sorted by learning rate, then batch size.

    Attributes
    ----------
    cells
        The networks that are averaged; see `analysis.view.cells_with`.
    band
        Mean over networks and its confidence interval, shape (K, records).
    """

    cells: xr.Dataset
    band: Band

    @property
    def learning_rate(self) -> np.ndarray:
        """Shape (K,)."""
        return self.cells["learning_rate"].values

    @property
    def batch_size(self) -> np.ndarray:
        """Shape (K,)."""
        return self.cells["batch_size"].values

    def labels(self, axis: str) -> np.ndarray:
        """Return the label of each curve along a swept axis, shape (K,)."""
        return labels_of(self.cells, axis)

    @property
    def step(self) -> np.ndarray:
        """Iteration t of each record, shape (K, records)."""
        return self.cells["step"].values.astype(np.float64)

    @property
    def thermal_time(self) -> np.ndarray:
        """τ = η² t / |B|, or Σ η² / |B| where they change, shape (K, records)."""
        if self.scheduled:
            return self.cells["thermal_time"].values
        return thermal_time(self.learning_rate, self.batch_size, self.step)

    @property
    def scheduled(self) -> bool:
        """Whether η or |B| change in the course of the runs."""
        return SCHEDULED in self.cells.coords

    @property
    def training_time(self) -> np.ndarray:
        """η t, or Σ η where it changes, shape (K, records)."""
        constant = np.asarray(self.learning_rate[:, np.newaxis] * self.step)
        if not self.scheduled:
            return constant
        # Where a schedule is swept, cells without one need not tell.
        told = self.cells["training_time"].values
        return np.where(np.isnan(told), constant, told)

    @property
    def left_out(self) -> np.ndarray:
        """Number of networks that have diverged and are not averaged, shape (K, records)."""
        return self.cells.sizes["network"] - self.band.count


def select_sweep(
    curves: xr.Dataset,
    observable: str,
    *,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    further: Mapping[str, Any] = MappingProxyType({}),
    level: float = 0.95,
) -> Sweep:
    """Average over the networks of each of two or more cells; see `analysis.view.cells_with`.

    Parameters
    ----------
    curves, observable, learning_rate, batch_size, further
        Content of a gathered file, the name of a variable and what the cells have in common.
    level
        Confidence level of the bands.
    """
    cells = cells_with(
        curves,
        [observable],
        learning_rate=learning_rate,
        batch_size=batch_size,
        further=further,
        least=2,
    )
    return Sweep(cells, mean_band(by_record(cells, observable), level))
