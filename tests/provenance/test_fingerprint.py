"""Fingerprints change with the code that can run, and with nothing else."""

import hashlib
import json
import platform
import shutil
from pathlib import Path

import numpy as np
import pytest

from thermophoresis import cli
from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import load
from thermophoresis.config.measurement import MeasureSettings
from thermophoresis.config.run import RunSettings
from thermophoresis.errors import UserError
from thermophoresis.products import STAGES, Products
from thermophoresis.provenance import fingerprint as code
from thermophoresis.provenance import record

REPOSITORY = Path(__file__).parents[2]

FILES = {
    "__init__.py": '"""The package."""\n',
    "errors.py": "class UserError(Exception): ...\n",
    "cli.py": "import pydantic\nfrom thermophoresis.hidden import secret\n",
    "hidden.py": "secret = 1\n",
    "base.py": "import os.path\nimport numpy as np\n\n\ndef one():\n    return 1\n",
    "middle.py": "from thermophoresis.base import one\nfrom thermophoresis import cli\n",
    "lone.py": "x = 1\n",
    "lazy.py": "def f():\n    from thermophoresis.sub import part\n    return part\n",
    "relative.py": "from .sub.part import y\nfrom . import lone\n",
    "sub/__init__.py": "z = 0\n",
    "sub/part.py": "from ..errors import UserError\nfrom . import sibling\nimport torch\ny = 2\n",
    "sub/sibling.py": "import thermophoresis.base\n",
    "round_a.py": "import thermophoresis.round_b\n",
    "round_b.py": "import thermophoresis.round_a\n",
    "page.py": 'FILES = ("templates/*.html", "style.css")\n',
    "typed.py": 'FILES: tuple[str, ...] = ("style.css",)\n',
    "site.py": "from thermophoresis.page import FILES\n",
    "style.css": "body {}\n",
    "notes.txt": "Of nobody.\n",
    "templates/head.html": "<title>\n",
    "templates/body.html": "<p>\n",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of a few files in place of the real one."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(code, "SOURCE", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget():
    """Forget what was read from files."""
    for function in (
        code.of_package,
        code._file,
        code._tree,
        code._imported,
    ):
        function.cache_clear()


def reprint(*modules):
    forget()
    return code.fingerprint(*modules)


def names(*modules, **options):
    return {
        name.removeprefix("thermophoresis").lstrip(".")
        for name in code.closure(*modules, **options)
    }


@pytest.mark.parametrize(
    ("module", "found"),
    [
        ("base", {"", "base"}),
        ("middle", {"", "middle", "base", "cli", "hidden"}),
        ("lazy", {"", "lazy", "sub", "sub.part", "sub.sibling", "errors", "base"}),
        ("relative", {"", "relative", "lone", "sub", "sub.part", "sub.sibling", "errors", "base"}),
        ("sub", {"", "sub"}),
        ("round_a", {"", "round_a", "round_b"}),
    ],
)
def test_closure_follows_every_form_of_import(package, module, found):
    assert names(module) == found


def test_what_only_a_left_out_module_imports_is_left_out_too(package):
    assert names("middle", without={"thermophoresis.cli"}) == {
        "",
        "middle",
        "base",
    }


def test_third_party_imports_are_found_through_all_modules(package):
    assert code.third_party("middle") == {"numpy", "os", "pydantic"}
    assert code.third_party("lazy") == {"numpy", "os", "torch"}


@pytest.mark.parametrize("changed", ["lazy.py", "sub/__init__.py", "sub/sibling.py", "base.py"])
def test_a_change_anywhere_below_changes_the_fingerprint(package, changed):
    before = reprint("lazy")
    (package / changed).write_text(FILES[changed] + "new = 1\n")
    assert reprint("lazy") != before


@pytest.mark.parametrize("changed", ["lone.py", "errors.py", "cli.py", "hidden.py"])
def test_a_change_elsewhere_does_not(package, changed):
    before = reprint("lazy", "middle")
    (package / changed).write_text(FILES[changed] + "new = 1\n")
    assert reprint("lazy", "middle") == before


@pytest.mark.parametrize(
    "text",
    [
        '"""A docstring."""\n\n# A comment.\nimport os.path\nimport numpy as np\n\n\n'
        'def one():\n    """Another."""\n    return 1\n',
        "import os.path\nimport numpy as np\ndef one(): return (\n    1)\n",
    ],
)
def test_docstrings_comments_and_formatting_are_no_change(package, text):
    before = reprint("base")
    (package / "base.py").write_text(text)
    assert reprint("base") == before


def test_a_docstring_may_come_to_stand_alone(package):
    before = reprint("errors", "base")
    (package / "base.py").write_text(FILES["base.py"] + "def two(): pass\n")
    empty = reprint("base")
    (package / "base.py").write_text(FILES["base.py"] + 'def two():\n    """Do nothing."""\n')
    assert before != empty == reprint("base")


def test_a_string_that_is_used_is_code(package):
    (package / "lone.py").write_text("x = 'a'\n")
    before = reprint("lone")
    (package / "lone.py").write_text("x = 'b'\n")
    assert reprint("lone") != before


def test_the_set_of_modules_counts_not_their_order(package):
    assert reprint("base", "lone") == reprint("lone", "base") != reprint("base")


def test_moving_code_between_modules_is_a_change(package):
    before = reprint("base", "lone")
    (package / "base.py").write_text(FILES["lone.py"])
    (package / "lone.py").write_text(FILES["base.py"])
    assert reprint("base", "lone") != before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("raise UserError('bad')", "raise UserError(f'worse: {base}')", id="words"),
        pytest.param("raise DamagedFile('bad')", "raise DamagedFile('worse')", id="damaged"),
        pytest.param("raise UserError('a', b=1) from e", "raise UserError() from e", id="keywords"),
        pytest.param("def f(a: int) -> str: ...", "def f(a: float): ...", id="signature"),
        pytest.param("x: int = 3", "x: float = 3", id="variable"),
        pytest.param("x = 1\ny: int", "x = 1\ny: float", id="bare-annotation"),
        pytest.param(
            "x = 1",
            "x = 1\nif TYPE_CHECKING:\n    from thermophoresis.base import one",
            id="for-checkers",
        ),
    ],
)
def test_what_reaches_no_product_is_no_change(package, before, after):
    (package / "lone.py").write_text(before)
    first = reprint("lone")
    (package / "lone.py").write_text(after)
    assert reprint("lone") == first


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("raise UserError('bad')", "raise ValueError('bad')", id="another-error"),
        pytest.param("raise ValueError('bad')", "raise ValueError('worse')", id="words"),
        pytest.param("x: int = 3", "x: int = 4", id="value"),
        pytest.param("def f(a: int = 1): ...", "def f(a: int = 2): ...", id="default"),
        pytest.param(
            "class A(NamedTuple):\n    x: int", "class A(NamedTuple):\n    x: float", id="fields"
        ),
        pytest.param(
            "if TYPE_CHECKING:\n    x = 1\nelse:\n    x = 2",
            "if TYPE_CHECKING:\n    x = 1\nelse:\n    x = 3",
            id="not-for-checkers",
        ),
        pytest.param(
            "class A(Settings):\n    x: int = 1",
            "class A(Settings):\n    x: int = 2",
            id="settings",
        ),
    ],
)
def test_what_can_reach_a_product_is_a_change(package, before, after):
    (package / "lone.py").write_text(before)
    first = reprint("lone")
    (package / "lone.py").write_text(after)
    assert reprint("lone") != first


