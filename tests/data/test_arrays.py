"""Archives of a user: what they become, and what is refused in one line."""

import numpy as np
import pytest
import xarray as xr

from thermophoresis.config.source import DatasetSettings
from thermophoresis.data import image_file
from thermophoresis.data.image_file import TEST, TRAIN
from thermophoresis.data.prepare import prepare
from thermophoresis.errors import UserError


def arrays(**changes):
    random = np.random.default_rng(0)
    whole = {
        "x_train": random.normal(size=(12, 5)),
        "y_train": np.arange(12) % 3,
        "x_test": random.normal(size=(6, 5)),
        "y_test": np.arange(6) % 3,
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


def prepared(folder, found, **settings):
    np.savez(folder / "mine.npz", **found)
    source = {"source": "arrays", "path": str(folder / "mine.npz"), **settings}
    dataset = DatasetSettings.model_validate({"dataset": "mine", "source": source})
    prepare(dataset, fingerprint="f", output=folder / "data.nc")
    return image_file.read(folder / "data.nc")


@pytest.mark.parametrize("standardise", [True, False])
def test_vectors_are_stored_as_they_are_with_their_normalisation(tmp_path, standardise):
    found = arrays()
    images, mean, std = prepared(tmp_path, found, standardise=standardise)
    assert np.array_equal(images.images, np.concatenate([found["x_train"], found["x_test"]]))
    assert np.array_equal(images.labels, np.concatenate([found["y_train"], found["y_test"]]))
    assert images.split.tolist() == [TRAIN] * 12 + [TEST] * 6
    assert images.classes == ("0", "1", "2")
    assert images.standardise is standardise
    x = found["x_train"]
    np.testing.assert_allclose(mean, x.mean(0) if standardise else np.zeros(5))
    np.testing.assert_allclose(std, x.std(0) if standardise else np.ones(5))
    with xr.open_dataset(tmp_path / "data.nc") as dataset:
        assert dict(dataset.sizes) == {"sample": 18, "feature": 5}
        assert dataset.source == "arrays of mine.npz: 12 samples for training and 6 for testing"


@pytest.mark.parametrize(
    ("shape", "dtype", "stored", "shown"),
    [
        ((4, 3), np.uint8, np.uint8, (1, 4, 3)),
        ((2, 4, 3), np.uint8, np.uint8, (2, 4, 3)),
        ((2, 4, 3), np.float32, np.float64, (2, 4, 3)),
        ((5,), np.int32, np.float64, (5,)),
        ((5,), np.uint8, np.float64, (5,)),
        ((5,), bool, np.float64, (5,)),
    ],
)
def test_images_keep_their_shape_and_bytes_stay_bytes(tmp_path, shape, dtype, stored, shown):
    x = np.random.default_rng(0).integers(0, 200, (18, *shape)).astype(dtype)
    images, *_ = prepared(tmp_path, arrays(x_train=x[:12], x_test=x[12:]))
    assert images.images.dtype == stored
    assert images.images.shape == (18, *shown)
    assert np.array_equal(images.images.reshape(x.shape), x)


NAN = arrays()["x_train"].copy()
NAN[3, 1] = np.nan


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y_test": None}, r".*mine.npz has no y_test; must have x_train, y_train, x_test, y_test, "
         "and has x_train, y_train, x_test"),
        ({"x_train": NAN}, "x_train has a value that is not finite"),
        ({"x_train": np.zeros(12)}, r"x_train has the shape \(12,\); must have one of \(sample, "),
        ({"x_test": np.zeros((0, 5)), "y_test": np.zeros(0, int)},
         r"x_test has the shape \(0, 5\); must have one of"),
        ({"x_test": np.zeros((6, 4))}, r"x_test has samples of shape \(4,\), but x_train of "),
        ({"x_train": np.full((12, 5), "a")}, "x_train is of type <U1; must be of real numbers"),
        ({"x_train": np.full((12, 5), 1j)}, "x_train is of type complex128; must be of real"),
        ({"x_train": np.full((12, 5), None)}, ".*cannot read .*: Object arrays cannot be loaded"),
        ({"y_train": np.arange(12) / 2}, "y_train is of type float64; must be of whole numbers"),
        ({"y_train": np.arange(11) % 3}, r"y_train has the shape \(11,\); must have \(12,\), a "),
        ({"y_train": np.arange(12) % 3 - 1}, "y_train has labels from -1 to 1; must be 0, 1, … "),
        ({"y_train": np.arange(12) % 3 + 1}, "y_train has the labels 1, 2, 3; must have 0, 1, … "),
        ({"y_train": np.zeros(12, int)}, "y_train has the labels 0; must have 0, 1, … without"),
        ({"y_train": np.arange(12) % 2}, "y_test has the label 2, which y_train does not have"),
    ],
)  # fmt: skip
def test_an_archive_that_cannot_be_used_is_refused_in_one_line(tmp_path, changes, message):
    with pytest.raises(UserError, match=rf"^datasets\.mine\.path: {message}") as caught:
        prepared(tmp_path, arrays(**changes))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "data.nc").exists()


def test_what_is_no_archive_is_refused(tmp_path):
    def read(name):
        source = {"source": "arrays", "path": str(tmp_path / name)}
        dataset = DatasetSettings.model_validate({"dataset": "mine", "source": source})
        prepare(dataset, fingerprint="f", output=tmp_path / "data.nc")

    with pytest.raises(UserError, match=r"path: got '.*none.npz', which is no file"):
        read("none.npz")
    np.save(tmp_path / "one.npy", np.zeros(3))
    with pytest.raises(UserError, match=r"path: .*one.npy is one array; must be an archive"):
        read("one.npy")
    for name, content in (("text.npz", b"x,y\n1,2\n"), ("empty.npz", b""), ("cut.npz", b"PK\3\4")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError, match=rf"path: cannot read .*{name}: "):
            read(name)
