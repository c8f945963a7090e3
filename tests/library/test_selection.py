"""The nearest label, if it is near."""

import numpy as np
import pytest
import xarray as xr

import thermophoresis as tp


@pytest.fixture
def curves(results):
    return tp.open_results(results).curves("gaussian")


@pytest.mark.parametrize("rate", [0.05, np.float32(0.05), 0.1 / 2 * (1 + 1e-12), "0.05"])
def test_numbers_need_not_be_the_same_to_the_last_bit(curves, rate):
    if isinstance(rate, str):
        with pytest.raises(tp.UserError, match=r"learning_rate: got '0\.05'"):
            tp.select(curves, learning_rate=rate)
        return
    found = tp.select(curves, learning_rate=rate, batch_size=2, seed=1)
    assert found.identical(curves.sel(learning_rate=0.05, batch_size=2, seed=1))
    assert found["activation_rate"].dims == ("replica", "record")


def test_what_is_far_is_refused_with_all_that_there_is(curves):
    words = r"^learning_rate: got 0.06; must be one of 0.025, 0.05, 0.1, to a relative tolerance"
    with pytest.raises(tp.UserError, match=words):
        tp.select(curves, learning_rate=0.06)
    found = tp.select(curves, learning_rate=0.06, tolerance=0.2)
    assert float(found["learning_rate"]) == 0.05
    with pytest.raises(tp.UserError, match=r"replica: got 25; .*, … \(20 in all\), to"):
        tp.select(curves, replica=25)
    with pytest.raises(tp.UserError, match=r"got 0\.0500000007"):
        tp.select(curves, learning_rate=np.float32(0.05), tolerance=0)
    with pytest.raises(tp.UserError, match="momentum: no such coordinate; must be one of batch_si"):
        tp.select(curves, momentum=0.9)


def test_a_list_keeps_the_dimension(curves):
    found = tp.select(curves, learning_rate=[0.1, 0.025], seed=0)
    assert found.identical(curves.sel(learning_rate=[0.1, 0.025], seed=0))


def test_a_time_is_the_nearest_record_of_one_cell(curves):
    # Whatever the order in which it is said.
    found = tp.select(curves, thermal_time=30.5, batch_size=1, learning_rate=0.1, tolerance=0.05)
    cell = curves.sel(learning_rate=0.1, batch_size=1)
    nearest = int(abs(cell["thermal_time"].values - 30.5).argmin())
    assert found.identical(cell.isel(record=nearest))
    with pytest.raises(tp.UserError, match="thermal_time: differs along learning_rate, batch_size"):
        tp.select(curves, thermal_time=30)


def test_a_cell_that_was_not_trained_is_not_there(curves):
    curves["trained"][0, 2] = 0
    with pytest.raises(tp.UserError, match=r"no cell with learning_rate=0\.025, batch_size=3"):
        tp.select(curves, learning_rate=0.025, batch_size=3)
    assert tp.select(curves, learning_rate=0.025)["trained"].values.tolist() == [1, 1, 0]


def test_of_one_dimension_of_cells_too(curves):
    stacked = curves.stack(cell=("learning_rate", "batch_size")).reset_index("cell")
    stacked = stacked.drop_vars("cell", errors="ignore").transpose("cell", ...)
    found = tp.select(stacked, learning_rate=np.float32(0.05), batch_size=3)
    exact = curves.sel(learning_rate=0.05, batch_size=3)["activation_rate"]
    np.testing.assert_array_equal(found["activation_rate"], exact)
    assert tp.select(stacked, batch_size=3).sizes["cell"] == 3


def test_names_are_compared_as_words():
    words = xr.Dataset({"loss": ("init", [1.0, 2.0])}, {"init": ["small", "large"]})
    assert float(tp.select(words, init="large")["loss"]) == 2
    with pytest.raises(tp.UserError, match="init: got 'huge'; must be one of large, small"):
        tp.select(words, init="huge")
