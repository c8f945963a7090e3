"""Verdicts on what is said of free energy, potential and the double well, from shipped settings."""

from pathlib import Path

import pytest
from shipped import verdicts_on

REPOSITORY = Path(__file__).parents[2]
# What decides nothing here is left out, so that it takes seconds.
LESS = {
    "double_well": {"strengths": (0.0, 1.5), "cells": 120},
    "double_well_particles": {"strengths": (1.5,), "particles": 48},
}
KINDS = ("double_well", "double_well_particles", "noise_potential", "force_premises")


def test_verdicts_on_the_double_well(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    found = verdicts_on(KINDS, LESS)
    verdicts = {name: (it["verdict"], it["estimate"]) for name, it in found.items()}
    # What these are is told by the grid, or by chance; the rest has one value.
    free = (
        "l15-energy-falls",
        "l23-rows",
        "l25-density",
        "l25-particles",
        "example-turns",
        "example-entropy",
        "l32-current",
        "l32-potential",
    )
    assert {verdicts.pop(name)[0] for name in free} == {"supported"}
    expected = {
        "l16-dissipation": ("supported", 2.0),
        # ∫ρ j·∇Φ is left.
        "l16-divergence": ("refuted", -0.0114),
        "l19-equal-potential": ("refuted", 0.0),
        # ¾ ln(3/2).
        "l22-potential-line": ("refuted", 0.3041),
        "l22-potential-plane": ("refuted", 0.059),
        "l23-columns": ("refuted", 0.888),
        "l23-poster-rows": ("refuted", 0.283),
        "l23-poster-columns": ("refuted", 1.19),
        "l24-divergence": ("refuted", 1.825),
        "l24-orthogonal": ("refuted", 1.825),
        "l24-stationary": ("supported", 0.0),
        "l26-near-warm": ("refuted", 0.0),
        "l26-near-four": ("supported", 0.0181),
        "l26-near-sixteen": ("supported", 0.151),
        "l26-type": ("refuted", 0.0),
        "l26-type-everywhere": ("refuted", 0.0),
        "l26-type-formula": ("supported", 0.0),
        "example-zeros": ("supported", 0.0),
        "example-merging": ("supported", 0.0),
        # 2λe^{1/4}.
        "l26-gradient": ("refuted", 3.852),
        "l27-force": ("refuted", 0.0),
        "l27-drift": ("refuted", 0.0),
        "l28-path": ("refuted", 2.57),
        "l28-small-noise": ("refuted", 17.7),
        "l29-closed": ("refuted", 0.01837),
        "l31-shift-line": ("supported", 1.0),
        "l31-shift-plane": ("supported", 1.0),
    }
    assert verdicts.keys() == expected.keys()
    for name, (verdict, value) in expected.items():
        assert verdicts[name] == (verdict, pytest.approx(value, rel=0.06, abs=0.003)), name
