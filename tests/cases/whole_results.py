"""All results of a small configuration, made by the jobs of the pipeline in one process."""

from pathlib import Path

from thermophoresis import cli
from thermophoresis.config.canonical import essential_json
from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import load
from thermophoresis.products import Product, Products
from thermophoresis.provenance.fingerprint import fingerprint

STAGES = ("prepare", "simulate", "measure", "gather", "judge", "ledger", "draw", "report")
CONFIGURATION = """\
note: "small: for tests"
claims: [claims.yaml]
experiments:
  small:
    network: {inputs: 3, hidden: 4}
    data: {kind: gaussian}
    sweep: {learning_rate: [0.1, 0.2, 0.3], batch_size: [1]}
    until: {thermal_time: 1}
    records: {count: 3, even_in: thermal_time}
    record: [loss]
    seeds: [0]
    replicas: 8
    probe_size: 8
    snapshots: 2
    measure: {hessian_chain: {samples: 4}}
figures:
  loss: {kind: learning_rate_sweep, experiment: small, observable: loss, batch_size: 1}
"""
CLAIMS = """\
claims:
  small-falls:
    source: A question of ours
    statement: The loss falls.
    experiment: small
    figure: loss
    statistic: relative_change
    observable: loss
    batch_size: 1
    criterion: {below: 0}
    because: A fall is a change below zero.
"""


def make(folder: Path) -> Path:
    """Write the configuration and make all that it asks for; return its path."""
    (folder / "config").mkdir()
    path = folder / "config/small.yaml"
    path.write_text(f"results: {folder / 'results'}\n{CONFIGURATION}")
    (folder / "config/claims.yaml").write_text(CLAIMS)
    config = load(path)
    for product in Products(config, load_claims(config)).needed:
        run(product, folder / "results")
    return path


def run(product: Product, results: Path) -> None:
    """Make one product, with a benchmark of the job as Snakemake leaves it."""
    arguments = [
        *("make", product.stage, "--settings", essential_json(product.settings)),
        *("--fingerprint", fingerprint(*product.settings.modules)),
        *("--inputs", *(str(results / it) for it in product.inputs)),
        *("--outputs", *(str(results / it) for it in product.outputs)),
    ]
    if product.stage == "simulate":
        arguments += ["--checkpoint", str(results / "checkpoint.npz"), "--checkpoint-seconds", "60"]
    assert cli.main(arguments) == 0
    benchmark = (results / "benchmarks" / product.outputs[0]).with_suffix(".tsv")
    benchmark.parent.mkdir(parents=True, exist_ok=True)
    benchmark.write_text("s\tcpu_time\n2.50\t1.00\n")
