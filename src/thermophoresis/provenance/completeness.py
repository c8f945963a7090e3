"""Whether a folder has all results of a configuration, each as this code would make it now.

`verification` asks whether files are what they say. Here it is asked as well whether they are what
a configuration asks for: whoever hands results on says of which they are.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import Config, load
from thermophoresis.errors import UserError
from thermophoresis.products import SETTINGS, Product, Products
from thermophoresis.provenance import seal
from thermophoresis.provenance.origin import FORMATS, Origin
from thermophoresis.provenance.verification import Walk, absolute

AGAIN = "run Snakemake with this configuration first"


class Complete(NamedTuple):
    """All results of a configuration.

    Attributes
    ----------
    folder
        Where they are.
    config
        The configuration.
    products
        What has been made, in the order of the paths of the first output.
    checksums
        ``sha256:…`` of each file, by its path in the folder.
    versions
        Those of packages with which files were made, by the names of packages.
    """

    folder: Path
    config: Config
    products: tuple[Product, ...]
    checksums: Mapping[str, str]
    versions: Mapping[str, frozenset[str]]


def complete(results: str | Path | None, configuration: str | Path) -> Complete:
    """Return all results of a configuration.

    Parameters
    ----------
    results
        Their folder; None for that of the configuration.
    configuration
        The file.

    Raises
    ------
    UserError
        The configuration cannot be used; a file is missing, or is not what this code makes of this
        configuration: edited, made by other code, with other settings or from other files.
    """
    config = load(configuration)
    folder = Path(config.results if results is None else results)
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; must be one of results")
    products = Products(config, load_claims(config))
    made = tuple(sorted(products.needed, key=lambda it: it.outputs[0]))
    files = [file for product in made for file in product.outputs]
    missing = [file for file in files if not (folder / file).is_file()]
    if missing:
        raise UserError(
            f"{folder} is not complete: {len(missing)} of {len(files)} files are not there, "
            f"{missing[0]} is the first; {AGAIN}"
        )
    walk, checksums, versions = Walk(), {}, dict[str, set[str]]()
    for product in made:
        for file in product.outputs:
            checksums[file] = _checksum(walk, folder, file)
            origin = walk.origin(absolute(folder / file))
            if origin is not None:
                _compare(product, file, origin, folder)
                for package, version in origin.package_versions.items():
                    versions.setdefault(package, set()).add(version)
    found = {package: frozenset(it) for package, it in sorted(versions.items())}
    return Complete(folder, config, made, checksums, found)


def _checksum(walk: Walk, folder: Path, file: str) -> str:
    """Return the checksum of a file that is what was made, and all that it rests on."""
    path = absolute(folder / file)
    if path.suffix not in FORMATS:
        return seal.checksum(path)
    finding = walk.find(path)
    if finding.status != "intact":
        raise UserError(
            f"{folder} cannot be handed on: {file} is {finding.status}: {finding.reasons[0]}; "
            "`python -m thermophoresis verify` says more"
        )
    return walk.examine(path).checksum


def _compare(product: Product, file: str, origin: Origin, folder: Path) -> None:
    """Refuse a file that was made with other settings or from other files."""
    here = (folder / file).parent
    # Of the report's two files each says which part of the inputs it was made from.
    inputs = {Path(os.path.relpath(folder / it, here)).as_posix() for it in product.inputs}
    others = origin.inputs.keys() - inputs
    if product.stage != "report":
        others |= inputs - origin.inputs.keys()
    if others:
        what = f"{sorted(others)[0]} is among its inputs there or here alone"
    elif product.stage == "gather" or _settings(product, origin) == product.settings:
        return  # what is gathered carries the settings of runs, which are compared themselves
    else:
        what = "its settings are others"
    raise UserError(f"{folder} has results of another configuration: of {file}, {what}; {AGAIN}")


def _settings(product: Product, origin: Origin) -> object:
    """Return the settings that a file says it was made with, None if they are unknown now."""
    try:
        return TypeAdapter(SETTINGS[product.stage]).validate_json(json.dumps(origin.configuration))
    except ValidationError:
        return None
