"""An archive holds whole results, is the same bytes each time, and is looked at closely."""

import hashlib
import shutil
import signal
import stat
import subprocess
import sys
import zipfile

import pytest
from rocrate.rocrate import ROCrate

from thermophoresis import cli
from thermophoresis.errors import UserError
from thermophoresis.provenance import archive, crate
from thermophoresis.provenance.completeness import complete
from thermophoresis.provenance.fingerprint import third_party
from thermophoresis.provenance.record import version
from thermophoresis.provenance.unpacking import SUMS, opened

RUN = "runs/small/lr=0.1_batch=1_seed=0.nc"


def write(whole, name="results-1.zip", **options):
    path = whole.results.parent / name
    archive.write(complete(whole.results, whole.config), whole.config, path, **options)
    return path


@pytest.fixture(scope="session")
def written_once(whole_once, tmp_path_factory):
    folder = tmp_path_factory.mktemp("archived")
    shutil.copytree(whole_once.results, folder / "results")
    whole = whole_once._replace(results=folder / "results")
    return write(whole), whole


@pytest.fixture
def written(written_once):
    """An archive and the results that are in it; not to be changed."""
    return written_once


def entries(path):
    with zipfile.ZipFile(path) as file:
        return {it.filename: file.read(it) for it in file.infolist()}


def rewritten(path, change, destination, **facts):
    """Write an archive with other entries, and other facts of them."""
    with zipfile.ZipFile(destination, "w") as file:
        for name, content in change(entries(path)):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = archive.MODE << 16
            for fact, value in facts.items():
                setattr(entry, fact, value)
            file.writestr(entry, content)
    return destination


def with_sums(found):
    """Return entries with checksums that are true of them."""
    found.pop(SUMS)
    lines = [f"{hashlib.sha256(it).hexdigest()}  {name}\n" for name, it in found.items()]
    return {**found, SUMS: "".join(lines).encode()}


def test_it_holds_all_but_what_is_left_out_and_says_so(written):
    path, whole = written
    found = entries(path)
    of_results = complete(whole.results, whole.config).checksums
    assert {it for it in of_results if not it.startswith("snapshots/")} == {
        it for it in found if it in of_results
    }
    for name in found.keys() & of_results.keys():
        assert found[name] == (whole.results / name).read_bytes()
    assert found.keys() - of_results.keys() >= {SUMS, "README.md", crate.NAME, crate.WORKFLOW}
    assert "Left out are snapshots of parameters" in found["README.md"].decode()
    assert f"# Results of thermophoresis {version()}" in found["README.md"].decode()
    told = ROCrate(path)
    assert "Left out are snapshots" in told.root_dataset["description"]
    assert told.get("README.md")["about"] == told.root_dataset
    assert {it for it in found if it not in (SUMS, crate.NAME)} == {
        __import__("urllib.parse").parse.unquote(it.id) for it in told.data_entities
    }


def test_its_checksums_are_those_that_sha256sum_takes(written, tmp_path):
    path, _ = written
    with zipfile.ZipFile(path) as file:
        file.extractall(tmp_path)
    command = ["sha256sum", "--check", "--strict", SUMS]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
    assert run.stdout.count(": OK\n") == len(entries(path)) - 1


def test_the_same_results_give_the_same_bytes(written, tmp_path):
    path, whole = written
    assert write(whole, "again.zip").read_bytes() == path.read_bytes()
    copied = shutil.copytree(whole.results, tmp_path / "copied", copy_function=shutil.copyfile)
    (copied / RUN).chmod(0o700)
    assert write(whole._replace(results=copied)).read_bytes() == path.read_bytes()
    with zipfile.ZipFile(path) as file:
        facts = {(it.date_time, it.external_attr, it.create_system) for it in file.infolist()}
        assert file.namelist() == sorted(file.namelist())
    assert facts == {((1980, 1, 1, 0, 0, 0), (stat.S_IFREG | 0o644) << 16, 3)}


def test_the_whole_has_snapshots_as_well(whole, capsys):
    to = whole.results.parent / "whole.zip"
    words = [str(whole.results), "--config", str(whole.config), "--to", str(to)]
    assert cli.main(["archive", *words]) == 0
    assert "Left out are snapshots of parameters" in capsys.readouterr().out
    assert cli.main(["archive", *words, "--whole"]) == 0
    assert capsys.readouterr().out.startswith(f"{to}: ")
    found = entries(to)
    assert {*complete(whole.results, whole.config).checksums} <= {*found}
    assert "Everything that the workflow has made is here" in found["README.md"].decode()


def test_compare_says_whether_it_holds_the_same_numbers(written, tmp_path, capsys):
    path, whole = written
    assert cli.main(["compare", str(path), str(whole.results)]) == 0
    said = capsys.readouterr().out
    assert "0 different, 0 only in A, 3 only in B; " in said  # the snapshots of three runs
    assert cli.main(["compare", str(path), str(path)]) == 0
    other = shutil.copytree(whole.results, tmp_path / "results")
    shutil.copy(other / RUN, other / RUN.replace("0.1", "0.2"))
    capsys.readouterr()
    assert cli.main(["compare", str(path), str(other)]) == 1
    assert f"different   {RUN.replace('0.1', '0.2')}: " in capsys.readouterr().out
    assert cli.main(["compare", str(other), str(path)]) == 1  # which lacks snapshots


def changed(found):
    found[RUN] = found[RUN][:-100] + b"x" + found[RUN][-99:]
    return found


def lacking(found):
    del found[RUN]
    return found


