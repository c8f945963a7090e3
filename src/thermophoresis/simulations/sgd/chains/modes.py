"""Which part of the residual of a sample each parameter follows.

Labels are fair coins, so that the residual p − y of a sample has the mean p − ½ given its input,
and p − y = (p − ½) + (½ − y). In the table of layers (`fields`) these numbers stand in the columns
TRAIN_WEIGHTS and TRAIN_BIAS, and by them the parts are found in an array (mode, …).
"""

FROZEN = 0  # none
SGD = 1  # p − y
MEAN = 2  # p − ½
NOISE = 3  # ½ − y
COUNT = 4

NUMBERS = {"frozen": FROZEN, "sgd": SGD, "mean": MEAN, "noise": NOISE}
