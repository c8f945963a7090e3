"""Settings of earlier versions: what has become of them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from thermophoresis.config.problems import Problem

LAST = "0.1.0"  # version that had them
OF_FILE = {"compile": "leave it out, nothing is needed in its place"}
OF_EXPERIMENT = {"curvature": "say `measure: {hessian_chain: {…}}`, with what it held"}
OF_LAYER = re.compile(r"activation_rate_layer_(\d+)")


def present(settings: Mapping[Any, Any]) -> tuple[dict[Any, Any], list[Problem]]:
    """Return settings without those that were removed, and what is to be said instead of these.

    Parameters
    ----------
    settings
        Of a whole file: of a configuration or of claims.
    """
    problems = [_removed((name,), advice) for name, advice in OF_FILE.items() if name in settings]
    found = {name: value for name, value in settings.items() if name not in OF_FILE}
    if isinstance(experiments := settings.get("experiments"), Mapping):
        found["experiments"] = dict(experiments)
        for name, experiment in experiments.items():
            old = [
                it for it in OF_EXPERIMENT if isinstance(experiment, Mapping) and it in experiment
            ]
            problems += [_removed(("experiments", name, it), OF_EXPERIMENT[it]) for it in old]
            if old:
                kept = {key: value for key, value in experiment.items() if key not in old}
                # What rests on it is not told once more to be wanting.
                found["experiments"][name] = {"measure": {"hessian_chain": {}}, **kept}
    for section in ("figures", "claims"):
        problems += _layers_of(found, section)
    return found, problems


def _layers_of(settings: dict[Any, Any], section: str) -> Iterator[Problem]:
    """Give the observables of single layers their present name, and yield each problem."""
    if not isinstance(entries := settings.get(section), Mapping):
        return
    settings[section] = dict(entries)
    for name, entry in entries.items():
        observable = entry.get("observable") if isinstance(entry, Mapping) else None
        if isinstance(observable, str) and (layer := OF_LAYER.fullmatch(observable)):
            now = {"observable": "activation_rate_layer", "at": {"layer": int(layer[1])}}
            settings[section][name] = {**entry, **now}
            advice = f"say activation_rate_layer, and at: {{layer: {layer[1]}}} beside it"
            yield _removed((section, name, "observable"), advice, f"got {observable!r}, which ")


def _removed(path: tuple[Any, ...], advice: str, begin: str = "") -> Problem:
    return Problem(path, f"{begin}was removed after version {LAST}; {advice}")
