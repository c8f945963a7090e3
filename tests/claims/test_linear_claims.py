"""Verdicts on batches, quadratic losses and printed spectra, from the shipped settings."""

from pathlib import Path

import pytest
from shipped import verdicts_on

REPOSITORY = Path(__file__).parents[2]
KINDS = ("minibatch_covariance", "quadratic_loss", "printed_spectra")
# What is 0 or 1 to rounding, is far from it, or differs with what is drawn.
NOT_AS_PRINTED = {
    "l02-without-replacement": 6 / 5,
    "l03-variance": 2 / 0.1,
    "l08-double-precision": -(0.27**2) / (0.27**2 + 0.84**2),
    "l08-over-all": 0.0047 - 0.98**2 / (0.98**2 + 2.16**2),
    "l08-over-all-rounded": 0.00475 - 0.975**2 / (0.975**2 + 2.165**2),
    "l08-trace": (0.0047 * (1 + (2.16 / 0.98) ** 2)) ** 0.5,
    "l18-isotropic-potential": 2,
    "l20-current": 0,
    "l30-unique": 0,
}
DRAWN = ("l02-appendix", "l17-any", "l17-plain-metric", "l30-no-q")


def test_verdicts_on_what_needs_no_simulation(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    found = verdicts_on(KINDS)
    refuted = {name: it["estimate"] for name, it in found.items() if it["verdict"] == "refuted"}
    assert refuted.keys() == {*NOT_AS_PRINTED, *DRAWN}
    assert {it: refuted[it] for it in NOT_AS_PRINTED} == pytest.approx(NOT_AS_PRINTED, abs=1e-4)
    others = {name: it["verdict"] for name, it in found.items() if name not in refuted}
    assert others.pop("l45-networks") == "not testable"
    assert set(others.values()) == {"supported"}
    assert len(others) == 15
