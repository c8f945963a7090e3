"""How axes name observables, with units."""

from collections.abc import Mapping
from types import MappingProxyType

from thermophoresis.config.observable import observable

# An observable without one is named as it is declared.
LABELS = {
    "activation_rate": "activation rate $\\bar{\\sigma}$′",
    "activation_rate_layer": r"activation rate $\bar{\sigma}'$",
    "second_layer_norm": r"weight norm $\|V\|_2$",
    "mean_bias": r"mean bias $\bar{b}$",
    "first_layer_norm": r"weight norm $\|W\|_F$",
    "loss": r"loss $L$ (nat)",
    "squared_error": r"squared residual $\mathrm{E}\,(p-y)^2$",
    "gradient_variance": "gradient variance",
    "accuracy": "accuracy",
    "train_accuracy": "training accuracy",
    "train_loss": r"training loss $L_\mathrm{train}$ (nat)",
    "silent_units": "share of silent units",
    "activation_rate_unit": r"activation rate $\sigma'$",
    "parameter_norm": r"norm $\|\theta\|_2$",
    "distance_from_start": r"distance from start $\|\theta-\theta_0\|_2$",
    "gradient_norm": r"gradient norm $\|\mu\|_2$",
    "update_size": r"update size $\langle\|\Delta\theta\|^2\rangle^{1/2}$",
    "gradient_noise_scale": r"gradient noise scale $\mathrm{Tr}\,C/\|\mu\|^2$",
    "signal_to_noise": r"signal-to-noise ratio $\overline{\mu^2/\sigma^2}$",
    "norm_test": r"norm test $\theta$",
    "inner_product_test": r"inner-product test $\theta$",
    "orthogonality_test": r"orthogonality test $\nu$",
    "tic": r"information criterion $\mathrm{Tr}\,C H^{-1}$",
    "largest_eigenvalue": r"largest eigenvalue $\lambda_\mathrm{max}$",
    "mean_weight": r"mean weight $\bar{w}$",
    "train_gradient_variance": r"mean eigenvalue $\overline{\lambda}(D)$",
    "noise_trace": r"trace $\mathrm{Tr}\,D$",
    "local_entropy": r"local entropy $f_\gamma-f$ (nat)",
    "gradient_variance_block": "gradient variance",
    "memorised_share": "share of wrong labels memorised",
    "clean_train_accuracy": "training accuracy of right labels",
    "moved_together": "share of units that moved one way",
    "drift_budget": r"drift per thermal time $\mathrm{d}Q/\mathrm{d}\tau$",
    "drift_budget_sampled": r"drift per thermal time $\mathrm{d}Q/\mathrm{d}\tau$",
}
# Of losses other than cross entropy, where they differ.
OF_OTHER_LOSSES = {
    "squared": {
        "loss": r"loss $L$",
        "train_loss": r"training loss $L_\mathrm{train}$",
        "squared_error": r"squared residual $\mathrm{E}\,(f-t)^2$",
    },
}


def label_of(
    name: str, at: Mapping[str, int | str] = MappingProxyType({}), loss: str = "cross_entropy"
) -> str:
    """Return the label of the axis of an observable, or of what it is at some coordinates.

    Parameters
    ----------
    name, at
        Of the observable, and the coordinates.
    loss
        Kind of the loss that is made small.

    Raises
    ------
    KeyError
        There is no such observable.
    """
    where = "".join(f" of {axis} {coordinate}" for axis, coordinate in at.items())
    labels = LABELS | OF_OTHER_LOSSES.get(loss, {})
    if name in labels:
        return labels[name] + where
    declared = observable(name, loss)
    unit = "" if declared.units == "1" else f" ({declared.units})"
    return f"{declared.long_name}{where}{unit}"
