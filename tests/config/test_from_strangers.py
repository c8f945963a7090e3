"""YAML from strangers: refused in one line within a second and 200 MB, and never run."""

import pytest
from bounds import answers

from thermophoresis import cli
from thermophoresis.config.configuration import parse
from thermophoresis.config.problems import MOST_LINES, ConfigError
from thermophoresis.config.yaml import DEEPEST, LARGEST_FILE, read_yaml

TEN = range(10)


def nested(form: str) -> str:
    """Return ten levels, each with ten aliases of the one before: 10¹⁰ values, if written out."""
    levels = (form.format(it, ", ".join(f"k{j}: *a{it - 1}" for j in TEN)) for it in TEN[1:])
    return "a0: &a0 {x: 1}\n" + "\n".join(levels) + "\n"


# Each with a part of what is said.
FILES = {
    "mappings": (
        nested("a{0}: &a{0} {{{1}}}") + "experiments: *a9\n",
        "6:23: not valid YAML: aliases stand for more than 100,000 values",
    ),
    "lists": (
        "a0: &a0 [x]\n"
        + "\n".join(f"a{it}: &a{it} [{', '.join([f'*a{it - 1}'] * 10)}]" for it in TEN[1:]),
        "aliases stand for more than 100,000 values",
    ),
    "merged": (
        "a0: &a0 {x: 1}\n"
        + "\n".join(f"a{it}: &a{it} {{<<: [{', '.join([f'*a{it - 1}'] * 10)}]}}" for it in TEN[1:]),
        "aliases stand for more than 100,000 values",
    ),
    "in_itself": ("experiments: &a {b: *a}", "the alias 'a' is part of what it stands for"),
    "list_in_itself": ("claims: &a [*a]", "the alias 'a' is part of what it stands for"),
    "deep_lists": (
        f"experiments: {'[' * 100_000}",
        f"more than {DEEPEST} mappings and lists within each other",
    ),
    "deep_mappings": (f"experiments: {'{a: ' * 300}1{'}' * 300}", "within each other"),
    "object": (
        "note: !!python/object/apply:os.system [touch MARK]",
        "could not determine a constructor for the tag "
        "'tag:yaml.org,2002:python/object/apply:os.system'",
    ),
    "name": ("note: !!python/name:os.system", "could not determine a constructor for the tag"),
    "template": (
        '__use_yte__: true\nnote: ?open("MARK", "w")\n',
        "__use_yte__: must be left out: Snakemake would take the file for a template, and run what "
        "is in it",
    ),
    "definitions": ('__definitions__:\n  - open("MARK", "w")\n', "would take the file for a temp"),
    "digits": (f"checkpoint_seconds: {'9' * 5000}", "a number of 5,000 characters"),
    "hexadecimal": (f"checkpoint_seconds: 0x{'f' * 200_000}", "a number of 200,002 characters"),
    "sexagesimal": (f"checkpoint_seconds: {'9:' * 5000}9", "a number of 10,001 characters"),
    "infinite": ("checkpoint_seconds: 1e999999999", "checkpoint_seconds: got inf; must be finite"),
    "date": ("note: 2001-99-99", "not valid YAML: month must be in 1..12"),
    "bytes": (b"\x89HDF\r\n\x1a\n\xff\x00" * 400, "not valid UTF-8"),
    "large": ("note: x\n" * LARGEST_FILE, "cannot be read: it is larger than 1 MiB"),
    "many": ("".join(f"k{it}: 1\n" for it in range(10_000)), "and 9,902 more problems"),
}
TOLD = {"infinite": 3, "many": MOST_LINES + 1}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What is said of each file, and where those that would run something leave a mark."""
    folder = tmp_path_factory.mktemp("strange")
    for name, (text, _) in FILES.items():
        content = text if isinstance(text, bytes) else text.encode()
        folder.joinpath(name).write_bytes(content.replace(b"MARK", str(folder / "mark").encode()))
    imports = "from thermophoresis.config.configuration import load\n"
    imports += "from thermophoresis.errors import UserError"
    found = answers(imports, "load(path)", [*map(folder.joinpath, FILES), "/dev/zero"])
    assert not (folder / "mark").exists()
    return found


@pytest.mark.parametrize("name", FILES)
def test_what_would_take_memory_time_or_code_is_refused_at_once(said, name):
    assert FILES[name][1] in said[name]
    assert len(said[name].splitlines()) == TOLD.get(name, 1)
    assert len(said[name]) < 50_000


def test_what_has_no_end_is_no_file(said):
    end = "cannot be read: it is no regular file; must be a YAML file"
    assert said["zero"] == f"/dev/zero: {end}"


def test_aliases_are_for_what_is_said_twice(tmp_path):
    path = tmp_path / "file.yaml"
    path.write_text("a: &a {x: [1, 2], y: &b {z: 3}}\nb: {<<: *a, w: *b}\nc: [*a, *a]\n")
    a = {"x": [1, 2], "y": {"z": 3}}
    assert read_yaml(path) == {"a": a, "b": {**a, "w": {"z": 3}}, "c": [a, a]}
    deepest = DEEPEST - 1
    path.write_text(f"a: {'[' * deepest}1{']' * deepest}\n")
    read_yaml(path)


def test_what_is_in_a_name_neither_colours_nor_breaks_a_line(tmp_path, capsys):
    path = tmp_path / "a\x1b[31m\nb.yaml"
    path.write_text('experiments: {"red\\e[31m\\nline": 1}\nfigures: {}\n"k\\r\\u202ey": 1\n')
    assert cli.main(["check", "--quick", "--config", str(path)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert all(it.isprintable() for it in lines)
    shown = rf"{tmp_path}/a\x1b[31m\nb.yaml"
    assert rf"thermophoresis: error: {shown}: k\r\u202ey: unknown setting" in "\n".join(lines)
    assert sum(r"experiments.red\x1b[31m\nline: got" in it for it in lines) == 2
    assert len(lines) == 4


LONG = "x" * 101
SMALL = {"data": {"kind": "gaussian"}, "sweep": {"learning_rate": [0.1]}}
DRAWN = {"kind": "learning_rate_sweep", "experiment": "a", "observable": "loss", "batch_size": 1}


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"experiments": {"a": SMALL, LONG: SMALL}}, "experiments"),
        ({"figures": {LONG: DRAWN}}, "figures"),
        ({"datasets": {LONG: {"source": "digits"}}}, "datasets"),
        ({"computations": {LONG: {"kind": "walk_flux"}}}, "computations"),
    ],
)
def test_a_name_is_no_longer_than_what_files_can_be_called(settings, where):
    whole = {"experiments": {"a": SMALL}, "figures": {"drawn": DRAWN}} | settings
    with pytest.raises(ConfigError) as caught:
        parse(whole, "file")
    shown = f"{'x' * 57}…"
    line = f"file: {where}.{shown}: got '{'x' * 56}… as a name; must have at most 100 characters"
    assert line in str(caught.value).splitlines()


def test_runs_of_many_axes_have_names_that_files_can_have():
    labels = {"y" * 90: 3, "z" * 90: 4}
    axes = {f"network.{it}": labels for it in ("inputs", "hidden")}
    experiment = SMALL | {"sweep": {"learning_rate": [0.1], **axes}}
    with pytest.raises(ConfigError, match=r"the file of a run; must have at most 200 characters"):
        parse({"experiments": {"a": experiment}, "figures": {"drawn": DRAWN}}, "file")
