"""Ledgers of three papers: what YAML can say, and which settings are still wanting."""

from pathlib import Path

import pytest

from thermophoresis import cli
from thermophoresis.claims.judge import judge, measure
from thermophoresis.config import configuration
from thermophoresis.config.claims import Ledger, load_claims
from thermophoresis.config.problems import ConfigError, validate
from thermophoresis.config.yaml import read_yaml
from thermophoresis.measurements import walk_flux
from thermophoresis.products import Products

PAPERS = Path(__file__).parent / "papers"


@pytest.fixture
def config():
    return configuration.load(PAPERS / "config.yaml")


def test_three_ledgers_pass_the_check(capsys):
    cli.main(["check", "--quick", "--config", str(PAPERS / "config.yaml")])
    assert "32 runs, 1 figures" in capsys.readouterr().out


def test_families_share_the_error(config):
    claims = load_claims(config)
    assert {name: (it.claims, it.error_rate) for name, it in claims.families.items()} == {
        "thermophoresis": (3, pytest.approx(0.025)),
        "limit_cycles": (1, pytest.approx(0.05 / 6)),
        "three_factors": (1, pytest.approx(0.05 / 6)),
        "memorising": (1, pytest.approx(0.05 / 6)),
    }
    assert len(claims.levels) == 6
    assert claims.report().retired.keys() == {"two-layer-g-faster"}
    assert set(claims.ledger().kinds.values()) == {"P"}
    assert set(claims.ledger().papers.values()) == {"limit_cycles", "three_factors"}


def test_claims_are_judged_from_products_that_are_made(config):
    products = Products(config, load_claims(config))
    made = {
        path
        for found in (products.gather, products.measure)
        for product in found.values()
        for path in product.outputs
    }
    read = {path for product in products.judge.values() for path in product.inputs}
    assert read <= made
    assert products.judge.keys() == {
        "diffusion",
        "thermophoresis",
        "equal_thermal_time",
        "random_labels",
        "gaussian",
        "gaussian+gaussian_walk",
        "digits_with_replacement+digits",
        "digits_shuffled+digits",
    }


def test_printed_formulas_are_judged_by_what_is_computed(config):
    claims = load_claims(config)
    found = {}
    for computation, settings in config.computations.items():
        read = {f"computations/{computation}": walk_flux.measure(settings, (), (), ())}
        for name, claim in claims.about(computation).claims.items():
            found[name] = judge(name, claim, measure(name, claim, read), None)
    assert {name: (it["verdict"], round(it["estimate"], 2)) for name, it in found.items()} == {
        "eq6-diffusive": ("refuted", 0.5),
        "eq6-diffusive-centre": ("refuted", 0.5),
        "eq6-thermo-1d": ("supported", 1.0),
        "eq7-matches-eq6": ("refuted", 0.5),
    }


# --- What is wanting ------------------------------------------------------------------------------


def test_later_claims_can_be_said():
    # Observables that are not there yet are all that the ledger itself lacks.
    ledger, problems = validate(Ledger, read_yaml(PAPERS / "later_claims.yaml"))
    assert ledger is None
    assert [str(problem).partition("; ")[0] for problem in problems] == [
        "claims.li-liang-arrival.observable: got 'arrival_step'",
    ]


def test_later_claims_are_refused_by_the_settings_that_are_wanting():
    with pytest.raises(ConfigError) as caught:
        configuration.load(PAPERS / "later.yaml")
    found = [str(problem).partition(";")[0] for problem in caught.value.problems]
    assert found == [
        "experiments.gaussian_traced.measure.increment_spectrum: is not measured of one run",
        "computations.walk.kind: got 'random_walk'",
        "computations.odds.kind: got 'stationary_vector'",
    ]
