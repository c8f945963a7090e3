"""Write own_data.npz beside this file: two noisy spirals, the data set of own_data.yaml."""

from pathlib import Path

import numpy as np

random = np.random.default_rng(0)


def spirals(samples):
    """Return points in the plane (sample, 2) and which of two spirals each is on."""
    y = np.arange(samples) % 2
    angle = 3 * np.pi * np.sqrt(random.uniform(size=samples))
    x = np.stack([np.cos(angle + np.pi * y), np.sin(angle + np.pi * y)], axis=1)
    return angle[:, None] * x + random.normal(scale=0.2, size=(samples, 2)), y


x_train, y_train = spirals(400)
x_test, y_test = spirals(200)
np.savez(
    Path(__file__).with_suffix(".npz"),
    x_train=x_train,
    y_train=y_train,
    x_test=x_test,
    y_test=y_test,
)
