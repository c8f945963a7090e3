"""The conda environments of the rules hold what the rules import, in pyproject's minor versions."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from rattler import MatchSpec

from thermophoresis import cli, stages
from thermophoresis.config import kinds
from thermophoresis.provenance import fingerprint as code

REPOSITORY = Path(__file__).parents[2]
ENVIRONMENTS = sorted(path.stem for path in (REPOSITORY / "envs").glob("*.yaml"))

# Names that differ: imported -> PyPI, and PyPI -> conda.
PYPI_BY_IMPORT = {
    "PIL": "pillow",
    "netCDF4": "netcdf4",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
CONDA_BY_PYPI = {"matplotlib": "matplotlib-base", "torch": "pytorch-cpu"}
# How a package is pinned, for conda and below `pip:`: to a minor version, whatever the patch.
# conda-forge need not have every patch that PyPI has, and has no post-releases or local parts
# (`.post1`, `+cpu`).
CONDA_PIN = re.compile(r"([a-z0-9._-]+) =(\d+\.\d+)")
PIP_PIN = re.compile(r"([a-z0-9._-]+) ==(\d+\.\d+)\.\*")
# Come with pydantic and numba, in the one version that fits them.
BUNDLED = {"pydantic_core", "llvmlite"}
# What a package needs for what is done with it here, without being imported by name: xarray finds
# netCDF4 by the name of its engine; torchvision would take any build of PyTorch.
INDIRECT = {"xarray": "netcdf4", "torchvision": "torch"}


def content(name: str) -> dict:
    """Return the content of an environment's file."""
    return yaml.safe_load((REPOSITORY / f"envs/{name}.yaml").read_text())


def pins(dependencies: list) -> dict[str, str]:
    """Return the minor versions that dependencies pin, by package; no other pins may be there."""
    found = {}
    for entry in dependencies:
        specifications = entry["pip"] if isinstance(entry, dict) else [entry]
        for specification in specifications:
            pin = (PIP_PIN if isinstance(entry, dict) else CONDA_PIN).fullmatch(specification)
            assert pin, f"{specification} pins no minor version"
            assert pin[1] not in found, f"{pin[1]} is pinned twice"
            found[pin[1]] = pin[2]
    return found


def conda(name: str) -> dict[str, str]:
    """Return the minor versions that an environment pins."""
    return pins(content(name)["dependencies"])


