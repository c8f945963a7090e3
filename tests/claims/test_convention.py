"""Verdicts on temperature, unlike noise, equilibrium and Kramers, from shipped settings."""

from pathlib import Path

import pytest
from shipped import verdicts_on

REPOSITORY = Path(__file__).parents[2]
# What decides nothing here is left out, so that it takes seconds.
LESS = {"current_of_wells": {"cells": 80}, "escape_times": {"exits": 600}}
KINDS = ("noise_convention", "current_of_wells", "escape_times")


def test_verdicts_on_the_convention(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    found = verdicts_on(KINDS, LESS)
    verdicts = {name: (it["verdict"], it["estimate"]) for name, it in found.items()}
    # On a coarse grid it is not that much above the error.
    verdicts.pop("j17-resolved")
    assert verdicts.pop("j19-counted")[0] == "supported"
    expected = {
        "j14-theorem-1": ("supported", 1.0),
        "j14-theorem-2": ("refuted", 0.5),
        "j14-slides": ("supported", 1.0),
        # 0.9 (1/n_B − 1/n_A) more than at the barrier.
        "j15-ratio": ("refuted", 7.802),
        # ln(n_A/n_B), and what parabolas cost.
        "j15-ratio-from-barrier": ("refuted", 0.602),
        "j15-ratio-printed-noise": ("refuted", 6.202),
        "j15-constant": ("refuted", 8.0),
        "j15-mended": ("supported", -0.091),
        "j15-quadrature": ("supported", 0.0),
        "j17-isotropic": ("supported", 0.0),
        "j17-diagonal": ("refuted", 0.0387),
        "j17-turned": ("refuted", 0.2513),
        "j17-parabola-commuting": ("supported", 0.0),
        "j17-parabola": ("refuted", 0.4643),
        "j17-steps": ("refuted", 0.2928),
        "j17-odds": ("refuted", 0.0728),
        "j17-odds-diagonal": ("refuted", 0.1704),
        "j17-solver": ("supported", 1.957),
        "j18-ito": ("supported", 1.0),
        "j18-midpoint": ("supported", 0.5),
        "j19-slope": ("refuted", 0.979),
        "j19-limit": ("supported", 0.994),
    }
    assert verdicts.keys() == expected.keys()
    for name, (verdict, value) in expected.items():
        assert verdicts[name] == (verdict, pytest.approx(value, rel=0.02, abs=0.003)), name
