"""What the text of a user's own file tells before anything is imported."""

from pathlib import Path

import pytest
import yaml
from bounds import answers

from thermophoresis.config import kinds
from thermophoresis.config.configuration import load
from thermophoresis.config.own_code import beside
from thermophoresis.config.problems import ConfigError

NETWORK = """
from torch import nn

class Base(nn.Module):
    def __init__(self, width, depth=1, *, bias=True):
        super().__init__()

class Inherits(Base):
    pass

class Plain(nn.Module):
    pass

class Any(nn.Module):
    def __init__(self, **options):
        super().__init__()

class Foreign(elsewhere.Thing):
    pass
"""


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Returns the problems of a configuration in a folder with a network, in lines."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings/own.py").write_text(NETWORK)

    def problems(**changes):
        network = {"kind": "module", "file": "own.py", "name": "Plain", "inputs": 3, **changes}
        experiment = {
            "network": {key: value for key, value in network.items() if value != ...},
            "data": {"kind": "gaussian"},
            "sweeps": [{"learning_rate": [0.05, 0.1]}],
        }
        figure = {"kind": "learning_rate_sweep", "experiment": "e", "batch_size": 1}
        settings = {
            "experiments": {"e": experiment},
            "figures": {"f": {**figure, "observable": "loss"}},
        }
        Path("settings/mine.yaml").write_text(yaml.safe_dump(settings))
        try:
            config = load("settings/mine.yaml")
        except ConfigError as error:
            return [line.removeprefix("experiments.e.") for line in map(str, error.problems)]
        assert config.experiments["e"].network.file == "settings/own.py"
        return []

    return problems


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"file": ...}, "network.file: got nothing; must be given: a Python file"),
        ({"file": "own.txt"}, "network.file: got 'settings/own.txt'; must be a Python file, "
         "NAME.py"),
        ({"file": "none.py"}, "network.file: got 'settings/none.py', which cannot be read: "
         "No such file or directory"),
        ({"file": "broken.py"}, "network.file: got 'settings/broken.py'; must be valid Python: "
         "settings/broken.py:2: invalid syntax"),
        ({"file": "relative.py"}, "network.file: got 'settings/relative.py'; must import what is "
         "beside it by its name, as in `import helper`: it is in no package"),
        ({"file": "taken.py"}, "network.file: got 'settings/taken.py', which imports random from "
         "beside it; must have another name than a module that everybody imports"),
        ({"file": "empty.py"}, "network.name: got 'Plain'; there is no class in settings/empty.py"),
        ({"name": "Plane"}, "network.name: got 'Plane'; must be one of Any, Base, Foreign, "
         "Inherits, Plain (did you mean 'Plain'?) in settings/own.py"),
        ({"arguments": {"width": 3}}, "network.arguments.width: is no argument of Plain; it takes "
         "none"),
        ({"name": "Inherits", "arguments": {"width": 3, "self": 1}}, "network.arguments.self: is "
         "no argument of Inherits; must be one of width, depth, bias"),
        ({"name": "Base"}, "network.arguments: got {}; must have width, without which Base cannot "
         "be made"),
        ({"name": "Any", "arguments": {"x": float("inf")}}, "network.arguments.x: got inf; must "
         "be a number, a text, true, false, null, or a list or mapping of these"),
        ({"activation": "relu"}, "network.activation: got 'relu'; must be left out: the class has "
         "its own"),
        ({"inputs": None}, "network.inputs: got nothing; must be a whole number >= 1 with gaussian "
         "data"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_before_any_job(mine, changes, line):
    Path("settings/broken.py").write_text("x = 1\ny = = 2\n")
    Path("settings/relative.py").write_text(f"from . import own\n{NETWORK}")
    Path("settings/taken.py").write_text(f"import random\n{NETWORK}")
    Path("settings/random.py").write_text("")
    Path("settings/empty.py").write_text("")
    assert mine(**changes) == [line]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "Base", "arguments": {"width": 1, "bias": False}},
        {"name": "Any", "arguments": {"whatever": [1, {"a": None}]}},
        {"name": "Foreign", "arguments": {"whatever": 1}},  # it cannot be told
        {"init": {"kind": "he_normal", "scale": {"hidden.0.weight": 2.0}}},
    ],
)
def test_what_can_be_is_let_pass(mine, changes):
    assert mine(**changes) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"measure": {"hessian_chain": {}}}, "measure.hessian_chain: is not for networks of kind "
         "module: the bound is one of layers"),
        ({"dynamics": {"kind": "unbiased_walk"}}, "dynamics.kind: got 'unbiased_walk'; must be "
         "another one with a network of kind module: it is defined for chains of layers"),
    ],
)  # fmt: skip
def test_what_is_defined_for_chains_of_layers_is_refused(changes, line):
    from thermophoresis.config.experiment import Experiment
    from thermophoresis.config.problems import validate

    settings = {
        "network": {"kind": "module", "file": "own.py", "name": "Own", "inputs": 3},
        "data": {"kind": "gaussian"},
        "sweeps": [{"learning_rate": [0.1]}],
    }
    assert [str(it) for it in validate(Experiment, settings | changes)[1]] == [line]