def pinned() -> dict[str, str]:
    """Return the minor versions of pyproject.toml by their names in conda."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    versions = dict(entry.split("==") for entry in project["dependencies"])
    return {
        CONDA_BY_PYPI.get(name, name): ".".join(version.split(".")[:2])
        for name, version in versions.items()
    }


def rules() -> dict[str, tuple[set[str], str]]:
    """Return the environments that a rule can take, and the stage that it makes, by rule."""
    found = {}
    for path in (REPOSITORY / "workflow/rules").glob("*.smk"):
        # What is before the first rule is none; what uses another has the environments of that.
        for rule in re.split(r"^(?=(?:use )?rule )", path.read_text(), flags=re.MULTILINE)[1:]:
            if rule.startswith("use "):
                continue
            (given,) = re.findall(
                r'conda:\n +(?:lambda.*: )?environment\(f?"?([^"\n]+)"?\)\n', rule
            )
            (stage,) = re.findall(r"\{resources.launch\} \{log:q\} (\w+)", rule)
            # Each kind of measurement declares its own.
            environments = (
                {
                    kinds.model("measurements", kind).environment
                    for kind in kinds.names("measurements")
                }
                if "measurement" in given
                else {given.replace("{variant}", part) for part in ("cpu", "gpu")}
            )
            found[rule.removeprefix("rule ").partition(":")[0]] = environments, stage
    return found


def imported(*wanted: str) -> set[str]:
    """Return the packages that jobs of some stages can import, by their names in conda."""
    source = Path(stages.__file__).read_text()
    tree = ast.parse(source)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    # The stages import for themselves, as the other verbs do, and one process makes one of them.
    of_stage = {stage.__name__: functions[stage.__name__] for stage in stages.STAGES}
    named = {stage: targets(part) for stage, part in of_stage.items()}
    command_line = ast.parse(Path(cli.__file__).read_text()).body
    everywhere = targets(
        *(it for it in (*command_line, *tree.body) if not isinstance(it, ast.FunctionDef)),
        functions["_settings"],
    )
    everywhere -= {f"{code.PACKAGE}.stages"}  # which is looked at here, a stage at a time
    found = everywhere.union(*(named[stage] for stage in wanted))
    folders = set().union(*(folders_searched(ast.unparse(of_stage[stage])) for stage in wanted))
    # What the command line names itself is no kind of anything.
    excluded = set().union(*named.values())

    while True:
        ours = {name for name in found if name.startswith(f"{code.PACKAGE}.")}
        names = [name.removeprefix(f"{code.PACKAGE}.") for name in ours]
        closure = code.closure(*names)
        for name in closure:
            folders |= folders_searched(code._file(name).read_text())
        kinds = {
            f"{code.PACKAGE}.{folder}.{path.stem}"
            for folder in folders
            for path in (code.SOURCE / folder.replace(".", "/")).glob("[!_]*.py")
        }
        if kinds - excluded <= closure:
            break
        found |= kinds - excluded
    packages = {name.partition(".")[0] for name in found - ours} | code.third_party(*names)
    packages -= sys.stdlib_module_names | BUNDLED
    packages = {PYPI_BY_IMPORT.get(package, package) for package in packages}
    packages |= {INDIRECT[package] for package in packages & INDIRECT.keys()}
    return {CONDA_BY_PYPI.get(package, package) for package in packages}


def targets(*parts: ast.AST) -> set[str]:
    """Return the full names of what parts of the command line import."""
    return {
        target
        for part in parts
        for node in ast.walk(part)
        for target in code._targets(node, f"{code.PACKAGE}.stages")
    }


def folders_searched(source: str) -> set[str]:
    """Return the packages of this package in which a module is found by its name at run time."""
    found = re.findall(r"import_module\(f?['\"]thermophoresis\.([\w.]+)(?:\.\{|['\"])", source)
    assert len(found) == source.count("import_module("), "a module is found in an unknown way"
    # Declarations of kinds import nothing that others do not; jobs are no scripts of a user.
    return {it for it in found if it.partition(".")[0] not in ("config", "library")}


def test_every_environment_is_that_of_a_rule():
    assert sorted(set().union(*(used for used, _ in rules().values()))) == ENVIRONMENTS


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_it_is_a_list_of_specifications_of_conda(name):
    assert content(name).keys() == {"channels", "dependencies"}
    assert content(name)["channels"] == ["conda-forge", "nodefaults"]
    for entry in content(name)["dependencies"]:
        if isinstance(entry, dict):  # for pip
            continue
        spec = MatchSpec(entry, strict=True)
        # To conda, `=` asks for what begins with a version.
        assert f"{spec.name.normalized} ={spec.version.removesuffix('.*')}" == entry


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("numpy=2.4.6", id="patch"),
        pytest.param("numpy =2.4.6", id="patch-spaced"),
        pytest.param("netcdf4 =1.7.5.1.post1", id="post-release"),
        pytest.param("netcdf4 =1.7.post1", id="post-release-of-a-minor-version"),
        pytest.param("pytorch-cpu =2.15.0+cpu", id="local-part"),
        pytest.param("pytorch-cpu =2.15+cpu", id="local-part-of-a-minor-version"),
        pytest.param("numpy", id="no-version"),
        pytest.param("numpy =2", id="major-version"),
        pytest.param("numpy ==2.4", id="this-version-alone"),
        pytest.param("numpy >=2.4", id="range"),
        pytest.param({"pip": ["numpy ==2.4.6"]}, id="patch-of-pip"),
        pytest.param({"pip": ["netcdf4 ==1.7.5.1.post1"]}, id="post-release-of-pip"),
        pytest.param({"pip": ["torch ==2.15.*", "torchvision ==0.29.2+cpu"]}, id="local-of-pip"),
        pytest.param({"pip": ["numpy =2.4"]}, id="pin-of-conda-for-pip"),
    ],
)
def test_what_pins_no_minor_version_is_noticed(entry):
    with pytest.raises(AssertionError, match="pins no minor version"):
        pins(["python =3.11", entry])


def test_what_pip_would_install_is_judged_the_same():
    dependencies = ["python =3.11", {"pip": ["torch ==2.15.*"]}]
    assert pins(dependencies) == {"python": "3.11", "torch": "2.15"}
    with pytest.raises(AssertionError, match="numpy is pinned twice"):
        pins(["numpy =2.4", {"pip": ["numpy ==2.4.*"]}])


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_versions_are_those_of_pyproject(name):
    versions = conda(name)
    assert versions.pop("python") == "3.11"
    if name == "train-gpu":
        versions["pytorch-cpu"] = versions.pop("pytorch-gpu")
    assert versions == {package: pinned()[package] for package in versions}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_it_holds_what_its_rules_import_and_nothing_else(name):
    wanted = imported(*(verb for used, verb in rules().values() if name in used))
    if name == "train-gpu":
        wanted = {package.replace("pytorch-cpu", "pytorch-gpu") for package in wanted}
    assert conda(name).keys() - {"python"} == wanted


def test_environments_of_training_differ_in_the_build_of_pytorch_alone():
    cpu, gpu = (content(name)["dependencies"] for name in ("train-cpu", "train-gpu"))
    # Measurements are made on CPUs whatever trains.
    cpu = [package for package in cpu if not package.startswith("scipy")]
    (difference,) = {(one, other) for one, other in zip(cpu, gpu, strict=True) if one != other}
    version = pinned()["pytorch-cpu"]
    assert difference == (f"pytorch-cpu ={version}", f"pytorch-gpu ={version}")


def test_only_training_has_a_variant_for_gpus():
    assert [rule for rule, (used, _) in rules().items() if "train-gpu" in used] == ["simulate"]
