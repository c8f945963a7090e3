"""The package in a script or a notebook: ten names, which `thermophoresis` itself has as well.

Results are netCDF files that need no code of this project; these do what takes more than a line.
"""

import importlib
from collections.abc import Mapping
from typing import Any

# The module of each name, imported with the first that is asked for.
MODULES: Mapping[str, str] = {
    "Interval": "library.curves",
    "Results": "library.results",
    "UserError": "errors",
    "collapse": "library.curves",
    "draw_curves": "library.curves",
    "fit_exponent": "library.curves",
    "mean_curves": "library.curves",
    "open_results": "library.results",
    "select": "library.selection",
    "train": "library.training",
}
__all__ = [*MODULES]


def __getattr__(name: str) -> Any:
    """Return one of the names."""
    if name in MODULES:
        return getattr(importlib.import_module(f"thermophoresis.{MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
