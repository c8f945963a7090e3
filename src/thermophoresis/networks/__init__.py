"""Networks on stacked parameters: the leading axis of every array is the replica."""

from torch import Tensor

Parameters = dict[str, Tensor]
