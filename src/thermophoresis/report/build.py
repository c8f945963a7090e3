"""The ledger and the report from verdicts, figures and curves."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.files import write_sealed
from thermophoresis.provenance.origin import read_origin
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
from thermophoresis.report.made_from import AGAIN, Results
from thermophoresis.report.markdown import markdown, table
from thermophoresis.report.notation import format_level
from thermophoresis.report.page import PARAGRAPH, write
from thermophoresis.report.rescaling import as_json, rescaled

# Of what a figure is drawn from, so many are named in place of it.
NAMED = 3

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
    again: str = AGAIN,
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
    again
        Start of the command that makes a file of the folder of the page again.

    Raises
    ------
    UserError
        An input is unreadable or not what it should be.
    """
    verdicts = read_verdicts(claims)
    estimates = {verdict["id"]: verdict["estimate"] for verdict in verdicts}
    curves, sliders = read_curves(settings, read, estimates)
    seeds = [seed for it in curves for seed in experiment_of(it)["seeds"]]
    results = Results(Path(page).parent, again)

    def record(inputs: Iterable[str | Path], output: str | Path) -> str:
        return description(
            metadata(
                settings, fingerprint, made_by="report", seeds=seeds, inputs=inputs, output=output
            )
        )

    write(
        verdicts,
        figures=[(Path(path).stem, *_in_words(path), path) for path in figures],
        explanations=settings.explanations,
        statistics={
            name: EXPLANATIONS.get(name, f"As claims/statistics/{name}.py defines it.")
            for name in {verdict["statistic"] for verdict in verdicts}
        },
        verdict_rule=PARAGRAPH.join([verdict_rule(settings, verdicts), *settings.remarks]),
        provenance=provenance(fingerprint, curves),
        rescaled=sliders,
        made={
            name: results.made(f"figures/{name}.svg", target=f"figures/{name}.png")
            for name in (Path(path).stem for path in figures)
        },
        judged={
            subject: results.made(f"claims/{subject}.json", inputs=[f"{it}.nc" for it in reads])
            for subject, reads in settings.subjects.items()
        },
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
    except FileNotFoundError as error:
        raise UserError(f"there is no {path}: run Snakemake first") from error
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


def _in_words(figure: str | Path) -> tuple[str, str]:
    """Return what to look for in a figure, and what it shows."""
    origin = read_origin(figure)
    if origin is None:
        return "", ""
    settings = origin.configuration.get("figure", {})
    names = dict.fromkeys(Path(it).stem for it in origin.inputs)
    return CAPTIONS.get(settings.get("kind", ""), ""), shown(settings, list(names))


def shown(figure: Mapping[str, Any], names: Sequence[str]) -> str:
    """Say what a figure shows, for those who cannot see it.

    Parameters
    ----------
    figure
        Its settings: of any kind, also one's own.
    names
        Of the experiments and computations that it is drawn from.
    """
    kind, observable = (
        str(figure.get(it) or "").replace("_", " ") for it in ("kind", "observable")
    )
    at = "".join(f", {axis} {place}" for axis, place in (figure.get("at") or {}).items())
    what = f"{kind} of {observable}{at}" if observable else kind
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    drawn_from = f"from {', '.join(names[:NAMED])}{more}" if names else ""
    return "; ".join(filter(None, (figure.get("title"), what, drawn_from)))


def read_curves(
    settings: "ReportSettings",
    read: Sequence[str | Path],
    estimates: Mapping[str, float | None],
) -> tuple[list[Mapping[str, Any]], dict[str, list[str]]]:
    """Read each file of curves once, since they can be large.

    Parameters
    ----------
    settings, read
        As for `build`.
    estimates
        Of claims, by their ids.

    Returns
    -------
    attributes
        Of each file.
    rescaled
        By the names of figures the curves whose time can be rescaled, as JSON, a text for each row.
    """
    attributes: list[Mapping[str, Any]] = []
    rows: dict[tuple[str, int], str] = {}
    for name, path in zip(settings.reads, read, strict=True):
        if not name.startswith("curves/"):
            continue
        dataset = netcdf.read(path)
        attributes.append(dataset.attrs)
        for figure, of_figure in settings.rescaled.items():
            for number, row in enumerate(of_figure):
                content = rescaled(row, dataset, estimates) if row.reads == name else None
                if content is not None:
                    rows[figure, number] = as_json(content)
    found: dict[str, list[str]] = {}
    for figure, number in sorted(rows):
        found.setdefault(figure, []).append(rows[figure, number])
    return attributes, found


def experiment_of(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of the experiment that a curves file carries."""
    settings: dict[str, Any] = json.loads(attributes["configuration"])
    return settings


def provenance(fingerprint: str, curves: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """Say where the results come from, by experiment, from the attributes of files of curves."""
    found = {"code of the report": fingerprint}
    for attributes in curves:
        configuration = experiment_of(attributes)
        listed = {
            words: ", ".join(json.loads(attributes.get(name, "[]")))
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
