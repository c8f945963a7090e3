"""Sources of images: what they read, and in which words each of their failures is told."""

import errno
import gzip
import hashlib
import io
import os
import pickle
import shutil
import socket
import struct
import tarfile
import zlib
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import torch
from bounds import answers
from PIL import Image
from sklearn.datasets import load_digits
from torchvision.datasets import CIFAR10, FashionMNIST

from thermophoresis import cli
from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.source import DatasetSettings
from thermophoresis.config.sources.digits import DigitsSource
from thermophoresis.config.sources.image_folder import ImageFolderSource
from thermophoresis.config.sources.torchvision import TorchvisionSource
from thermophoresis.data.image_file import TEST, TRAIN
from thermophoresis.data.prepare import check
from thermophoresis.data.sources import digits, image_folder
from thermophoresis.data.sources import torchvision as source
from thermophoresis.errors import UserError
from thermophoresis.provenance.fingerprint import fingerprint

# --- Digits -------------------------------------------------------------------------------------


def test_digits_are_those_of_scikit_learn():
    found = digits.read(DigitsSource(source="digits", size=8))
    original = load_digits()
    np.testing.assert_allclose(found.images[:, 0], original.images * 255 / 16, atol=0.5)
    assert found.labels.tolist() == original.target.tolist()
    assert found.classes == tuple("0123456789")
    assert "enlarged" not in found.source
    assert (found.split == TEST).sum() == pytest.approx(0.2 * 1797, abs=5)


@pytest.mark.parametrize("edge", [9, 16, 28, 40])
def test_enlarging_is_bilinear_interpolation(edge):
    small = torch.from_numpy(load_digits().images[:50])
    expected = torch.nn.functional.interpolate(
        small[:, None] * 255 / 16, size=(edge, edge), mode="bilinear", align_corners=False
    )[:, 0]
    found = digits.resize(small.numpy().astype(np.int64), edge)
    np.testing.assert_allclose(found, expected, atol=0.5 + 1e-9)
    assert "enlarged to" in digits.read(DigitsSource(source="digits", size=edge)).source


# --- Folders of images --------------------------------------------------------------------------


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def folder(tmp_path):
    """Folders train and test with colour images of 3×2 pixels of the classes cat and dog."""
    random = np.random.default_rng(0)
    for split, count in (("train", 3), ("test", 2)):
        for name in ("dog", "cat"):
            for index in range(count):
                pixels = random.integers(0, 256, (3, 2, 3), dtype=np.uint8)
                save(tmp_path / "pets" / split / name / f"{index}.png", pixels)
    return tmp_path / "pets"


def read_folder(root: Path, **settings):
    return image_folder.read(ImageFolderSource(source="image_folder", root=str(root), **settings))


def test_a_folder_with_train_and_test_is_read(folder):
    found = read_folder(folder, description="pets of ours", licence="CC0")
    assert found.images.shape == (10, 3, 3, 2)
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 1, 1]
    assert found.split.tolist() == [TRAIN] * 6 + [TEST] * 4
    assert found.classes == ("cat", "dog")
    assert found.source == "pets of ours: 10 images from local files (.png)"
    assert found.licence == "CC0"
    with Image.open(folder / "train" / "dog" / "2.png") as image:
        np.testing.assert_array_equal(found.images[5], np.asarray(image).transpose(2, 0, 1))


def test_one_folder_is_split(folder):
    found = read_folder(folder / "train", test_fraction=0.3)
    assert [sorted(found.split[found.labels == c].tolist()) for c in (0, 1)] == [[0, 0, 1]] * 2
    assert found.source.startswith("image folder train: 6 images")


def test_classes_of_the_test_split_are_matched_by_name(folder):
    for path in (folder / "test" / "cat").iterdir():
        path.unlink()
    (folder / "test" / "cat").rmdir()
    assert read_folder(folder).labels.tolist() == [0, 0, 0, 1, 1, 1, 1, 1]


