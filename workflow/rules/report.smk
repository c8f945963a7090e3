# What a reader opens first: every verdict beside the figure that it is about. As figures, it stays until
# the new one is whole.


rule report:
    input:
        inputs_of("report", "report"),
    output:
        page=report(
            update("<results>/report.html"),
            caption="../report/claims.rst",
            category="Claims",
            labels={"form": "page"},
        ),
        summary=report(
            update("<results>/claims.md"),
            caption="../report/claims.rst",
            category="Claims",
            labels={"form": "table"},
        ),
    log:
        "<logs>/report.log",
    benchmark:
        "<benchmarks>/report.tsv"
    localrule: True
    conda:
        environment("figures")
    threads: 1
    resources:
        launch=LAUNCH,
        # A change in it must rebuild nothing: it is how the results were last asked for.
        again=again,
        mem_mb=2000,
        runtime=10,
    params:
        settings=settings_of("report", "report"),
        fingerprint=fingerprint_of("report", "report"),
    message:
        "Building the report"
    shell:
        "{resources.launch} {log:q} report --settings {params.settings:q}"
        " --fingerprint {params.fingerprint} --again {resources.again:q}"
        " --inputs {input:q} --outputs {output:q}"
