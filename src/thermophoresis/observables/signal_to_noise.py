"""Mean gradient signal-to-noise ratio, (1/P) Σ_p μ_p²/σ_p².

Of Liu et al., *Understanding Why Neural Networks Generalize Well Through GSNR of Parameters*
(2020), and the MeanGSNR of Cockpit (Schneider, Dangel and Hennig 2021), over the probe set and with
the unbiased variance. Cockpit adds 10⁻⁵ to it; here a parameter that no sample moves counts as 0.
"""

from torch import Tensor

from thermophoresis.observables.context import Context
from thermophoresis.observables.gradients import gradients_of, ratio

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    gradients = context.once(gradients_of)
    return ratio(gradients.mean.square(), gradients.variance).mean(1)
