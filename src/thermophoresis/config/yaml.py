"""Reading YAML files: strict about repeated keys, clear about what is wrong and where.

A file may come from a stranger: whatever is in it, it is read or refused in a moment, and nothing
in it is run.
"""

import errno
import re
import stat
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from thermophoresis.config.problems import ConfigError, Problem, got

# What no file needs, and what would take more than a moment or exhaust memory: bytes of a file,
# mappings and lists within each other, values that aliases repeat, characters of a number.
LARGEST_FILE = 2**20
DEEPEST = 50
MOST_REPEATED = 100_000
LONGEST_NUMBER = 100
# Keys by which Snakemake would take a file for a template, whose expressions it runs.
OF_TEMPLATES = ("__use_yte__", "__definitions__", "__variables__")


class _StrictLoader(yaml.SafeLoader):  # type: ignore[misc]  # yaml says nothing of its types
    """YAML without repeated keys, and with numbers as in YAML 1.2.

    ``1e-3`` is one. What YAML 1.1 alone reads as a number, and as another one than it looks like,
    is refused: ``010`` was 8, ``1:30`` was 90, ``0b11`` was 3.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        # How many values are in each node, aliases written out; in those being read, so far.
        self._values: dict[int, int] = {}
        self._open: list[int] = []
        self._repeated = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node:
        """Return the next node; refuse what is too deep, and aliases that stand for too much."""
        event = self.peek_event()
        if len(self._open) > DEEPEST:
            raise _refused(f"more than {DEEPEST} mappings and lists within each other", event)
        self._open.append(1)
        node = super().compose_node(parent, index)
        count = self._open.pop()
        if isinstance(event, yaml.AliasEvent):
            if id(node) not in self._values:
                raise _refused(f"the alias {event.anchor!r} is part of what it stands for", event)
            count = self._values[id(node)]
            self._repeated += count
            if self._repeated > MOST_REPEATED:
                raise _refused(f"aliases stand for more than {MOST_REPEATED:,} values", event)
        self._values[id(node)] = count
        if self._open:
            self._open[-1] += count
        return node

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        """Return a number that is written as everybody reads it."""
        if len(node.value) > LONGEST_NUMBER:
            raise _refused(f"a number of {len(node.value):,} characters", node)
        read = self.construct_yaml_int if node.tag.endswith(":int") else self.construct_yaml_float
        number: int | float = read(node)
        plain = node.value.replace("_", "").lstrip("+-").lower()
        if ":" in plain or re.match(r"0\d|0b", plain):
            message = f"{node.value} would be read as {number:g}; write the number without leading "
            message += "zeros, colons or 0b, or a text in quotes"
            raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
        return number

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"repeated key {key!r}; each may be given once", key_node.start_mark
                )
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep)  # type: ignore[no-any-return]  # nor here


def _refused(message: str, where: yaml.Event | yaml.Node) -> yaml.MarkedYAMLError:
    """Return the error that says what is wrong, at an event or a node."""
    return yaml.constructor.ConstructorError(None, None, message, where.start_mark)


for _number in ("int", "float"):
    _StrictLoader.add_constructor(f"tag:yaml.org,2002:{_number}", _StrictLoader.construct_number)
_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+$"),
    list("-+.0123456789"),
)


def read_yaml(path: str | Path) -> dict[Any, Any]:
    """Return the mapping that a YAML file holds.

    Raises
    ------
    ConfigError
        The file cannot be read, is no YAML (with line and column), repeats a key, is larger or
        deeper than any file needs to be, is a template, or holds something else than a mapping.
    """
    settings = _read_any_yaml(path)
    if not isinstance(settings, dict):
        message = f"{got(settings)}; must be a mapping"
        raise ConfigError(str(path), [Problem((), message)])
    if found := [key for key in OF_TEMPLATES if key in settings]:
        message = "must be left out: Snakemake would take the file for a template, and run what is "
        raise ConfigError(str(path), [Problem((found[0],), f"{message}in it")])
    return settings


def _content(path: Path) -> bytes:
    """Return what is in a file of reasonable size; reading it comes to an end."""
    kind = path.stat()
    if not (stat.S_ISREG(kind.st_mode) or stat.S_ISDIR(kind.st_mode)):
        raise OSError(errno.EINVAL, "it is no regular file")
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST_FILE // 2**20} MiB")
    return content


def _read_any_yaml(path: str | Path) -> Any:
    """Return what a YAML file says."""
    try:
        text = _content(Path(path)).decode("utf-8")
        loader = _StrictLoader(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}; must be a YAML file"
        raise ConfigError(str(path), [Problem((), message)]) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"not valid UTF-8: {error.reason}"
        raise ConfigError(f"{path}:{line}", [Problem((), message)]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = " ".join(f"{error.problem} {error.context or ''}".split())
        place = f"{path}:{mark.line + 1}:{mark.column + 1}"
        raise ConfigError(place, [Problem((), f"not valid YAML: {message}")]) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"not valid YAML: character {error.character:#x} is not allowed"
        raise ConfigError(f"{path}:{line}", [Problem((), message)]) from error
    except (RecursionError, ValueError) as error:
        message = f"not valid YAML: {' '.join(str(error).split())}"
        raise ConfigError(str(path), [Problem((), message)]) from error
