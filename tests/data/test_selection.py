"""Some of a data set: samples, classes, other sizes and shifts."""

import numpy as np
import pytest
import torch
from runs import settings

from thermophoresis.config.data.arrays import Arrays
from thermophoresis.config.data.images import Images as Choice
from thermophoresis.data import image_file
from thermophoresis.data.image_file import TEST, TRAIN, Images
from thermophoresis.data.images import load
from thermophoresis.data.normalisation import normalisation
from thermophoresis.data.selection import resize, select
from thermophoresis.data.source import open_source
from thermophoresis.errors import UserError


def stored(samples=200, shape=(2, 9, 12), dtype=np.uint8):
    """Return random images of four classes, one in ten of the last; every fourth is for testing."""
    random = np.random.default_rng(0)
    return Images(
        random.integers(0, 256, (samples, *shape)).astype(dtype),
        random.choice(4, samples, p=[0.3, 0.3, 0.3, 0.1]).astype(np.int16),
        np.where(np.arange(samples) % 4, TRAIN, TEST).astype(np.int8),
        tuple("abcd"),
        "random",
        "none",
    )


def chosen(images=None, **settings):
    images = stored() if images is None else images
    return select(images, Choice(kind="images", dataset="d", **settings), "data.nc")[0]


def write(path, images):
    mean, std = normalisation(images)
    image_file.write(images, path, mean=mean, std=std, attributes={})
    return path


def rows(images):
    return {image.tobytes() for image in images}


def test_classes_are_numbered_anew_in_their_order():
    whole, found = stored(), chosen(classes=[3, 1])
    for new, old in ((0, 3), (1, 1)):
        for split in (TRAIN, TEST):
            assert np.array_equal(
                found.images[(found.labels == new) & (found.split == split)],
                whole.images[(whole.labels == old) & (whole.split == split)],
            )
    assert found.classes == ("d", "b")
    assert len(found.labels) == np.isin(whole.labels, [3, 1]).sum()


def test_samples_are_chosen_evenly_as_far_as_classes_allow():
    whole = stored()
    available = np.bincount(whole.labels[whole.split == TRAIN])
    for wanted in (4, 10, 41, 120):
        found = chosen(samples={"train": wanted})
        counts = np.bincount(found.labels[found.split == TRAIN], minlength=4)
        assert counts.sum() == wanted
        fuller = counts[counts < available]
        assert np.ptp(fuller) <= 1
        assert (counts <= fuller.max()).all()
        assert rows(found.images[found.split == TEST]) == rows(whole.images[whole.split == TEST])


def test_fewer_samples_are_among_more_and_another_seed_chooses_others():
    few, many = (chosen(samples={"train": 20, "test": it}) for it in (8, 30))
    assert rows(few.images) < rows(many.images)
    assert rows(few.images) == rows(chosen(samples={"train": 20, "test": 8}).images)
    assert rows(few.images) != rows(chosen(samples={"train": 20, "test": 8}, choice_seed=1).images)


def test_every_sample_of_a_class_is_equally_likely():
    images = stored(40)._replace(labels=(np.arange(40) % 2).astype(np.int16), classes=("a", "b"))
    whole = {image.tobytes(): index for index, image in enumerate(images.images)}
    counts = np.zeros(40)
    for seed in range(400):
        found = chosen(images, samples={"train": 10}, choice_seed=seed)
        for image in found.images[found.split == TRAIN]:
            counts[whole[image.tobytes()]] += 1
    training = images.split == TRAIN
    for label in (0, 1):
        of_class = counts[training & (images.labels == label)]
        assert of_class.sum() == 2000
        # Five of n are chosen each time.
        share = 5 / len(of_class)
        assert np.abs(of_class - 400 * share).max() < 4 * np.sqrt(400 * share * (1 - share))


def test_areas_are_averaged():
    # Each pixel of 9×12 as 4×3 equal ones: 36×36, of which each new one of 4×4 has 9×9.
    images = stored(5).images
    fine = images.repeat(4, 2).repeat(3, 3).astype(float)
    expected = fine.reshape(5, 2, 4, 9, 4, 9).mean((3, 5))
    np.testing.assert_allclose(resize(images.astype(float), 4), expected, rtol=1e-13)
    assert np.array_equal(resize(images, 4), np.floor(expected + 0.5 + 1e-9))
    halves = np.array([[[[0, 1], [0, 1]]]], np.uint8)
    assert resize(halves, 1).item() == 1  # halves upwards
    square = stored(3, (1, 8, 8)).images
    assert np.array_equal(resize(square, 8), square)
    torch.testing.assert_close(
        torch.from_numpy(resize(square.astype(float), 3)),
        torch.nn.functional.interpolate(
            torch.from_numpy(square.astype(float).repeat(3, 2).repeat(3, 3)), size=3, mode="area"
        ),
    )