def test_images_are_grey_if_all_are(tmp_path, folder):
    grey = np.arange(6, dtype=np.uint8).reshape(3, 2)
    for index in range(2):
        save(tmp_path / "grey" / "a" / f"{index}.png", grey)
    found = read_folder(tmp_path / "grey", test_fraction=0.5)
    np.testing.assert_array_equal(found.images, np.broadcast_to(grey, (2, 1, 3, 2)))
    save(folder / "train" / "cat" / "0.png", grey)
    mixed = read_folder(folder)
    np.testing.assert_array_equal(mixed.images[0], np.broadcast_to(grey, (3, 3, 2)))


def broken_image(folder):
    path = folder / "train" / "dog" / "1.png"
    path.write_bytes(path.read_bytes()[:60])
    return {}, r"root: cannot read the image .*train/dog/1\.png: "


def no_image(folder):
    (folder / "train" / "dog" / "1.png").write_text("text")
    return {}, r"root: cannot read the image .*dog/1\.png: cannot identify image file"


def other_size(folder):
    save(folder / "test" / "dog" / "1.png", np.zeros((4, 2, 3), np.uint8))
    return {}, r"root: .*test/dog/1\.png has 2×4 pixels, but .*train/cat/0\.png has 2×3"


def sixteen_bits(folder):
    save(folder / "test" / "dog" / "1.png", np.zeros((3, 2), np.uint16))
    return {}, r"root: .*test/dog/1\.png has pixels of mode I.*; must have 8 bits per channel"


def empty_class(folder):
    (folder / "train" / "bird").mkdir()
    return {}, r"root: Found no valid file for the classes bird"


def unknown_class(folder):
    (folder / "test" / "dog").rename(folder / "test" / "horse")
    return {}, r"root: the folder .*test has the class 'horse', which is none of .*: cat, dog$"


def no_test(folder):
    (folder / "test").rename(folder / "other")
    return {}, r"root: .* has no folder test; must have .* or test_fraction must be given"


def needless_fraction(folder):
    return {"test_fraction": 0.5}, r"test_fraction: got 0.5; must be left out, since .* train and"


def no_classes(folder):
    return {"root": folder / "train" / "cat", "test_fraction": 0.5}, "root: Couldn't find any class"


def no_folder(folder):
    return {"root": folder / "none"}, "root: got '.*none', which is no folder"


def splits_for_classes(folder):
    (folder / "test").rename(folder / "val")
    return {"test_fraction": 0.5}, "root: the folders train and val of .* look like splits"


def splits_in_capitals(folder):
    (folder / "train").rename(folder / "Training")
    (folder / "test").rename(folder / "Validation")
    return {"test_fraction": 0.5}, "root: the folders Training and Validation of .* look like"


def splits_in_more_words(folder):
    (folder / "train").rename(folder / "train_set")
    (folder / "test").rename(folder / "test-data")
    return {"test_fraction": 0.5}, "root: the folders test-data and train_set of .* look like"


def hidden_classes_alone(folder):
    root = folder / "train"
    for name in ("cat", "dog"):
        (root / name).rename(root / f".{name}")
    return {"root": root, "test_fraction": 0.5}, "root: Couldn't find any class folder in"


@pytest.mark.parametrize(
    "harm",
    [
        broken_image,
        no_image,
        other_size,
        sixteen_bits,
        empty_class,
        unknown_class,
        no_test,
        needless_fraction,
        no_classes,
        no_folder,
        splits_for_classes,
        splits_in_capitals,
        splits_in_more_words,
        hidden_classes_alone,
    ],
    ids=lambda harm: harm.__name__,
)
def test_a_folder_that_cannot_be_used_is_told_in_one_line(folder, harm):
    settings, message = harm(folder)
    with pytest.raises(UserError, match=message) as caught:
        read_folder(**{"root": folder} | settings)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [".ipynb_checkpoints", "__MACOSX", "@eaDir"])
def test_what_programs_leave_among_classes_is_passed_over_and_told(folder, name):
    before = read_folder(folder)
    for split in ("train", "test"):
        save(folder / split / name / "0.png", np.zeros((3, 2, 3), np.uint8))
    (folder / "train" / "cat" / "._0.png").write_bytes(b"what a Mac leaves beside an image")
    found = read_folder(folder)
    assert found.classes == ("cat", "dog")
    np.testing.assert_array_equal(found.images, before.images)
    assert found.source == f"{before.source}; passed over: {name}"


