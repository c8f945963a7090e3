"""Data files, and the samples that training and measuring take from them."""

import json

import numpy as np
import pytest
import torch
import xarray as xr
from scipy import stats

from thermophoresis.config.source import DatasetSettings
from thermophoresis.data import image_file, images
from thermophoresis.data.image_file import TEST, TRAIN, Images
from thermophoresis.data.images import ImageStream, load, probe
from thermophoresis.data.normalisation import normalisation, of_pixels
from thermophoresis.data.prepare import check, prepare, split_seeds
from thermophoresis.data.split import seeded_split
from thermophoresis.errors import UserError

SETTINGS = DatasetSettings.model_validate({"dataset": "digits", "source": {"source": "digits"}})
CLASSES = 3


def stored(samples=30, shape=(2, 4, 5)) -> Images:
    """Return random images; two of three are for training."""
    random = np.random.default_rng(0)
    return Images(
        random.integers(0, 256, (samples, *shape), dtype=np.uint8),
        random.integers(0, CLASSES, samples).astype(np.int16),
        np.where(np.arange(samples) % 3, TRAIN, TEST).astype(np.int8),
        ("a", "b", "ç"),
        "random",
        "none",
    )


@pytest.fixture
def path(tmp_path):
    """A data file."""
    content = stored()
    mean, std = normalisation(content)
    image_file.write(content, tmp_path / "data.nc", mean=mean, std=std, attributes={"title": "t"})
    return tmp_path / "data.nc"


@pytest.fixture
def image_set(path):
    return load(path)


# --- Files --------------------------------------------------------------------------------------


def test_the_file_explains_itself(path):
    content = stored()
    with xr.open_dataset(path) as dataset:
        assert dict(dataset.sizes) == {"sample": 30, "channel": 2, "row": 4, "column": 5}
        np.testing.assert_array_equal(dataset.images, content.images)
        np.testing.assert_array_equal(dataset.label, content.labels)
        np.testing.assert_array_equal(dataset.split, content.split)
        assert (dataset.images.dtype, dataset.split.dtype) == (np.uint8, np.int8)
        assert dataset.split.attrs["flag_values"].tolist() == [TRAIN, TEST]
        assert dataset.split.attrs["flag_meanings"] == "train test"
        assert json.loads(dataset.attrs["classes"]) == ["a", "b", "ç"]
        assert dataset.attrs["images_checksum"] == content.checksum
        assert (dataset.attrs["source"], dataset.attrs["licence"]) == ("random", "none")