MODEL = """
class Kind(Settings):
    records: ClassVar[tuple] = ("loss",)
    kind: Literal["kind"]

    @property
    def products(self):
        return 1
"""


def test_fields_and_validators_of_settings_act_through_their_values(package):
    (package / "config").mkdir()
    (package / "config/__init__.py").write_text("")
    module = package / "config/kind.py"
    module.write_text(MODEL)
    first = reprint("config.kind")
    validator = "\n    @field_validator('new')\n    @classmethod\n    def _ok(cls, it): return it\n"
    module.write_text(MODEL.replace('["kind"]\n', '["kind"]\n    new: int = 3\n') + validator)
    assert reprint("config.kind") == first
    for old, new in (("return 1", "return 2"), ('("loss",)', '("loss", "mean_bias")')):
        module.write_text(MODEL.replace(old, new))
        assert reprint("config.kind") != first


def test_every_exemption_is_of_one_module_that_exists_and_has_a_reason():
    for name, reason in code.EXEMPT.items():
        path = code._file(f"{code.PACKAGE}.{name}")
        assert path is not None
        assert path.name != "__init__.py"
        assert reason


@pytest.mark.parametrize("changed", ["style.css", "templates/head.html", "templates/new.html"])
def test_a_file_that_a_module_reads_counts_byte_by_byte_with_the_module(package, changed):
    before = reprint("site")
    (package / changed).write_text(FILES.get(changed, "") + "\n")
    assert reprint("site") != before


