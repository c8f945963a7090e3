"""Verdicts on what the paper says of the random walk, from the shipped settings."""

import importlib
from pathlib import Path

import pytest

from thermophoresis.claims.judge import judge, measure
from thermophoresis.config import configuration
from thermophoresis.config.claims import load_claims

REPOSITORY = Path(__file__).parents[2]


def test_verdicts_on_the_random_walk(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    config = configuration.load("config/config.yaml")
    claims = load_claims(config)
    assert claims.families["walk"].claims == 3
    found = {}
    for name, settings in config.computations.items():
        if settings.kind not in ("walk_flux", "soret_equilibrium", "walk_moments"):
            continue
        if settings.kind == "walk_flux":  # walkers decide nothing
            settings = settings.model_copy(update={"walkers": 1000})
        module = importlib.import_module(f"thermophoresis.measurements.{settings.kind}")
        read = {f"computations/{name}": module.measure(settings, (), (), ())}
        for claim_id, claim in claims.about(name).claims.items():
            estimates = measure(claim_id, claim, read)
            found[claim_id] = judge(claim_id, claim, estimates, claims.levels.get(claim_id))
    verdicts = {
        name: (it["verdict"], pytest.approx(it["estimate"], abs=0.06)) for name, it in found.items()
    }
    assert verdicts == {
        "eq6-diffusive": ("refuted", 0.5),
        "eq6-thermo-1d": ("supported", 1.0),
        "eq6-thermo-2d": ("refuted", 1.5),
        "eq7-matches-eq6": ("refuted", 0.5),
        "eq18-remainder": ("supported", 4.0),
        "soret-power": ("refuted", -2.0),
        # Exactly 0: whatever its sign, its interval holds that.
        "walk-mean": ("inconclusive", 0.0),
        # exp(−½) − 1.
        "walk-median": ("supported", -0.393),
    }
