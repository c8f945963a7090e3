"""The package itself, through what its jobs call: steps, observables and measurements."""

import functools
import inspect
from pathlib import Path
from typing import Any

import numpy as np
import protocol
import torch
from cases import CASES, CHECKED_STEPS, TRACE_SAMPLES, VARIANCE_SAMPLES, Case
from torch_networks import waiting

from thermophoresis.config.run import RunSettings
from thermophoresis.config.source import DatasetSettings
from thermophoresis.data.prepare import prepare
from thermophoresis.data.source import Source, open_source
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.measurements.gauss_newton import curvature
from thermophoresis.networks.load import build
from thermophoresis.observables.load import observe
from thermophoresis.simulations.dynamics.sgd import Evolution

DIGITS = {"source": "digits", "size": 28}


def settings_of(case: Case, replicas: int, steps: int, probe: int) -> RunSettings:
    """Return the settings of a run of a case."""
    data: dict[str, object] = {"data": {"kind": "gaussian"}}
    if case.classes:
        data = {"data": {"kind": "images", "dataset": "digits"}, "labels": "true"}
    return RunSettings.model_validate(
        {
            **data,
            "experiment": "benchmark",
            "network": case.network,
            "learning_rate": case.rate,
            "batch_size": 1,
            "seed": 0,
            "replicas": replicas,
            "until": {"steps": steps},
            "records": 2,
            "probe_size": probe,
        }
    )


@functools.cache
def digits(folder: Path) -> Path:
    """Return the file of images, made on first use."""
    path = folder / "digits.nc"
    if not path.exists():
        settings = DatasetSettings.model_validate({"dataset": "digits", "source": DIGITS})
        prepare(settings, fingerprint="benchmark", output=path)
    return path


class Run:
    """A run of a case: its settings, network and source of samples."""

    def __init__(self, case: Case, path: str, replicas: int, steps: int = 1, probe: int = 2):
        self.settings = settings_of(case, replicas, steps, probe)
        data = digits(Path(path).parent) if case.classes else None
        self.source: Source = open_source(self.settings, data)
        of_source = self.source.sample_shape, self.source.classes
        self.network: Any = build(self.settings.network, *of_source)

    def initial(self, dtype: torch.dtype) -> dict[str, torch.Tensor]:
        """Return stacked initial parameters."""
        replicas = range(self.settings.replicas)
        streams = [generator(0, replica, Purpose.INITIALISATION) for replica in replicas]
        return self.network.initialise(streams, dtype)  # type: ignore[no-any-return]


class Steps:
    """Steps with draws of all replicas; a unit is `Case.unit` of them."""

    def __init__(self, case: Case, device: str, path: str, replicas: int):
        self._case, self._device, self._path, self._replicas = case, device, path, replicas
        self.size = float(replicas * case.unit)

    def _blocks(self, steps: int) -> list[Any]:
        run = Run(self._case, self._path, self._replicas, steps)
        given: dict[str, Any] = {"record_steps": [steps], "device": torch.device(self._device)}
        if "compile" in inspect.signature(Evolution).parameters:  # of the engine until 2026-11
            given["compile"] = "always"
        evolution = Evolution(run.settings, run.source, run.network, **given)
        return [evolution.start(replicas) for replicas in evolution.blocks]

    def ready(self, units: int) -> Any:
        """Return what makes so many units; initial parameters are drawn before."""
        blocks = self._blocks(units * self._case.unit)
        nothing: dict[str, Any] = {"record": lambda *_: None, "before_draw": lambda *_: None}

        def train() -> None:
            for block in blocks:
                block.train(start=0, **nothing)

        if self._device == "cuda":
            train()  # a block records its steps as a graph when it makes the first: a first call
        return waiting(self._device, train)

    def write(self) -> None:
        """Write initial parameters and the first samples for the others; and images to choose."""
        run = Run(self._case, self._path, self._replicas)
        chain, views = run.network.as_layered(run.initial(torch.float32))
        x, y = run.source.stream(range(self._replicas)).take(CHECKED_STEPS)
        arrays = {name: views[name] for name in chain.parameter_dimensions} | {"x": x, "y": y}
        if self._case.classes:
            images, labels = run.source.stream(range(1)).take(2048)
            arrays |= {"images": images[0], "labels": labels[0]}
        _save(self._path, arrays)

    def check(self, path: str) -> dict[str, Any]:
        """Write the parameters after the first steps."""
        found: list[dict[str, torch.Tensor]] = []
        network = Run(self._case, self._path, 1).network
        for block in self._blocks(CHECKED_STEPS):
            block.train(
                start=0,
                record=lambda _, parameters: found.append(network.as_layered(parameters)[1]),
                before_draw=lambda *_: None,
            )
        _save(path, {name: torch.cat([it[name] for it in found]) for name in found[0]})
        return {}


class Evaluation:
    """Something evaluated at initial parameters on a probe set, in float64."""

    size = 1.0

    def __init__(self, task: str, case: Case, device: str, path: str, replicas: int):
        self._task, self._device, self._path = task, device, path
        samples = VARIANCE_SAMPLES if task == "variance" else TRACE_SAMPLES
        run = Run(case, path, replicas, probe=samples)
        self._network = run.network
        self._parameters = {
            name: value.to(device) for name, value in run.initial(torch.float64).items()
        }
        self._probe = tuple(
            value.expand(replicas, *value.shape[1:]).to(device)
            for value in run.source.probe(range(replicas))
        )

    def write(self) -> None:
        """Write parameters and samples for the others."""
        chain, views = self._network.as_layered(self._parameters)
        arrays = {name: views[name] for name in chain.parameter_dimensions}
        _save(self._path, arrays | dict(zip("xy", self._probe, strict=True)))

    def _evaluate(self) -> torch.Tensor:
        with torch.no_grad():
            if self._task == "variance":
                name = "gradient_variance"
                return observe([name], self._network, self._parameters, *self._probe)[name]
            chain, views = self._network.as_layered(self._parameters)
            return curvature(chain, views, self._probe[0]).ggn_trace.mean(1)

    def ready(self, units: int) -> Any:
        """Return what evaluates it so many times."""
        return waiting(self._device, lambda: [self._evaluate() for _ in range(units)])

    def check(self, path: str) -> dict[str, Any]:
        """Return it for every replica."""
        return {"values": self._evaluate().tolist()}


def _save(path: str, arrays: dict[str, torch.Tensor]) -> None:
    np.savez(path, **{name: value.cpu().contiguous().numpy() for name, value in arrays.items()})


def make(*, task: str, case: str, device: str, path: str, replicas: int) -> Steps | Evaluation:
    """Return what is to be timed; the file is written on the way."""
    torch.set_num_threads(1)
    chosen = CASES[case]
    found: Steps | Evaluation
    if task == "steps":
        found = Steps(chosen, device, path, replicas)
    else:
        found = Evaluation(task, chosen, device, path, replicas)
    found.write()
    return found


if __name__ == "__main__":
    protocol.serve(make, ["torch", "numpy"])
