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
        name=either(runs_with(snapshots=True, traces=False)),
    # The longest first, so that the end does not wait for a single run.
    priority: lambda wildcards: 100 * products.runs[wildcards.name].work / most_work
    conda:
        f"../../envs/train-{variant}.yaml"
    threads: 1
    # Device and checkpoints are how, not what: as resources they are told to the job, but a change in
    # them reruns nothing.
    resources:
        launch=LAUNCH,
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
        device=configuration.device,
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


if runs_with(snapshots=False, traces=False):

    use rule simulate as simulate_without_snapshots with:
        output:
            run="<results>/runs/{name}.nc",
        wildcard_constraints:
            name=either(runs_with(snapshots=False, traces=False)),


if runs_with(snapshots=True, traces=True):

    use rule simulate as simulate_with_traces with:
        output:
            run="<results>/runs/{name}.nc",
            snapshots="<results>/snapshots/{name}.nc",
            traces="<results>/traces/{name}.nc",
        wildcard_constraints:
            name=either(runs_with(snapshots=True, traces=True)),


if runs_with(snapshots=False, traces=True):

    use rule simulate as simulate_with_traces_alone with:
        output:
            run="<results>/runs/{name}.nc",
            traces="<results>/traces/{name}.nc",
        wildcard_constraints:
            name=either(runs_with(snapshots=False, traces=True)),