@pytest.mark.parametrize(
    ("change", "facts", "words"),
    [
        (changed, {}, f"{RUN} is not what {SUMS} says"),
        (lacking, {}, f"other files than {SUMS} says: {RUN}"),
        (lambda it: it | {"more.nc": b""}, {}, f"other files than {SUMS} says: more.nc"),
        (lambda it: {name: it[name] for name in it if name != SUMS}, {}, f"it has no {SUMS}"),
        (lambda it: it | {SUMS: b"what\n"}, {}, "is no file of checksums"),
        (lambda it: with_sums(it | {"../out.txt": b""}), {}, "'../out.txt' is no path in the"),
        (lambda it: with_sums(it | {"a/../../out.txt": b""}), {}, "is no path in the archive"),
        (lambda it: with_sums(it | {"/out.txt": b""}), {}, "'/out.txt' is no path in the archive"),
        (lambda it: with_sums(it | {"..\\out.txt": b""}), {}, "has characters that no file"),
        (lambda it: with_sums(it | {"C:out.txt": b""}), {}, "has characters that no file"),
        (lambda it: with_sums(it | {"a": b"", "a/b": b""}), {}, "is no archive of results"),
        (lambda it: it, {"external_attr": (stat.S_IFLNK | 0o777) << 16}, "is no file"),
        (lambda it: it, {"compress_type": zipfile.ZIP_DEFLATED}, "is compressed or encrypted"),
    ],
)
def test_what_was_tampered_with_is_refused(written, tmp_path, change, facts, words):
    path, whole = written
    inside = tmp_path / "inside"
    inside.mkdir()
    odd = rewritten(path, lambda it: change(it).items(), inside / "odd.zip", **facts)
    with pytest.raises(UserError) as caught, opened(odd):
        raise AssertionError
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.rglob("out.txt")) + list(whole.results.parent.rglob("out.txt"))


REFUSED = "is no archive of results, or is damaged"


def test_damage_is_found_in_every_file(written, tmp_path):
    path, _ = written
    content = path.read_bytes()
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path) as file:
        places = [it.header_offset + 30 + len(it.filename) for it in file.infolist()[::4]]
    for position in places:
        flipped = bytes([content[position] ^ 1])
        damaged.write_bytes(content[:position] + flipped + content[position + 1 :])
        with pytest.raises(UserError, match=REFUSED), opened(damaged):
            pass
    for part in (0, 0.5, 0.99):
        damaged.write_bytes(content[: int(part * len(content))])
        with pytest.raises(UserError, match=REFUSED), opened(damaged):
            pass


def test_files_larger_than_the_archive_are_not_begun_with(written, tmp_path):
    path = shutil.copy(written[0], tmp_path / "large.zip")
    with zipfile.ZipFile(path, "a") as file:
        first = file.infolist()[0]
        first.file_size = first.compress_size = 2**31
        file._didModify = True  # it writes its directory anew
    with pytest.raises(UserError, match="its files are larger than itself"), opened(path):
        pass


def test_a_file_twice_is_refused(written, tmp_path):
    path, _ = written
    twice = shutil.copy(path, tmp_path / "twice.zip")
    entry = zipfile.ZipInfo(RUN)
    entry.external_attr = archive.MODE << 16
    with zipfile.ZipFile(twice, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr(entry, b"another one")
    with pytest.raises(UserError, match="other files than"), opened(twice):
        pass


def test_nothing_is_left_of_what_was_opened(written):
    path, _ = written
    with opened(path) as folder:
        assert (folder / RUN).is_file()
    assert not folder.exists()
    with opened("results") as folder:
        assert str(folder) == "results"


def test_reading_one_takes_no_more_than_comparing_does():
    assert "rocrate" in third_party("provenance.archive")
    assert "rocrate" not in third_party("provenance.unpacking", "provenance.comparison")


def test_incomplete_results_are_not_archived(whole, capsys):
    (whole.results / RUN).unlink()
    to = whole.results.parent / "results.zip"
    words = [str(whole.results), "--config", str(whole.config), "--to", str(to)]
    assert cli.main(["archive", *words]) == 1
    assert "is not complete" in capsys.readouterr().err
    assert not to.exists()


def test_other_endings_are_refused(whole):
    with pytest.raises(UserError, match=r"--to: got .*results\.tar\.xz'; must end in \.zip"):
        write(whole, "results.tar.xz")


# Writes an archive, and is killed at the third file.
KILLED = """
import os, signal, sys
from thermophoresis.provenance import archive
from thermophoresis.provenance.completeness import complete
copy, done = archive._copy, []
def at_the_third(*arguments):
    done.append(1)
    if len(done) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    copy(*arguments)
archive._copy = at_the_third
results, config, to = sys.argv[1:]
archive.write(complete(results, config), config, to)
"""


def test_killed_while_it_is_written_it_is_not_there_half(whole):
    to = whole.results.parent / "results.zip"
    command = [sys.executable, "-c", KILLED, whole.results, whole.config, to]
    run = subprocess.run([*map(str, command)], capture_output=True, text=True)
    assert run.returncode == -signal.SIGKILL, run.stderr
    assert not to.exists()
    assert [it.suffix for it in to.parent.glob(".results.zip.*")] == [".part"]
    assert write(whole, to.name) == to
    assert not [*to.parent.glob(".results.zip.*")]
    with opened(to) as folder:
        assert (folder / RUN).read_bytes() == (whole.results / RUN).read_bytes()


def test_what_changes_while_it_is_written_is_noticed(whole):
    found = complete(whole.results, whole.config)
    crate.write(found, whole.config)
    path = whole.results / RUN
    content = path.read_bytes()
    path.write_bytes(content + b"x")
    to = whole.results.parent / "results.zip"
    with pytest.raises(UserError, match="has changed while the archive was written"):
        archive.write(found, whole.config, to)
    assert not to.exists()