def test_one_class_is_nothing_to_learn(folder):
    for split in ("train", "test"):
        for path in (folder / split / "dog").iterdir():
            path.unlink()
        (folder / split / "dog").rmdir()
    with pytest.raises(UserError, match="source: all training images are of one class, 'cat'"):
        check(read_folder(folder))


# --- Fashion-MNIST ------------------------------------------------------------------------------

RAW = Path("FashionMNIST/raw")


def idx(array: np.ndarray) -> bytes:
    """Return an array of bytes in the IDX format."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def fashion_files() -> dict[str, bytes]:
    """Return the four files of a data set of 12 images of 4×3 pixels, by name."""
    random = np.random.default_rng(0)
    files = {}
    for prefix, count in (("train", 8), ("t10k", 4)):
        images = random.integers(0, 256, (count, 4, 3), dtype=np.uint8)
        files[f"{prefix}-images-idx3-ubyte"] = idx(images)
        files[f"{prefix}-labels-idx1-ubyte"] = idx(np.arange(count, dtype=np.uint8))
    return files


@pytest.fixture
def fashion(tmp_path):
    """A local copy of a very small Fashion-MNIST."""
    root = tmp_path / "copy"
    (root / RAW).mkdir(parents=True)
    for name, content in fashion_files().items():
        (root / RAW / name).write_bytes(content)
    return root


def read_torchvision(root: Path, name="FashionMNIST", download=False):
    settings = TorchvisionSource(source="torchvision", name=name, root=str(root))
    return source.read(settings, download=download)


def test_a_local_copy_is_read_and_a_reduced_one_says_so(fashion):
    found = read_torchvision(fashion)
    assert found.images.shape == (12, 1, 4, 3)
    assert found.images[8:].tobytes() == fashion_files()["t10k-images-idx3-ubyte"][16:]
    assert found.labels.tolist() == [*range(8), *range(4)]
    assert found.split.tolist() == [TRAIN] * 8 + [TEST] * 4
    assert found.classes[9] == "Ankle boot"
    assert found.source == "12 of the 70,000 images of Fashion-MNIST, from local files"


def test_a_complete_copy_is_not_called_reduced(fashion, monkeypatch):
    complete = source.DATA_SETS["FashionMNIST"]._replace(samples=12)
    monkeypatch.setitem(source.DATA_SETS, "FashionMNIST", complete)
    assert read_torchvision(fashion).source == "the 12 images of Fashion-MNIST"


def test_other_images_in_files_of_its_names_are_not_called_so(fashion, monkeypatch):
    random = np.random.default_rng(0)
    for prefix in ("train", "t10k"):
        images = random.integers(0, 256, (120, 4, 3), dtype=np.uint8)
        (fashion / RAW / f"{prefix}-images-idx3-ubyte").write_bytes(idx(images))
        labels = idx(np.arange(120, dtype=np.uint8) % 10)
        (fashion / RAW / f"{prefix}-labels-idx1-ubyte").write_bytes(labels)
    other = "240 images in files that are named as those of Fashion-MNIST, and are others"
    for samples in (70_000, 240):
        of_size = source.DATA_SETS["FashionMNIST"]._replace(samples=samples)
        monkeypatch.setitem(source.DATA_SETS, "FashionMNIST", of_size)
        found = read_torchvision(fashion)
        assert (found.source, found.licence) == (other, "not known")


def refuse_to_run(*_, **__):
    pytest.fail("was called")


def test_a_local_copy_is_never_downloaded(fashion, monkeypatch):
    monkeypatch.setattr(source, "download_and_extract_archive", refuse_to_run)
    read_torchvision(fashion, download=True)
    (fashion / RAW / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(UserError, match=r"^root: .*copy has no complete Fashion-MNIST: Fashion"):
        read_torchvision(fashion)


def test_files_of_an_old_torchvision_do_not_stand_in_for_the_images(fashion):
    processed = fashion / "FashionMNIST" / "processed"
    processed.mkdir()
    for name in ("training.pt", "test.pt"):
        torch.save((torch.zeros(5, 4, 3, dtype=torch.uint8), torch.zeros(5)), processed / name)
    assert len(read_torchvision(fashion).images) == 12


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("train-images-idx3-ubyte", lambda old: b"\x1f\x8b" + old[2:],
         r"train-images-idx3-ubyte has a corrupt header: it starts with 1f 8b 08 03 instead of"),
        ("train-labels-idx1-ubyte", lambda old: b"", "header: it starts with nothing instead of"),
        ("train-labels-idx1-ubyte", lambda old: fashion_files()["train-images-idx3-ubyte"],
         r"train-labels-idx1-ubyte has a corrupt header: it starts with 00 00 08 03 instead of"),
        ("train-images-idx3-ubyte", lambda old: old[:9], r"has 9 bytes, but its header promises"),
        ("train-images-idx3-ubyte", lambda old: old[:-1],
         r"has 111 bytes, but its header promises 112 \(8×4×3\): it is truncated or corrupt"),
        ("t10k-labels-idx1-ubyte", lambda old: old + b"0", r"has 13 bytes, .* promises 12 \(4\)"),
        ("t10k-images-idx3-ubyte", lambda old: old[:4] + b"\xff" * 12 + old[16:],
         r"its header promises 79,228,162,\d+"),
        ("t10k-labels-idx1-ubyte", lambda old: idx(np.zeros(3, np.uint8)),
         r"t10k-images-idx3-ubyte has 4 images, but .*t10k-labels-idx1-ubyte has 3 labels"),
        ("t10k-images-idx3-ubyte", lambda old: idx(np.zeros((4, 3, 4), np.uint8)),
         r"training images in .* have 4×3 pixels, test images 3×4"),
        ("train-images-idx3-ubyte", lambda old: idx(np.zeros((8, 0, 3), np.uint8)), "corrupt"),
    ],
)  # fmt: skip
def test_a_corrupt_file_is_told_in_one_line_with_its_setting(fashion, name, change, message):
    path = fashion / RAW / name
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(UserError, match=rf"^root: .*{message}.*replace the files") as caught:
        read_torchvision(fashion, download=True)
    assert "\n" not in str(caught.value)


def test_a_label_outside_the_classes_is_told(fashion):
    path = fashion / RAW / "t10k-labels-idx1-ubyte"
    path.write_bytes(idx(np.array([0, 1, 10, 3], np.uint8)))
    with pytest.raises(UserError, match="image 10 has the label 10, outside the 10 classes"):
        check(read_torchvision(fashion))


# --- CIFAR-10 -----------------------------------------------------------------------------------


@pytest.fixture
def cifar(tmp_path, monkeypatch):
    """A local copy of a very small CIFAR-10, which torchvision takes for the original."""
    random = np.random.default_rng(0)
    folder = tmp_path / "cifar" / CIFAR10.base_folder
    folder.mkdir(parents=True)

    def save(name: str, content: dict) -> str:
        (folder / name).write_bytes(pickle.dumps(content))
        return hashlib.md5((folder / name).read_bytes()).hexdigest()

    def batch(name: str) -> list[str]:
        data = random.integers(0, 256, (2, 3072), dtype=np.uint8)
        return [name, save(name, {"data": data, "labels": [1, 9]})]

    monkeypatch.setattr(CIFAR10, "train_list", [batch("data_batch_1"), batch("data_batch_2")])
    monkeypatch.setattr(CIFAR10, "test_list", [batch("test_batch")])
    names = [f"class {index}" for index in range(10)]
    md5 = save("batches.meta", {"label_names": names})
    monkeypatch.setattr(CIFAR10, "meta", {**CIFAR10.meta, "md5": md5})
    return tmp_path / "cifar"


def test_cifar10_is_read_with_channels_first(cifar):
    found = read_torchvision(cifar, "CIFAR10")
    assert found.images.shape == (6, 3, 32, 32)
    content = pickle.loads((cifar / CIFAR10.base_folder / "data_batch_1").read_bytes())
    np.testing.assert_array_equal(found.images[:2].reshape(2, -1), content["data"])
    assert found.labels.tolist() == [1, 9] * 3
    assert found.split.tolist() == [TRAIN] * 4 + [TEST] * 2
    assert found.classes[2] == "class 2"
    assert found.source == "6 of the 60,000 images of CIFAR-10, from local files"


@pytest.mark.parametrize("name", ["data_batch_2", "test_batch", "batches.meta"])
def test_no_file_with_a_wrong_checksum_is_opened(cifar, name, monkeypatch):
    path = cifar / CIFAR10.base_folder / name
    path.write_bytes(path.read_bytes()[:-1])
    monkeypatch.setattr(pickle, "load", refuse_to_run)
    with pytest.raises(UserError, match=rf"^root: the checksum of .*{name} is wrong; replace"):
        read_torchvision(cifar, "CIFAR10", download=True)


# --- Downloads ----------------------------------------------------------------------------------


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.asked.append(self.path)
        super().do_GET()


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A web server on this machine, which has Fashion-MNIST as far as torchvision can tell."""
    folder = tmp_path / "server"
    folder.mkdir()
    resources = []
    for name, content in fashion_files().items():
        archive = gzip.compress(content, mtime=0)
        (folder / f"{name}.gz").write_bytes(archive)
        resources.append((f"{name}.gz", hashlib.md5(archive).hexdigest()))
    monkeypatch.setattr(source, "PAUSE_SECONDS", 0.0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder)) as server:
        server.folder, server.asked = folder, []
        server.address = f"127.0.0.1:{server.server_port}"
        monkeypatch.setattr(FashionMNIST, "mirrors", [f"http://{server.address}/"])
        monkeypatch.setattr(FashionMNIST, "resources", resources)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def refused(root: Path) -> str:
    """Return why a download fails; nothing may be left of it."""
    with pytest.raises(UserError) as caught:
        read_torchvision(root, download=True)
    assert not root.exists() or list(root.iterdir()) == []
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_copy_is_downloaded_once_and_kept(server, tmp_path):
    root = tmp_path / "a" / "root"
    found = read_torchvision(root, download=True)
    assert found.labels.tolist() == [*range(8), *range(4)]
    kept = {path.name: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert kept == fashion_files()
    server.asked.clear()
    read_torchvision(root, download=True)
    read_torchvision(root)
    assert server.asked == []


def test_an_incomplete_copy_is_completed(server, fashion):
    missing = fashion / RAW / "t10k-labels-idx1-ubyte"
    missing.unlink()
    read_torchvision(fashion, download=True)
    assert missing.read_bytes() == fashion_files()[missing.name]


def test_no_download_is_tried_without_leave(server, tmp_path):
    with pytest.raises(UserError, match="set root to the folder of a local copy, or download to"):
        read_torchvision(tmp_path / "root")
    assert server.asked == []


def test_a_wrong_checksum_is_tried_again_and_told(server, tmp_path):
    (server.folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"something else"))
    message = refused(tmp_path / "root")
    assert message.startswith(
        f"download: cannot download FashionMNIST: the checksum of what {server.address} sends for "
    )
    assert "set root to its folder" in message
    assert len([path for path in server.asked if "train-labels" in path]) >= source.ATTEMPTS


