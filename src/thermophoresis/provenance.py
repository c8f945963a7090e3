"""What made a file: fingerprints of the code behind it, and the metadata stored in it.

Snakemake notices neither an edit in an imported module nor that an edit is only a comment. So each
rule has the fingerprint of the modules that it runs as a parameter. Fingerprints are found without
importing anything: parsing the DAG must stay fast and free of torch.
"""

import ast
import hashlib
import json
import os
import platform
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata as distributions
from pathlib import Path
from typing import Any, Literal

from thermophoresis import seal
from thermophoresis.errors import UserError

PACKAGE = "thermophoresis"
SOURCE = Path(__file__).parent

# Modules whose only influence on a result is through the settings, which are compared themselves.
UNFINGERPRINTED = frozenset(
    f"{PACKAGE}.{name}" for name in ("__main__", "cli", "config", "errors", "ledger", "provenance")
)

# Environment variable: the Python that took a job's fingerprint, where that can be another.
PYTHON = "THERMOPHORESIS_PYTHON"

# What makes files, as the command line calls it.
Verb = Literal["prepare", "train", "evaluate", "aggregate", "figure", "report"]

# Which of the metadata are JSON texts.
JSON_VALUES = frozenset({"configuration", "package_versions", "seeds", "inputs"})

# Distributions whose version can change a result.
RECORDED_PACKAGES = (
    "matplotlib",
    "netCDF4",
    "numpy",
    "pillow",
    "scikit-learn",
    "scipy",
    "seaborn",
    "torch",
    "torchvision",
    "xarray",
)


@cache
def fingerprint(*modules: str) -> str:
    """Return a fingerprint of all code of this package that the given modules can run.

    It changes when the syntax tree of a module changes, of those named or of any that they import,
    directly or not. Formatting, comments and docstrings are no part of it. Trees are turned back
    into text to be hashed, and that text can differ between minor versions of Python.

    Parameters
    ----------
    modules
        Names within the package, such as ``run`` or ``networks.two_layer``.

    Returns
    -------
    str
        16 hexadecimal digits.

    Raises
    ------
    ModuleNotFoundError
        The package has no such module.
    """
    digest = hashlib.sha256()
    for name in sorted(closure(*modules, without=UNFINGERPRINTED)):
        digest.update(f"# {name}\n{ast.unparse(_tree(name))}\n".encode())
    return digest.hexdigest()[:16]


def confirm(given: str, *modules: str) -> None:
    """Check that the code is still what it was when a fingerprint was taken of it.

    Snakemake takes fingerprints when it starts, and jobs may start hours later. Where another
    minor version of Python took it, as with an environment for each rule, nothing can be said.

    Parameters
    ----------
    given
        The fingerprint.
    modules
        Names within the package, as for `fingerprint`.

    Raises
    ------
    UserError
        It is other code.
    """
    if os.environ.get(PYTHON, python_series()) != python_series():
        return
    try:
        present = fingerprint(*modules)
    except (ModuleNotFoundError, SyntaxError) as error:
        present = str(error)  # caught in the middle of an edit
    if given != present:
        raise UserError(
            "the code has changed since Snakemake was started: its fingerprint was "
            f"{given}, now it is {present}; start Snakemake again"
        )


def python_series() -> str:
    """Return the version of Python that runs this, as far as syntax trees differ: ``3.11``."""
    return ".".join(platform.python_version_tuple()[:2])


def metadata(
    settings: Any,
    fingerprint: str,
    *,
    made_by: Verb,
    seeds: Iterable[int],
    inputs: Iterable[str | Path],
    output: str | Path,
) -> dict[str, str]:
    """Return the global attributes that tell where a file comes from.

    Nothing here depends on time or host, nor on where the folder of results is: the same inputs
    give the same bytes.

    Parameters
    ----------
    settings
        All settings that the file depends on: a model of `config` or a mapping.
    fingerprint
        Of the code that made the file.
    made_by
        What made it.
    seeds
        All seeds behind it, in any order.
    inputs
        The files that it was made from.
    output
        The file itself; inputs are named as seen from its folder.

    Returns
    -------
    dict of str
        ``made_by`` and ``code_fingerprint`` as given, ``configuration``, ``package_versions``,
        ``seeds`` and ``inputs`` (path → checksum) as JSON.

    Raises
    ------
    UserError
        An input cannot be read.
    """
    from thermophoresis.config import canonical_json

    return {
        "made_by": made_by,
        "configuration": canonical_json(settings),
        "code_fingerprint": fingerprint,
        "package_versions": canonical_json(package_versions()),
        "seeds": json.dumps(sorted(set(seeds)), separators=(",", ":")),
        "inputs": canonical_json(_checksums(inputs, Path(output).parent)),
    }


