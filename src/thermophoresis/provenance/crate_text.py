"""The metadata of a Workflow Run RO-Crate, from what is known of a run of the workflow.

Profile: https://w3id.org/ro/wfrun/workflow/0.5, of RO-Crate 1.1.
"""

import json
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from rocrate.model import ComputationalWorkflow, ContextEntity, Entity
from rocrate.rocrate import ROCrate

from thermophoresis.provenance.completeness import Complete

COPIED = "source"  # the folder of workflow and configuration
WORKFLOW = f"{COPIED}/workflow/Snakefile"
README = "README.md"
RUN = "#run"

CRATE = "https://w3id.org/ro/crate/1.1"
WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    WORKFLOW_CRATE: ("Workflow RO-Crate", "1.0"),
}
# The crate's own vocabulary has no checksums.
TERMS = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
OF_WORKFLOWS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
OF_PARAMETERS = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
MEDIA_TYPES = {
    ".nc": "application/x-netcdf",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".html": "text/html",
    ".md": "text/markdown",
    ".yaml": "application/yaml",
}
# What files of each stage are.
OF_STAGE = {
    "prepare": "A data set, as runs read it",
    "simulate": "What a run has recorded or kept",
    "measure": "What was measured of runs, or computed",
    "gather": "What was gathered of all runs of an experiment",
    "judge": "Verdicts on claims",
    "ledger": "All verdicts",
    "draw": "A figure",
    "report": "The report",
}
SETTINGS = ("device", "error_rate")  # of the configuration, told one by one


class Times(NamedTuple):
    """When results were made, in ISO 8601; no start where benchmarks do not tell one."""

    start: str | None
    end: str


class Contents(NamedTuple):
    """What a crate tells of.

    Attributes
    ----------
    found
        All results.
    configuration
        Path of their configuration in the crate.
    copies
        Files of workflow and configuration, by their paths in the crate.
    checksums
        ``sha256:…`` of all files of the crate, by their paths there.
    cited
        What is to be cited: title, abstract, authors, version, licence.
    left_out
        In words, which results are not in the crate; empty if all are.
    """

    found: Complete
    configuration: str
    copies: Mapping[str, bytes]
    checksums: Mapping[str, str]
    cited: Mapping[str, Any]
    left_out: str = ""


def text(contents: Contents, times: Times) -> str:
    """Return the metadata of a crate: JSON-LD, the same for the same contents and times."""
    crate = ROCrate(version="1.1")
    crate.metadata.extra_terms.update(TERMS)
    crate.metadata["conformsTo"] = [{"@id": CRATE}, {"@id": WORKFLOW_CRATE}]
    about = _about(crate, contents.cited)
    files = _files(crate, contents)
    workflow = _workflow(crate, contents, files, about)
    action = _action(crate, contents, files, workflow, times)
    root = crate.root_dataset
    root["name"] = f"Results of thermophoresis {contents.cited['version']}"
    note = contents.found.config.note
    said = (" ".join(contents.cited["abstract"].split()), note, contents.left_out)
    root["description"] = " ".join(f"{it.rstrip('.')}." for it in said if it)
    root["datePublished"] = times.end[:10]
    root["conformsTo"] = [
        _entity(crate, identifier, "CreativeWork", name=name, version=version)
        for identifier, (name, version) in PROFILES.items()
    ]
    _assign(root, mainEntity=workflow, mentions=action, **about)
    if README in files:
        files[README]["about"] = root
    content = crate.metadata.generate()
    content["@graph"].sort(key=lambda it: it["@id"])
    return f"{json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)}\n"


def _entity(crate: ROCrate, identifier: str, kind: str, /, **properties: Any) -> Entity:
    """Add an entity that is no file."""
    return crate.add(ContextEntity(crate, identifier, properties={"@type": kind, **properties}))


def _assign(entity: Entity, **properties: Any) -> None:
    for name, value in properties.items():
        entity[name] = value


def _about(crate: ROCrate, cited: Mapping[str, Any]) -> dict[str, Any]:
    """Add authors and licence, and return what is said of workflow and results alike."""
    authors = []
    for author in cited["authors"]:
        names = [author.get(it) for it in ("given-names", "family-names", "name")]
        name = " ".join(filter(None, names))
        identifier = author.get("orcid") or f"#{name.replace(' ', '-')}"
        kind = "Organization" if "name" in author else "Person"
        authors.append(_entity(crate, identifier, kind, name=name))
    url = f"https://spdx.org/licenses/{cited['license']}"
    licence = _entity(crate, url, "CreativeWork", name=cited["license"], identifier=url)
    who = authors if len(authors) > 1 else authors[0]
    return {"author": who, "license": licence, "version": str(cited["version"])}


