# Costly quantities of what runs have left, or of no run. A change in here, or in the code behind it,
# trains nothing.


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
        name=rf"{RUN}|\w+/seed=\d+",
    # After all training: the longest runs have to start early.
    priority: -1
    conda:
        lambda wildcards: environment(declared(wildcards.measurement).environment)
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


use rule measure as compute with:
    input:
        [],
    output:
        "<results>/computations/{name}.nc",
    log:
        "<logs>/computations/{name}.log",
    benchmark:
        "<benchmarks>/computations/{name}.tsv"
    wildcard_constraints:
        name=either(configuration.computations),
    conda:
        lambda wildcards: environment(of_no_run(wildcards).environment)
    resources:
        launch=LAUNCH,
        mem_mb=lambda wildcards, attempt: attempt * of_no_run(wildcards).memory_mb,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        settings=settings_of("measure"),
        fingerprint=fingerprint_of("measure"),
    message:
        "Computing {wildcards.name}"
