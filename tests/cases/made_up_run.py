"""A folder of results in which jobs are in any state, without any of them having run."""

import os
import socket
from pathlib import Path

from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import load
from thermophoresis.products import Products

CONFIGURATION = """\
claims: [claims.yaml]
experiments:
  one:
    network: {inputs: 3, hidden: 4}
    data: {kind: gaussian}
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    records: 6
    measure: {hessian_chain: {}}
figures:
  fig3: {kind: learning_rate_sweep, experiment: one, observable: loss, batch_size: 1}
"""
CLAIMS = """\
claims:
  decreases:
    source: Fig. 3
    statement: The loss decreases.
    experiment: one
    statistic: relative_change
    observable: loss
    batch_size: 1
    criterion: {below: 0}
    because: A decrease is a change below zero.
"""
HERE = socket.gethostname()
RUN, OTHER = "runs/one/lr=0.1_batch=1_seed=0", "runs/one/lr=0.2_batch=1_seed=0"
MEASURED = "measurements/hessian_chain/one/lr=0.1_batch=1_seed=0"


class Folder:
    """A project with a folder of results; times are seconds before `now`.

    Attributes
    ----------
    needed
        All products of its configuration; by their stems in `products`.
    """

    def __init__(self, path: Path, now: float):
        self.path, self.now, self.results = path, now, path / "results"
        self.config, self.snakemake = path / "config.yaml", path / ".snakemake"
        path.mkdir(parents=True, exist_ok=True)
        self.config.write_text(f"results: {self.results}\n{CONFIGURATION}")
        (path / "claims.yaml").write_text(CLAIMS)
        config = load(self.config)
        self.needed = Products(config, load_claims(config)).needed
        self.products = {product.stem: product for product in self.needed}

    def write(self, path: Path, text: str, ago: float) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (self.now - ago, self.now - ago))

    def make(self, *stems: str, ago: float = 1000.0, took: float | None = None) -> None:
        """Make the products of some jobs, and their benchmarks if it is said how long they took."""
        for stem in stems:
            for file in self.products[stem].outputs:
                self.write(self.results / file, "", ago)
            (self.results / f"logs/{stem}.job").unlink(missing_ok=True)
            if took is not None:
                benchmark = self.results / f"benchmarks/{stem}.tsv"
                self.write(benchmark, f"s\th:m:s\tcpu_time\n{took}\t0:00:00\tNA\n", ago)

    def begin(self, stem: str, *, ago: float, alive: float = 0.0, end: str = "", host=HERE):
        """Begin a job, which was alive and may have ended in some way since."""
        text = f"{int(self.now - ago)} {host}\n" + (f"{end}\n" if end else "")
        self.write(self.results / f"logs/{stem}.job", text, alive)

    def say(self, stem: str, *lines: str, ago: float = 0.0) -> None:
        """Write lines to the log of a job."""
        self.write(self.results / f"logs/{stem}.log", "".join(f"{it}\n" for it in lines), ago)

    def lock(self, *stems: str, ago: float) -> None:
        """Let Snakemake be at work on some products."""
        files = [self.results / file for stem in stems for file in self.products[stem].outputs]
        self.write(
            self.snakemake / "locks/0.output.lock", "".join(f"{file}\n" for file in files), ago
        )
