# Each data set of images in one file. It is made again when its settings change; a source that changes
# under the same name goes unnoticed.


rule prepare_data:
    output:
        "<results>/data/{dataset}.nc",
    log:
        "<logs>/data/{dataset}.log",
    benchmark:
        "<benchmarks>/data/{dataset}.tsv"
    # Much waits for it, and a download that fails should do so at once.
    priority: 1000
    conda:
        "../../envs/data.yaml"
    threads: 1
    # Whether a download is allowed is how, not what: a change in it reruns nothing.
    resources:
        mem_mb=2000,
        runtime=120,
        download=lambda wildcards: str(
            configuration.may_download(wildcards.dataset)
        ).lower(),
    params:
        settings=lambda wildcards: canonical_json(
            configuration.dataset(wildcards.dataset)
        ),
        fingerprint=lambda wildcards: fingerprint(
            *configuration.dataset(wildcards.dataset).modules
        ),
    message:
        "Preparing the images of {wildcards.dataset}"
    shell:
        "python -m thermophoresis prepare --settings {params.settings:q}"
        " --fingerprint {params.fingerprint} --download {resources.download}"
        " --output {output:q} 2>&1 | tee {log:q}"
