"""Each example runs as its first lines say, draws its figure, and its claim is judged."""

import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from thermophoresis.networks.layered import Layered, Linear

EXAMPLES = Path(__file__).parents[2] / "examples"
# The figure of each, and its claim.
MADE = {
    "momentum": ("momentum", "momentum-lowers-activation-rate"),
    "own_network": ("accuracy", "digits-are-learned"),
    "own_module": ("gradient_variance", "residual-gradient-variance-decreases"),
    "own_data": ("spirals", "spirals-are-learned"),
    "own_dynamics": ("sign", "sign-exponent"),
}


@pytest.fixture
def project(repository, tmp_path):
    """A clone of the repository with the examples."""
    project = repository.clone(tmp_path / "project")
    shutil.copytree(
        EXAMPLES,
        project.path("examples"),
        ignore=shutil.ignore_patterns("*.npz", "__pycache__"),
    )
    return project


def made(project, name, results):
    """Run an example as its comments say, on one core; return verdicts, and what has been drawn."""
    text = project.path(f"examples/{name}.yaml").read_text()
    *before, last = [shlex.split(it) for it in re.findall(r"^#   (.+)$", text, re.MULTILINE)]
    for command in before:
        if command[:3] == ["uv", "run", "python"]:
            command[:3] = [sys.executable]
        subprocess.run(command, cwd=project.folder, check=True)
    assert last == f"uv run snakemake --cores 2 --configfile examples/{name}.yaml".split()
    result = project.run("--cores", "1", *last[5:])
    assert result.returncode == 0, result.stdout
    folder = project.path(f"results/examples/{results}")
    verdicts = json.loads((folder / "claims.json").read_text())
    assert (folder / "report.html").exists()
    return {it["id"]: it for it in verdicts}, {it.name for it in (folder / "figures").iterdir()}


@pytest.mark.parametrize("name", MADE)
def test_an_example_draws_its_figure_and_judges_its_claim(project, name):
    figure, claim = MADE[name]
    verdicts, drawn = made(project, name, results=name)
    assert drawn == {f"{figure}.{ending}" for ending in ("pdf", "svg", "png")}
    assert verdicts.keys() == {claim}
    # An exponent may be inconclusive or none: verdicts as well, which have a number all the same.
    assert verdicts[claim]["verdict"] in ("supported", "refuted", "inconclusive", "no exponent")
    assert verdicts[claim]["ci_low"] < verdicts[claim]["estimate"] < verdicts[claim]["ci_high"]
    if name != "momentum":
        return
    # A claim of one's own about what is there: nothing is trained.
    further = "--configfile", "examples/own_claim.yaml"
    assert not {job for job in project.pending(*further) if job.startswith("Training")}
    verdicts, drawn = made(project, "own_claim", results="momentum")
    assert verdicts.keys() == {claim, "second-layer-falls-by-a-tenth"}
    assert "second_layer.svg" in drawn


def test_every_example_is_run_here_and_stands_in_the_table():
    names = {it.stem for it in EXAMPLES.glob("*.yaml")}
    assert {it for it in names if not it.endswith("_claims")} == {*MADE, "own_claim"}
    table = (EXAMPLES / "README.md").read_text()
    assert set(re.findall(r"^\| \[`(\w+)`\]", table, re.MULTILINE)) == {*MADE, "own_claim"}


def test_own_dynamics_are_sgd_of_torch_with_the_signs_of_its_gradients():
    path = EXAMPLES / "own_dynamics" / "sign_sgd.py"
    spec = importlib.util.spec_from_file_location("sign_sgd", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    torch.manual_seed(0)
    replicas, size, steps = 3, 4, 20
    network = Layered((Linear(5, 7), Linear(7, 1)), None, "tanh")
    modules = [
        nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 1)).double() for _ in range(replicas)
    ]
    names = {"W1": "0.weight", "b1": "0.bias", "W2": "2.weight", "b2": "2.bias"}

    def stacked():
        return {
            name: torch.stack([dict(it.named_parameters())[own].detach() for it in modules])
            for name, own in names.items()
        }

    stepper = module.SignSGD(network, stacked(), learning_rate=0.01, batch_size=size)
    x = torch.randn(replicas, steps * size, 5, dtype=torch.float64)
    y = torch.randint(2, (replicas, steps * size)).double()
    stepper.load(x, y, [size] * steps)
    stepper.advance(0, steps)
    for replica, it in enumerate(modules):
        optimiser = torch.optim.SGD(it.parameters(), lr=0.01)
        for step in range(steps):
            batch = slice(step * size, (step + 1) * size)
            optimiser.zero_grad()
            logits = it(x[replica, batch])[:, 0]
            nn.functional.binary_cross_entropy_with_logits(logits, y[replica, batch]).backward()
            for value in it.parameters():
                value.grad = value.grad.sign()
            optimiser.step()
    expected = stacked()
    for name, value in stepper.parameters().items():
        torch.testing.assert_close(value, expected[name], rtol=1e-12, atol=1e-14)
