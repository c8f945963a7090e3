"""Verdicts on odds between wells, from shipped settings with fewer particles."""

from pathlib import Path

import pytest
from shipped import verdicts_on

REPOSITORY = Path(__file__).parents[2]
# Enough for what is far from its bound; what is left out below takes more.
LESS = {"well_odds": {"time": 120.0, "cells": 300}}


def test_verdicts_on_odds_between_wells(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    found = verdicts_on(("well_odds",), LESS)
    expected = {
        "j06-density": ("supported", 0.0),
        "j06-order": ("supported", 1.06),
        # −2·4.32/50 to first order: a fixed η/|B| of few samples has another limit.
        "j06-small-batches": ("refuted", -0.163),
        "j07-limit": ("supported", 1.0),
        "j07-exact": ("refuted", 1.08),
        "j07-exact-variance": ("refuted", 1.03),
        "j07-exact-batch-size": ("refuted", -1.02),
        "j08-parabola": ("supported", 0.0),
        "j09-fixed-ratio": ("refuted", 0.594),
        "j09-little-noise": ("supported", 0.012),
        "j09-quartics": ("supported", 0.091),
        "j09-no-parabolas": ("refuted", 0.119),
        "j09-one-sided": ("refuted", -0.188),
        "j09-correction": ("supported", 2.02),
        "j09-breaks-stable": ("supported", 0.342),
        "j09-breaks-flatter": ("supported", 0.1),
        "j10-much-noise": ("supported", 0.387),
        # (L_A − L_B) times −Cov(1/n, n)/Var(n) of the five n.
        "j12-sharp-deeper": ("supported", 1.561),
        "j12-equal-depth": ("refuted", 0.0),
        "j12-flat-deeper": ("refuted", -1.561),
        "j12-sharp-deeper-counted": ("supported", 1.484),
        "j12-flat-deeper-counted": ("refuted", -1.535),
        "j13-theorem-2": ("refuted", 1.978),
    }
    for name, (verdict, value) in expected.items():
        assert found[name]["verdict"] == verdict, name
        assert found[name]["estimate"] == pytest.approx(value, rel=0.12, abs=0.06), name
    # Nothing that is decided with all particles the other way is with fewer of them.
    others = {name: it["verdict"] for name, it in found.items() if name not in expected}
    assert set(others) == {
        *("j06-large-batches", "j07-learning-rate", "j07-batch-size", "j07-variance", "j08-well"),
        *("j07-within", "j07-within-batch-size", "j07-within-variance"),
        *("j09-pairs", "j09-learning-rate", "j09-batch-size", "j09-variance", "j09-oracle"),
        *(
            "j10-each-noise",
            "j10-little-noise",
            "j11-slope",
            "j11-within",
            "j12-equal-depth-counted",
            "j13-crossover",
        ),
    }
    for name in set(others) - {"j07-learning-rate", "j12-equal-depth-counted"}:
        assert others[name] in ("supported", "inconclusive"), name
