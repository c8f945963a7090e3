"""A seal shows every change of a file, and leaves the file what it was."""

import hashlib
import io
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ET
import zlib

import netCDF4
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from thermophoresis.figures.parts import files, style
from thermophoresis.provenance import netcdf, seal
from thermophoresis.provenance.files import write_sealed

METADATA = {"made_by": "figure", "configuration": '{"title":"(a) \\\\ <b> & é"}'}
METADATA |= {"package_versions": "{}", "seeds": "[]", "inputs": "{}"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One sealed file of each format, made by what makes them in the pipeline."""
    folder = tmp_path_factory.mktemp("sealed")
    with style.context():
        figure = style.new_figure(1.0, 1.0)
        figure.add_subplot().plot([1, 2])
        paths = [folder / f"file{suffix}" for suffix in (".pdf", ".svg", ".png")]
        files.save(figure, paths, lambda path: METADATA)
    netcdf.write(xr.Dataset({"loss": ("record", np.arange(50.0))}), folder / "file.nc")
    write_sealed(folder / "file.html", b"<!DOCTYPE html>\n<html><title>t</title></html>\n")
    write_sealed(folder / "file.md", b"# Claims\n\n| a |\n|---|\n| b |\n")
    archive = io.BytesIO()
    np.savez(archive, step=np.arange(5))
    write_sealed(folder / "file.npz", archive.getvalue())
    archive = io.BytesIO()
    np.savez(archive, allow_pickle=False, weights=np.arange(50.0))
    write_sealed(folder / "file.npz", archive.getvalue())
    return folder


@pytest.fixture(scope="module")
def sealed(folder):
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """Return the state of a file with some content."""
    path = tmp_path_factory.mktemp("content") / "file"

    def state(content, suffix):
        path.with_suffix(suffix).write_bytes(content)
        return seal.examine(path.with_suffix(suffix)).state

    return state


def test_every_format_is_tried_here(sealed):
    assert sealed.keys() == set(seal.FORMATS)


@pytest.mark.parametrize("suffix", seal.FORMATS)
def test_what_is_sealed_is_intact(folder, suffix):
    path = folder / f"file{suffix}"
    found = seal.examine(path)
    assert found.state == "intact"
    whole = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    assert found.checksum == seal.checksum(path) == whole


@given(data=st.data())
@pytest.mark.parametrize("suffix", seal.FORMATS)
def test_any_change_of_one_byte_is_found(sealed, state, suffix, data):
    content = bytearray(sealed[suffix])
    # Most bytes are of the content; those of the seal are to be hit as well.
    middle = st.integers(0, len(content) - 1)
    near_the_end = st.integers(max(0, len(content) - 120), len(content) - 1)
    position = data.draw(st.one_of(middle, near_the_end), "position")
    content[position] ^= data.draw(st.integers(1, 255), "difference")
    assert state(content, suffix) != "intact"


@given(data=st.data())
@pytest.mark.parametrize("suffix", seal.FORMATS)
def test_any_cut_and_any_addition_is_found(sealed, state, suffix, data):
    content = sealed[suffix]
    assert state(content[: data.draw(st.integers(0, len(content) - 1))], suffix) != "intact"
    assert state(content + data.draw(st.binary(min_size=1, max_size=200)), suffix) != "intact"


@pytest.mark.parametrize("suffix", seal.FORMATS)
def test_a_broken_seal_is_told_from_a_lost_one(sealed, state, suffix):
    content = sealed[suffix]
    edited = bytearray(content)
    edited[len(content) // 4] ^= 1
    assert state(edited, suffix) == "altered"
    assert state(content[: len(content) // 2], suffix) == "unsealed"
    assert state(b"", suffix) == "unsealed"


def test_a_format_without_seals_is_unsealed(state):
    assert state(b"{}", ".json") == "unsealed"


@pytest.mark.parametrize("size", [0, 1, 2, 71, 72, 73, 74, 1000])
def test_blocks_do_not_matter(tmp_path, monkeypatch, size):
    content = seal.seal(bytes(range(250)) * (size // 250) + bytes(size % 250), ".nc")
    path = tmp_path / "file.nc"
    path.write_bytes(content)
    for block in (1, 7, 72, 73, len(content), 2 * len(content)):
        monkeypatch.setattr("thermophoresis.provenance.blocks.BLOCK_BYTES", block)
        assert seal.examine(path) == (
            "intact",
            f"sha256:{hashlib.sha256(content).hexdigest()}",
        )


def test_a_seal_is_the_checksum_of_what_stands_before_it(sealed):
    # As somebody without this package would verify it.
    marks = {".nc": b"\n", ".npz": b"\n", ".pdf": b"%"}
    for suffix in sealed.keys() - {".png"}:
        before, _, after = sealed[suffix].rpartition(b"sha256:")
        mark = marks.get(suffix, b"<!-- ")
        assert hashlib.sha256(before.removesuffix(mark)).hexdigest() == after[:64].decode()


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(FileNotFoundError):
        seal.append(tmp_path / "file.nc", ".nc")
    assert not (tmp_path / "file.nc").exists()


def test_there_are_no_seals_for_other_formats():
    with pytest.raises(ValueError, match=r"no seals for '\.json'; must be one of \.nc, .*\.png"):
        seal.seal(b"{}", ".json")
    with pytest.raises(ValueError, match="IEND"):
        seal.seal(b"\x89PNG", ".png")


# --- Sealed files are valid files -------------------------------------------------------------


def test_a_sealed_png_is_valid(folder):
    with Image.open(folder / "file.png") as image:
        image.verify()
    with Image.open(folder / "file.png") as image:
        image.load()
        assert image.size == (300, 300)
        assert len(image.text["sha256"]) == 64
        assert '"made_by":"figure"' in image.text["Description"]


def test_every_chunk_of_a_sealed_png_has_its_checksum(sealed):
    stream, kinds = io.BytesIO(sealed[".png"]), []
    assert stream.read(8) == b"\x89PNG\r\n\x1a\n"
    while header := stream.read(8):
        length, kind = struct.unpack(">I4s", header)
        data = stream.read(length)
        assert struct.unpack(">I", stream.read(4)) == (zlib.crc32(kind + data),)
        kinds.append(kind)
    assert kinds[-2:] == [b"tEXt", b"IEND"]
    assert kinds.count(b"IEND") == 1


def test_a_sealed_svg_is_valid(folder):
    assert ET.parse(folder / "file.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm is not installed")
def test_a_sealed_pdf_is_valid(folder, tmp_path):
    drawn = subprocess.run(
        ["pdftoppm", "-r", "50", "-png", folder / "file.pdf", tmp_path / "page"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert drawn.stderr == ""
    (page,) = tmp_path.iterdir()
    with Image.open(page) as image:
        assert image.size == (50, 50)


def test_a_sealed_netcdf_file_is_valid(folder):
    with netCDF4.Dataset(folder / "file.nc") as dataset:
        assert dataset["loss"][:].tolist() == list(range(50))
    with xr.open_dataset(folder / "file.nc") as dataset:
        assert dataset.loss.values.tolist() == list(range(50))


def test_a_sealed_archive_is_valid(folder):
    with np.load(folder / "file.npz", allow_pickle=False) as archive:
        assert archive["weights"].tolist() == list(range(50))