def test_the_same_source_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        prepare(SETTINGS, fingerprint="f", output=tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    with xr.open_dataset(tmp_path / "one") as dataset:
        assert json.loads(dataset.attrs["configuration"])["source"]["size"] == 28
        assert dataset.attrs["code_fingerprint"] == "f"


@pytest.mark.parametrize(
    ("source", "seeds"),
    [
        ({"source": "digits", "split_seed": 5}, (5,)),
        ({"source": "image_folder", "root": ".", "split_seed": 6, "test_fraction": 0.5}, (6,)),
        # These come split.
        ({"source": "image_folder", "root": ".", "split_seed": 6}, ()),
        ({"source": "torchvision", "root": ".", "name": "CIFAR10"}, ()),
    ],
)
def test_the_seed_of_the_split_is_behind_a_data_file(source, seeds):
    settings = DatasetSettings.model_validate({"dataset": "d", "source": source})
    assert split_seeds(settings.source) == seeds


def test_a_data_file_tells_the_seed_of_its_split(tmp_path):
    source = {"source": "digits", "size": 8, "split_seed": 5}
    settings = DatasetSettings.model_validate({"dataset": "digits", "source": source})
    prepare(settings, fingerprint="f", output=tmp_path / "data.nc")
    assert xr.load_dataset(tmp_path / "data.nc").seeds == "[5]"


@pytest.mark.parametrize("part", ["images", "label", "split"])
def test_a_file_whose_content_has_changed_is_refused(path, part):
    with xr.open_dataset(path) as dataset:
        changed = dataset.load()
    changed[part][(0,) * changed[part].ndim] += 1
    changed.to_netcdf(path)
    with pytest.raises(UserError, match=r"data.nc is damaged: its checksum is wrong"):
        load(path)


def test_a_file_of_another_kind_is_refused(tmp_path):
    xr.Dataset({"images": ("sample", np.zeros(3))}).to_netcdf(tmp_path / "other.nc")
    with pytest.raises(UserError, match=r"other.nc is no file of images made"):
        load(tmp_path / "other.nc")
    with pytest.raises(UserError, match=r"cannot read .*none.nc"):
        load(tmp_path / "none.nc")


def test_a_checksum_tells_shapes_apart():
    content = stored()
    other = content._replace(images=content.images.reshape(30, 2, 5, 4))
    assert content.checksum != other.checksum


# --- Normalisation ------------------------------------------------------------------------------


def test_normalisation_is_that_of_numpy():
    # More than the 1,000 images that are counted at a time.
    pixels = np.random.default_rng(1).integers(0, 256, (1100, 2, 3, 2), dtype=np.uint8)
    mean, std = of_pixels(pixels)
    np.testing.assert_allclose(mean, (pixels / 255).mean((0, 2, 3)), rtol=1e-13)
    np.testing.assert_allclose(std, (pixels / 255).std((0, 2, 3)), rtol=1e-13)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_training_images_are_normalised_and_test_images_by_the_same(path, dtype):
    content, loaded = stored(), load(path, dtype)
    training = content.split == TRAIN
    assert loaded.train_x.dtype == dtype
    assert loaded.test_x.dtype == torch.float64
    x = loaded.train_x.to(torch.float64)
    tolerance = 1e-12 if dtype == torch.float64 else 1e-6
    torch.testing.assert_close(x.mean((0, 2, 3)), torch.zeros(2).double(), atol=tolerance, rtol=0)
    torch.testing.assert_close(
        x.var((0, 2, 3), correction=0), torch.ones(2).double(), atol=tolerance, rtol=0
    )
    pixels = content.images / 255
    mean = pixels[training].mean((0, 2, 3))[:, None, None]
    std = pixels[training].std((0, 2, 3))[:, None, None]
    np.testing.assert_allclose(loaded.test_x, ((pixels - mean) / std)[~training], atol=1e-13)
    assert loaded.train_y.tolist() == content.labels[training].tolist()
    assert loaded.test_y.tolist() == content.labels[~training].tolist()
    assert loaded.train_y.dtype == loaded.test_y.dtype == torch.int64
    assert (loaded.classes, loaded.checksum) == (content.classes, content.checksum)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": np.arange(30, dtype=np.int16) - 1},
         r"source: image 0 has the label -1, outside the 3 classes 0 to 2; 27 of 30 labels are"),
        ({"split": np.full(30, TRAIN, np.int8)}, "source: there are no test images"),
        ({"split": np.full(30, TEST, np.int8)}, "source: there are no training images"),
        ({"images": np.full((30, 1, 2, 2), 7, np.uint8)},
         "source: channel 0 of the training images has one value throughout, 7"),
    ],
)  # fmt: skip
def test_what_cannot_be_trained_on_is_refused(change, message):
    check(stored())
    with pytest.raises(UserError, match=message):
        check(stored()._replace(**change))


def test_nothing_is_written_when_the_source_fails(tmp_path):
    settings = {"dataset": "d", "source": {"source": "image_folder", "root": str(tmp_path / "no")}}
    with pytest.raises(UserError, match=r"^datasets\.d\.root: got '.*no', which is no folder$"):
        prepare(
            DatasetSettings.model_validate(settings),
            fingerprint="f",
            output=tmp_path / "out" / "data.nc",
        )
    assert list(tmp_path.iterdir()) == []


# --- Split --------------------------------------------------------------------------------------


def test_a_split_sets_aside_a_fraction_of_every_class():
    labels = np.repeat([0, 1, 2, 3], [100, 10, 2, 1])
    split = seeded_split(labels, 0.2, seed=3)
    assert [int((split[labels == c] == TEST).sum()) for c in range(4)] == [20, 2, 1, 0]
    assert np.array_equal(split, seeded_split(labels, 0.2, seed=3))
    assert not np.array_equal(split, seeded_split(labels, 0.2, seed=4))
    assert (seeded_split(labels, 0.99, seed=3)[labels == 2] == TRAIN).sum() == 1


# --- Training samples ---------------------------------------------------------------------------

REGIMES = pytest.mark.parametrize("labels", ["true", "shuffled", "resampled"])
SAMPLING = pytest.mark.parametrize("sampling", ["with_replacement", "without_replacement"])


def stream(image_set, replicas=range(3), **options):
    options = {"labels": "true", "sampling": "without_replacement"} | options
    return ImageStream(image_set, seed=7, replicas=replicas, **options)


@REGIMES
@SAMPLING
def test_cutting_a_stream_differently_changes_nothing(image_set, labels, sampling):
    options = {"labels": labels, "sampling": sampling}
    pieces = stream(image_set, **options)
    parts = [pieces.take(samples) for samples in (1, 62, 33)]
    x, y = stream(image_set, **options).take(96)
    assert x.shape == (3, 96, 2, 4, 5)
    assert y.shape == (3, 96)
    assert y.dtype == torch.int64
    assert torch.equal(torch.cat([part[0] for part in parts], 1), x)
    assert torch.equal(torch.cat([part[1] for part in parts], 1), y)


