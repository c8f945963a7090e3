# Costly quantities of what runs have left. A change in here, or in the code behind it, trains nothing.


rule measure:
    input:
        inputs_of("measure", "{measurement}/{name}"),
    output:
        "<results>/measurements/{measurement}/{name}.nc",
    log:
        "<logs>/measurements/{measurement}/{name}.log",
    benchmark:
        "<benchmarks>/measurements/{measurement}/{name}.tsv"
    wildcard_constraints:
        measurement=r"\w+",
        name=RUN,
    # After all training: the longest runs have to start early.
    priority: -1
    conda:
        lambda wildcards: f"../../envs/{declared(wildcards.measurement).environment}.yaml"
    threads: 1
    resources:
        launch=LAUNCH,
        mem_mb=lambda wildcards, attempt: attempt
        * declared(wildcards.measurement).memory_mb,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        settings=settings_of("measure", "{measurement}/{name}"),
        fingerprint=fingerprint_of("measure", "{measurement}/{name}"),
    message:
        "Measuring {wildcards.measurement} of {wildcards.name}"
    shell:
        "{resources.launch} {log:q} measure --settings {params.settings:q}"
        " --fingerprint {params.fingerprint}"
        " --inputs {input:q} --outputs {output:q}"
