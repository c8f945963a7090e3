# What the rules of all stages share: how products become the inputs, outputs and parameters of jobs.
# Rules that take seconds are local: they are not worth a job on a cluster, and images may have to come
# from the internet.

products = Products(configuration, claims)
RUN = rf"\w+/{OF_CELL}"
# A constraint that no name meets.
NOTHING = "(?!)"
# Longer arguments do not fit on a command line everywhere (Linux: 128 KiB each).
LONGEST_ARGUMENT = 100_000
# How the command of every job starts: in the Python that runs Snakemake or, with `--sdm conda`, in that
# of the rule's environment without the packages in the user's home. A resource, because a change in it
# must rerun nothing.
in_conda = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
LAUNCH = " ".join(
    [
        f"{PYTHON}={python_series()}",
        *(["PYTHONNOUSERSITE=1"] if in_conda else []),
        "bash",
        quote(str(root / "workflow/scripts/make.sh")),
        '"$CONDA_PREFIX/bin"' if in_conda else quote(str(Path(sys.executable).parent)),
    ]
)


def path(file):
    """Return a path under the folder of results."""
    return f"{configuration.results}/{file}"


def environment(name):
    """Return the file of an environment, in which Snakemake would take braces for wildcards."""
    return str(root / f"envs/{name}.yaml").replace("{", "{{").replace("}", "}}")


def product(stage, name):
    """Return a product by the stage that makes it and its name; there is one ledger and report."""
    of_stage = getattr(products, stage)
    if not isinstance(of_stage, dict):
        return of_stage
    if name not in of_stage:
        raise UserError(f"the configuration has no {name} for the stage {stage}")
    return of_stage[name]


def inputs_of(stage, name="{name}"):
    """Return the function that gives a rule the files that a product is made from."""
    return lambda wildcards: [
        path(file) for file in product(stage, name.format(**wildcards)).inputs
    ]


def settings_of(stage, name="{name}"):
    """Return the function that gives a rule all and only the settings that a product depends on."""
    return lambda wildcards: argument(
        essential_json(product(stage, name.format(**wildcards)).settings)
    )


def fingerprint_of(stage, name="{name}"):
    """Return the function that gives a rule the fingerprint of the code that makes a product."""
    return lambda wildcards: fingerprint(
        *product(stage, name.format(**wildcards)).settings.modules
    )


def argument(text):
    """Return a text as an argument of the command line: itself or, if it is long, a file with it."""
    content = text.encode()
    if len(content) <= LONGEST_ARGUMENT:
        return text
    # Named after what it holds, because Snakemake compares parameters.
    file = Path(path(f"settings/{hashlib.sha256(content).hexdigest()[:16]}"))
    if not file.exists():
        write_atomically(file, content)
    return f"@{file}"


def listed(wildcards, input):
    """Return the inputs of a job as arguments or, if they are very many, a file that lists them."""
    lines = "\n".join(input)
    found = argument(lines)
    return " ".join(map(quote, input)) if found == lines else quote(found)


def either(names):
    """Return the constraint of a wildcard that is one of some names."""
    return "|".join(map(re.escape, names)) or NOTHING


def leaving(snapshots, traces):
    """Return the constraint of the names of runs that leave these, or do not; empty without any."""
    return products.leaving(snapshots=snapshots, traces=traces)


def declared(measurement):
    """Return what a kind of measurement declares about its jobs."""
    return kinds.model("measurements", measurement)


def of_no_run(wildcards):
    """Return what a computation's kind declares about its jobs."""
    return declared(configuration.computations[wildcards.name].kind)
