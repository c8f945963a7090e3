"""How captions put values of settings into words; a value without any stands for itself."""

INPUTS = {"gaussian": "x ~ N(0, I)", "uniform": "x ~ U(0, 1)"}
NETWORKS = {
    "two_layer": "Two-layer {activation} network",
    "mlp": "Fully-connected {activation} network",
    "cnn": "{activation} network of {convolutions} and {linear}",
}
LINEAR = "Linear model"  # of whatever kind, without hidden layers
ACTIVATIONS = {"relu": "ReLU", "gelu": "GELU", "identity": "linear"}
LABELS = {
    "resampled": "a random label at every draw",
    "shuffled": "one fixed random labelling",
    "true": "true labels",
}
SAMPLING = {
    "online": "fresh samples at every step",
    "with_replacement": "samples with replacement",
    "without_replacement": "samples without replacement",
}
