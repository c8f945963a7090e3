"""To which cells the slow flow of `theory.slow_flow` applies, and from which law units start."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from thermophoresis.config.problems import Problem
from thermophoresis.config.sweep import Point

WHERE = "must be left out, or drawn with activation_rate of two_layer ReLU networks with biases"
WHAT = "trained by plain sgd with cross entropy and resampled labels on white Gaussian inputs"


def law(network: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `theory.slow_flow.initial_ratios` for settings of a network."""
    init = network.get("init", "torch_default")
    if isinstance(init, str):
        init = {"kind": init}
    scale = init.get("scale", {})
    factors = {"weight_scale": scale.get("W", 1.0), "bias_scale": scale.get("b", 1.0)}
    return {"kind": init["kind"], "inputs": network["inputs"], **factors}


def slow_flow_problems(
    observable: str, experiment: str, cells: Sequence[Point]
) -> Iterator[Problem]:
    """Yield a problem if there is no slow flow of some of the cells, or not one of all."""
    networks = [cell.training.network.model_dump(mode="json") for cell in cells]
    if observable != "activation_rate":
        yield Problem(("theory",), f"got slow_flow with {observable}; {WHERE}, {WHAT}")
    elif not all(_applies(cell.training) for cell in cells):
        message = f"got slow_flow, which is not of experiment {experiment}; {WHERE}, {WHAT}"
        yield Problem(("theory",), message)
    elif any(law(it) != law(networks[0]) for it in networks):
        message = f"got slow_flow; must be left out: cells of {experiment} start from several laws"
        yield Problem(("theory",), message)


def _applies(training: Any) -> bool:
    """Return whether the law of z = b/‖w‖ at the start and dz/dτ are known."""
    network, data, dynamics = training.network, training.data, training.dynamics
    return (
        network.kind == "two_layer"
        and (network.activation, network.bias) == ("relu", True)
        and (data.kind, getattr(data, "spectrum", None)) == ("gaussian", "white")
        and (training.labels, training.loss) == ("resampled", "cross_entropy")
        and (dynamics.kind, dynamics.is_plain) == ("sgd", True)
    )
