"""The downward drift of a mean per thermal time."""

import numpy as np

from thermophoresis.claims.cells import Cells


def blocks_of_drift(cells: Cells, mean: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return −Δm/Δτ (K, count) over blocks of a run equal in √τ, and the records they lie between.

    The records are evenly spaced in √τ unless the experiment says otherwise.
    """
    tau = cells.thermal_time
    records = np.rint(np.linspace(0, mean.shape[1] - 1, count + 1)).astype(int)
    records = np.unique(records)
    return -np.diff(mean[:, records], axis=1) / np.diff(tau[:, records], axis=1), records
