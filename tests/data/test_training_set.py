"""The whole training set of a run is what its samples are taken from, with the same labels."""

import numpy as np
import pytest
import torch
from runs import settings

from thermophoresis.data import image_file
from thermophoresis.data.image_file import TEST, TRAIN, Images
from thermophoresis.data.source import open_source

SIZE = 12
FINITE = {"sampling": "without_replacement", "training_set_size": SIZE, "labels": "shuffled"}


@pytest.fixture
def data(tmp_path):
    """A data file of a few images of noise."""
    drawn = np.random.default_rng(0)
    content = Images(
        drawn.integers(0, 256, (SIZE + 4, 1, 3, 2), dtype=np.uint8),
        np.arange(SIZE + 4, dtype=np.int16) % 3,
        np.where(np.arange(SIZE + 4) < SIZE, TRAIN, TEST).astype(np.int8),
        ("a", "b", "c"),
        "noise",
        "none",
    )
    image_file.write(
        content, tmp_path / "data.nc", mean=(0.5,), std=(0.25,), attributes={"title": "t"}
    )
    return tmp_path / "data.nc"


@pytest.mark.parametrize("labels", ["synthetic", "true", "shuffled"])
def test_an_epoch_is_the_whole_set(labels, data):
    chosen = settings(**FINITE)
    if labels != "synthetic":
        network = {"kind": "mlp", "hidden": []}
        finite = {"sampling": "without_replacement", "labels": labels, "probe_size": 4}
        chosen = settings(data={"kind": "images", "dataset": "noise"}, network=network, **finite)
    source = open_source(chosen, None if labels == "synthetic" else data)
    block = range(3, 5)
    x, y = source.training_set(block)
    assert len(x) == (2 if labels == "synthetic" else 1)  # images are shared
    taken_x, taken_y = source.stream(block).take(16)
    for replica in range(2):
        rows = x[replica if len(x) > 1 else 0].flatten(1)
        own = y[replica if len(y) > 1 else 0]
        assert len(rows) == len(own) == SIZE
        epoch = taken_x[replica, :SIZE].flatten(1)
        same = (epoch[:, None] == rows[None]).all(2)
        assert same.sum(0).tolist() == same.sum(1).tolist() == [1] * SIZE
        assert torch.equal(own[same.int().argmax(1)], taken_y[replica, :SIZE])
        assert len(own.unique()) > 1


@pytest.mark.parametrize("change", [{"labels": "resampled"}, {"sampling": "online"}])
def test_there_is_none_without_labels_that_stay(change):
    finite = {**FINITE, "labels": "resampled", **change}
    if change == {"sampling": "online"}:
        finite["training_set_size"] = None
    with pytest.raises(ValueError, match="no finite training set"):
        open_source(settings(**finite), None).training_set(range(2))
