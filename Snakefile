"""Every figure of "Implicit Regularization of SGD via Thermophoresis", from training to drawing."""

import os
import sys
from pathlib import Path
from shlex import quote

# The package is used from beside this file, whether or not it is installed.
source = Path(workflow.basedir) / "src"
sys.path.insert(0, str(source))

from thermophoresis.config import canonical_json, load
from thermophoresis.errors import UserError
from thermophoresis.ledger import load_claims
from thermophoresis.provenance import fingerprint

# A configuration file is complete in itself: one given on the command line replaces the default.
# `configfile:` would merge the two, and would let repeated keys pass.
given = workflow.configfiles or ["config/config.yaml"]
try:
    if len(given) > 1:
        raise UserError(f"--configfile: got {len(given)} files; must be one")
    shown = min(str(given[0]), os.path.relpath(given[0]), key=len)
    configuration = load(shown, overrides=workflow.config_settings.config)
    claims = load_claims(configuration)
except UserError as error:
    # Raised further, the lines for the user would drown in those of Snakemake.
    sys.exit(str(error))

# Jobs run in the Python that runs Snakemake, unless `--sdm conda` puts another one before it.
os.environ.update(
    PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
)
# Not in os.environ: Snakemake withholds PYTHONPATH from jobs in conda environments. Threads need no
# mention here: Snakemake sets OMP_NUM_THREADS and its like to the threads of the rule.
shell.prefix(
    "set -euo pipefail; "
    f"export PYTHONPATH={quote(str(source))}"
    "${{PYTHONPATH:+:$PYTHONPATH}}; "
)


pathvars:
    results=configuration.results,
    logs=f"{configuration.results}/logs",
    benchmarks=f"{configuration.results}/benchmarks",


wildcard_constraints:
    run=r"\w+/lr=[\d.e+-]+_batch=\d+_seed=\d+",
    experiment="|".join(configuration.experiments),
    figure="|".join(configuration.figures),
    dataset="|".join(configuration.datasets),


include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/curves.smk"
include: "workflow/rules/curvature.smk"
include: "workflow/rules/figures.smk"


# Without claims there is nothing to judge.
if claims.experiments:

    include: "workflow/rules/claims.smk"
    include: "workflow/rules/report.smk"


localrules:
    all,


rule all:
    default_target: True
    input:
        collect(
            "<results>/{kind}/{experiment}.nc",
            kind=["curves", "curvature"],
            experiment=configuration.experiments,
        ),
        collect(
            "<results>/figures/{figure}.{suffix}",
            figure=configuration.figures,
            suffix=["pdf", "svg", "png"],
        ),
        collect("<results>/{page}", page=["report.html"] if claims.experiments else []),
