"""A configuration to begin with: a network, a sweep, a figure and a claim of one's own."""

import re
from pathlib import Path

from thermophoresis.config.fields import LONGEST_NAME
from thermophoresis.errors import UserError, printable

CONFIGURATION = """\
# {name}: a question of your own. Change a number, and only what depends on it runs again.
#   uv run python -m thermophoresis check --config {path}     # what it would take, on this machine
#   uv run snakemake --cores all --configfile {path}
# Every setting: config/README.md.

results: results/{name}
note: "a first try: one seed, 32 networks in each cell"
claims: [{name}_claims.yaml]

experiments:
  "{name}":
    # Or {{kind: two_layer, inputs: 10, hidden: 10}}; your own: examples/own_network.yaml.
    network: {{kind: mlp, inputs: 10, hidden: [32, 32], activation: relu}}
    # Standard normal; labels are fresh coins at every step: there is nothing but noise.
    data: {{kind: gaussian}}
    # Every rate with every batch size; other settings by name, such as momentum: [0, 0.9].
    sweep: {{learning_rate: [0.02, 0.04], batch_size: [1, 4]}}
    # η²t/|B|; or steps, epochs, training_time.
    until: {{thermal_time: 2}}
    records: {{count: 21, even_in: thermal_time}}
    record: [activation_rate, gradient_variance]
    seeds: [0]
    replicas: 32

figures:
  "{name}":
    kind: learning_rate_sweep
    experiment: "{name}"
    observable: activation_rate
    batch_size: 1
"""

CLAIMS = """\
# What {name} is to decide. Write the criterion before you look at results.

paper: "{name}"

claims:
  {name}-falls:
    source: A question of ours
    statement: The activation rate falls during training.
    experiment: "{name}"
    figure: "{name}"
    # What decides: config/README.md lists the statistics.
    statistic: relative_change
    observable: activation_rate
    batch_size: 1
    criterion: {{below: 0}}
    because: A fall is a change below zero, from the first record to the last.
"""

# What the folder of results has, in which that of the new configuration is.
TAKEN = (
    *("benchmarks", "claims", "computations", "curves", "data", "figures"),
    *("logs", "measurements", "report", "runs", "snapshots", "traces"),
)
# A claim is the name and this.
LONGEST = LONGEST_NAME - len("-falls")


def begin(name: str, folder: Path) -> tuple[Path, Path]:
    """Write a configuration and its claims, and return their paths.

    Parameters
    ----------
    name
        Of the experiment, the figure and the files: letters, digits and _; it names the folder
        of results as well, which is in that of the default configuration.
    folder
        Where the files go.

    Raises
    ------
    UserError
        The name cannot be one, or a file is there already, or cannot be written.
    """
    if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII):
        raise UserError(
            f"NAME: got {name!r}; must be letters, digits and _, and begin with a letter"
        )
    if len(name) > LONGEST:
        raise UserError(f"NAME: got {len(name):,} characters; must have at most {LONGEST}")
    if name.lower() in TAKEN:
        raise UserError(
            f"NAME: got {name!r}; results/{name} is part of the results of config/config.yaml"
        )
    configuration, claims = folder / f"{name}.yaml", folder / f"{name}_claims.yaml"
    for path in (configuration, claims):
        if path.exists():
            raise UserError(f"{path}: there is such a file already; nothing was written")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        told = printable(str(configuration))
        configuration.write_text(CONFIGURATION.format(name=name, path=told), "utf-8")
        claims.write_text(CLAIMS.format(name=name), "utf-8")
    except OSError as error:
        raise UserError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return configuration, claims
