"""Claims about cells that differ along a further axis of a sweep: numbers put in are recovered."""

import json

import numpy as np
import pytest
from swept_runs import gathered

from thermophoresis.claims.judge import judge, measure
from thermophoresis.config import kinds
from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import parse
from thermophoresis.config.problems import ConfigError, validate
from thermophoresis.errors import UserError

SIZES = (10, 20, 40)
CELLS = [
    (0.1, batch, {"hidden": hidden, "size": size})
    for batch in (1, 2)
    for hidden in ("narrow", "wide")
    for size in SIZES
]
PATHS = {"hidden": "network.hidden", "size": "training_set_size"}
EXPONENT = -0.7
ABOVE = {"narrow": 0.0, "wide": 0.25}


def decay(step, rate, batch, hidden, size):
    """Relax in t a^γ, from 1 to 0, a being the size; wide networks lie above by a constant."""
    return np.exp(-step / 300 / batch * (size / 20) ** EXPONENT) + ABOVE[hidden]


@pytest.fixture(scope="module")
def curves():
    return gathered(CELLS, decay, paths=PATHS, varied=("network", "training_set_size"),
                    replicas=32, end=12.0)[0]  # fmt: skip


def claim(**settings):
    given = {
        "source": "Fig.",
        "statement": "So it is.",
        "experiment": "toy",
        "observable": "loss",
        "learning_rate": 0.1,
        "batch_size": 1,
        "compare": "size",
        "cells": {"hidden": "wide"},
        "criterion": {"below": 0},
        "because": "It is.",
        **settings,
    }
    given = {key: value for key, value in given.items() if value is not None}
    found, problems = validate(kinds.model("statistics", given["statistic"]), given)
    assert not problems, problems
    return found


def estimates(curves, **settings):
    found = measure("a", claim(**settings), {"curves/toy": curves})
    return found if isinstance(found, tuple) else (found,)


def test_an_exponent_along_an_axis_is_recovered(curves):
    (found,) = estimates(curves, statistic="axis_exponent")
    low, high = found.interval(0.999)
    assert low < EXPONENT < high
    assert high - low < 0.2
    asked = claim(statistic="axis_exponent", criterion={"at_least": -0.8, "at_most": -0.6})
    assert judge("a", asked, [found], 0.999)["verdict"] == "supported"
    # With the sign of the other direction it is another.
    assert not low < -EXPONENT < high


def test_curves_collapse_with_the_exponent_and_only_then(curves):
    (right,) = estimates(curves, statistic="collapse_error", axis_exponent=EXPONENT)
    (wrong,) = estimates(curves, statistic="collapse_error", axis_exponent=-EXPONENT)
    assert right.shown < 0.05 < 0.3 < wrong.shown


@pytest.mark.parametrize("order", [("narrow", "wide"), ("wide", "narrow")])
def test_a_gap_is_between_neighbours_in_the_order_of_the_claim(curves, order):
    asked = {"compare": "hidden", "cells": {"hidden": list(order), "size": 20}}
    (found,) = estimates(curves, statistic="gap", **asked)
    sign = 1 if order[1] == "wide" else -1
    # In units of the range of all values, from 0 to 1.25.
    assert found.value == pytest.approx(sign * 0.25 / 1.25, abs=0.03)
    assert found.cell == f"hidden = {order[1]} against hidden = {order[0]}"
    verdict = judge("a", claim(statistic="gap", **asked), [found], 0.95)
    assert verdict["verdict"] == ("refuted" if sign > 0 else "supported")


def test_a_change_is_told_of_each_cell(curves):
    found = estimates(curves, statistic="change", observable="loss")
    assert [it.cell for it in found] == [f"size = {size}" for size in SIZES]
    expected = [np.exp(-1200 / 300 * (size / 20) ** EXPONENT) - 1 for size in SIZES]
    assert [it.value for it in found] == pytest.approx(expected, abs=0.03)


