"""What compiled loops know of a chain: one row of integers for each layer, and numbers for a step.

Everything is in flat arrays. ``parameters`` has all that one replica trains, ``velocity`` (where
there is momentum) its momentum in the same places. ``work`` holds what is computed on the way: for
every layer a place for what it gets and one for the gradient with respect to what it gives, for
each sample of a batch, one sample behind the other. Sizes are padded to `vectors.VECTOR` numbers,
with zeros that stay: where nothing is, weights, biases, inputs and gradients are all 0, and a loop
over whole vectors needs no remainder. ``lists`` has integers, int32.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating[Any]]
Integers: TypeAlias = NDArray[np.integer[Any]]

# Columns of the table of layers.
KIND = 0  # LINEAR, SINGLE or CONVOLUTION
ACTIVATION = 1  # of what it gives; IDENTITY behind the last layer
INPUTS, OUTPUTS = 2, 3  # numbers that a sample takes before and after, padded
WEIGHTS, BIAS = 4, 5  # where they begin in ``parameters``
TRAIN_WEIGHTS, TRAIN_BIAS = 6, 7  # whether they change: not where frozen or absent
INPUT, OUTPUT = 8, 9  # where what it gets and gives begins in ``work``; OUTPUT is the next's INPUT
BEFORE = 10  # where what it gives is kept as it is before the activation; −1 if that is not needed
INPUT_GRADIENT, OUTPUT_GRADIENT = 11, 12  # where they begin; the first −1 in the first layer
ACTIVE = 13  # where its lists of inputs that are not 0 begin in ``lists``; see `linear`
SKIPS = 14  # whether inputs that are 0 can be left out backwards: of a ReLU, or of the first layer
SCRATCH = 15  # where a layer may keep something for itself in ``work``, once for all samples
# Of convolutions alone: channels, edge of the kernel, image that it gets.
CHANNELS_IN, CHANNELS_OUT, KERNEL, ROWS, COLUMNS = 16, 17, 18, 19, 20
STRIDE, PADDING = 21, 22
POOL, POOL_SIZE = 23, 24  # what is done to what it gets first: 0 nothing, 1 largest, 2 mean
USED = 25  # inputs behind this one are padding
COLUMNS_OF_TABLE = 26

LINEAR, SINGLE, CONVOLUTION = 0, 1, 2
IDENTITY, RELU, TANH, GELU = 0, 1, 2, 3

# What makes a residual of outputs and labels.
SIGMOID, SOFTMAX, SQUARED, SQUARED_CLASSES, GIVEN = 0, 1, 2, 3, 4

# What a step does with a gradient, an array of numbers in the precision of the parameters.
RATE = 0  # η
SHARE = 1  # 1/|B|
DECAY = 2  # λ
MOMENTUM = 3  # μ
NESTEROV = 4  # 1 if so, otherwise 0
PLAIN = 5  # 1 if there is neither decay nor momentum: θ ← θ − η/|B| Σ ∇
STEP = 6  # −η/|B|
LOW, HIGH = 7, 8  # targets of the squared error
NUMBERS_OF_RULE = 9
