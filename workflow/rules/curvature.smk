# The Hessian's trace and its bound at the snapshots of every run; then all runs of an experiment in
# one file. A change in here, or in the code behind it, trains nothing.


rule evaluate_bound:
    input:
        data=lambda wildcards: runs[wildcards.run].inputs(configuration.results),
        snapshots="<results>/snapshots/{run}.nc",
    output:
        "<results>/curvature/runs/{run}.nc",
    log:
        "<logs>/curvature/runs/{run}.log",
    benchmark:
        "<benchmarks>/curvature/runs/{run}.tsv"
    # After all training: the longest runs have to start early.
    priority: -1
    # Curvature is evaluated on CPUs, whatever training takes.
    conda:
        "../../envs/train-cpu.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        settings=lambda wildcards: canonical_json(
            configuration.curvature(runs[wildcards.run])
        ),
        fingerprint=lambda wildcards: fingerprint(
            *configuration.curvature(runs[wildcards.run]).modules
        ),
    message:
        "Evaluating the curvature of {wildcards.run}"
    shell:
        "python -m thermophoresis evaluate --settings {params.settings:q}"
        " --fingerprint {params.fingerprint} --snapshots {input.snapshots:q}"
        " --data {input.data:q} --output {output:q} 2>&1 | tee {log:q}"


rule aggregate_curvature:
    input:
        lambda wildcards: [
            run.curvature_path(configuration.results)
            for run in runs.values()
            if run.experiment == wildcards.experiment
        ],
    output:
        "<results>/curvature/{experiment}.nc",
    log:
        "<logs>/curvature/{experiment}.log",
    benchmark:
        "<benchmarks>/curvature/{experiment}.tsv"
    # What can be finished is finished, before more is evaluated.
    priority: 1000
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        settings=lambda wildcards: canonical_json(
            configuration.curvature_curves(wildcards.experiment)
        ),
        fingerprint=lambda wildcards: fingerprint(
            *configuration.curvature_curves(wildcards.experiment).modules
        ),
    message:
        "Gathering the curvature of {wildcards.experiment}"
    shell:
        "python -m thermophoresis aggregate --settings {params.settings:q}"
        " --fingerprint {params.fingerprint} --output {output:q} {input:q} 2>&1 | tee {log:q}"
