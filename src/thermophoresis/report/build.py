"""The ledger and the report from verdicts, figures and curves."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.files import write_sealed
from thermophoresis.provenance.record import description, metadata
from thermophoresis.report.explanations import (
    CAPTIONS,
    COUNTEREXAMPLE_RULE,
    EXPLANATIONS,
    FAMILY_LEVELS,
    HOLDS_RULE,
    KIND_RULES,
    VERDICT_RULE,
)
from thermophoresis.report.markdown import markdown, table
from thermophoresis.report.notation import format_level
from thermophoresis.report.page import PARAGRAPH, write

if TYPE_CHECKING:
    from thermophoresis.config.ledger import ReportSettings


def build(
    settings: "ReportSettings",
    *,
    fingerprint: str,
    claims: str | Path,
    figures: Sequence[str | Path],
    read: Sequence[str | Path],
    page: str | Path,
    summary: str | Path,
) -> str:
    """Write report and summary, and return the table of verdicts for the terminal.

    Parameters
    ----------
    settings
        Reasons of the criteria, notes, and the probability of error of the whole ledger.
    fingerprint
        Code fingerprint of the report.
    claims
        The verdicts, JSON.
    figures
        SVG files, named after the figures.
    read
        The files that the verdicts are judged from, as the settings list them. Which they are is
        recorded in both outputs, since the file of verdicts cannot carry it; curves also tell
        their origin.
    page, summary
        What is written: HTML and Markdown.

    Raises
    ------
    UserError
        An input is unreadable or not what it should be.
    """
    verdicts = read_verdicts(claims)
    curves = [
        path for name, path in zip(settings.reads, read, strict=True) if name.startswith("curves/")
    ]
    seeds = [seed for path in curves for seed in experiment_of(netcdf.read(path))["seeds"]]

    def record(inputs: Iterable[str | Path], output: str | Path) -> str:
        return description(
            metadata(
                settings, fingerprint, made_by="report", seeds=seeds, inputs=inputs, output=output
            )
        )

    write(
        verdicts,
        figures=[(Path(path).stem, caption(Path(path).stem), path) for path in figures],
        explanations=settings.explanations,
        statistics={
            name: EXPLANATIONS.get(name, f"As claims/statistics/{name}.py defines it.")
            for name in {verdict["statistic"] for verdict in verdicts}
        },
        verdict_rule=PARAGRAPH.join([verdict_rule(settings, verdicts), *settings.remarks]),
        provenance=provenance(fingerprint, curves),
        # What a reader must not miss.
        notes=list(filter(None, (settings.note, *settings.titles))),
        retired=settings.retired,
        record=record((claims, *figures, *read), page),
        output=page,
    )
    comment = f"<!-- provenance: {record((claims, *read), summary)} -->"
    write_sealed(summary, f"{comment}\n\n{markdown(verdicts, settings.retired)}".encode())
    return table(verdicts, len(settings.retired))


def read_verdicts(path: str | Path) -> list[dict[str, Any]]:
    """Read a file of verdicts.

    Raises
    ------
    UserError
        It cannot be read or is no JSON.
    """
    try:
        verdicts: list[dict[str, Any]] = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"cannot read {path} as verdicts: {error}") from error
    return verdicts


def verdict_rule(settings: "ReportSettings", verdicts: Sequence[Mapping[str, Any]]) -> str:
    """Say how a verdict follows from interval and criterion, with so many claims at once."""
    kinds = [verdict.get("kind", "E") for verdict in verdicts]
    count = kinds.count("E")
    level = format_level(1 - settings.error_rate / max(1, count))
    if settings.families:
        families = ", ".join(
            f"{name}: {family.claims:,} claim{'s' * (family.claims != 1)}, "
            f"{format_level(1 - family.error_rate / family.claims)}"
            for name, family in settings.families.items()
        )
        level = FAMILY_LEVELS.format(families=families)
    rule = VERDICT_RULE.format(
        claims=count, level=level, together=format_level(1 - settings.error_rate)
    )
    holds = any(verdict["criterion"].startswith("holds") for verdict in verdicts)
    others = (words for kind, words in KIND_RULES.items() if kind in kinds)
    without_exception = any(it["criterion"].endswith("without exception") for it in verdicts)
    asked = ((holds, HOLDS_RULE), (without_exception, COUNTEREXAMPLE_RULE))
    return PARAGRAPH.join([rule, *(words for needed, words in asked if needed), *others])


def caption(name: str) -> str:
    """Say what to look for in a figure."""
    return next((text for start, text in CAPTIONS.items() if name.startswith(start)), "")


def experiment_of(curves: xr.Dataset) -> dict[str, Any]:
    """Return the settings of the experiment that a curves file carries."""
    settings: dict[str, Any] = json.loads(curves.attrs["configuration"])
    return settings


def provenance(fingerprint: str, curves: Sequence[str | Path]) -> Mapping[str, str]:
    """Say where the results come from, by experiment."""
    found = {"code of the report": fingerprint}
    for path in curves:
        dataset = netcdf.read(path)
        configuration = experiment_of(dataset)
        listed = {
            words: ", ".join(json.loads(dataset.attrs.get(name, "[]")))
            for words, name in (
                ("data", "data_source"),
                ("checksum of the data", "data_checksum"),
                ("code of the runs", "run_fingerprints"),
                ("device", "run_devices"),
                ("versions", "run_package_versions"),
            )
        }
        cells = ", ".join(f"η={rate:g} |B|={batch}" for rate, batch in configuration["cells"])
        seeds = ", ".join(map(str, configuration["seeds"]))
        found[f"experiment {configuration['experiment']}"] = "; ".join(
            [
                f"cells {cells}",
                f"seeds {seeds}",
                f"{configuration['replicas']} replicas each",
                *(f"{words} {text}" for words, text in listed.items() if text),
            ]
        )
    return found
