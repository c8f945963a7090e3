"""Networks on stacked parameters: the leading axis of every array is the replica."""