def test_rates_and_batches_are_compared_at_labels_of_further_axes(curves):
    where = {"batch_size": None, "compare": None, "cells": {"hidden": "wide", "size": 10}}
    found = estimates(curves, statistic="relative_change", **where)
    assert [it.cell for it in found] == ["|B| = 2", "|B| = 1"]


def test_networks_are_paired_in_cells_with_the_same_labels(curves):
    where = {"statistic": "paired_gap", "against": "other", "compare": None, "relative": False}
    asked = claim(**where, cells={"hidden": "wide", "size": [20, 40]})
    read = {"curves/toy": curves, "curves/other": curves.assign(loss=curves["loss"] + 0.1)}
    found = measure("a", asked, read)
    assert [it.cell for it in found] == [
        f"η = 0.1, |B| = 1, hidden = wide, size = {size}" for size in (20, 40)
    ]
    assert [it.value for it in found] == pytest.approx([-0.1, -0.1])
    read["curves/other"] = read["curves/other"].assign_coords(
        size=("size", [10, 20, 41], curves["size"].attrs)
    )
    with pytest.raises(UserError, match="to be paired have other values of"):
        measure("a", asked, read)


# --- What is refused ------------------------------------------------------------------------------

CONFIGURATION = {
    "experiments": {
        "toy": {
            "data": {"kind": "gaussian"},
            "network": {"kind": "mlp", "hidden": [4]},
            "sampling": "with_replacement",
            "labels": "shuffled",
            "sweep": {
                "learning_rate": [0.05, 0.1],
                "training_set_size": [20, 40],
                "hidden": {"narrow": [4], "wide": [8]},
            },
        }
    },
    "figures": {
        "sizes": {
            "kind": "sweep",
            "experiment": "toy",
            "compare": "training_set_size",
            "learning_rate": 0.1,
            "cells": {"hidden": "wide"},
            "observable": "loss",
        }
    },
}
GOOD = {
    "source": "Fig.",
    "statement": "So it is.",
    "experiment": "toy",
    "figure": "sizes",
    "statistic": "gap",
    "observable": "loss",
    "learning_rate": 0.1,
    "compare": "training_set_size",
    "cells": {"hidden": "wide"},
    "criterion": {"below": 0},
    "because": "It is.",
}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"cells": {"hidden": "deep"}}, "cells.hidden: got 'deep', which experiment toy does not "
         "have; must be one of narrow, wide"),
        ({"cells": {}}, "cells.hidden: got nothing; the cells must share one: narrow, wide"),
        ({"cells": {"hidden": ["wide", "narrow"]}},
         "got several of hidden; must be one: the cells share it"),
        ({"compare": "momentum"}, "compare: got 'momentum', which is no axis of experiment toy; "
         "must be one of learning_rate, batch_size, hidden, training_set_size"),
        ({"learning_rate": None},
         "learning_rate: got nothing; the cells must share one: 0.05, 0.1"),
        ({"rate_exponent": 1}, "rate_exponent must be left out"),
        ({"statistic": "axis_exponent", "compare": "hidden", "figure": None,
          "cells": {"training_set_size": 20}}, "compare: got 'hidden'; must have numbers > 0, to "
         "be raised to a power, not narrow, wide"),
        ({"statistic": "axis_exponent", "compare": None, "figure": None},
         "axis_exponent must have compare: an axis besides learning_rate and batch_size"),
        ({"cells": {"hidden": "narrow"}}, "figure: got 'sizes', which does not show"),
    ],
)  # fmt: skip
def test_cells_that_cannot_be_compared_are_refused_in_one_line(changes, line, tmp_path):
    path = tmp_path / "claims.yaml"
    config = parse(CONFIGURATION | {"claims": [str(path)]}, "file")
    path.write_text(json.dumps({"claims": {"a": GOOD}}))
    assert load_claims(config).reads == ("curves/toy",)
    changed = {key: value for key, value in (GOOD | changes).items() if value is not None}
    path.write_text(json.dumps({"claims": {"a": changed}}))
    with pytest.raises(ConfigError) as caught:
        load_claims(config)
    (found,) = str(caught.value).splitlines()
    assert line in found
