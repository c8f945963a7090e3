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
