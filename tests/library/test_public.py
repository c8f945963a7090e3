"""Ten names, documented, imported when they are asked for."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib import pyplot

import thermophoresis as tp
from thermophoresis import library

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY / "docs/library.md"
EXAMPLE = REPOSITORY / "examples/read_results.py"


def test_ten_names_are_the_same_wherever_they_are_listed():
    assert len(library.__all__) == 10
    tree = ast.parse((REPOSITORY / "src/thermophoresis/__init__.py").read_text())
    (checked,) = (node for node in tree.body if isinstance(node, ast.If))
    imported = [it.name for node in checked.body[:-1] for it in node.names]
    listed = ast.literal_eval(checked.body[-1].value)
    assert sorted(imported) == listed == sorted(library.__all__) == sorted(tp.__all__)
    assert {*listed} <= {*dir(tp)}
    names: dict = {}
    exec("from thermophoresis import *", names)
    assert {*names} - {"__builtins__"} == {*listed}
    table = re.findall(r"^\| `(\w+)", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(table) == listed
    for name in listed:
        assert getattr(tp, name).__doc__, name
    assert (Path(tp.__file__).parent / "py.typed").exists()


def test_nothing_is_imported_before_it_is_asked_for():
    program = (
        "import sys, thermophoresis\n"
        "ours = lambda: {it for it in sys.modules if it.startswith('thermophoresis.')}\n"
        "print(len(ours()), 'numpy' in sys.modules)\n"
        "dir(thermophoresis)\n"
        "print(ours(), 'numpy' in sys.modules)\n"
        "thermophoresis.select, thermophoresis.UserError\n"
        "print('xarray' in sys.modules, 'torch' in sys.modules, 'matplotlib' in sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    first, second, third = run.stdout.splitlines()
    assert first == "0 False"
    assert second == "{'thermophoresis.library'} False"
    assert third == "True False False"


def test_modules_are_imported_without_the_library():
    program = (
        "import sys\n"
        "from thermophoresis import cli\n"
        "print([it for it in sys.modules if it.startswith('thermophoresis.library')])\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr


def test_other_names_are_not_there():
    with pytest.raises(AttributeError, match="'thermophoresis' has no attribute 'open_result'"):
        tp.open_result  # noqa: B018
    with pytest.raises(AttributeError, match="library' has no attribute 'open_result'"):
        library.open_result  # noqa: B018


def test_the_page_runs_as_it_stands(results, monkeypatch, capsys):
    monkeypatch.chdir(results.parent)
    pyplot.switch_backend("Agg")
    names = {}
    for block in re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S):
        exec(block, names)
    pyplot.close("all")
    said = capsys.readouterr().out
    assert "learning_rate: got 0.06; must be one of 0.025, 0.05, 0.1" in said
    assert "α = 2.0" in said or "α = 1.9" in said
    assert "[('rises', 2.0, 1.0, 3.0)]" in said
    assert len(names["axes"].lines) == 3
    assert names["trained"].sizes["replica"] == 8


def test_the_example_runs_and_is_short(results):
    assert len(EXAMPLE.read_text("utf-8").splitlines()) < 25
    run = subprocess.run(
        [sys.executable, EXAMPLE],
        cwd=results.parent,
        env={"MPLBACKEND": "Agg", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == "refuted All is well."
    assert "α = 2.0" in run.stdout or "α = 1.9" in run.stdout
    assert (results.parent / "activation_rate.png").stat().st_size > 5000
