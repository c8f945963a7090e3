"""Gradient flow: the mean gradient alone, and no steps of finite size."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from thermophoresis.config.evolution import Dynamics
from thermophoresis.config.fields import Count, Positive
from thermophoresis.config.labels import PartlyRandom
from thermophoresis.config.problems import Problem

# Samples of the mean gradient, where there is no finite set.
SAMPLES = 512


class GradientFlow(Dynamics):
    """Gradient flow dθ/ds = −μ(θ) in training time s = ηt, μ the mean gradient.

    Attributes
    ----------
    step
        Of the integrator, in s.
    samples
        Of the set over which gradients are averaged, where there is no finite one; None for
        `SAMPLES`.
    """

    adjective: ClassVar[str] = "gradient-flow"

    kind: Literal["gradient_flow"]
    step: Positive = 0.25
    samples: Count | None = None

    def steppers(self, network: Any, loss: Any) -> tuple[str, ...]:
        """Return the modules of `thermophoresis.simulations.sgd` that make its steps."""
        return ("general",)

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield what does not go with how samples come."""
        sampling, labels = training.get("sampling"), training.get("labels")
        if self.samples is not None and sampling not in ("online", None):
            message = f"got {self.samples}; must be null (or left out) with sampling {sampling}"
            yield Problem(("samples",), f"{message}: gradients are those of the whole set")
        if isinstance(labels, PartlyRandom) and labels.resampled:
            message = "got 'gradient_flow'; must be another one with labels {resampled: "
            message += f"{labels.resampled:g}}}: labels must stay, or be wholly random"
            yield Problem(("kind",), message)
