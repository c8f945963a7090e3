"""The one text for settings, by which they are compared and which files tell."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel


def canonical_json(settings: BaseModel | Mapping[str, Any] | list[str]) -> str:
    """Return the one JSON text for these settings: sorted keys, no spaces, floats by ``repr``."""
    if isinstance(settings, BaseModel):
        settings = settings.model_dump(mode="json")
    return json.dumps(
        settings, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def essential_json(settings: BaseModel) -> str:
    """Return the one JSON text for what settings have beside defaults.

    By this text jobs are told their settings, and Snakemake compares them: a new setting, at its
    default in everything that exists, reruns nothing. A default must therefore never change.
    """
    return canonical_json(settings.model_dump(mode="json", exclude_defaults=True))
