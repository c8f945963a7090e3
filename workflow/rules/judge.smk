# From the claims that files fix to verdicts: first on what is about the same experiments and
# computations, then all in one file.


rule judge:
    input:
        inputs_of("judge"),
    output:
        "<results>/claims/{name}.json",
    log:
        "<logs>/claims/{name}.log",
    benchmark:
        "<benchmarks>/claims/{name}.tsv"
    wildcard_constraints:
        name=either(claims.subjects),
    priority: 1000
    localrule: True
    conda:
        environment("claims")
    threads: 1
    resources:
        launch=LAUNCH,
        mem_mb=2000,
        runtime=30,
    params:
        settings=settings_of("judge"),
        fingerprint=fingerprint_of("judge"),
    message:
        "Judging the claims about {wildcards.name}"
    shell:
        "{resources.launch} {log:q} judge --settings {params.settings:q}"
        " --fingerprint {params.fingerprint}"
        " --inputs {input:q} --outputs {output:q}"


rule ledger:
    input:
        inputs_of("ledger", "claims"),
    output:
        "<results>/claims.json",
    log:
        "<logs>/claims.log",
    benchmark:
        "<benchmarks>/claims.tsv"
    priority: 1000
    localrule: True
    conda:
        environment("claims")
    threads: 1
    resources:
        launch=LAUNCH,
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings_of("ledger", "claims"),
        fingerprint=fingerprint_of("ledger", "claims"),
    message:
        "Gathering the claims"
    shell:
        "{resources.launch} {log:q} ledger --settings {params.settings:q}"
        " --fingerprint {params.fingerprint}"
        " --inputs {input:q} --outputs {output:q}"
