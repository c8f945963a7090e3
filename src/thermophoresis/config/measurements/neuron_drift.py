"""The drift of every hidden unit along a run, beside what Eq. 38 and the slow flow say of it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.measurement import Measurement
from thermophoresis.config.problems import Problem
from thermophoresis.config.schedule import schedule_of


class NeuronDrift(Measurement):
    """The drift of every hidden unit along a run, beside what Eq. 38 and the slow flow say of it.

    Attributes
    ----------
    samples
        Fresh samples at every snapshot, for what has no closed form; a half of them each for what
        takes two independent estimates.
    """

    variables: ClassVar[tuple[str, ...]] = (
        "output_weight",
        "bias",
        "weight_norm",
        "drift_V",
        "drift_b",
        "component_V",
        "component_b",
        "projected_b",
        "slow_b",
        "change_b",
        "drift_b_integral",
        "component_b_before",
        "slow_b_before",
        "rms_over_deviation",
        "premise_holds",
        "step_correlation_unit",
        "step_correlation_units",
        "noise_elasticity_V",
        "neglected_share",
        "skewness_squared",
        "third_moment_squared",
    )
    memory_mb: ClassVar[int] = 2000

    kind: Literal["neuron_drift"] = "neuron_drift"
    samples: Annotated[int, Field(ge=4)] = 1024

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield what a run has other than a two-layer ReLU network on N(0, I) with fair labels."""
        network, data = training.get("network"), training.get("data")
        if network is not None and (
            network.kind != "two_layer" or network.activation != "relu" or not network.bias
        ):
            message = f"is not for this network of kind {network.kind}; must be one of kind "
            yield Problem((), f"{message}two_layer with activation relu and bias: true")
        if data is not None and not (data.kind == "gaussian" and data.standard_normal):
            message = f"is not for these {data.kind} data; must be of kind gaussian with spectrum "
            yield Problem((), f"{message}white: expectations are in closed form for x ~ N(0, I)")
        for key, wanted in (
            ("loss", "cross_entropy"),
            ("sampling", "online"),
            ("labels", "resampled"),
        ):
            if (got := training.get(key, wanted)) != wanted:
                message = (
                    f"is not for {key} {got!r}; must be {wanted}: it averages over fair labels"
                )
                yield Problem((), message)
        dynamics = training.get("dynamics")
        if dynamics is None or dynamics.kind == "unbiased_walk":
            return
        if not dynamics.is_plain or schedule_of(dynamics):
            message = (
                f"is not for these dynamics of kind {dynamics.kind}; must be unbiased_walk or "
            )
            message += "sgd without momentum, weight_decay, freeze, noise_scale and schedule"
            yield Problem((), message)
