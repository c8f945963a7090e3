"""Every figure and verdict of three papers on the noise of SGD, from training to drawing."""

import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# Unlike `include:`, the method can keep the target that is made by default.
try:
    workflow.include("workflow/Snakefile", overwrite_default_target=True)
except WorkflowError as error:
    # Raised further, the lines for the user would drown in those of Snakemake.
    if isinstance(error.__cause__, UserError):
        sys.exit(str(error))
    raise


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
    # Here, not on a node of a cluster.
    if workflow.local_exec and not workflow.touch:
        trained = {
            job.wildcards.name
            for job in workflow.dag.needrun_jobs()
            if job.rule.name.startswith("simulate")
        }
        if large := [
            *memory.too_large(products.runs[it] for it in sorted(trained))
        ]:
            sys.exit("\n".join(large))


# Snakemake puts a figure that could not be drawn back to what it was, and notes that the job that has failed
# made it: it would never be drawn again. What is marked as begun is.
onerror:
    for job in workflow.scheduler.failed:
        if any(Path(file).exists() for file in job.output):
            workflow.persistence.started(job)
