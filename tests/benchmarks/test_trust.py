"""Thresholds, flips and histories of verdicts, on what is known by hand."""

import math
from pathlib import Path

import pytest

from thermophoresis.config.claim import Criterion
from thermophoresis.config.configuration import load

ROOT = Path(__file__).parents[2]


def found(verdict, low, high, **other):
    return {
        "id": "a",
        "verdict": verdict,
        "ci_low": low,
        "ci_high": high,
        "ci_level": 0.99,
        **other,
    }


@pytest.mark.parametrize(
    ("criterion", "verdict", "interval", "expected"),
    [
        ({"below": 0.1}, "supported", (0.05, 0.07), (0.1, 0.07)),
        ({"below": 0.1}, "refuted", (0.3, 0.5), (0.1, 0.3)),
        ({"above": 0}, "supported", (0.2, 0.5), (0, 0.2)),
        ({"above": 0}, "refuted", (-0.5, -0.2), (0, -0.2)),
        ({"at_least": 1.8, "at_most": 2.2}, "supported", (1.85, 1.9), (1.8, 1.85)),
        ({"at_least": 1.8, "at_most": 2.2}, "supported", (1.95, 2.19), (2.2, 2.19)),
        ({"at_least": 1.8, "at_most": 2.2}, "refuted", (1.0, 1.5), (1.8, 1.5)),
        ({"at_least": 1.8, "at_most": 2.2}, "refuted", (2.5, 3.0), (2.2, 2.5)),
        ({"below": 0.1}, "inconclusive", (0.05, 0.3), None),
        ({"below": 0.1}, "not testable", (0.05, 0.3), None),
        ({"holds": 1}, "supported", (0.5, 1.5), None),
    ],
)
def test_a_verdict_flips_where_its_bound_meets_its_interval(criterion, verdict, interval, expected):
    from trust import flips_at, margin

    from thermophoresis.claims.verdicts import verdict as verdict_of

    criterion = Criterion(**criterion)
    assert flips_at(criterion, found(verdict, *interval)) == expected
    if expected is None:
        assert math.isnan(margin(criterion, found(verdict, *interval)))
        return
    half = (interval[1] - interval[0]) / 2
    distance = margin(criterion, found(verdict, *interval)) * half
    assert distance == pytest.approx(abs(expected[0] - expected[1]))
    # The verdict stays on this side of the threshold and is another one beyond it.
    (key,) = (
        it for it in ("below", "above", "at_least", "at_most") if _is(criterion, it, expected)
    )
    step = 1e-6 * (1 if expected[1] > expected[0] else -1)
    others = {it: getattr(criterion, it) for it in ("at_least", "at_most") if it != key}
    for bound, same in ((expected[1] - step, True), (expected[1] + step, False)):
        if others.get("at_least") is not None and bound < others["at_least"]:
            continue
        moved = Criterion(
            **{it: value for it, value in others.items() if value is not None}, **{key: bound}
        )
        assert (verdict_of(moved, *interval) == verdict) == same


def _is(criterion, key, expected):
    return getattr(criterion, key) == expected[0]


def test_flips_are_counted_by_what_they_are():
    from trust import flips

    names = "abcdefgh"
    before = ["supported", "supported", "refuted", "inconclusive", "no exponent", "refuted"]
    after = ["supported", "refuted", "inconclusive", "supported", "refuted", "refuted"]
    before += ["not testable", "supported"]
    after += ["inconclusive", "refuted"]
    one = [{"id": name, "verdict": it} for name, it in zip(names, before, strict=True)]
    other = [{"id": name, "verdict": it} for name, it in zip(names, after, strict=True)]
    one[-1]["kind"] = "T"  # no finding
    counts = {"same": 2, "contradicted": 2, "open again": 1, "decided": 1, "open": 1}
    assert flips(one, [*other, {"id": "z", "verdict": "refuted"}]) == counts
    assert flips([{"id": "x", "verdict": "refuted"}], other).total() == 0


def test_seeds_are_raised_in_place():
    from trust import with_seeds

    text = "a: 1  # seeds\nb:\n  seeds: [0, 1]\nc: {seeds: [3], seed: 4}\n"
    raised = "a: 1  # seeds\nb:\n  seeds: [100, 101]\nc: {seeds: [103], seed: 104}\n"
    assert with_seeds(text, 100) == raised


def test_no_draw_of_the_default_configuration_is_made_again(tmp_path):
    from trust import main

    main(["fresh", str(tmp_path / "fresh")])
    old, new = load(ROOT / "config/config.yaml"), load(tmp_path / "fresh/config.yaml")
    assert {*old.experiments} == {*new.experiments}
    for name, experiment in old.experiments.items():
        assert {*experiment.seeds}.isdisjoint(new.experiments[name].seeds)
    drawn = {name: it for name, it in old.computations.items() if hasattr(it, "seed")}
    assert len(drawn) > 3
    for name, computation in drawn.items():
        assert computation.seed != new.computations[name].seed
    # Nothing else is different.
    for name, computation in old.computations.items():
        seed = {"seed": computation.seed} if name in drawn else {}
        assert new.computations[name].model_copy(update=seed) == computation


def test_a_criterion_is_as_old_as_its_last_change():
    from trust import since

    states = [
        ("one", {"a": {"below": 0}, "b": {"below": 0}}),
        ("two", {"a": {"below": 1}, "b": {"below": 0}}),
        ("three", {"a": {"below": 1}}),
        ("four", {"a": {"below": 1}, "b": {"below": 0}, "c": {"above": 0}}),
    ]
    # What was away in between has been brought anew.
    assert since(iter(states)) == {"a": "two", "b": "four", "c": "four"}
