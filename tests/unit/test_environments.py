"""The conda environments of the rules hold what the rules import, in the versions of pyproject."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from thermophoresis import provenance

REPOSITORY = Path(__file__).parents[2]

# What each rule runs. The command line is not among it: its verbs import for themselves.
ROOTS = {
    "data": ("data.prepare",),
    "train": ("run", "curvature"),
    "analysis": ("analysis.curves",),
    "claims": ("analysis.claims",),
    "figures": ("report.build",),
}
# Folders whose modules are found by their names at run time.
FOLDERS = {
    "data": ("data/sources",),
    "train": ("networks", "observables", "data"),
    "analysis": (),
    "claims": (),
    "figures": ("figures",),
}

# Names that differ: imported -> conda, and PyPI -> conda.
CONDA_BY_IMPORT = {
    "PIL": "pillow",
    "matplotlib": "matplotlib-base",
    "sklearn": "scikit-learn",
    "torch": "pytorch",
    "yaml": "pyyaml",
}
CONDA_BY_PYPI = {"matplotlib": "matplotlib-base", "torch": "pytorch"}
# Comes with pydantic, in the one version that fits it.
BUNDLED = {"pydantic_core"}
# Imported by xarray, by the name of the engine.
INDIRECT = {"netcdf4"}


def conda(name: str) -> dict[str, str]:
    """Return the versions that an environment pins."""
    content = yaml.safe_load((REPOSITORY / f"envs/{name}.yaml").read_text())
    return dict(entry.split("=") for entry in content["dependencies"])


def release(version: str) -> str:
    """Return a version without the number of a repeated packaging, which is PyPI's own."""
    return re.sub(r"\.post\d+$", "", version)


def pinned() -> dict[str, str]:
    """Return the versions of pyproject.toml by their names in conda."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    pins = dict(entry.split("==") for entry in project["dependencies"])
    return {CONDA_BY_PYPI.get(name, name): release(version) for name, version in pins.items()}


def imported(name: str) -> set[str]:
    """Return what the code of an environment's rule imports, by its name in conda."""
    kinds = [
        f"{folder.replace('/', '.')}.{path.stem}"
        for folder in FOLDERS[name]
        for path in (provenance.SOURCE / folder).glob("[!_]*.py")
    ]
    found = provenance.third_party("config", "provenance", *ROOTS[name], *kinds)
    packages = found - sys.stdlib_module_names - BUNDLED
    return {CONDA_BY_IMPORT.get(package, package) for package in packages}


def test_every_rule_has_one_of_these_environments():
    used = {
        match
        for path in (REPOSITORY / "workflow/rules").glob("*.smk")
        for match in re.findall(r"conda:\s*\"\.\./\.\./envs/(\w+)\.yaml\"", path.read_text())
    }
    assert used == {path.stem for path in (REPOSITORY / "envs").glob("*.yaml")} == set(ROOTS)


@pytest.mark.parametrize("name", ROOTS)
def test_versions_are_those_of_pyproject(name):
    versions = conda(name)
    assert versions.pop("python") == "3.11"
    assert versions == {package: pinned()[package] for package in versions}


@pytest.mark.parametrize("name", ROOTS)
def test_it_holds_what_is_imported_and_nothing_else(name):
    assert set(conda(name)) - {"python"} == imported(name) | INDIRECT
