"""Every figure of "Implicit Regularization of SGD via Thermophoresis", from training to drawing."""

import hashlib
import os
import sys
from pathlib import Path
from shlex import quote

from snakemake.settings.types import DeploymentMethod

# The package is used from beside this file, whether or not it is installed.
source = Path(workflow.basedir) / "src"
sys.path.insert(0, str(source))

from thermophoresis.config import kinds
from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import load
from thermophoresis.config.canonical import essential_json
from thermophoresis.errors import UserError
from thermophoresis.products import Products
from thermophoresis.provenance.files import write_atomically
from thermophoresis.provenance.fingerprint import PYTHON, fingerprint, python_series

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

# Jobs run in the Python that runs Snakemake or, with `--sdm conda`, in that of their rule's environment.
os.environ.update(
    PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
)
# To activate an environment where another is active, conda puts it in the place of that one in PATH,
# which is behind the folder above. Nor does it keep packages in the user's home from being found.
isolate = (
    'export PATH="$CONDA_PREFIX/bin:$PATH" PYTHONNOUSERSITE=1; '
    if DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
    else ""
)
# A log that cannot be written, because the disk is full, is no reason to throw away what was made.
lenient = 'tee() {{ command tee "$@" || true; }}; '
# Not in os.environ: Snakemake withholds PYTHONPATH from jobs in conda environments. Threads need no
# mention here: Snakemake sets OMP_NUM_THREADS and its like to the threads of the rule.
shell.prefix(
    f"set -euo pipefail; {lenient}"
    f"{isolate}export {PYTHON}={python_series()} PYTHONPATH={quote(str(source))}"
    "${{PYTHONPATH:+:$PYTHONPATH}}; "
)


pathvars:
    results=configuration.results,
    logs=f"{configuration.results}/logs",
    benchmarks=f"{configuration.results}/benchmarks",


include: "workflow/rules/common.smk"
include: "workflow/rules/prepare.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/measure.smk"
include: "workflow/rules/gather.smk"
include: "workflow/rules/draw.smk"


# Without claims there is nothing to judge.
if claims.experiments:

    include: "workflow/rules/judge.smk"
    include: "workflow/rules/report.smk"


# What takes seconds is not worth a job on a cluster, and images may have to come from the internet.
localrules:
    all,
    prepare,
    gather,
    judge,
    ledger,
    draw,
    report,


rule all:
    default_target: True
    input:
        [path(file) for file in products.wanted],


# Where a job would replace a result, Snakemake has looked; for new ones it would fail job by job.
onstart:
    written = {
        next(folder for folder in Path(file).parents if folder.exists())
        for job in workflow.dag.needrun_jobs()
        for file in (*job.output, *job.log)
    }
    if closed := [str(it) for it in sorted(written) if not os.access(it, os.W_OK)]:
        more = f" (nor in {len(closed) - 1} more folders)" if closed[1:] else ""
        sys.exit(
            f"{closed[0]}: nothing can be written here{more}; make it writable, or set results to "
            "another folder"
        )
