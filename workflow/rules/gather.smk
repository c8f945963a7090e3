# All runs of an experiment in one file: what they have recorded, and what was measured of them; and
# what was measured of pairs, with all seeds.


rule gather:
    input:
        inputs_of("gather", "{what}/{experiment}"),
    output:
        "<results>/{what}/{experiment}.nc",
    log:
        "<logs>/{what}/{experiment}.log",
    benchmark:
        "<benchmarks>/{what}/{experiment}.tsv"
    wildcard_constraints:
        what=r"curves|measurements/\w+",
        experiment=either([*configuration.experiments, *configuration.pairs]),
    # What can be finished is finished, before more is trained.
    priority: 1000
    localrule: True
    conda:
        environment("analysis")
    threads: 1
    resources:
        launch=LAUNCH,
        # A resource: a change in the inputs is noticed as one of theirs.
        inputs=listed,
        mem_mb=2000,
        runtime=30,
    params:
        settings=settings_of("gather", "{what}/{experiment}"),
        fingerprint=fingerprint_of("gather", "{what}/{experiment}"),
    message:
        "Gathering the {wildcards.what} of {wildcards.experiment}"
    shell:
        "{resources.launch} {log:q} gather --settings {params.settings:q}"
        " --fingerprint {params.fingerprint}"
        " --inputs {resources.inputs} --outputs {output:q}"
