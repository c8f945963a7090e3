"""What the noise of SGD does: experiments, observables, figures, claims.

Five functions read results, `open_curves`, `mean_curves`, `fit_exponent`, `draw_curves` and
`read_verdicts`; they are those of `reading`.
"""

from typing import Any

READING = ("open_curves", "mean_curves", "fit_exponent", "draw_curves", "read_verdicts")


def __getattr__(name: str) -> Any:
    """Return one of the functions that read results, imported when it is asked for.

    Every module of the package rests on this one. By an import, all of them would rest on `reading`
    and all that it needs.
    """
    if name in READING:
        import importlib

        return getattr(importlib.import_module("thermophoresis.reading"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
