"""The metadata stored in every file: what made it, from what, with which settings and versions."""

import json
import os
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata as distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thermophoresis.config.canonical import canonical_json
from thermophoresis.errors import UserError
from thermophoresis.provenance import seal

if TYPE_CHECKING:
    from thermophoresis.products import Stage

PACKAGE = "thermophoresis"
# In a file of its own that no fingerprint covers: another number alone makes nothing anew.
VERSION = Path(__file__).parents[1] / "version.txt"

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


def metadata(
    settings: Any,
    fingerprint: str,
    *,
    made_by: "Stage",
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
        The stage that made it.
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


def version() -> str:
    """Return the version of this package, also where it is not installed."""
    return VERSION.read_text("ascii").strip()


def package_versions() -> Mapping[str, str]:
    """Return the versions of Python, of this package and of others that can change a result."""
    versions = {"python": platform.python_version(), PACKAGE: version()}
    for name in RECORDED_PACKAGES:
        try:
            versions[name] = distributions.version(name)
        except distributions.PackageNotFoundError:
            continue  # the environment of one rule has only what the rule needs
    return versions
