"""A user's own Python file: what it imports from beside it, and what its text says of a class.

Nothing is imported: reading a configuration runs no code of its user.
"""

import ast
import errno
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from thermophoresis.config.problems import Problem, choice, got

# Bytes of a file; parsing takes seconds for each MiB.
LARGEST_FILE = 2**18

# A file beside with such a name would take the place of what everything else imports by it.
TAKEN = frozenset(sys.stdlib_module_names) | {"numpy", "thermophoresis", "torch", "torchvision"}


class Found(NamedTuple):
    """A module beside the file, or the file itself.

    Attributes
    ----------
    path
        Its file.
    content
        What is in it.
    """

    path: Path
    content: bytes


def beside(file: str | Path) -> dict[str, Found]:
    """Return a file and what it imports from beside it, directly or not, by names of modules.

    A module is beside it if it can be imported with the file's folder as a place to look in, as
    Python does with that of a script. Imports inside functions count.

    Parameters
    ----------
    file
        The Python file.

    Raises
    ------
    OSError, SyntaxError
        One of them cannot be read, or is no Python.
    """
    folder = Path(file).parent
    found: dict[str, Found] = {}
    waiting = [(Path(file).stem, Path(file))]
    while waiting:
        name, path = waiting.pop()
        if name in found:
            continue
        found[name] = Found(path, _content(path))
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for target in _imported(tree(found[name]), package):
            stem = folder.joinpath(*target.split("."))
            places = (stem / "__init__.py", stem.with_name(f"{stem.name}.py"))
            waiting += [(target, place) for place in places if place.is_file()][:1]
    return dict(sorted(found.items()))


def tree(module: Found) -> ast.Module:
    """Return the syntax tree of a module, which must not be changed.

    Raises
    ------
    SyntaxError
        It is no Python.
    """
    try:
        return _parsed(module.content, str(module.path))
    # Null bytes, of which Python says no place; and what is nested beyond what it can read.
    except (ValueError, MemoryError, RecursionError, SyntaxError) as error:
        if isinstance(error, SyntaxError) and error.filename:
            raise
        message = str(error) or "it is nested too deeply"
        raise SyntaxError(message, (str(module.path), 1, None, None)) from error


def _content(path: Path) -> bytes:
    """Return what is in a file, if it is one of reasonable size."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    if path.exists() and path.stat().st_size > LARGEST_FILE:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST_FILE // 2**10} KiB", str(path))
    return path.read_bytes()


@lru_cache(maxsize=256)
def _parsed(content: bytes, path: str) -> ast.Module:
    return ast.parse(content, filename=path)


def _imported(module: ast.Module, package: str) -> Iterator[str]:
    """Yield the names of all modules that one imports, and of the packages that they are in."""
    for node in ast.walk(module):
        targets = []
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join(filter(None, [*(above if node.level else []), node.module]))
            targets = [".".join(filter(None, (base, alias.name))) for alias in node.names]
        for target in targets:
            parts = target.split(".")
            yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def class_problems(file: str, name: str, arguments: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with a file, a class in it and arguments of that class.

    Parameters
    ----------
    file
        The Python file.
    name
        Of the class.
    arguments
        With which it is called, by name.

    Yields
    ------
    Problem
        With paths that begin with ``file``, ``name`` or ``arguments``.
    """
    try:
        modules = beside(file)
    except OSError as error:
        where = "" if str(error.filename) == file else f" ({error.filename})"
        yield Problem(("file",), f"got {file!r}, which cannot be read{where}: {error.strerror}")
        return
    except SyntaxError as error:
        where = f"{error.filename}:{error.lineno}"
        yield Problem(("file",), f"got {file!r}; must be valid Python: {where}: {error.msg}")
        return
    own, *others = [modules.pop(Path(file).stem), *modules]
    if taken := sorted({str(it).partition(".")[0] for it in others} & TAKEN):
        message = f"got {file!r}, which imports {taken[0]} from beside it; must have another name"
        yield Problem(("file",), f"{message} than a module that everybody imports")
    module = tree(own)
    if any(isinstance(node, ast.ImportFrom) and node.level for node in module.body):
        message = f"got {file!r}; must import what is beside it by its name, as in `import helper`"
        yield Problem(("file",), f"{message}: it is in no package")
    classes = {node.name: node for node in ast.walk(module) if isinstance(node, ast.ClassDef)}
    if name in classes:
        yield from _argument_problems(classes, name, arguments)
    else:
        allowed = choice(name, sorted(classes)) if classes else "there is no class"
        yield Problem(("name",), f"got {name!r}; {allowed} in {file}")


def _argument_problems(
    classes: Mapping[str, ast.ClassDef], name: str, arguments: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield the arguments that a class does not take, and those that it lacks."""
    taken = _parameters(classes, name)
    if taken is None:
        return
    for argument in arguments:
        if argument not in taken:
            known = choice(argument, list(taken)) if taken else "it takes none"
            yield Problem(("arguments", argument), f"is no argument of {name}; {known}")
    lacking = [it for it, needed in taken.items() if needed and it not in arguments]
    if lacking:
        message = f"{got(dict(arguments))}; must have {', '.join(lacking)}, without which {name}"
        yield Problem(("arguments",), f"{message} cannot be made")


def _parameters(classes: Mapping[str, ast.ClassDef], name: str) -> dict[str, bool] | None:
    """Return the arguments of a class and whether each is needed; None where that is not told."""
    seen = set()
    while name not in seen:
        seen.add(name)
        node = classes[name]
        if node.decorator_list or node.keywords:
            return None
        for part in node.body:
            if isinstance(part, ast.FunctionDef) and part.name == "__init__":
                return _of_function(part)
        bases = [ast.unparse(base) for base in node.bases]
        if len(bases) != 1:
            return None
        (name,) = bases
        if name not in classes:
            return {} if name in ("nn.Module", "torch.nn.Module", "Module") else None
    return None


def _of_function(function: ast.FunctionDef) -> dict[str, bool] | None:
    """Return the arguments of an ``__init__``, and whether each is needed; None if it takes any."""
    taken = function.args
    if taken.kwarg is not None or function.decorator_list:
        return None
    by_place = [it.arg for it in taken.posonlyargs]
    names = [*by_place, *(it.arg for it in taken.args)]
    needed = len(names) - len(taken.defaults)
    found = {it: position < needed for position, it in enumerate(names)}
    found |= {
        it.arg: default is None
        for it, default in zip(taken.kwonlyargs, taken.kw_defaults, strict=True)
    }
    # The first is the object itself.
    return {it: needs for it, needs in found.items() if it not in (*by_place, *names[:1])}
