# What a reader opens first: every verdict beside the figure that it is about.


rule build_report:
    input:
        claims="<results>/claims.json",
        figures=collect("<results>/figures/{figure}.svg", figure=configuration.figures),
        curves=collect(
            "<results>/curves/{experiment}.nc", experiment=claims.experiments
        ),
        curvature=collect(
            "<results>/curvature/{experiment}.nc", experiment=claims.experiments
        ),
    output:
        page=report(
            "<results>/report.html",
            caption="../report/claims.rst",
            category="Claims",
            labels={"form": "page"},
        ),
        summary=report(
            "<results>/claims.md",
            caption="../report/claims.rst",
            category="Claims",
            labels={"form": "table"},
        ),
    log:
        "<logs>/report.log",
    benchmark:
        "<benchmarks>/report.tsv"
    conda:
        "../../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=canonical_json(claims.report()),
        fingerprint=fingerprint(*claims.report().modules),
    message:
        "Building the report"
    shell:
        "python -m thermophoresis report --settings {params.settings:q} --fingerprint {params.fingerprint}"
        " --claims {input.claims:q} --figures {input.figures:q} --curves {input.curves:q}"
        " --curvature {input.curvature:q}"
        " --page {output.page:q} --summary {output.summary:q} 2>&1 | tee {log:q}"
