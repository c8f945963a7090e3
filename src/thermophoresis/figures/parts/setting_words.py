"""How captions put values of settings into words; a value without any stands for itself."""

INPUTS = {
    "gaussian": "x ~ N(0, I)",
    "uniform": "x ~ U(0, 1)",
    "teacher": "x ~ N(0, I), labelled by a random network",
    "xor": "x in four clusters at (±1, ±1)",
    "regression": "x ~ N(0, I), y = w*·x + noise",
}
NETWORKS = {
    "two_layer": "Two-layer {activation} network",
    "mlp": "Fully-connected {activation} network",
    "module": "The user's own network {name}",
    "cnn": "{activation} network of {convolutions} and {linear}",
}
LINEAR = "Linear model"  # of whatever kind, without hidden layers
ACTIVATIONS = {"relu": "ReLU", "gelu": "GELU", "identity": "linear"}
LABELS = {
    "resampled": "a random label at every draw",
    "shuffled": "one fixed random labelling",
    "true": "true labels",
}
PARTLY_RANDOM = {
    "shuffled": "{share:.3g} % of the labels random and fixed",
    "resampled": "a random label at {share:.3g} % of the draws",
}
SAMPLING = {
    "online": "fresh samples at every step",
    "with_replacement": "samples with replacement",
    "without_replacement": "samples without replacement",
    "fresh_subset": "a fresh subset of the samples at every step",
    "fixed_order": "samples in the same order in every epoch",
}
# What there is beside SGD; of what a user has written, its name.
DYNAMICS = {
    "gradient_flow": "gradient flow: the mean gradient of one set of samples, without steps",
    "langevin": "Langevin steps: Gaussian noise with the covariance of SGD's",
    "unbiased_walk": "unbiased walk: a coin ±½ in place of every p − y",
}
# By what the parameters of surgery move.
MODES = {
    "sgd": "by SGD",
    "mean": "by the mean gradient (no label noise)",
    "noise": "by label noise alone",
    "frozen": "frozen",
}
BEGINNINGS = {
    "he_normal": "He-normal weights at the start",
    "xavier_uniform": "Xavier-uniform weights at the start",
    "normal": "weights N(0, {std:g}²) at the start",
    "orthogonal": "orthogonal weights at the start",
}
PLATEAU = "‖V(0)‖² = Nη/(2|B|)"