def test_a_broken_transfer_is_no_data_set(server, tmp_path):
    path = server.folder / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-20])
    assert "the checksum of what" in refused(tmp_path / "root")


def test_a_file_that_the_host_lacks_is_told(server, tmp_path):
    (server.folder / "t10k-images-idx3-ubyte.gz").unlink()
    assert f"{server.address} answers 404 File not found" in refused(tmp_path / "root")


def test_a_host_that_recovers_is_enough(server, tmp_path, monkeypatch):
    tried = []

    def unreliable(url, *arguments, **options):
        tried.append(url)
        if len(tried) < source.ATTEMPTS:
            raise TimeoutError("timed out")
        return fetch(url, *arguments, **options)

    fetch = source.download_and_extract_archive
    monkeypatch.setattr(source, "download_and_extract_archive", unreliable)
    assert len(read_torchvision(tmp_path / "root", download=True).images) == 12


def test_a_host_that_cannot_be_reached_is_told(server, tmp_path, monkeypatch):
    with socket.socket() as unused:  # bound, but nobody listens
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        monkeypatch.setattr(FashionMNIST, "mirrors", [f"http://{address}/"])
        message = refused(tmp_path / "root")
    assert f"{address} cannot be reached: " in message
    assert message.endswith(f"set root to its folder (now {tmp_path / 'root'})")


