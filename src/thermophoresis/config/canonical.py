"""The one text for settings, by which Snakemake and checkpoints compare them."""

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
