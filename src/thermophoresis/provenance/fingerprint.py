"""Fingerprints of the code behind a product.

Snakemake notices neither an edit in an imported module nor that an edit is only a comment. So each
rule has the fingerprint of the modules that it runs as a parameter. Fingerprints are found without
importing anything: parsing the DAG must stay fast and free of torch.
"""

import ast
import hashlib
import os
import platform
from collections.abc import Collection, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import cast

from thermophoresis.errors import UserError
from thermophoresis.provenance.effective import effective

PACKAGE = __name__.partition(".")[0]
SOURCE = Path(__file__).parents[1]

# Modules that jobs load and whose text reaches no byte of a product, each with the reason. Settings
# do, and are compared themselves, less defaults, which a test freezes: in what a model reads from
# YAML and JSON nothing is computed.
EXEMPT: Mapping[str, str] = {
    "__main__": "calls the command line",
    "cli": "calls the stage of a job",
    "config.fields": "says what may be in a file, and changes no value that it lets pass",
    "config.figure": "names what a figure is drawn from; the files are inputs of its job",
    "config.gathering": "fields alone",
    "config.judging": "fields alone",
    "config.ledger": "fields alone",
    "config.kinds": "finds the declarations of kinds, which count themselves",
    "config.loss": "fields alone",
    "config.memory": "refuses runs that do not fit into memory, and changes nothing of others",
    "config.measurement": "says what a job needs of its machine, and what it reads",
    "config.problems": "words for the user about settings that cannot be used",
    "config.record": "says which observables a run may record, which its settings name",
    "config.run": "names a run, its cost and its files; its steps are computed in config.grid",
    "config.sampling": "says how batches may be drawn, and changes no value that jobs are told",
    "config.selection": "finds the cells that a file asks for, when it is checked",
    "config.source": "fields alone",
    "config.sweep": "names cells, which jobs are told",
    "config.training": "says what may be in a file; what a run makes of it counts itself",
    "config.traces": "says what is traced; the code that does so counts itself",
    "errors": "exceptions without texts of their own, and how lines are printed",
    "stages": "hands the settings and files of a job over to what makes its product",
    "simulations.checkpoint": "keeps what a simulation gives it, and gives it back",
    "simulations.journal": "keeps what a simulation traces, and gives it back",
    "simulations.progress": "words about how far a simulation is",
    "provenance.blocks": "cuts what is read into blocks, whose digest is that of the whole",
    "provenance.effective": "says of code what reaches a product",
    "provenance.fingerprint": "compares the code with what it was",
}
_EXEMPT_NAMES = frozenset(f"{PACKAGE}.{name}" for name in EXEMPT)

# Environment variable: the Python that took a job's fingerprint, where that can be another.
PYTHON = "THERMOPHORESIS_PYTHON"


# The end of names that are not those of modules of the package: paths of a user's own files.
OWN = ".py"
# Between the fingerprint of this package and that of a user's own files.
AND_OWN = "-"


def fingerprint(*modules: str) -> str:
    """Return a fingerprint of all code that the given modules can run.

    Parameters
    ----------
    modules
        Names within the package, such as ``run`` or ``networks.two_layer``; and paths of a user's
        own files, which end in ``.py``.

    Returns
    -------
    str
        That `of_package`. Where there are own files, a hyphen and that `of_own` follow.

    Raises
    ------
    ModuleNotFoundError
        The package has no such module.
    FileNotFoundError, ValueError
        As for `files`.
    UserError
        An own file cannot be read.
    """
    parts = [of_package(*(it for it in modules if not it.endswith(OWN)))]
    if own := sorted({it for it in modules if it.endswith(OWN)}):
        parts.append(of_own(*own))
    return AND_OWN.join(parts)


def of_own(*paths: str) -> str:
    """Return a fingerprint of a user's own files, with what they import from beside them.

    As with the package, formatting, comments and docstrings are no part of it; nor is where the
    files are.

    Raises
    ------
    UserError
        One of them cannot be read, or is no Python.
    """
    from thermophoresis.config import own_code  # most jobs have no such files

    digest = hashlib.sha256()
    for path in paths:
        try:
            for name, module in own_code.beside(path).items():
                digest.update(f"# {name}\n{_own_text(module.content)}\n".encode())
        except OSError as error:
            raise UserError(f"{error.filename} cannot be read: {error.strerror}") from error
        except SyntaxError as error:
            where = f"{error.filename}:{error.lineno}"
            raise UserError(f"{where}: not valid Python: {error.msg}") from error
    return digest.hexdigest()[:16]