def test_a_host_that_stays_silent_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(source, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setattr(FashionMNIST, "mirrors", [f"http://{address}/"])
        assert f"{address} cannot be reached: " in refused(tmp_path / "root")
    assert socket.getdefaulttimeout() is None


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_at_once(server, tmp_path, monkeypatch, number):
    tried = []

    def full(url, root, *_, **__):
        tried.append(url)
        Path(root).mkdir(parents=True)
        (Path(root) / "part").write_bytes(b"half of it")
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(source, "download_and_extract_archive", full)
    message = refused(tmp_path / "root")
    assert message.startswith(f"root: cannot store the download of FashionMNIST in {tmp_path}")
    assert "(the disk is full); make room or set root to another folder" in message
    assert len(tried) == 1


def test_a_root_that_cannot_be_made_is_told(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"root: cannot store the download .*: Not a directory"):
        read_torchvision(tmp_path / "file" / "root", download=True)


def test_cifar10_is_unpacked_from_its_archive(server, cifar, tmp_path, monkeypatch):
    archive = server.folder / CIFAR10.filename
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(cifar / CIFAR10.base_folder, CIFAR10.base_folder)
        extra = tarfile.TarInfo(f"{CIFAR10.base_folder}/readme.html")
        tar.addfile(extra, io.BytesIO())
    monkeypatch.setattr(CIFAR10, "url", f"http://{server.address}/{CIFAR10.filename}")
    monkeypatch.setattr(CIFAR10, "tgz_md5", hashlib.md5(archive.read_bytes()).hexdigest())
    found = read_torchvision(tmp_path / "root", "CIFAR10", download=True)
    assert found.checksum == read_torchvision(cifar, "CIFAR10").checksum
    assert [path.name for path in (tmp_path / "root").iterdir()] == [CIFAR10.base_folder]


# --- The verb and real data ---------------------------------------------------------------------


def prepare(tmp_path, capsys, settings: dict, *options: str) -> tuple[int, str]:
    """Return status and standard error of the verb."""
    code = fingerprint(*DatasetSettings.model_validate(settings).modules)
    arguments = ["--settings", canonical_json(settings), "--fingerprint", code]
    output = ["--outputs", str(tmp_path / "out" / "data.nc")]
    status = cli.main(["make", "prepare", *arguments, *options, *output])
    return status, capsys.readouterr().err


def test_the_verb_downloads_only_when_told(server, tmp_path, capsys):
    root = str(tmp_path / "root")
    settings = {"source": "torchvision", "name": "FashionMNIST", "root": root}
    settings = {"dataset": "fashion", "source": settings}
    status, error = prepare(tmp_path, capsys, settings)
    assert status == 1
    assert error.startswith("thermophoresis: error: datasets.fashion.root: ")
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()
    assert prepare(tmp_path, capsys, settings, "--download", "true")[0] == 0
    assert (tmp_path / "out" / "data.nc").exists()


@pytest.mark.skipif(
    "THERMOPHORESIS_DATA" not in os.environ,
    reason="needs a local copy of Fashion-MNIST, in the folder fashion-mnist of the folder that "
    "the environment variable THERMOPHORESIS_DATA names",
)
def test_real_images_have_the_statistics_that_are_known_of_them():
    from thermophoresis.data.normalisation import of_pixels

    root = Path(os.environ["THERMOPHORESIS_DATA"]) / "fashion-mnist"
    found = read_torchvision(root)
    assert found.images.shape[1:] == (1, 28, 28)
    assert set(found.labels.tolist()) == set(range(10))
    assert found.source.endswith("of the 70,000 images of Fashion-MNIST, from local files")
    mean, std = of_pixels(found.images[found.split == TRAIN])
    # Those of the 60,000 training images, which many programs print.
    assert mean[0] == pytest.approx(0.2860, abs=0.01)
    assert std[0] == pytest.approx(0.3530, abs=0.01)


# --- Folders from strangers ---------------------------------------------------------------------


def header(width: int, height: int, mode: int = 2) -> bytes:
    """Return a PNG image without its pixels, which says that it has very many."""
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, mode, 0, 0, 0)), (b"IDAT", b"")]
    written = b"\x89PNG\r\n\x1a\n"
    for kind, data in [*parts, (b"IEND", b"")]:
        checked = kind + data
        written += struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))
    return written


