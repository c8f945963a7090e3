# From the claims that config/claims.yaml fixes to verdicts: first on each experiment, then all in one
# file.


rule judge_claims:
    input:
        curves="<results>/curves/{experiment}.nc",
        curvature="<results>/curvature/{experiment}.nc",
    output:
        "<results>/claims/{experiment}.json",
    log:
        "<logs>/claims/{experiment}.log",
    benchmark:
        "<benchmarks>/claims/{experiment}.tsv"
    priority: 1000
    conda:
        "../../envs/claims.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        settings=lambda wildcards: canonical_json(
            claims.of_experiment(wildcards.experiment)
        ),
        fingerprint=lambda wildcards: fingerprint(
            *claims.of_experiment(wildcards.experiment).modules
        ),
    message:
        "Judging the claims about {wildcards.experiment}"
    shell:
        "python -m thermophoresis judge --settings {params.settings:q} --fingerprint {params.fingerprint}"
        " --curves {input.curves:q} --curvature {input.curvature:q} --output {output:q}"
        " 2>&1 | tee {log:q}"


rule gather_claims:
    input:
        collect("<results>/claims/{experiment}.json", experiment=claims.experiments),
    output:
        "<results>/claims.json",
    log:
        "<logs>/claims.log",
    benchmark:
        "<benchmarks>/claims.tsv"
    priority: 1000
    conda:
        "../../envs/claims.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=canonical_json(claims.ledger()),
        fingerprint=fingerprint(*claims.ledger().modules),
    message:
        "Gathering the claims"
    shell:
        "python -m thermophoresis gather --settings {params.settings:q} --fingerprint {params.fingerprint}"
        " --output {output:q} {input:q} 2>&1 | tee {log:q}"
