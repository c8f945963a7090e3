"""What the noise of SGD does: experiments, observables, figures, claims.

``import thermophoresis as tp``: ten names read results, ask them, and train without the pipeline;
`library` has them, docs/library.md shows them at work.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thermophoresis.errors import UserError
    from thermophoresis.library.curves import (
        Interval,
        collapse,
        draw_curves,
        fit_exponent,
        mean_curves,
    )
    from thermophoresis.library.results import Results, open_results
    from thermophoresis.library.selection import select
    from thermophoresis.library.training import train

    __all__ = [
        "Interval",
        "Results",
        "UserError",
        "collapse",
        "draw_curves",
        "fit_exponent",
        "mean_curves",
        "open_results",
        "select",
        "train",
    ]


def __getattr__(name: str) -> Any:
    """Return one of the public names, imported when it is asked for.

    Every module of the package rests on this one. By an import, all of them would rest on the
    library and all that it needs; and with the names here, a new one would make all results anew.
    """
    import importlib
    import importlib.util

    # Python and others look for much that modules may have, and ``from thermophoresis import cli``
    # asks for the module here before it imports it.
    private = name.startswith("_") and name != "__all__"
    if private or importlib.util.find_spec(f"{__name__}.{name}"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(importlib.import_module("thermophoresis.library"), name)
    except AttributeError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None


def __dir__() -> list[str]:
    """Return the public names, and what every module has."""
    return sorted({*globals(), *__getattr__("__all__")})
