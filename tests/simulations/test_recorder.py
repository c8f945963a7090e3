"""What is kept of an ensemble: of anything that has parameters, without a network or settings."""

import numpy as np
import pytest
import torch

from thermophoresis.simulations import recorder as recorder_module
from thermophoresis.simulations.recorder import Recorder

PROBE = (torch.zeros(1, 1), torch.zeros(1, 1))


def observe(parameters, x, y):
    """Return the first parameter as a loss, and two functions of it along an axis."""
    loss = parameters["w"][:, 0].double()
    return {"loss": loss, "both": torch.stack([loss**2, torch.exp(-loss)], 1)}


def empty():
    """Return a recorder of nothing so far."""
    return Recorder(
        observe,
        decisive=("loss", "both"),
        replicas=3,
        records=4,
        snapshots=(0, 3),
        snapshot_replicas=2,
        divergence_loss=10.0,
    )


def fill(recorder, losses, records=range(4)):
    """Record replicas in blocks of two; losses are (replica, record)."""
    for block in (range(2), range(2, 3)):
        for index in records:
            own = torch.tensor([losses[replica][index] for replica in block])
            recorder.record(block, PROBE, index, {"w": torch.stack([own, -own], 1)})


def test_what_is_measured_is_kept_by_replica_and_record():
    losses = [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 8.0, 7.0, 6.0]]
    recorder = empty()
    fill(recorder, losses)
    np.testing.assert_array_equal(recorder.values["loss"], losses)
    both = np.stack([np.square(losses), np.exp(np.negative(losses))], axis=2)
    np.testing.assert_allclose(recorder.values["both"], both, rtol=1e-7)
    assert recorder.values["loss"].dtype == np.float32
    assert not recorder.diverged.any()


@pytest.mark.parametrize("together", [2, 3, 100])
def test_when_records_are_fetched_changes_nothing(together, monkeypatch):
    losses = [[1.0, 2.0, 30.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 8.0, 7.0, np.nan]]
    at_once, later = empty(), empty()
    fill(at_once, losses)
    monkeypatch.setattr(recorder_module, "TOGETHER", {"cpu": together})
    fill(later, losses)
    expected, found = at_once.state(), later.state()
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)


@pytest.mark.parametrize("bad", [10.5, np.nan, np.inf])
def test_a_diverged_replica_is_no_number_from_then_on(bad):
    recorder = empty()
    fill(recorder, [[1.0, 2.0, 3.0, 4.0], [1.0, bad, 1.0, 1.0], [bad, 1.0, 1.0, 1.0]])
    assert recorder.diverged.tolist() == [[0, 0, 0, 0], [0, 1, 1, 1], [1, 1, 1, 1]]
    for values in recorder.values.values():
        for column in values.reshape(3, 4, -1).transpose(2, 0, 1):
            np.testing.assert_array_equal(np.isnan(column), recorder.diverged == 1)


def test_a_replica_has_diverged_where_one_value_along_an_axis_is_not_finite():
    recorder = empty()
    fill(recorder, [[1.0, 1.0, 1.0, 1.0], [1.0, -800.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    assert recorder.diverged.tolist() == [[0, 0, 0, 0], [0, 1, 1, 1], [0, 0, 0, 0]]


def test_parameters_of_the_first_replicas_are_kept_at_the_snapshots():
    recorder = empty()
    fill(recorder, [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 8.0, 7.0, 6.0]])
    (kept,) = recorder.parameters.values()
    assert kept.tolist() == [[[1.0, -1.0], [4.0, -4.0]], [[5.0, -5.0], [8.0, -8.0]]]
    assert kept.dtype == np.float32  # as they are trained, not as they are measured


def test_it_goes_on_from_its_state():
    losses = [[1.0, 2.0, 3.0, 4.0], [1.0, 20.0, 1.0, 1.0], [9.0, 8.0, 7.0, 6.0]]
    recorder, other = empty(), empty()
    fill(recorder, losses, range(2))
    other.restore({name: value.copy() for name, value in recorder.state().items()})
    for each in (recorder, other):
        fill(each, losses, range(2, 4))
    found, expected = other.state(), recorder.state()
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)
