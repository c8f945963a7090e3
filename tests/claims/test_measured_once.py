"""Statistics of what is measured of each network once: p-values together, slopes on temperature."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from thermophoresis.claims.judge import judge, measure
from thermophoresis.claims.statistics import combined_p_value
from thermophoresis.config.statistics.combined_p_value import CombinedPValueClaim
from thermophoresis.config.statistics.measured_value import MeasuredValueClaim
from thermophoresis.config.statistics.temperature_slope import TemperatureSlopeClaim

NETWORKS = 80
WORDS = {
    "source": "a source",
    "statement": "A statement.",
    "experiment": "mine",
    "measurement": "circulation",
    "variable": "found",
}
READ = "measurements/circulation/mine"


def gathered(values, batch_sizes=(2, 4, 8)):
    """A gathered file of a variable (batch size, network) without records."""
    of_cells = np.asarray(values, dtype=float)[None, :, None]
    axes = ("learning_rate", "batch_size", "seed", "replica")
    return xr.Dataset(
        {
            "found": (axes, of_cells),
            "trained": (axes[:2], np.ones(of_cells.shape[:2], np.int8)),
        },
        {
            "learning_rate": [0.2],
            "batch_size": list(batch_sizes),
            "seed": [0],
            "replica": np.arange(of_cells.shape[-1]),
        },
    )


def judged(kind, statistic, criterion, dataset, level=0.999):
    claim = kind(statistic=statistic, criterion=criterion, **WORDS)
    assert claim.reads == (READ, "curves/mine")
    read = {READ: dataset, "curves/mine": dataset.drop_vars("found")}
    return judge("a", claim, measure("a", claim, read), level)


def test_p_values_together_are_stouffers():
    p_values = np.random.default_rng(0).uniform(size=30)
    exact = stats.combine_pvalues(p_values, method="stouffer").pvalue
    assert combined_p_value.combined(p_values) == pytest.approx(exact, rel=1e-10)
    assert np.isnan(combined_p_value.combined(np.array([])))
    assert combined_p_value.combined(np.array([0.0, 0.5])) < 1e-100


def test_weak_evidence_of_many_networks_decides():
    rng = np.random.default_rng(1)
    shifted = stats.norm.sf(rng.normal(0.8, 1, (1, NETWORKS)))
    found = judged(
        CombinedPValueClaim, "combined_p_value", {"below": 0.01}, gathered(shifted, (2,))
    )
    assert found["verdict"] == "supported"
    assert np.mean(shifted < 0.01) < 0.3
    assert found["ci_low"] == found["estimate"] == found["ci_high"]
    none = judged(
        CombinedPValueClaim, "combined_p_value", {"below": 0.01},
        gathered(rng.uniform(size=(1, NETWORKS)), (2,)),
    )  # fmt: skip
    # Not rejecting is no evidence against what a claim says, and more networks are no promise.
    assert none["estimate"] > 0.01
    assert none["verdict"] == "inconclusive"
    assert none["more_replicas"] is None


def test_the_cell_with_least_evidence_decides_and_what_is_not_stationary_is_told():
    values = np.full((3, NETWORKS), 1e-3)
    values[1] = 0.5
    values[:, :7] = np.nan
    found = judged(CombinedPValueClaim, "combined_p_value", {"below": 0.01}, gathered(values))
    assert found["verdict"] == "inconclusive"
    assert found["cell"] == "η = 0.2, |B| = 4"
    assert "7 of 80 networks are not testable" in found["caveat"]
    nothing = judged(
        CombinedPValueClaim, "combined_p_value", {"below": 0.01}, gathered(values * np.nan)
    )
    assert nothing["verdict"] == "not testable"


@pytest.mark.parametrize("criterion", [{"at_least": 0.01}, {"below": 0.9, "above": 0.1}])
def test_a_p_value_is_asked_to_be_small(criterion):
    with pytest.raises(ValueError, match="must be below alone"):
        CombinedPValueClaim(statistic="combined_p_value", criterion=criterion, **WORDS)


@pytest.mark.parametrize(
    ("power", "verdict"), [(1.0, "supported"), (0.0, "inconclusive"), (-1.0, "refuted")]
)
def test_slope_on_the_temperature(power, verdict):
    rng = np.random.default_rng(2)
    drive = (0.2 / np.array([2, 4, 8]))[:, None]
    values = 1 + power * np.log(drive / 0.05) / 2 + 0.1 * rng.standard_normal((3, NETWORKS))
    found = judged(TemperatureSlopeClaim, "temperature_slope", {"above": 0}, gathered(values))
    assert found["verdict"] == verdict
    assert found["estimate"] == pytest.approx(power / 2, abs=0.03)


def test_one_temperature_has_no_slope():
    dataset = gathered(np.ones((1, NETWORKS)), (2,))
    found = judged(TemperatureSlopeClaim, "temperature_slope", {"above": 0}, dataset)
    assert found["verdict"] == "not testable"
    assert "one temperature" in found["caveat"]


def test_values_without_records_have_a_mean():
    values = np.random.default_rng(3).normal(2, 0.1, (1, NETWORKS))
    found = judged(MeasuredValueClaim, "measured_value", {"above": 1}, gathered(values, (2,)))
    assert found["verdict"] == "supported"
    assert found["estimate"] == pytest.approx(values.mean())