@lru_cache(maxsize=256)
def _own_text(content: bytes) -> str:
    return ast.unparse(effective(ast.parse(content)))


@cache
def of_package(*modules: str) -> str:
    """Return a fingerprint of all code of this package that the given modules can run.

    It changes when the syntax tree of a module changes, of those named or of any that they import,
    directly or not. Formatting, comments and docstrings are no part of it, nor is what cannot reach
    a product; see `effective`. Trees are turned back into text to be hashed, and that text can
    differ between minor versions of Python. Of the files that a module reads, as
    `files` finds them, every byte counts.

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
    FileNotFoundError, ValueError
        As for `files`.
    """
    digest = hashlib.sha256()
    for name in sorted(closure(*modules, without=_EXEMPT_NAMES)):
        digest.update(f"# {name}\n{ast.unparse(_tree(name))}\n".encode())
        for file in files(name):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"# {file.relative_to(SOURCE).as_posix()} {content}\n".encode())
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
    except (ModuleNotFoundError, OSError, SyntaxError, UserError) as error:
        present = str(error)  # caught in the middle of an edit
    if given != present:
        raise UserError(
            "the code has changed since Snakemake was started: its fingerprint was "
            f"{given}, now it is {present}; start Snakemake again"
        )


def python_series() -> str:
    """Return the version of Python that runs this, as far as syntax trees differ: ``3.11``."""
    return ".".join(platform.python_version_tuple()[:2])


def closure(*modules: str, without: Collection[str] = ()) -> frozenset[str]:
    """Return the full names of modules of this package that the given ones import, and these.

    Imports inside functions count. The packages that contain a module count, since Python runs
    their ``__init__`` before it.

    Parameters
    ----------
    modules
        Names within the package; a user's own files are passed over.
    without
        Full names of modules to leave out together with what only they import.
    """
    found: set[str] = set()
    waiting = [f"{PACKAGE}.{module}" for module in modules if not module.endswith(OWN)]
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


def files(name: str) -> list[Path]:
    """Return the files of this package that one of its modules reads when it runs, sorted.

    The module lists them in a constant ``FILES``: patterns, as seen from its folder. It is looked
    for in the text of the module, so it must be a tuple of strings, with nothing computed.

    Parameters
    ----------
    name
        Full name of the module.

    Raises
    ------
    FileNotFoundError
        No file matches a pattern.
    ValueError
        The constant is something else.
    """
    found: set[Path] = set()
    for pattern in _patterns(name):
        folder = cast(Path, _file(name)).parent  # patterns are those of a file
        # Editors lock files by links to nowhere, which match as well.
        matching = {path for path in folder.glob(pattern) if path.is_file()}
        if not matching:
            raise FileNotFoundError(f"{name} reads {pattern}, and there is no such file")
        found |= matching
    return sorted(found)


def _patterns(name: str) -> tuple[str, ...]:
    """Return the value of ``FILES`` in a module of this package, nothing where there is none."""
    for node in _tree(name).body:
        match node:
            case (
                ast.Assign(targets=[ast.Name("FILES")], value=value)
                | ast.AnnAssign(target=ast.Name("FILES"), value=ast.expr() as value)
            ):
                return cast(tuple[str, ...], ast.literal_eval(value))
    return ()


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
    of_settings = name.startswith(f"{PACKAGE}.config.")
    return effective(ast.parse(file.read_bytes(), filename=str(file)), of_settings=of_settings)


@cache
def _imported(name: str) -> tuple[str, ...]:
    """Return the full names of the modules that a module of this package imports itself."""
    return tuple(target for node in _statements(_tree(name)) for target in _targets(node, name))


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all statements in a module or statement, at any depth."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for child in getattr(node, part, ()):
            yield child
            yield from _statements(child)


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