@REGIMES
@SAMPLING
def test_a_replica_does_not_depend_on_its_neighbours(image_set, labels, sampling):
    options = {"labels": labels, "sampling": sampling}
    x_all, y_all = stream(image_set, range(6), **options).take(64)
    x, y = stream(image_set, range(2, 4), **options).take(64)
    assert torch.equal(x, x_all[2:4])
    assert torch.equal(y, y_all[2:4])
    assert not torch.equal(x[0], x[1])


def numbered(samples=64, classes=10):
    """Return a set in which image i has the value i, and its label is i mod classes."""
    x = torch.arange(samples, dtype=torch.float32)[:, None, None, None]
    y = torch.arange(samples) % classes
    names = tuple(map(str, range(classes)))
    return images.ImageSet(x, y, x.double(), y, names, "", "", "")


@SAMPLING
def test_true_labels_are_those_of_the_images(sampling):
    x, y = stream(numbered(), sampling=sampling).take(256)
    assert torch.equal(x.flatten(2)[..., 0].long() % 10, y)


@pytest.mark.parametrize(("labels", "most"), [("shuffled", 1), ("resampled", 10)])
def test_random_labels_ignore_the_images(labels, most):
    x, y = stream(numbered(), range(2), labels=labels).take(64 * 50)
    seen = [{} for _ in range(2)]
    for lane in range(2):
        for image, label in zip(x[lane].flatten().tolist(), y[lane].tolist(), strict=True):
            seen[lane].setdefault(image, set()).add(label)
    counts = {len(found) for lane in seen for found in lane.values()}
    assert max(counts) == most
    assert seen[0] != seen[1] or most > 1  # each replica has a labelling of its own
    if labels == "resampled":
        frequencies = np.bincount(y.flatten().numpy(), minlength=10)
        assert stats.chisquare(frequencies).pvalue > 1e-3
    else:
        assert min(counts) == 1


def test_without_replacement_every_epoch_shows_each_image_once():
    x, _ = stream(numbered(48), range(2)).take(4 * 48)
    for lane in x.flatten(2)[..., 0].long():
        epochs = lane.split(48)
        assert all(sorted(epoch.tolist()) == list(range(48)) for epoch in epochs)
        assert not torch.equal(epochs[0], epochs[1])


def test_with_replacement_every_image_is_equally_likely():
    x, _ = stream(numbered(16), range(1), sampling="with_replacement").take(1600)
    assert stats.chisquare(np.bincount(x.flatten().long().numpy())).pvalue > 1e-3
    assert len(x[0, :16].flatten().unique()) < 16


def test_memory_and_type_are_those_of_what_is_taken(image_set):
    for dtype in (torch.float32, torch.float64):
        taken = stream(image_set, dtype=dtype)
        x, _ = taken.take(16)
        assert x.dtype == dtype
        assert taken.bytes_per_sample * 16 == x.nbytes


def test_a_stream_refuses_what_it_cannot_give(image_set):
    with pytest.raises(ValueError, match="cannot be online"):
        stream(image_set, sampling="online")


# --- Probe --------------------------------------------------------------------------------------


def test_the_probe_is_chosen_from_the_test_split(image_set):
    x, y = probe(image_set, 6, "true", seed=1)
    assert x.shape == (1, 6, 2, 4, 5)
    assert x.dtype == torch.float64
    rows = [test.tolist() for test in image_set.test_x]
    indices = [rows.index(image.tolist()) for image in x[0]]
    assert len(set(indices)) == 6
    assert y.tolist() == [image_set.test_y[indices].tolist()]
    longer, _ = probe(image_set, 9, "true", seed=1)
    assert torch.equal(longer[:, :6], x)
    other, _ = probe(image_set, 6, "true", seed=2)
    assert not torch.equal(other, x)


@pytest.mark.parametrize("labels", ["shuffled", "resampled"])
def test_the_probe_has_random_labels_where_training_has(labels):
    _, y = probe(numbered(2000), 2000, labels, seed=1)
    assert y.shape == (1, 2000)
    assert stats.chisquare(np.bincount(y[0].numpy(), minlength=10)).pvalue > 1e-3
    x, true = probe(numbered(2000), 2000, "true", seed=1)
    assert torch.equal(x[0].flatten().long() % 10, true[0])
    assert (y == true).double().mean() < 0.2


def test_a_probe_larger_than_the_test_split_is_refused(image_set):
    with pytest.raises(UserError, match="probe_size: got 11; must be <= 10"):
        probe(image_set, 11, "true", seed=1)