def test_it_counts_however_the_constant_is_written(package):
    before = reprint("typed")
    (package / "style.css").write_text("body { margin: 0 }\n")
    assert reprint("typed") != before


@pytest.mark.parametrize("changed", ["style.css", "templates/head.html", "templates/new.html"])
def test_files_do_not_count_for_who_does_not_read_them(package, changed):
    before = reprint("base", "lone")
    (package / changed).write_text("\n")
    assert reprint("base", "lone") == before


@pytest.mark.parametrize("name", ["notes.txt", "templates/head.html~", "templates/.head.html.swp"])
def test_files_that_no_module_reads_do_not_count(package, name):
    before = reprint("site")
    (package / name).write_text("anything")
    (package / "templates/.#head.html").symlink_to("a lock of an editor")
    assert reprint("site") == before


def test_the_same_text_in_another_file_is_a_change(package):
    before = reprint("site")
    (package / "templates/head.html").rename(package / "templates/tail.html")
    assert reprint("site") != before


def test_a_file_that_is_not_there_is_an_error(package):
    (package / "style.css").unlink()
    with pytest.raises(FileNotFoundError, match=r"thermophoresis\.page reads style\.css"):
        reprint("site")


def test_files_that_only_running_the_module_would_tell_are_an_error(package):
    (package / "page.py").write_text("FILES = tuple(names())\n")
    with pytest.raises(ValueError, match="malformed"):
        reprint("site")


def test_every_file_of_this_package_is_a_module_or_read_by_one():
    modules = {
        ".".join((code.PACKAGE, *path.relative_to(code.SOURCE).with_suffix("").parts))
        for path in code.SOURCE.rglob("*.py")
        if path.name != "__init__.py"
    }
    read = {path for module in modules for path in code.files(module)}
    assert record.VERSION not in read  # another number alone makes nothing anew
    for_checkers = code.SOURCE / "py.typed"  # tells them alone that there are types
    assert for_checkers not in read
    assert read | {record.VERSION, for_checkers} == {
        path
        for path in code.SOURCE.rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }


def test_an_unknown_module_is_an_error(package):
    with pytest.raises(ModuleNotFoundError, match=r"thermophoresis\.absent"):
        code.fingerprint("absent")


def test_fingerprints_of_this_package_are_sixteen_hexadecimal_digits():
    found = code.fingerprint("simulations.run", "networks.two_layer", "data.gaussian")
    assert len(found) == 16
    assert int(found, 16) >= 0
    assert found != code.fingerprint("simulations.run", "networks.two_layer", "data.uniform")


def test_a_fingerprint_is_never_a_text_of_settings():
    # Snakemake compares parameters as a set of values without names, so the two parameters of a
    # rule must not be able to trade places.
    for run in load(REPOSITORY / "config/config.yaml").runs():
        assert canonical_json(run).startswith("{")
        assert not code.fingerprint(*run.modules).startswith("{")


def test_code_that_has_changed_since_its_fingerprint_is_told(package):
    before = reprint("base")
    code.confirm(before, "base")
    (package / "base.py").write_text(FILES["base.py"] + "new = 1\n")
    now = reprint("base")
    message = f"Snakemake was started: its fingerprint was {before}, now it is {now}; start"
    with pytest.raises(UserError, match=message):
        code.confirm(before, "base")


@pytest.mark.parametrize("text", [None, "def half("])
@pytest.mark.parametrize(("module", "changed"), [("middle", "base.py"), ("site", "style.css")])
def test_code_in_the_middle_of_an_edit_has_changed(package, module, changed, text):
    before = reprint(module)
    (package / changed).write_text(text) if text else (package / changed).unlink()
    forget()
    with pytest.raises(UserError, match=f"its fingerprint was {before}, now it is"):
        code.confirm(before, module)


def test_fingerprints_of_another_python_are_not_compared(package, monkeypatch):
    monkeypatch.setenv(code.PYTHON, code.python_series())
    with pytest.raises(UserError):
        code.confirm("00ff", "base")
    monkeypatch.setenv(code.PYTHON, "3.99")
    code.confirm("00ff", "base")


@pytest.fixture
def jobs(monkeypatch):
    """Settings of one job of the default configuration by stage."""
    monkeypatch.chdir(REPOSITORY)
    config = load("config/config.yaml")
    products = Products(config, load_claims(config))
    of_stages = {stage: getattr(products, stage) for stage in STAGES}
    yield {
        stage: (next(iter(found.values())) if isinstance(found, dict) else found).settings
        for stage, found in of_stages.items()
    }
    forget()


