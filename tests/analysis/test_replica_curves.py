import numpy as np
import pytest
import xarray as xr

from thermophoresis.analysis.replica_curves import select_replica_curves
from thermophoresis.errors import UserError


@pytest.fixture
def dataset():
    """Three rates at |B| = 1, of which the middle one also at |B| = 2, two seeds."""
    shape = (3, 2, 2, 4, 6)
    trained = np.array([[1, 0], [1, 1], [1, 0]])
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    values[trained == 0] = np.nan
    rate, batch = np.array([0.025, 0.05, 0.1]), np.array([1, 2])
    step = 100.0 * np.arange(6) * batch[:, np.newaxis] / rate[:, np.newaxis, np.newaxis] ** 2
    return xr.Dataset(
        {
            "activation_rate": (
                ("learning_rate", "batch_size", "seed", "replica", "record"),
                values,
            ),
            "trained": (("learning_rate", "batch_size"), trained),
        },
        {
            "learning_rate": rate,
            "batch_size": batch,
            "step": (
                ("learning_rate", "batch_size", "record"),
                np.where(trained[..., np.newaxis] == 1, step, np.nan),
            ),
        },
    )


def test_selects_trained_cells_and_keeps_replicas_paired(dataset):
    curves = select_replica_curves(dataset, "activation_rate", batch_size=1)
    assert curves.learning_rate.tolist() == [0.025, 0.05, 0.1]
    assert curves.batch_size.tolist() == [1, 1, 1]
    stored = dataset["activation_rate"].values
    for cell in range(3):
        for seed in range(2):
            for replica in range(4):
                found = curves.values[cell, 4 * seed + replica]
                assert found.tolist() == stored[cell, 0, seed, replica].tolist()
        assert curves.step[cell].tolist() == dataset["step"].values[cell, 0].tolist()
    assert select_replica_curves(
        dataset, "activation_rate", learning_rate=0.05
    ).batch_size.tolist() == [1, 2]
    everything = select_replica_curves(dataset, "activation_rate")
    assert everything.learning_rate.tolist() == [0.025, 0.05, 0.05, 0.1]
    assert np.isfinite(everything.values).all()


def test_refuses_what_a_curves_file_does_not_hold(dataset):
    with pytest.raises(UserError, match="no observable loss"):
        select_replica_curves(dataset, "loss")
    with pytest.raises(UserError, match="1 cells"):
        select_replica_curves(dataset, "activation_rate", batch_size=2)