def _files(crate: ROCrate, contents: Contents) -> dict[str, Entity]:
    """Add all files but the workflow itself."""
    stages = {file: it.stage for it in contents.found.products for file in it.outputs}
    found = {}
    for name in sorted(contents.checksums):
        if name == WORKFLOW:
            continue
        own = {"name": name, **_facts(contents, name)}
        if name in stages:
            own["description"] = OF_STAGE[stages[name]]
        found[name] = crate.add_file(dest_path=name, properties=own)
    return found


def _facts(contents: Contents, name: str) -> dict[str, str]:
    """Return checksum, size and format of a file."""
    copy = contents.copies.get(name)
    size = len(copy) if copy is not None else (contents.found.folder / name).stat().st_size
    known = MEDIA_TYPES.get(Path(name).suffix, "text/plain")
    checksum = contents.checksums[name].removeprefix("sha256:")
    return {"sha256": checksum, "contentSize": str(size), "encodingFormat": known}


def _workflow(
    crate: ROCrate, contents: Contents, files: Mapping[str, Entity], about: Mapping[str, Any]
) -> Entity:
    """Add the workflow, with its language, what it is made of, and the packages that it ran on."""
    # Snakemake leaves no trace in results: its version is that which says so.
    workflow = crate.add_workflow(
        dest_path=WORKFLOW,
        main=True,
        lang="snakemake",
        lang_version=metadata.version("snakemake"),
        cls=ComputationalWorkflow,
        properties={"name": contents.cited["title"], **_facts(contents, WORKFLOW)},
    )
    for package, versions in contents.found.versions.items():
        _entity(
            crate,
            f"#package-{package}",
            "SoftwareApplication",
            name=package,
            softwareVersion=", ".join(sorted(versions)),
        )
    packages = [crate.get(f"#package-{it}") for it in contents.found.versions]
    parts = [it for name, it in files.items() if name.startswith(f"{COPIED}/")]
    standard = _entity(crate, OF_WORKFLOWS, "CreativeWork", name="ComputationalWorkflow 1.0")
    _assign(workflow, hasPart=parts, softwareRequirements=packages, conformsTo=standard, **about)
    return workflow


def _action(
    crate: ROCrate,
    contents: Contents,
    files: Mapping[str, Entity],
    workflow: Entity,
    times: Times,
) -> Entity:
    """Add the run of the workflow, with what went in and what came out of it."""
    standard = _entity(crate, OF_PARAMETERS, "CreativeWork", name="FormalParameter 1.0")

    def slot(name: str, kind: str, realised: Entity) -> Entity:
        """Add a parameter of the workflow that an entity realises."""
        own = {"name": name, "additionalType": kind, "conformsTo": standard}
        made = _entity(crate, f"#parameter-{name}", "FormalParameter", **own, workExample=realised)
        realised["exampleOfWork"] = made
        return made

    made = {file for it in contents.found.products for file in it.outputs}
    values = {
        name: _entity(
            crate,
            f"#value-{name}",
            "PropertyValue",
            name=name,
            value=str(getattr(contents.found.config, name)),
        )
        for name in SETTINGS
    }
    configuration = files[contents.configuration]
    workflow["input"] = [
        slot("configuration", "File", configuration),
        *(slot(name, "Text", value) for name, value in values.items()),
    ]
    ends = [it for it in ("claims.json", "report.html") if it in files]
    workflow["output"] = [slot(Path(it).stem, "File", files[it]) for it in ends]
    began = {"startTime": times.start} if times.start else {}
    return crate.add_action(
        workflow,
        identifier=RUN,
        object=[configuration, *values.values()],
        result=[entity for name, entity in files.items() if name in made],
        properties={
            "name": "Run of the workflow",
            "description": "snakemake --configfile "
            + contents.configuration.removeprefix(f"{COPIED}/"),
            "actionStatus": "http://schema.org/CompletedActionStatus",
            "endTime": times.end,
            **began,
        },
    )
