"""Wells with local entropy: errors at rounding, and where minima merge."""

import numpy as np
import pytest

from thermophoresis.config.measurements.smoothed_wells import SmoothedWells
from thermophoresis.measurements import smoothed_wells


@pytest.fixture(scope="module")
def found():
    settings = SmoothedWells(kind="smoothed_wells", gammas=(0.2, 1.0), nodes=161)
    return smoothed_wells.measure(settings, (), (), ())


def test_errors_are_at_rounding(found):
    assert found["well"].values.tolist() == [
        *("gaussians", "gaussians_2d"),
        *("double_well", "double_well_2d"),
    ]
    assert (found["quadrature_error"] < 1e-11).all()
    assert (found["merging_error"] < 1e-10).all()


def test_minima_merge_at_the_same_gamma_in_one_and_two_dimensions(found):
    merging = found["merging_variance"]
    assert float(merging.sel(well="gaussians")) == pytest.approx(0.75, rel=1e-10)
    np.testing.assert_allclose(
        merging.sel(well="double_well"), merging.sel(well="double_well_2d"), rtol=1e-10
    )
    assert "merge at γ = 0.75 (gaussians)" in smoothed_wells.describe(found)


def test_the_wide_well_becomes_the_lower_one(found):
    curves = found["curve"].sel(shape="narrow_and_wide")
    lowest = curves["place"].values[curves.argmin("place").values]
    assert lowest[0] == pytest.approx(-1, abs=0.05)
    assert lowest[-1] > 0


def test_a_coarse_lattice_is_told(monkeypatch):
    monkeypatch.setattr(smoothed_wells, "COVARIANCES", {"gaussians": ((1e-4,),)})
    monkeypatch.setattr(smoothed_wells, "CENTRES", {"gaussians": ((1.0,),)})
    settings = SmoothedWells(kind="smoothed_wells", gammas=(1.0,), nodes=101)
    found = smoothed_wells.measure(settings, (), (), ())
    assert found["quadrature_error"][0] > 1e-6