def enormous(path):
    path.write_bytes(header(60_000, 60_000))
    return "could be decompression bomb DOS attack"


def very_large(path):
    path.write_bytes(header(12_000, 12_000))
    return "could be decompression bomb DOS attack"


def large(path):
    path.write_bytes(header(5000, 5000))
    return "has 5000×5000 pixels; must have at most 16,777,216"


def moving(path):
    frames = [Image.new("RGB", (2, 3), (shade, 0, 0)) for shade in (0, 100, 200)]
    frames[0].save(path.with_suffix(".webp"), save_all=True, append_images=frames[1:])
    return "1.webp: it holds several images, must hold one"


def program(path):
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 2 3\nshowpage\n")
    return "1.png: cannot identify image file"


def pipe(path):
    path.unlink()
    os.mkfifo(path)
    return "1.png: it is no regular file"


def nowhere(path):
    path.unlink()
    path.symlink_to("nowhere")
    return "1.png: it is no regular file"


def cut_off(path):
    Image.new("RGB", (2, 3)).save(path.with_suffix(".jpg"))
    content = path.with_suffix(".jpg").read_bytes()
    path.with_suffix(".jpg").write_bytes(content[: len(content) // 2])
    return "1.jpg: "


def loop(path):
    path.with_name("again").symlink_to(".")
    return "dog/again leads to a folder that is there already"


def loop_above(path):
    path.with_name("up").symlink_to("../..")
    return "dog/up/train/dog leads to a folder that is there already"


def doubled(path):
    # Each folder twice in the one above it: a billion ways to the last one.
    here = path.with_name("0")
    for level in range(1, 31):
        here.mkdir()
        here.with_name(f"{level - 1}_again").symlink_to(here.name)
        here /= str(level)
    return "leads to a folder that is there already"


HARMS = (
    enormous, very_large, large, moving, program, pipe, nowhere, cut_off, loop, loop_above, doubled,
)  # fmt: skip


def test_images_from_strangers_are_refused_in_one_line_at_once(folder, tmp_path):
    expected = {}
    for harm in HARMS:
        copy = tmp_path / harm.__name__
        shutil.copytree(folder, copy)
        expected[copy.name] = harm(copy / "train" / "dog" / "1.png")
    imports = """\
from thermophoresis.config.sources.image_folder import ImageFolderSource
from thermophoresis.data.sources.image_folder import read
from thermophoresis.errors import UserError"""
    look = 'read(ImageFolderSource(source="image_folder", root=path))'
    said = answers(imports, look, map(tmp_path.joinpath, expected))
    for name, words in expected.items():
        assert words in said[name], name
        assert said[name].startswith("root: "), name
        assert "\n" not in said[name], name


def test_images_for_print_are_read_as_they_look(folder):
    colour = Image.new("CMYK", (2, 3), (0, 255, 255, 0))
    colour.save(folder / "train" / "cat" / "0.jpg", quality=100)
    (folder / "train" / "cat" / "0.png").unlink()
    found = read_folder(folder).images[0].astype(int)
    np.testing.assert_allclose(found, np.broadcast_to([[[255]], [[0]], [[0]]], (3, 3, 2)), atol=5)
