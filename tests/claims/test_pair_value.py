"""The mean of what was measured of pairs of networks, on one of several segments."""

import numpy as np
import pytest
import xarray as xr
from synthetic_experiments import generator

from thermophoresis.claims.statistics import pair_value
from thermophoresis.config.statistics.pair_value import PairValueClaim
from thermophoresis.errors import UserError

CLAIM = {
    **{"source": "s", "statement": "S.", "because": "B.", "criterion": {"above": 0}},
    **{"statistic": "pair_value", "pair": "p", "measurement": "segment", "variable": "width"},
}


def test_a_segment_is_found_by_its_name():
    values = np.arange(24.0).reshape(1, 2, 6, 2)
    dimensions = ("seed", "segment", "replica", "record")
    measured = xr.Dataset({"width": (dimensions, values)}, {"segment": ["one", "other"]})
    read = {"measurements/segment/p": measured}
    for number, segment in enumerate(("one", "other")):
        claim = PairValueClaim(**CLAIM, at={"segment": segment})
        (found,) = pair_value.estimate(claim, read, generator(1))
        last = values[0, number, :, -1]
        assert found.value == pytest.approx(last.mean())
        assert found.replicas == 6
    with pytest.raises(UserError, match="no segment none"):
        pair_value.estimate(PairValueClaim(**CLAIM, at={"segment": "none"}), read, generator(1))