def test_training_images_are_shifted_by_fixed_offsets():
    whole, found = stored(2000, (1, 4, 5)), chosen(stored(2000, (1, 4, 5)), shift=1)
    test = whole.split == TEST
    assert np.array_equal(found.images[test], whole.images[test])
    padded = np.pad(whole.images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    moved = {
        (down, right): (
            padded[:, :, 1 - down : 5 - down, 1 - right : 6 - right] == found.images
        ).all((1, 2, 3))
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    }
    counts = np.array([own[~test].sum() for own in moved.values()])
    assert counts.sum() == (~test).sum()
    assert np.abs(counts - 1500 / 9).max() < 4 * np.sqrt(1500 / 9 * 8 / 9)
    assert np.array_equal(chosen(stored(2000, (1, 4, 5)), shift=1).images, found.images)


def test_what_is_chosen_is_normalised_over_its_own_training_images(tmp_path):
    path = write(tmp_path / "data.nc", stored())
    choice = Choice(
        kind="images", dataset="d", classes=[0, 2], samples={"train": 30, "test": 6}, size=7,
        shift=1,
    )  # fmt: skip
    loaded = load(path, torch.float64, choice)
    assert loaded.train_x.shape == (30, 2, 7, 7)
    assert loaded.test_x.shape == (6, 2, 7, 7)
    x = loaded.train_x
    torch.testing.assert_close(x.mean((0, 2, 3)), torch.zeros(2).double(), atol=1e-12, rtol=0)
    torch.testing.assert_close(
        x.var((0, 2, 3), correction=0), torch.ones(2).double(), atol=1e-12, rtol=0
    )
    assert loaded.checksum == stored().checksum
    assert loaded.source == (
        "random; 30 and 6 samples of 2 classes, brought to 7×7 pixels, each shifted by up to 1 "
        "pixels"
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"classes": [0, 4]}, r"data.classes\[1\]: got 4; must be one of the classes of data.nc, 0 "
         "to 3"),
        ({"samples": {"train": 151}}, "data.samples.train: got 151; must be <= 150, what there is"),
        ({"classes": [0, 3], "samples": {"test": 50}}, "data.samples.test: got 50; must be <= "),
        ({"shift": 9}, "data.shift: got 9; must be < 9, the size of images in data.nc"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused(settings, message):
    with pytest.raises(UserError, match=message):
        chosen(**settings)


def test_vectors_are_no_images_and_images_are_vectors(tmp_path):
    network = {"kind": "mlp", "hidden": [4]}
    images = write(tmp_path / "images.nc", stored())
    vectors = write(tmp_path / "vectors.nc", stored(shape=(7,), dtype=np.float64))
    for data in ({}, {"size": 7}):
        run = settings(
            network=network, labels="true", data={"kind": "images", "dataset": "d", **data}
        )
        with pytest.raises(
            UserError, match=r"data.kind: got 'images'; must be arrays: .*vectors.nc"
        ):
            open_source(run, vectors)
    run = settings(network=network, data={"kind": "arrays", "dataset": "d"})
    assert open_source(run, vectors).sample_shape == (7,)
    assert open_source(run, images).sample_shape == (2 * 9 * 12,)
    x, y = open_source(run, vectors).stream(range(2)).take(16)
    assert x.shape == (2, 16, 7)
    assert int(y.max()) == 3  # true labels, unless something else is said


def test_a_batch_is_no_larger_than_the_set_by_its_schedule_either(tmp_path):
    vectors = write(tmp_path / "vectors.nc", stored(shape=(7,), dtype=np.float64))
    schedule = {"batch_size": {"kind": "step", "at": [5], "factor": 2}}
    chosen = {
        "network": {"kind": "mlp", "hidden": [4]},
        "data": {"kind": "arrays", "dataset": "d"},
        "dynamics": {"schedule": schedule},
    }
    open_source(settings(**chosen, batch_size=75), vectors)
    with pytest.raises(UserError, match=r"batch_size: got 76, 152 by its schedule; must be <= 150"):
        open_source(settings(**chosen, batch_size=76), vectors)


def test_features_are_standardised_and_constant_ones_are_zero(tmp_path):
    images = stored(shape=(3,), dtype=np.float64)
    images.images[:, 1] = 5
    images.images[:, 2] *= 1e6
    x = load(write(tmp_path / "data.nc", images), torch.float64).train_x
    torch.testing.assert_close(x.mean(0), torch.zeros(3).double(), atol=1e-9, rtol=0)
    torch.testing.assert_close(
        x.var(0, correction=0), torch.tensor([1.0, 0.0, 1.0]).double(), atol=1e-9, rtol=0
    )
    raw = images._replace(standardise=False)
    for choice in (None, Arrays(kind="arrays", dataset="d", samples={"train": 9})):
        found = load(write(tmp_path / "raw.nc", raw), torch.float64, choice).train_x
        assert rows(found.numpy()) <= rows(images.images[images.split == TRAIN])
