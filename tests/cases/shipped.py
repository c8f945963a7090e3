"""Claims of the shipped configuration about computations, judged as jobs do it."""

import importlib
from collections.abc import Collection, Mapping
from typing import Any

from thermophoresis.claims.judge import judge, measure
from thermophoresis.config import configuration
from thermophoresis.config.claims import load_claims


def verdicts_on(
    kinds: Collection[str], less: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, dict[str, Any]]:
    """Return what is said of each claim about computations of some kinds, by its id.

    Parameters
    ----------
    kinds
        Of measurements of no run. The working directory is the repository.
    less
        Settings that replace those of the configuration, by kind.
    """
    config = configuration.load("config/config.yaml")
    claims = load_claims(config)
    found = {}
    for name, settings in config.computations.items():
        if settings.kind not in kinds:
            continue
        settings = settings.model_copy(update=(less or {}).get(settings.kind, {}))
        module = importlib.import_module(f"thermophoresis.measurements.{settings.kind}")
        read = {f"computations/{name}": module.measure(settings, (), (), ())}
        for claim_id, claim in claims.about(name).claims.items():
            estimates = measure(claim_id, claim, read)
            found[claim_id] = judge(claim_id, claim, estimates, claims.levels.get(claim_id))
    return found
