# One ensemble of replicas for each (experiment, learning rate, batch size, seed).

runs = {run.name: run for run in configuration.runs()}
most_work = max(run.work for run in runs.values())
# Packages for GPUs are many times as large, and cannot be installed on every machine.
variant = "gpu" if configuration.device == "cuda" else "cpu"


rule train_ensemble:
    input:
        lambda wildcards: runs[wildcards.run].inputs(configuration.results),
    output:
        run="<results>/runs/{run}.nc",
        snapshots="<results>/snapshots/{run}.nc",
    log:
        "<logs>/runs/{run}.log",
    benchmark:
        "<benchmarks>/runs/{run}.tsv"
    # The longest first, so that the end does not wait for a single run.
    priority: lambda wildcards: 100 * runs[wildcards.run].work / most_work
    conda:
        f"../../envs/train-{variant}.yaml"
    threads: 1
    # Device, compilation and checkpoints are how, not what: as resources they are told to the job, but
    # a change in them reruns nothing.
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
        device=configuration.device,
        compile=configuration.compile,
        checkpoint_seconds=str(configuration.checkpoint_seconds),
    # All and only what the file depends on; Snakemake compares parameters as a set of values.
    params:
        settings=lambda wildcards: canonical_json(runs[wildcards.run]),
        fingerprint=lambda wildcards: fingerprint(*runs[wildcards.run].modules),
        # Not an output: those are deleted before a job is run again.
        checkpoint=f"{configuration.results}/checkpoints/{{run}}.npz",
    message:
        "Training {wildcards.run}; to follow it: tail -f {log}"
    shell:
        "python -m thermophoresis train --settings {params.settings:q} --fingerprint {params.fingerprint}"
        " --device {resources.device} --compile {resources.compile}"
        " --checkpoint {params.checkpoint:q}"
        " --checkpoint-seconds {resources.checkpoint_seconds}"
        " --data {input:q} --output {output.run:q} --snapshots {output.snapshots:q}"
        " 2>&1 | tee {log:q}"
