"""Verdicts on what the paper says of the random walk, from the shipped settings."""

from pathlib import Path

import pytest
from shipped import verdicts_on

from thermophoresis.config import configuration
from thermophoresis.config.claims import load_claims

REPOSITORY = Path(__file__).parents[2]


def test_verdicts_on_the_random_walk(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    claims = load_claims(configuration.load("config/config.yaml"))
    assert claims.families["walk"].claims == 3
    kinds = ("walk_flux", "soret_equilibrium", "walk_moments")
    found = verdicts_on(kinds, {"walk_flux": {"walkers": 1000}})  # which decide nothing
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
