"""Reading YAML files: strict about repeated keys, clear about what is wrong and where."""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from thermophoresis.config.problems import ConfigError, Problem, got


class _StrictLoader(yaml.SafeLoader):  # type: ignore[misc]  # yaml says nothing of its types
    """YAML without repeated keys, and with numbers as in YAML 1.2.

    ``1e-3`` is one. What YAML 1.1 alone reads as a number, and as another one than it looks like,
    is refused: ``010`` was 8, ``1:30`` was 90, ``0b11`` was 3.
    """

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        """Return a number that is written as everybody reads it."""
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
        The file cannot be read, is no YAML (with line and column), repeats a key, or holds
        something else than a mapping.
    """
    settings = _read_any_yaml(path)
    if not isinstance(settings, dict):
        message = f"{got(settings)}; must be a mapping"
        raise ConfigError(str(path), [Problem((), message)])
    return settings


def _read_any_yaml(path: str | Path) -> Any:
    """Return what a YAML file says."""
    try:
        text = Path(path).read_bytes().decode("utf-8")
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
