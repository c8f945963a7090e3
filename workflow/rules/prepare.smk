# Each data set of images in one file. It is made again when its settings change; a source that changes
# under the same name goes unnoticed.


rule prepare:
    output:
        "<results>/data/{name}.nc",
    log:
        "<logs>/data/{name}.log",
    benchmark:
        "<benchmarks>/data/{name}.tsv"
    wildcard_constraints:
        name=either(products.prepare),
    # Much waits for it, and a download that fails should do so at once.
    priority: 1000
    localrule: True
    conda:
        environment("data")
    threads: 1
    # Whether a download is allowed is how, not what: a change in it reruns nothing.
    resources:
        launch=LAUNCH,
        mem_mb=2000,
        runtime=120,
        download=lambda wildcards: str(
            configuration.may_download(wildcards.name)
        ).lower(),
    params:
        settings=settings_of("prepare"),
        fingerprint=fingerprint_of("prepare"),
    message:
        "Preparing the images of {wildcards.name}"
    shell:
        "{resources.launch} {log:q} prepare --settings {params.settings:q}"
        " --fingerprint {params.fingerprint} --download {resources.download}"
        " --outputs {output:q}"