@pytest.mark.parametrize("name", ["templates/claim.html", "static/report.css", "static/report.js"])
def test_the_looks_of_the_report_are_of_the_report_alone(jobs, name, tmp_path, monkeypatch):
    shutil.copytree(code.SOURCE, tmp_path / "source")
    monkeypatch.setattr(code, "SOURCE", tmp_path / "source")
    before = {verb: reprint(*settings.modules) for verb, settings in jobs.items()}
    with (tmp_path / "source/report" / name).open("a") as file:
        file.write("\n")
    after = {verb: reprint(*settings.modules) for verb, settings in jobs.items()}
    assert {verb for verb in jobs if after[verb] != before[verb]} == {"report"}


# What one writes for one more of something: a file for a kind, a row in a table of words.
SORTS = ("data", "networks", "dynamics", "observables", "measurements", "statistics", "figures")
KINDS = [
    *(f"config/{sort}/another.py" for sort in (*SORTS, "sources", "schedules")),
    *("data/another.py", "data/sources/another.py", "networks/another.py", "figures/another.py"),
    *("observables/another.py", "measurements/another.py", "claims/statistics/another.py"),
    *("simulations/dynamics/another.py", "simulations/watchers/another.py"),
    *("networks/losses/another.py", "theory/another.py"),
]
ROWS = {
    "config/record.py": ("NEEDS = {", "another"),  # of observables
    "config/loss.py": ('"cross_entropy", "squared", ', '"another", '),
    "config/sampling.py": ("Sampling = Literal[", '"another",'),
    "config/fields.py": ("ActivationName = Literal[", '"another", '),
}
WORDS = {
    "figures/parts/setting_words.py": ("DYNAMICS = {", {"draw", "report"}),
    "report/explanations.py": ("EXPLANATIONS = {", {"report"}),
}


def test_one_more_of_something_reruns_nothing_else(jobs, tmp_path, monkeypatch):
    source = tmp_path / "source"
    shutil.copytree(code.SOURCE, source)
    monkeypatch.setattr(code, "SOURCE", source)

    def changed():
        found = {stage: reprint(*settings.modules) for stage, settings in jobs.items()}
        return {stage for stage in found if found[stage] != before[stage]}

    before = {stage: reprint(*settings.modules) for stage, settings in jobs.items()}
    for name in KINDS:
        assert not (source / name).exists()
        (source / name).write_text("from thermophoresis import errors\n\nMORE = 1\n")
    for name, (place, text) in ROWS.items():
        row = f"\n    {text!r}: {text!r}," if "{" in place else text
        add(source / name, place, row)
    assert changed() == set()
    for name, (place, stages) in WORDS.items():
        old = (source / name).read_text()
        add(source / name, place, "\n    'another': 'other',")
        assert changed() == stages
        (source / name).write_text(old)


def add(path, place, more):
    text = path.read_text()
    assert text.count(place) == 1, f"{place} in {path}"
    path.write_text(text.replace(place, place + more))


@pytest.mark.parametrize("stage", STAGES)
def test_a_job_of_other_code_does_nothing(stage, jobs, tmp_path, monkeypatch, capsys):
    settings = jobs[stage]
    monkeypatch.chdir(tmp_path)
    arguments = ["make", stage, "--settings", canonical_json(settings), "--fingerprint", "00ff"]
    files = ["--inputs", "none", "none", "--outputs", "out", "out"]
    more = ["--checkpoint", "out", "--checkpoint-seconds", "9"] if stage == "simulate" else []
    assert cli.main([*arguments, *more, *files]) == 1
    assert capsys.readouterr().err == (
        "thermophoresis: error: the code has changed since Snakemake was started: its fingerprint "
        f"was 00ff, now it is {code.fingerprint(*settings.modules)}; start Snakemake again\n"
    )
    assert list(tmp_path.iterdir()) == []


def metadata(settings, output="out.nc", **changes):
    given = {"made_by": "simulate", "seeds": [], "inputs": [], "output": output}
    return record.metadata(settings, "00ff", **given | changes)


def test_metadata_tell_settings_code_and_versions():
    found = metadata({"b": 1, "a": 0.1})
    assert found["configuration"] == '{"a":0.1,"b":1}'
    assert found["code_fingerprint"] == "00ff"
    assert found["made_by"] == "simulate"
    versions = json.loads(found["package_versions"])
    assert versions["python"] == platform.python_version()
    assert versions["numpy"] == np.__version__
    assert {"torch", "xarray", "netCDF4"} <= set(versions)
    assert found == metadata({"a": 0.1, "b": 1})


