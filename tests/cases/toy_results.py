"""A folder of results, made without training."""

import json

import numpy as np
import toy_sweeps
from ledger_entries import ENTRY

from thermophoresis.provenance import netcdf

VERDICTS = [
    ENTRY | {"id": "falls", "paper": "limit_cycles"},
    ENTRY | {"id": "rises", "verdict": "refuted", "statement": "All is well."},
]


def write(folder):
    """Write curves that are one function of thermal time, a measurement, figures and verdicts."""
    curves = toy_sweeps.make_curves()
    curves = curves.assign_coords(
        seed=np.arange(toy_sweeps.SEEDS), replica=np.arange(toy_sweeps.REPLICAS)
    )
    netcdf.write(curves, folder / "curves/gaussian.nc")
    netcdf.write(curves[["second_layer_norm"]], folder / "measurements/norm/gaussian.nc")
    netcdf.write(curves[["trained"]], folder / "computations/alone.nc")
    (folder / "figures").mkdir()
    for name in ("fig3.svg", "fig3.png", "fig5.svg"):
        (folder / "figures" / name).write_text("")
    (folder / "claims.json").write_text(json.dumps(VERDICTS))
    return folder