def test_everything_beside_a_file_is_found_and_nothing_else(tmp_path):
    files = {
        "own.py": "import torch, helper\nfrom parts import block\nimport space.inner as it\n",
        "helper.py": "def f():\n    from later import g\n",
        "later.py": "import own\n",  # round
        "parts/__init__.py": "from .first import x\n",
        "parts/block.py": "from . import second\n",
        "parts/first.py": "",
        "parts/second.py": "from parts.deep.third import *\n",
        "parts/deep/third.py": "",
        "space/inner.py": "",
        "nobody.py": "",
        "torch_not.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)
    found = {
        name: str(it.path.relative_to(tmp_path)) for name, it in beside(tmp_path / "own.py").items()
    }
    assert found == {
        "own": "own.py",
        "helper": "helper.py",
        "later": "later.py",
        "parts": "parts/__init__.py",
        "parts.block": "parts/block.py",
        "parts.first": "parts/first.py",
        "parts.second": "parts/second.py",
        "parts.deep.third": "parts/deep/third.py",
        "space.inner": "space/inner.py",
    }


def test_its_files_are_what_else_makes_a_run():
    model = kinds.model("networks", "module")
    assert model(kind="module", file="a/own.py", name="Own").files == ("a/own.py",)
    assert kinds.model("networks", "two_layer")().files == ()


STRANGE = {
    "null": (b"class A: pass\n\0", "1: source code string cannot contain null bytes"),
    "binary": (b"\x7fELF\x02\x01\x01" + bytes(range(256)), "1: source code string cannot contain"),
    "nested": (b"x = " + b"(" * 5000, "1: too many nested parentheses"),
    "minus": (b"x = " + b"-" * 100_000 + b"1", "1: it is nested too deeply"),
    "sum": (b"x = 1" + b" + 1" * 50_000, "1: maximum recursion depth exceeded"),
    "encoded": (b"# coding: nonsense\nclass A: pass\n", "0: unknown encoding: nonsense"),
    "large": (b"x = 1\n" * 100_000, "cannot be read: it is larger than 256 KiB"),
}


def test_files_from_strangers_are_refused_in_one_line_at_once(tmp_path):
    for name, (content, _) in STRANGE.items():
        (tmp_path / f"{name}.py").write_bytes(content)
    (tmp_path / "device.py").symlink_to("/dev/zero")
    imports = "from thermophoresis.config.own_code import class_problems\n"
    imports += "from thermophoresis.errors import UserError"
    look = 'raise UserError("; ".join(map(str, class_problems(path, "A", {}))))'
    said = answers(imports, look, sorted(tmp_path.iterdir()))
    for name, (_, words) in STRANGE.items():
        assert words in said[f"{name}.py"], name
        assert "\n" not in said[f"{name}.py"]
        assert "cannot be read" in words or f"must be valid Python: {tmp_path}/{name}.py" in said[
            f"{name}.py"
        ]  # fmt: skip
    assert said["device.py"].endswith("cannot be read: it is no regular file")
