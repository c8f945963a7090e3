# One job for each figure.


rule draw_figure:
    input:
        lambda wildcards: configuration.figures[wildcards.figure].inputs(
            configuration.results
        ),
    output:
        "<results>/figures/{figure}.pdf",
        report(
            "<results>/figures/{figure}.svg",
            caption="../report/figure.rst",
            category="Figures",
            subcategory=lambda wildcards: configuration.figures[
                wildcards.figure
            ].experiment,
            labels={"figure": "{figure}"},
        ),
        "<results>/figures/{figure}.png",
    log:
        "<logs>/figures/{figure}.log",
    benchmark:
        "<benchmarks>/figures/{figure}.tsv"
    priority: 1000
    conda:
        "../../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        settings=lambda wildcards: canonical_json(
            configuration.figure(wildcards.figure)
        ),
        fingerprint=lambda wildcards: fingerprint(
            *configuration.figure(wildcards.figure).modules
        ),
    message:
        "Drawing {wildcards.figure}"
    shell:
        "python -m thermophoresis figure --settings {params.settings:q} --fingerprint {params.fingerprint}"
        " --curves {input:q} --outputs {output:q} 2>&1 | tee {log:q}"
