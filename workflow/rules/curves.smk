# All runs of an experiment in one file.


rule aggregate_curves:
    input:
        lambda wildcards: [
            run.path(configuration.results)
            for run in runs.values()
            if run.experiment == wildcards.experiment
        ],
    output:
        "<results>/curves/{experiment}.nc",
    log:
        "<logs>/curves/{experiment}.log",
    benchmark:
        "<benchmarks>/curves/{experiment}.tsv"
    # What can be finished is finished, before more is trained.
    priority: 1000
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        settings=lambda wildcards: canonical_json(
            configuration.curves(wildcards.experiment)
        ),
        fingerprint=lambda wildcards: fingerprint(
            *configuration.curves(wildcards.experiment).modules
        ),
    message:
        "Gathering the curves of {wildcards.experiment}"
    shell:
        "python -m thermophoresis aggregate --settings {params.settings:q}"
        " --fingerprint {params.fingerprint} --output {output:q} {input:q} 2>&1 | tee {log:q}"
