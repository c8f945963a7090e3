# One ensemble of replicas for each (experiment, learning rate, batch size, seed).

most_work = max(run.work for run in products.runs.values())
# Packages for GPUs are many times as large, and cannot be installed on every machine.
variant = "gpu" if configuration.device == "cuda" else "cpu"
# Outputs can't be functions: there is a rule for each set of them.


rule simulate:
    input:
        inputs_of("simulate"),
    output:
        run="<results>/runs/{name}.nc",
        snapshots="<results>/snapshots/{name}.nc",
    log:
        "<logs>/runs/{name}.log",
    benchmark:
        "<benchmarks>/runs/{name}.tsv"
    wildcard_constraints:
        # A rule without any is there for the others, and makes nothing.
        name=leaving(snapshots=True, traces=False) or NOTHING,
    # The longest first, so that the end does not wait for a single run.
    priority: lambda wildcards: 100 * products.runs[wildcards.name].work / most_work
    conda:
        f"../../envs/train-{variant}.yaml"
    threads: 1
    # Device and checkpoints are how, not what: as resources they are told to the job, but a change in
    # them reruns nothing.
    resources:
        launch=LAUNCH,
        mem_mb=lambda wildcards, attempt: memory.asked(products.runs[wildcards.name])
        * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
        device=configuration.device,
        # Of those that a profile lets use a GPU at the same time.
        gpu_jobs=0 if configuration.device == "cpu" else 1,
        checkpoint_seconds=str(configuration.checkpoint_seconds),
    # All and only what the files depend on; Snakemake compares parameters as a set of values.
    params:
        settings=settings_of("simulate"),
        fingerprint=fingerprint_of("simulate"),
        # Not an output: those are deleted before a job is run again.
        checkpoint=path("checkpoints/{name}.npz"),
    message:
        "Training {wildcards.name}; to follow it: tail -f {log}"
    shell:
        "{resources.launch} {log:q} simulate --settings {params.settings:q}"
        " --fingerprint {params.fingerprint}"
        " --device {resources.device}"
        " --checkpoint {params.checkpoint:q}"
        " --checkpoint-seconds {resources.checkpoint_seconds}"
        " --inputs {input:q} --outputs {output:q}"


if leaving(snapshots=False, traces=False):

    use rule simulate as simulate_without_snapshots with:
        output:
            run="<results>/runs/{name}.nc",
        wildcard_constraints:
            name=leaving(snapshots=False, traces=False),


if leaving(snapshots=True, traces=True):

    use rule simulate as simulate_with_traces with:
        output:
            run="<results>/runs/{name}.nc",
            snapshots="<results>/snapshots/{name}.nc",
            traces="<results>/traces/{name}.nc",
        wildcard_constraints:
            name=leaving(snapshots=True, traces=True),


if leaving(snapshots=False, traces=True):

    use rule simulate as simulate_with_traces_alone with:
        output:
            run="<results>/runs/{name}.nc",
            traces="<results>/traces/{name}.nc",
        wildcard_constraints:
            name=leaving(snapshots=False, traces=True),