def test_metadata_tell_seeds_once_each_in_order():
    assert metadata({}, seeds=(3, 1, 3))["seeds"] == "[1,3]"
    assert metadata({})["seeds"] == "[]"


def test_metadata_tell_checksums_of_inputs_as_seen_from_the_output(tmp_path, monkeypatch):
    results = tmp_path / "results"
    for name in ("data/a.nc", "runs/x/ü.nc"):
        (results / name).parent.mkdir(parents=True)
        (results / name).write_bytes(name.encode())
    inputs = [results / "runs/x/ü.nc", results / "data/a.nc"]
    found = metadata({}, results / "curves/c.nc", inputs=inputs)
    assert json.loads(found["inputs"]) == {
        f"../{name}": f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"
        for name in ("data/a.nc", "runs/x/ü.nc")
    }
    # However the paths are written, and wherever the folder is.
    assert found == metadata({}, results / "curves/c.nc", inputs=inputs[::-1])
    results.rename(tmp_path / "moved")
    monkeypatch.chdir(tmp_path / "moved")
    relative = [Path("data/../runs/x/ü.nc"), "data/a.nc"]
    assert found == metadata({}, "curves/other.nc", inputs=relative)


def test_an_input_that_cannot_be_read_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"cannot read .*none\.nc: No such file"):
        metadata({}, inputs=[tmp_path / "none.nc"])


def test_a_description_is_plain_json_of_all_metadata():
    settings = {"title": "</script> --> <!-- & é \\ (x)"}
    text = record.description(metadata(settings, seeds=[2]) | {"curves": [{"a": 1}]})
    assert text.isascii()
    assert not set("<>&\n") & set(text)
    found = json.loads(text)
    assert found["configuration"] == settings
    assert (found["seeds"], found["inputs"], found["curves"]) == ([2], {}, [{"a": 1}])
    assert found["code_fingerprint"] == "00ff"
    assert found["package_versions"]["numpy"] == np.__version__


# --- A user's own files ---------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path):
    """A user's own file, with one beside it that it imports and one that it does not."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "own.py").write_text("import torch\nimport helper\nvalue = helper.value\n")
    (folder / "helper.py").write_text('"""Helps."""\nvalue = 1\n')
    (folder / "other.py").write_text("value = 2\n")
    return folder


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        ("own.py", "helper.value", "-helper.value", True),
        ("helper.py", "value = 1", "value = 3", True),
        ("own.py", "import torch\n", "import torch  # for later\n\n", False),
        ("helper.py", "Helps.", "Is of help.", False),
        ("other.py", "2", "3", False),
    ],
)
def test_own_files_count_with_what_they_import_from_beside_them(own, file, old, new, changes):
    path = str(own / "own.py")
    package, before = code.fingerprint("errors", path).split("-")
    assert package == code.fingerprint("errors")
    text = (own / file).read_text()
    (own / file).write_text(text.replace(old, new))
    assert code.fingerprint("errors", path).startswith(f"{package}-")
    assert (code.of_own(path) != before) == changes
    (own / file).write_text(text)
    assert code.of_own(path) == before


def test_where_own_files_are_is_no_part_of_the_fingerprint(own, tmp_path):
    before = code.of_own(str(own / "own.py"))
    shutil.move(own, tmp_path / "elsewhere")
    assert code.of_own(str(tmp_path / "elsewhere/own.py")) == before


def test_a_job_does_not_start_with_another_own_file(own):
    path = str(own / "own.py")
    given = code.fingerprint("errors", path)
    code.confirm(given, "errors", path)
    (own / "helper.py").write_text("value = 4\n")
    with pytest.raises(UserError, match="the code has changed since Snakemake was started"):
        code.confirm(given, "errors", path)
    (own / "helper.py").write_text("value = = 4\n")
    with pytest.raises(UserError, match=r"helper.py:1: not valid Python: invalid syntax"):
        code.confirm(given, "errors", path)


def test_runs_and_measurements_of_an_own_network_count_its_file(own):
    settings = {
        "experiment": "e", "learning_rate": 0.1, "batch_size": 1, "seed": 0,
        "data": {"kind": "gaussian"},
        "network": {"kind": "module", "file": str(own / "own.py"), "name": "Own", "inputs": 3},
    }  # fmt: skip
    run = RunSettings.model_validate(settings)
    measured = MeasureSettings(measurement={"kind": "parameter_distance"}, runs=(run, run))
    for product in (run, measured):
        assert str(own / "own.py") in product.modules
