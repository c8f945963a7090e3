"""A network of the user's own, from its file to a figure, and what an edit of the file reruns."""

import subprocess
import sys

CONFIGURATION = """\
device: cpu
experiments:
  own:
    network: {kind: module, file: own.py, name: Own, arguments: {width: 4}, inputs: 3}
    data: {kind: gaussian}
    dynamics: {kind: sgd, momentum: 0.5}
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    replicas: 3
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
figures:
  loss: {kind: learning_rate_sweep, experiment: own, observable: loss, batch_size: 1}
"""
OWN = """\
from torch import nn
from helper import squared


class Own(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first, self.last = nn.Linear(3, width), nn.Linear(width, 1)

    def forward(self, x):
        return self.last(squared(self.first(x)))
"""
HELPER = "def squared(x):\n    return x**2\n"
GIVEN = "--configfile", "config/own.yaml"
RUNS = {f"own/lr={rate}_batch=1_seed=0" for rate in (0.1, 0.2)}


def test_an_own_network_is_trained_and_what_it_consists_of_decides_what_reruns(clone, tmp_path):
    project = clone(tmp_path / "project")
    for name, text in [("own.yaml", CONFIGURATION), ("own.py", OWN), ("helper.py", HELPER)]:
        project.path(f"config/{name}").write_text(text)

    def verified():
        done = subprocess.run(
            [sys.executable, "-m", "thermophoresis", "verify", "results"],
            cwd=project.folder,
            env={"PYTHONPATH": str(project.path("src"))},
            capture_output=True,
            text=True,
        )
        return done.stdout.splitlines()

    result = project.run("--cores", "2", *GIVEN)
    assert result.returncode == 0, result.stdout
    log = project.path("results/logs/runs/own/lr=0.1_batch=1_seed=0.log").read_text()
    assert "a network of config/own.py, by torch.func: slower than others" in log
    figure = project.path("results/figures/loss.svg").read_text()
    assert "The user's own network Own, width = 4, M = 3 inputs" in figure.replace("\n", " ")

    project.edit("config/helper.py", "    return", '    """Of x."""  # it is\n    return')
    assert project.pending(*GIVEN) == set()
    assert verified()[-1].endswith(" intact")

    project.edit("config/helper.py", "x**2", "x**3")
    trained = {f"Training {run}" for run in RUNS}
    assert project.pending(*GIVEN) == {*trained, "Gathering the curves of own", "Drawing loss"}
    said = [line for line in verified() if "runs/own" in line and line.startswith("stale")]
    assert len(said) == len(RUNS)
    assert all("config/own.py or what it imports from beside it has changed" in it for it in said)