def _checksums(paths: Iterable[str | Path], folder: Path) -> Mapping[str, str]:
    """Return the checksums of files by their paths as seen from a folder."""
    try:
        return {
            Path(os.path.relpath(path, folder)).as_posix(): seal.checksum(path) for path in paths
        }
    except OSError as error:
        raise UserError(f"cannot read {error.filename}: {error.strerror}") from error


def description(metadata: Mapping[str, Any]) -> str:
    """Return metadata as one JSON text, for formats with a single field for all of it.

    Parameters
    ----------
    metadata
        What `metadata` returns, with anything else that JSON can hold.

    Returns
    -------
    str
        ASCII, and without the characters that mean something in HTML.
    """
    plain = {name: metadata[name] for name in metadata.keys() - JSON_VALUES}
    parsed = {name: json.loads(metadata[name]) for name in metadata.keys() & JSON_VALUES}
    text = json.dumps(plain | parsed, sort_keys=True, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def package_versions() -> Mapping[str, str]:
    """Return the versions of Python and of the installed packages that can change a result."""
    versions = {"python": platform.python_version()}
    for name in RECORDED_PACKAGES:
        try:
            versions[name] = distributions.version(name)
        except distributions.PackageNotFoundError:
            continue  # the environment of one rule has only what the rule needs
    return versions


def closure(*modules: str, without: Collection[str] = ()) -> frozenset[str]:
    """Return the full names of modules of this package that the given ones import, and these.

    Imports inside functions count. The packages that contain a module count, since Python runs
    their ``__init__`` before it.

    Parameters
    ----------
    modules
        Names within the package.
    without
        Full names of modules to leave out together with what only they import.
    """
    found: set[str] = set()
    waiting = [f"{PACKAGE}.{module}" for module in modules]
    while waiting:
        name = waiting.pop()
        if name in found or name in without:
            continue
        found.add(name)
        waiting += (target for target in _imported(name) if _is_ours(target))
        waiting += filter(None, [name.rpartition(".")[0]])
    return frozenset(found)


def third_party(*modules: str) -> frozenset[str]:
    """Return the top-level names that the given modules import, directly or not, from elsewhere.

    The standard library is included; relative to `closure`, nothing is left out.
    """
    return frozenset(
        target.partition(".")[0]
        for name in closure(*modules)
        for target in _imported(name)
        if not _is_ours(target)
    )


def _is_ours(name: str) -> bool:
    return name == PACKAGE or name.startswith(f"{PACKAGE}.")


@cache
def _file(name: str) -> Path | None:
    """Return the file of a module of this package, or None if there is no such module."""
    stem = SOURCE.joinpath(*name.split(".")[1:])
    return next(
        (file for file in (stem / "__init__.py", stem.with_suffix(".py")) if file.is_file()), None
    )


@cache
def _tree(name: str) -> ast.Module:
    """Return the syntax tree of a module of this package, without what has no effect."""
    file = _file(name)
    if file is None:
        raise ModuleNotFoundError(f"no module {name} in {SOURCE}", name=name)
    return _Effective().visit(ast.parse(file.read_bytes(), filename=str(file)))


class _Effective(ast.NodeTransformer):
    """Removes statements without effect: docstrings, other bare strings, and ``pass``."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        is_string = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_string else node

    def visit_Pass(self, node: ast.Pass) -> None:
        return None


@cache
def _imported(name: str) -> tuple[str, ...]:
    """Return the full names of the modules that a module of this package imports itself."""
    return tuple(target for node in ast.walk(_tree(name)) for target in _targets(node, name))


def _targets(node: ast.AST, importer: str) -> Iterator[str]:
    """Yield the modules that one statement imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = _base(node, importer)
        yield base
        # `from package import name` may mean a module; whether it does, only the files tell.
        for alias in node.names:
            target = f"{base}.{alias.name}"
            if _is_ours(target) and _file(target):
                yield target


def _base(node: ast.ImportFrom, importer: str) -> str:
    """Return the full name of the module in a ``from … import``, also where it is relative."""
    if not node.level:
        return node.module or ""
    parts = importer.split(".")
    file = _file(importer)
    # One dot means the package that the module is in, or the package itself for an __init__.
    ascend = node.level - (file is not None and file.name == "__init__.py")
    parts = parts[: len(parts) - ascend]
    return ".".join([*parts, node.module] if node.module else parts)
