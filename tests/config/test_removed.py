"""Files of earlier versions: one line for each setting that is gone, which says what to do."""

import pytest

from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import load, parse
from thermophoresis.config.problems import ConfigError

MLP = {"kind": "mlp6", "inputs": 3, "hidden": 4}
CELLS = [{"learning_rate": [0.01, 0.02], "batch_size": [1]}]
# As version 0.1.0 had it.
OLD = {
    "compile": "auto",
    "experiments": {
        "deep": {
            "network": MLP,
            "data": {"kind": "gaussian"},
            "sweeps": CELLS,
            "curvature": {"samples": 4, "vectors": 2},
        }
    },
    "figures": {
        "chain": {
            "kind": "curvature",
            "experiment": "deep",
            "batch_size": 1,
            "learning_rate": 0.01,
        },
        "rate": {
            "kind": "learning_rate_sweep",
            "experiment": "deep",
            "observable": "activation_rate_layer_3",
            "batch_size": 1,
        },
    },
}
GONE = "was removed after version 0.1.0;"


def test_what_is_gone_is_told_with_what_to_do_and_nothing_else_is():
    with pytest.raises(ConfigError) as caught:
        parse(OLD, "file")
    assert str(caught.value).splitlines() == [
        f"file: compile: {GONE} leave it out, nothing is needed in its place",
        f"file: experiments.deep.curvature: {GONE} say `measure: {{hessian_chain: {{…}}}}`, with "
        "what it held",
        f"file: figures.rate.observable: got 'activation_rate_layer_3', which {GONE} say "
        "activation_rate_layer, and at: {layer: 3} beside it",
    ]


def test_what_is_told_is_what_can_be_said():
    deep = {name: it for name, it in OLD["experiments"]["deep"].items() if name != "curvature"}
    deep["measure"] = {"hessian_chain": {"samples": 4, "vectors": 2}}
    rate = {**OLD["figures"]["rate"], "observable": "activation_rate_layer", "at": {"layer": 3}}
    parse({"experiments": {"deep": deep}, "figures": {**OLD["figures"], "rate": rate}}, "file")


def test_claims_are_told_so_too(tmp_path):
    experiment = f"{{network: {MLP}, data: {{kind: gaussian}}, sweeps: {CELLS}}}".replace("'", "")
    (tmp_path / "file.yaml").write_text(
        f"claims: [claims.yaml]\nexperiments: {{deep: {experiment}}}\n"
        "figures: {it: {kind: learning_rate_sweep, experiment: deep, observable: loss, "
        "batch_size: 1}}\n"
    )
    (tmp_path / "claims.yaml").write_text(
        "claims:\n  falls: {source: Fig. 3, statement: It falls., experiment: deep, statistic: "
        "relative_change, observable: activation_rate_layer_2, batch_size: 1, criterion: "
        "{below: 0}, because: It does.}\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_claims(load(tmp_path / "file.yaml"))
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{tmp_path}/claims.yaml: claims.falls.observable: got 'activation_rate")
    assert line.endswith(f"{GONE} say activation_rate_layer, and at: {{layer: 2}} beside it")
