# One job for each figure. A figure that there is stays until the new one is whole, and stays as it is
# where drawing fails: hence `update`, since Snakemake deletes other outputs before a job.


rule draw:
    input:
        inputs_of("draw"),
    output:
        update("<results>/figures/{name}.pdf"),
        report(
            update("<results>/figures/{name}.svg"),
            caption="../report/figure.rst",
            category="Figures",
            subcategory=lambda wildcards: configuration.figures[
                wildcards.name
            ].experiment,
            labels={"figure": "{name}"},
        ),
        update("<results>/figures/{name}.png"),
    log:
        "<logs>/figures/{name}.log",
    benchmark:
        "<benchmarks>/figures/{name}.tsv"
    wildcard_constraints:
        name=either(configuration.figures),
    priority: 1000
    localrule: True
    conda:
        environment("figures")
    threads: 1
    resources:
        launch=LAUNCH,
        mem_mb=2000,
        runtime=30,
    params:
        settings=settings_of("draw"),
        fingerprint=fingerprint_of("draw"),
    message:
        "Drawing {wildcards.name}"
    shell:
        "{resources.launch} {log:q} draw --settings {params.settings:q}"
        " --fingerprint {params.fingerprint}"
        " --inputs {input:q} --outputs {output:q}"
