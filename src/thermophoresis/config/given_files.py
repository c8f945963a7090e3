"""Configuration files that a command line of Snakemake names, looked at before Snakemake does."""

import argparse
import sys
from collections.abc import Sequence

from thermophoresis.config.yaml import read_yaml
from thermophoresis.errors import UserError


def exit_if_unreadable(arguments: Sequence[str]) -> None:
    """Exit with one line if a file named by ``--configfile`` on a command line cannot be used."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--configfile", "--configfiles", nargs="+", default=[])
    try:
        for path in parser.parse_known_args(arguments)[0].configfile:
            read_yaml(path)
    except UserError as error:
        sys.exit(str(error))
