"""Files of claims: what is refused in which words, and what the shipped ones are about."""

import copy
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from pydantic import ValidationError

from thermophoresis.config import configuration, kinds
from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.claim import Criterion
from thermophoresis.config.claims import Claims, Ledger, load_claims
from thermophoresis.config.figure import JointFigure
from thermophoresis.config.judging import ClaimsSettings
from thermophoresis.config.ledger import LedgerSettings, ReportSettings
from thermophoresis.config.measurements.hessian_chain import HessianChain
from thermophoresis.config.measurements.parameter_distance import ParameterDistance
from thermophoresis.config.measurements.segment import Segment
from thermophoresis.config.measurements.walk_flux import WalkFlux
from thermophoresis.config.observable import observable
from thermophoresis.config.problems import ConfigError, validate
from thermophoresis.config.yaml import read_yaml
from thermophoresis.report.explanations import EXPLANATIONS

REPOSITORY = Path(__file__).parents[2]
OF_ONE = ", ".join(
    it for it in kinds.names("measurements") if kinds.model("measurements", it).measures == 1
)

CONFIGURATION = {
    "error_rate": 0.1,
    "note": "toys",
    "experiments": {
        "gaussian": {
            "data": {"kind": "gaussian"},
            "sweeps": [
                {"learning_rate": [0.05, 0.1], "batch_size": [1]},
                {"learning_rate": [0.05], "batch_size": [1, 3]},
            ],
            "measure": {"hessian_chain": {}},
        },
        "deep": {
            "network": {"kind": "mlp6"},
            "data": {"kind": "gaussian"},
            "sweeps": [{"learning_rate": [0.05, 0.1]}],
            "measure": {"hessian_chain": {}},
        },
        "gaussian_too": {
            "data": {"kind": "gaussian"},
            "sweeps": [{"learning_rate": [0.05, 0.1], "batch_size": [1]}],
        },
        "gaussian_few": {
            "data": {"kind": "gaussian"},
            "seeds": [0],
            "replicas": 7,
            "sweeps": [{"learning_rate": [0.05, 0.1], "batch_size": [1]}],
        },
    },
    "figures": {
        "fig3": {
            "kind": "learning_rate_sweep",
            "experiment": "gaussian",
            "observable": "activation_rate",
            "batch_size": 1,
        },
        "fig4": {
            "kind": "learning_rate_sweep",
            "experiment": "gaussian",
            "observable": "second_layer_norm",
            "batch_size": 1,
        },
        "fig5": {
            "kind": "batch_size_sweep",
            "experiment": "gaussian",
            "observable": "activation_rate",
            "learning_rate": 0.05,
        },
        "deep_rate": {
            "kind": "learning_rate_sweep",
            "experiment": "deep",
            "observable": "activation_rate",
            "batch_size": 1,
        },
        "chain": {
            "kind": "curvature",
            "experiment": "gaussian",
            "batch_size": 1,
            "learning_rate": 0.05,
        },
    },
}


def without(claim, *keys):
    return {key: value for key, value in claim.items() if key not in keys}


FASTER = {
    "source": "Fig. 3",
    "statement": "Larger rates are faster.",
    "experiment": "gaussian",
    "figure": "fig3",
    "statistic": "gap",
    "observable": "activation_rate",
    "batch_size": 1,
    "criterion": {"below": 0},
    "because": "What is faster is lower.",
}
RANKS = {
    "source": "A.8",
    "statement": "They go together.",
    "experiment": "gaussian",
    "statistic": "rank_correlation",
    "of": "trace_bound",
    "on": "activation_rate",
    "batch_size": 1,
    "criterion": {"above": 0},
    "because": "A reason.",
}
OF_BATCHES = {
    **{key: value for key, value in FASTER.items() if key not in ("batch_size", "figure")},
    "learning_rate": 0.05,
}
ALPHA = {**FASTER, "statistic": "learning_rate_exponent", "criterion": {"at_least": 1.8}}
DEEP = {**FASTER, "experiment": "deep", "figure": None}
VIOLATIONS = {
    key: value for key, value in RANKS.items() if key not in ("of", "on", "batch_size")
} | {"statistic": "violated_fraction", "inequality": "bound"}


PAIRED = {**FASTER, "statistic": "paired_gap", "against": "gaussian_too", "figure": None}
COMPUTED = {
    "source": "Eq. 6",
    "statement": "The flow is as printed.",
    "kind": "P",
    "statistic": "computed",
    "computation": "flow",
    "variable": "flow_ratio",
    "criterion": {"at_least": 0.95, "at_most": 1.05},
    "because": "As printed, within a twentieth.",
}
OF_A_PAIR = {
    **without(COMPUTED, "computation", "kind"),
    "statistic": "pair_value",
    "pair": "two",
    "measurement": "parameter_distance",
    "variable": "distance",
}
OF_SEGMENTS = OF_A_PAIR | {
    "pair": "several",
    "measurement": "segment",
    "variable": "log_width_ratio",
}
MEASURED = {
    **without(COMPUTED, "computation", "kind"),
    "statistic": "measured_value",
    "experiment": "gaussian",
    "measurement": "hessian_chain",
    "variable": "ggn_trace",
}

# Of which no cells have to be there.
OTHERS = {
    "pairs": {
        "two": SimpleNamespace(measure=ParameterDistance(kind="parameter_distance")),
        "several": SimpleNamespace(
            measure=Segment(kind="segment", between={"one": (1, 2), "other": (1, 3)})
        ),
    },
    "computations": {"flow": WalkFlux(kind="walk_flux", noise_slope=1.0)},
}


@pytest.fixture
def load(tmp_path):
    """Write files of claims, by their names, and load them with the configuration."""

    def load(shares=None, **files) -> Claims:
        paths = []
        for name, content in files.items():
            paths.append(tmp_path / f"{name}.yaml")
            text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
            paths[-1].write_text(text, "utf-8")
        settings = copy.deepcopy(CONFIGURATION) | {"claims": [str(path) for path in paths]}
        config = configuration.parse(settings | {"error_shares": shares or {}}, "file")
        return load_claims(config.model_copy(update=OTHERS))

    return load


@pytest.fixture
def problems(load, tmp_path):
    """Load files that are refused; return the lines without the folder."""

    def problems(**files) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load(**files)
        return [line.replace(f"{tmp_path}/", "") for line in str(caught.value).splitlines()]

    return problems


# --- What is refused ------------------------------------------------------------------------------


def test_what_a_claim_reads_must_be_measured(tmp_path):
    path = tmp_path / "claims.yaml"
    path.write_text(yaml.safe_dump({"claims": {"bound": VIOLATIONS, "faster": FASTER}}))
    settings = copy.deepcopy(CONFIGURATION) | {"claims": [str(path)]}
    del settings["figures"]["chain"]
    settings["experiments"]["gaussian"]["measure"] = {}
    with pytest.raises(ConfigError) as caught:
        load_claims(configuration.parse(settings, "file"))
    assert str(caught.value) == (
        f"{path}: claims.bound.experiment: got 'gaussian', of which hessian_chain is not measured: "
        "say `measure: {hessian_chain: {}}` there"
    )


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (
            {**FASTER, "experiment": "gausian"},
            "experiment: got 'gausian'; must be one of gaussian, deep, gaussian_too, gaussian_few "
            "(did you mean 'gaussian'?)",
        ),
        (
            {**FASTER, "figure": "fig_3"},
            r"figure: got 'fig_3'; must be one of fig3, .* \(did you mean 'fig3'\?\)",
        ),
        (
            {**FASTER, "observable": "activation_rates"},
            r"observable: got 'activation_rates'; must be one of .*"
            r"\(did you mean 'activation_rate'\?\)",
        ),
        (
            {**FASTER, "statistic": "gaps"},
            r"statistic: got 'gaps'; must be one of .*\(did you mean 'gap'\?\)",
        ),
        (
            without(FASTER, "statistic"),
            "statistic: got nothing; must be one of agreement_at_equal_loss, .*",
        ),
        (without(FASTER, "observable"), "observable: got nothing; must be given: one of .*"),
        (without(FASTER, "criterion"), "criterion: got nothing; must be given: a mapping .*"),
        (without(FASTER, "because"), "because: got nothing; must be given: why this criterion"),
        ({**FASTER, "statement": ""}, "statement: got ''; must not be empty"),
        (
            {**FASTER, "bach_size": 1},
            r"bach_size: unknown setting; must be one of .*\(did you mean 'batch_size'\?\)",
        ),
        ({**FASTER, "window": "early"}, "window: unknown setting; must be one of .*"),
        (
            {**ALPHA, "window": "erly"},
            r"window: got 'erly'; must be one of .*\(did you mean 'early'\?\)",
        ),
        ({**FASTER, "rate_exponent": "two"}, "rate_exponent: got 'two'; must be a number"),
        (
            {**VIOLATIONS, "inequality": "bounds"},
            r"inequality: got 'bounds'; must be one of .*\(did you mean 'bound'\?\)",
        ),
        (
            {**RANKS, "of": "trace_bond"},
            r"of: got 'trace_bond'; must be one of .*\(did you mean 'trace_bound'\?\)",
        ),
        ("gap", "got 'gap'; must be a mapping"),
    ],
)
def test_refuses_what_is_not_there(problems, claim, expected):
    (line,) = problems(toys={"claims": {"faster": claim}})
    prefix = "toys.yaml: claims.faster"
    assert line.startswith(prefix)
    rest = line.removeprefix(prefix).lstrip(".: ")
    assert rest == expected or re.fullmatch(expected, rest)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (
            {**FASTER, "batch_size": 3},
            "claims.faster.batch_size: got 3; must be one of which experiment gaussian has two "
            "cells or more: 1",
        ),
        (
            {**without(FASTER, "batch_size"), "learning_rate": 0.1},
            "claims.faster.learning_rate: got 0.1; must be one of which experiment gaussian has "
            "two cells or more: 0.05",
        ),
        (
            {**without(DEEP, "batch_size"), "learning_rate": 0.05},
            "claims.faster.learning_rate: got 0.05; must be one of which experiment deep has two "
            "cells or more: it has none",
        ),
        (
            {**FASTER, "learning_rate": 0.05},
            "claims.faster: must have either batch_size or learning_rate: what the cells share",
        ),
        (
            without(FASTER, "batch_size"),
            "claims.faster: must have either batch_size or learning_rate: what the cells share",
        ),
        (
            {**without(ALPHA, "batch_size"), "learning_rate": 0.05},
            "claims.faster: learning_rate_exponent must have batch_size: what the cells share",
        ),
        (
            {**ALPHA, "statistic": "batch_size_exponent"},
            "claims.faster: batch_size_exponent must have learning_rate: what the cells share",
        ),
    ],
)
def test_refuses_cells_that_cannot_be_compared(problems, claim, expected):
    assert problems(toys={"claims": {"faster": claim}}) == [f"toys.yaml: {expected}"]


@pytest.mark.parametrize(
    ("claim", "key"),
    [
        ({**DEEP, "observable": "second_layer_norm"}, "observable"),
        ({**RANKS, "experiment": "deep", "on": "second_layer_norm"}, "on"),
        ({**RANKS, "experiment": "deep", "of": "second_layer_norm"}, "of"),
    ],
)
def test_refuses_what_the_network_does_not_record(problems, claim, key):
    (line,) = problems(toys={"claims": {"suppressed": claim}})
    assert line.startswith(
        f"toys.yaml: claims.suppressed.{key}: got 'second_layer_norm', which experiment "
        "deep does not record; must be one of activation_rate,"
    )


def test_says_which_statistic_needs_what_is_not_recorded(problems, monkeypatch):
    monkeypatch.setitem(CONFIGURATION["experiments"]["deep"], "record", ["activation_rate"])
    claim = {**DEEP, "statistic": "early_to_late_drift", "observable": "activation_rate"}
    (line,) = problems(toys={"claims": {"suppressed": claim}})
    assert line.startswith(
        "toys.yaml: claims.suppressed.statistic: got 'squared_error', which experiment deep"
    )


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ({"above": 0, "at_least": 0}, "got two bounds on one side; must be one on each at most"),
        ({"below": 1, "at_most": 2}, "got two bounds on one side; must be one on each at most"),
        ({}, "got nothing; must have one of above, below, at_least, at_most, holds"),
        ({"at_least": 2.2, "at_most": 1.8}, "got 2.2 to 1.8; must not be empty"),
        ({"above": 1, "below": 1}, "got 1.0 to 1.0; must not be empty"),
        ({"at_least": 1, "below": 1}, "got 1.0 to 1.0; must not be empty"),
        (
            {"holds": 1, "counterexample": True},
            "must have a bound beside counterexample: what none is to go beyond",
        ),
    ],
)
def test_refuses_a_criterion_that_is_none(problems, criterion, expected):
    claim = {**FASTER, "criterion": criterion}
    line = f"toys.yaml: claims.faster.criterion: {expected}"
    assert problems(toys={"claims": {"faster": claim}}) == [line]


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (
            {"beneath": 0},
            "beneath: unknown setting; must be one of above, below, at_least, at_most",
        ),
        ({"below": "zero"}, "below: got 'zero'; must be a number"),
        ({"below": float("inf")}, "below: got inf; must be finite"),
        ({"below": True}, "below: got True; must be a number"),
    ],
)
def test_refuses_a_bound_that_is_none(problems, criterion, expected):
    lines = problems(toys={"claims": {"faster": {**FASTER, "criterion": criterion}}})
    assert lines[0].startswith(f"toys.yaml: claims.faster.criterion.{expected}")
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ({"holds": 1, "below": 2}, "got holds and a bound; must be one of them"),
        (
            {"holds": 1, "excludes": [0, 1]},
            "got 1 in holds and in excludes; must be in one of them",
        ),
        ({"excludes": [0]}, "must have holds beside excludes: what the interval is to contain"),
    ],
)
def test_refuses_an_interval_that_holds_nothing(problems, criterion, expected):
    lines = problems(toys={"claims": {"faster": {**FASTER, "criterion": criterion}}})
    assert lines == [f"toys.yaml: claims.faster.criterion: {expected}"]


def test_a_single_number_is_a_criterion():
    criterion = Criterion(at_least=1, at_most=1)
    assert (criterion.low, criterion.high, str(criterion)) == (1, 1, "1")


@pytest.mark.parametrize(
    ("criterion", "words"),
    [
        ({"below": 0.1}, "< 0.1"),
        ({"above": 0}, "> 0"),
        ({"at_most": -2}, "≤ −2"),
        ({"at_least": 1.5}, "≥ 1.5"),
        ({"at_least": 1.8, "at_most": 2.2}, "1.8 … 2.2"),
        ({"holds": -1}, "holds −1"),
        ({"holds": 1, "excludes": (0.5, 0)}, "holds 1, excludes 0.5 and 0"),
        ({"at_most": 0, "counterexample": True}, "≤ 0 without exception"),
    ],
)
def test_criteria_in_words(criterion, words):
    assert str(Criterion(**criterion)) == words


def test_tells_all_problems_of_a_file_at_once(problems):
    claims = {
        "one": {**FASTER, "experiment": "gaussia", "figure": "fig44"},
        "two": {**FASTER, "batch_size": 2},
        "three": {**DEEP, "observable": "mean_bias", "figure": "fig33"},
    }
    lines = problems(toys={"claims": claims})
    assert [line.split(": ")[1] for line in lines] == [
        "claims.one.figure",
        "claims.one.experiment",
        "claims.two.batch_size",
        "claims.three.figure",
        "claims.three.observable",
    ]
    broken = {"one": without(FASTER, "source", "because"), "two": {**FASTER, "criterion": {}}}
    lines = problems(toys={"claims": broken})
    assert [line.split(": ")[1] for line in lines] == [
        "claims.one.source",
        "claims.one.because",
        "claims.two.criterion",
    ]


def test_refuses_to_open_the_report_with_what_is_not_judged_in_the_file(problems, load):
    claims = {"faster": FASTER, "gone": {**RANKS, "retired": "It was wrong."}}
    lines = problems(
        toys={"claims": claims, "opens": {"fast": "gap", "gone": "rank", "alpha": "exponent"}},
        more={"claims": {"alpha": ALPHA}},
    )
    assert [line.split(": ")[1] for line in lines] == ["opens.fast", "opens.gone", "opens.alpha"]
    assert all("must be one of faster" in line for line in lines)
    opened = load(toys={"claims": claims, "opens": {"faster": "gap"}})
    assert opened.ledger().opens == {"faster": "gap"}
    assert opened.about("gaussian") == load(toys={"claims": claims}).about("gaussian")


def test_refuses_an_id_that_another_file_has(problems):
    lines = problems(
        toys={"claims": {"faster": FASTER, "ranks": RANKS}},
        more={"claims": {"alpha": ALPHA, "faster": FASTER}},
    )
    assert lines == ["more.yaml: claims.faster: is in another file of claims already"]


def test_refuses_an_id_that_is_no_anchor(problems):
    (line,) = problems(toys={"claims": {"faster than": FASTER}})
    assert line.startswith("toys.yaml: claims.faster than: got 'faster than' as a name")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n- b\n", r"toys\.yaml: got \['a', 'b'\]; must be a mapping"),
        ("", r"toys\.yaml: got nothing; must be a mapping"),
        ("claims: [1]\n", r"toys\.yaml: claims: got \[1\]; must be a mapping"),
        ("claims: {}\n", r"toys\.yaml: claims: got \{\}; must have at least one entry"),
        ("claim: {}\n", r"toys\.yaml: claim: unknown setting; .*did you mean 'claims'\?\)"),
        ("claims: {a: {}, a: {}}\n", r"toys\.yaml:1:17: not valid YAML: repeated key 'a'.*"),
        ("claims: {a: [}\n", r"toys\.yaml:1:\d+: not valid YAML: .*"),
    ],
)
def test_refuses_a_file_that_is_no_ledger(problems, text, expected):
    lines = problems(toys=text)
    assert any(re.fullmatch(expected, line) for line in lines), lines


def test_refuses_a_file_that_is_not_there(tmp_path):
    settings = copy.deepcopy(CONFIGURATION) | {"claims": [str(tmp_path / "absent.yaml")]}
    with pytest.raises(ConfigError, match=r"absent\.yaml: cannot be read: No such file"):
        load_claims(configuration.parse(settings, "file"))


def test_an_unquoted_on_is_no_key(problems):
    # In YAML it is a boolean.
    text = yaml.safe_dump({"claims": {"ranks": RANKS}}).replace("'on':", "on:")
    assert "\n    on:" in text
    lines = problems(toys=text)
    assert (
        "toys.yaml: claims.ranks.on: got nothing; must be given: what it is expected to follow from"
        in lines
    )


# --- What is loaded -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (
            {**FASTER, "batch_exponent": 1},
            "batch_exponent must be left out: all cells share their batch_size",
        ),
        (
            {**OF_BATCHES, "statistic": "collapse_error", "rate_exponent": 2},
            "rate_exponent must be left out: all cells share their learning_rate",
        ),
        (
            {**OF_BATCHES, "statistic": "gap_at_equal_loss"},
            "gap_at_equal_loss must have batch_size: what the cells share",
        ),
        (
            {**FASTER, "statistic": "gap_at_equal_loss", "observable": "loss"},
            "observable must be another than loss, which is equal by construction",
        ),
        (
            {**FASTER, "statistic": "drift_error_correlation", "observable": "squared_error"},
            "observable must be another than squared_error, its own counterpart",
        ),
        (
            {**RANKS, "of": "activation_rate"},
            "got activation_rate as both of and on; must be two quantities",
        ),
        (
            {**VIOLATIONS, "criterion": {"at_most": 5}},
            "got criterion ≤ 5; a fraction is between 0 and 1",
        ),
    ],
)
def test_refuses_what_says_nothing(problems, claim, expected):
    assert problems(toys={"claims": {"empty": {**claim, "figure": None}}}) == [
        f"toys.yaml: claims.empty: {expected}"
    ]


@pytest.mark.parametrize(
    ("claim", "figure", "suited"),
    [
        (FASTER, "fig4", "fig3, chain or left out"),  # another observable
        (FASTER, "fig5", "fig3, chain or left out"),  # other cells
        (FASTER, "deep_rate", "fig3, chain or left out"),  # another experiment
        (OF_BATCHES, "fig3", "fig5 or left out"),
        (OF_BATCHES, "chain", "fig5 or left out"),
        ({**FASTER, "observable": "loss"}, "chain", "left out"),
        (RANKS, "fig3", "chain or left out"),
        (VIOLATIONS, "fig3", "chain or left out"),
        ({**DEEP, "observable": "loss"}, "fig3", "left out"),
    ],
)
def test_refuses_a_figure_that_shows_something_else(problems, claim, figure, suited):
    assert problems(toys={"claims": {"faster": {**claim, "figure": figure}}}) == [
        f"toys.yaml: claims.faster.figure: got {figure!r}, which does not show what the claim is "
        f"about; must be {suited}"
    ]


@pytest.mark.parametrize(
    ("claim", "figure"),
    [
        (FASTER, "fig3"),
        (OF_BATCHES, "fig5"),
        (DEEP, "deep_rate"),
        (FASTER, "chain"),
        (RANKS, "chain"),
        (VIOLATIONS, "chain"),
    ],
)
def test_takes_a_figure_that_shows_it(load, claim, figure):
    claims = load(toys={"claims": {"faster": {**claim, "figure": figure}}})
    assert claims.ledger().order == ("faster",)


def test_a_claim_and_its_figure_are_about_the_same_layer(load, problems, monkeypatch):
    layer_3 = {"observable": "activation_rate_layer", "at": {"layer": 3}}
    figure = CONFIGURATION["figures"]["deep_rate"] | layer_3
    monkeypatch.setitem(CONFIGURATION["figures"], "layer_3", figure)
    claim = {**DEEP, **layer_3, "figure": "layer_3"}
    (found,) = load(toys={"claims": {"a": claim}}).about("deep").claims.values()
    assert found.at == {"layer": 3}
    (line,) = problems(toys={"claims": {"a": claim | {"at": {"layer": 2}}}})
    assert line.startswith("toys.yaml: claims.a.figure: got 'layer_3', which does not show what")
    assert problems(toys={"claims": {"a": without(claim, "at")}}) == [
        "toys.yaml: claims.a.at: got nothing; must be {layer: number of the hidden layer}, for "
        "activation_rate_layer has further axes"
    ]
    assert problems(toys={"claims": {"a": {**DEEP, "at": {"layer": 3}}}}) == [
        "toys.yaml: claims.a.at: got {'layer': 3}; must be left out: activation_rate has no "
        "further axes"
    ]


def test_refuses_a_layer_that_is_not_there(problems, load):
    claim = {**DEEP, "observable": "activation_rate_layer"}
    assert load(toys={"claims": {"a": claim | {"at": {"layer": 5}}}}).subjects == ("deep",)
    assert problems(toys={"claims": {"a": claim | {"at": {"layer": 6}}}}) == [
        "toys.yaml: claims.a.at.layer: got 6; must be one of 1, …, 5 in experiment deep"
    ]
    paired = {**claim, "statistic": "paired_gap", "against": "gaussian_too", "at": {"layer": 6}}
    lines = problems(toys={"claims": {"a": paired}})
    assert [line.partition(": ")[2].partition(";")[0] for line in lines] == [
        "claims.a.at.layer: got 6",
        "claims.a.observable: got 'activation_rate_layer', which experiment gaussian_too does not "
        "record",
    ]


def test_refuses_to_rescale_time_where_rates_follow_a_schedule(problems, load, monkeypatch):
    scheduled = {"learning_rate": {"kind": "cosine", "unit": "run", "floor": 0.1}}
    changed = copy.deepcopy(CONFIGURATION)
    changed["experiments"]["deep"]["dynamics"] = {"schedule": scheduled}
    monkeypatch.setitem(globals(), "CONFIGURATION", changed)
    claim = {**DEEP, "observable": "loss"}
    plain = {"a": claim, "b": claim | {"statistic": "collapse_error", "criterion": {"below": 1}}}
    assert load(toys={"claims": plain}).subjects == ("deep",)
    rescaled = [
        {"statistic": "learning_rate_exponent", "criterion": {"above": 1}},
        {"statistic": "gap", "rate_exponent": 1.0},
    ]
    for changes in rescaled:
        assert problems(toys={"claims": {"a": without(claim | changes, "figure")}}) == [
            "toys.yaml: claims.a.experiment: got 'deep', whose η or |B| follow a schedule; must be "
            "one without: time is rescaled by the one η and |B| of a cell"
        ]


# Settings without a default.
NEEDED = {
    "mlp": {"hidden": [4, 4]},
    "cnn": {"channels": [2], "kernel": 3},
    "module": {"file": "own.py", "name": "Own"},
}


@pytest.mark.parametrize("kind", kinds.names("networks"))
def test_networks_say_how_long_the_axes_of_what_they_record_are(kind):
    network = kinds.model("networks", kind)(kind=kind, **NEEDED.get(kind, {})).expanded
    for name in network.recorded:
        assert observable(name).dimensions.keys() <= network.axes.keys()


def test_notes_of_files_are_for_the_report_alone(load):
    with_note = load(
        toys={"note": "Mended once.", "claims": {"a": FASTER}}, more={"claims": {"b": DEEP}}
    )
    without_note = load(toys={"claims": {"a": FASTER}}, more={"claims": {"b": DEEP}})
    assert with_note.report().remarks == ("Mended once.",)
    assert without_note.report().remarks == ()
    assert with_note.about("gaussian") == without_note.about("gaussian")
    assert with_note.ledger() == without_note.ledger()


def test_reasons_are_for_the_report_alone(load):
    one, other = (
        load(toys={"claims": {"a": {**FASTER, "because": reason}, "b": DEEP}})
        for reason in ("It is so.", "It is otherwise.")
    )
    assert one.report().explanations == {"a": "It is so.", "b": DEEP["because"]}
    assert list(one.report().explanations) == ["a", "b"]
    assert one.ledger() == other.ledger()
    judged = canonical_json(one.about("gaussian"))
    assert judged == canonical_json(other.about("gaussian"))
    assert "because" not in judged


def test_level_by_bonferroni(load):
    assert load(toys={"claims": {"faster": FASTER}}).levels == {"faster": pytest.approx(0.9)}
    claims = load(
        toys={"claims": {"faster": FASTER, "ranks": RANKS}},
        more={"claims": {"alpha": ALPHA, "deep": DEEP}},
    )
    assert claims.levels == dict.fromkeys(claims.ledger().order, pytest.approx(1 - 0.1 / 4))
    assert claims.about("deep").levels == {"deep": claims.levels["deep"]}


def test_an_experiment_has_its_own_claims_alone(load):
    claims = load(
        toys={"claims": {"z-deep": DEEP, "faster": FASTER}}, more={"claims": {"ranks": RANKS}}
    )
    assert claims.subjects == ("deep", "gaussian")
    of_gaussian = claims.about("gaussian")
    assert list(of_gaussian.claims) == ["faster", "ranks"]
    assert list(claims.about("deep").claims) == ["z-deep"]
    assert of_gaussian.claims["faster"].criterion == Criterion(below=0)
    assert claims.about("another").claims == {}


def test_the_claims_of_others_do_not_matter_to_an_experiment(load):
    one = load(toys={"claims": {"faster": FASTER, "deep": DEEP}})
    other = load(toys={"claims": {"faster": FASTER, "deep": {**DEEP, "caveat": "another"}}})
    assert canonical_json(one.about("gaussian")) == canonical_json(other.about("gaussian"))
    assert one.about("deep") != other.about("deep")


def test_the_order_is_that_of_the_files(load):
    claims = load(
        toys={"claims": {"z": FASTER, "b": DEEP}}, more={"claims": {"y": ALPHA, "a": RANKS}}
    )
    assert claims.ledger().order == ("z", "b", "y", "a")
    report = claims.report()
    assert (report.titles, report.error_rate, report.note) == ((), 0.1, "toys")


def test_settings_survive_the_command_line(load):
    claims = load(toys={"claims": {"faster": FASTER, "ranks": RANKS, "none": VIOLATIONS}})
    settings = claims.about("gaussian")
    text = canonical_json(settings)
    assert ClaimsSettings.model_validate_json(text) == settings
    assert json.loads(text)["claims"]["faster"]["criterion"]["below"] == 0
    for model, settings in ((LedgerSettings, claims.ledger()), (ReportSettings, claims.report())):
        assert model.model_validate_json(canonical_json(settings)) == settings


def test_without_files_there_are_no_claims(load):
    claims = load()
    assert claims.subjects == ()
    assert claims.levels == {}
    assert claims.ledger().order == ()


def test_a_claim_cannot_be_changed_after_it_was_read(load):
    claim = load(toys={"claims": {"faster": FASTER}}).about("gaussian").claims["faster"]
    with pytest.raises(ValidationError):
        claim.criterion = Criterion(above=0)


def test_every_statistic_is_explained():
    assert {*kinds.names("statistics")} == EXPLANATIONS.keys()
    assert all(it.endswith(".") for it in EXPLANATIONS.values())


# --- Papers, kinds, families ----------------------------------------------------------------------


def test_a_claim_is_of_the_paper_of_its_file_unless_it_says_another(load):
    claims = load(
        toys={"claims": {"a": FASTER}},
        more={"paper": "cycles", "claims": {"b": DEEP, "c": {**RANKS, "paper": "factors"}}},
    )
    assert claims.ledger().papers == {"b": "cycles", "c": "factors"}  # "a" is of the first
    assert set(claims.families) == {"thermophoresis", "cycles", "factors"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"paper": "two words"}, "paper: got 'two words'; must consist of letters, digits and _"),
        ({"family": ""}, "family: got ''; must consist of letters, digits and _"),
        ({"kind": "X"}, "kind: got 'X'; must be one of E, P, T"),
        (
            {"kind": "P"},
            "kind: got 'P'; must be E or T: gap is estimated from networks drawn at random",
        ),
    ],
)
def test_refuses_what_a_claim_cannot_be(problems, change, expected):
    lines = problems(toys={"claims": {"faster": {**FASTER, **change}}})
    assert lines == [f"toys.yaml: claims.faster.{expected}"]


def test_paper_kind_and_family_reach_no_verdict(load):
    plain, other = (
        load(toys={"claims": {"a": {**VIOLATIONS, **more}, "b": DEEP}})
        for more in ({}, {"kind": "T", "paper": "cycles", "family": "bounds"})
    )
    one, two = plain.about("gaussian"), other.about("gaussian")
    assert one.claims == two.claims
    assert "cycles" not in canonical_json(two)
    assert '"kind"' not in canonical_json(two)
    assert (plain.ledger().kinds, other.ledger().kinds) == ({}, {"a": "T"})


def test_what_is_not_left_to_chance_takes_no_part_of_the_error(load):
    claims = load(
        toys={"claims": {"a": FASTER, "b": DEEP, "c": {**VIOLATIONS, "kind": "T"}}},
        more={"claims": {"d": {**COMPUTED, "kind": "P"}}},
    )
    assert claims.levels == dict.fromkeys("ab", 1 - 0.1 / 2)
    assert claims.about("flow").levels == {}
    assert ClaimsSettings.model_validate_json(canonical_json(claims.about("flow"))).levels == {}


def test_the_shipped_theorems_and_formulas_are_counted_apart(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    claims = load_claims(configuration.load("config/config.yaml"))
    kinds_of = claims.ledger().kinds
    assert sum(kind == "T" for kind in kinds_of.values()) >= 14
    criteria = {}
    for subject in claims.subjects:
        for name, claim in claims.about(subject).claims.items():
            if claim.statistic == "violated_fraction":
                printed = claim.inequality.endswith("printed")
                assert kinds_of[name] == ("P" if printed else "T")
                criteria.setdefault(printed, set()).add(claim.criterion.counterexample)
            elif claim.statistic == "hessian_ggn_ratio":
                # With tanh it is a question.
                assert (name in kinds_of) == ("tanh" not in claim.subject)
    assert criteria == {True: {True}, False: {False}}


def test_what_is_true_but_estimated_has_an_interval_of_its_own(load):
    others = {"a": FASTER, "b": DEEP}
    claims = load(toys={"claims": {**others, "c": {**RANKS, "kind": "T"}}})
    assert claims.levels == {"a": 1 - 0.1 / 2, "b": 1 - 0.1 / 2, "c": 1 - 0.1}
    assert {name: it.claims for name, it in claims.families.items()} == {"thermophoresis": 2}
    assert claims.about("gaussian").levels["c"] == 1 - 0.1


def test_families_have_equal_shares_unless_it_is_said(load):
    files = {
        "toys": {"claims": {"a": FASTER, "b": RANKS}},
        "more": {"paper": "cycles", "claims": {"c": DEEP}},
        "most": {"paper": "factors", "claims": {"d": ALPHA, "e": {**FASTER, "family": "rates"}}},
    }
    levels = load(**files).levels
    assert levels == pytest.approx(
        {"a": 1 - 0.025 / 2, "b": 1 - 0.025 / 2, "c": 1 - 0.025, "d": 1 - 0.025, "e": 1 - 0.025}
    )
    levels = load(shares={"thermophoresis": 0.5, "rates": 0.2}, **files).levels
    assert levels == pytest.approx(
        {"a": 1 - 0.05 / 2, "b": 1 - 0.05 / 2, "c": 1 - 0.015, "d": 1 - 0.015, "e": 1 - 0.02}
    )
    # All that can miss: no more than the whole ledger may.
    claims = load(shares={"rates": 0.9}, **files)
    assert sum(1 - level for level in claims.levels.values()) == pytest.approx(0.1)
    assert sum(family.error_rate for family in claims.families.values()) == pytest.approx(0.1)


def test_a_new_claim_rejudges_its_own_family_alone(load):
    cycles = {"paper": "cycles", "claims": {"c": DEEP}}
    before = load(toys={"claims": {"a": FASTER}}, more=cycles)
    after = load(toys={"claims": {"a": FASTER, "b": RANKS}}, more=cycles)
    assert canonical_json(before.about("deep")) == canonical_json(after.about("deep"))
    assert before.levels["a"] < after.levels["a"]


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        (
            {"cycle": 0.5},
            "error_shares.cycle: is no family of empirical claims; must be one of thermophoresis, "
            "cycles (did you mean 'cycles'?)",
        ),
        (
            {"cycles": 1},
            "error_shares: got shares that add up to 1; must leave something to thermophoresis",
        ),
        ({"cycles": 0}, "error_shares.cycles: got 0; must be > 0"),
        ({"cycles": 1.5}, "error_shares.cycles: got 1.5; must be <= 1"),
        (
            {"cycles": 0.7, "thermophoresis": 0.4},
            "error_shares: got shares that add up to 1.1; must be at most 1",
        ),
        ({"cycles": "half"}, "error_shares.cycles: got 'half'; must be a number"),
    ],
)
def test_refuses_shares_that_cannot_be(load, shares, expected):
    files = {
        "toys": {"claims": {"a": FASTER}},
        "more": {"paper": "cycles", "claims": {"b": DEEP}},
    }
    with pytest.raises(ConfigError) as caught:
        load(shares=shares, **files)
    assert str(caught.value) == f"file: {expected}"


def test_a_retired_claim_is_told_and_not_judged(load):
    reason = "The same as a."
    gone = {**DEEP, "experiment": "absent", "retired": reason}
    claims = load(toys={"claims": {"a": FASTER, "gone": gone}})
    assert (claims.subjects, claims.ledger().order) == (("gaussian",), ("a",))
    assert claims.levels == {"a": pytest.approx(0.9)}
    report = claims.report()
    assert report.subjects == {"gaussian": ("curves/gaussian",)}
    assert report.explanations.keys() == {"a"}
    assert report.retired["gone"].model_dump() == {
        "paper": "thermophoresis",
        "source": "Fig. 3",
        "statement": "Larger rates are faster.",
        "reason": reason,
    }
    without_it = load(toys={"claims": {"a": FASTER}})
    assert without_it.about("gaussian") == claims.about("gaussian")


@pytest.mark.parametrize(
    "gone",
    [
        {"statistic": "none_such", "experiment": "absent"},
        {"observable": "none_such", "bach_size": 1, True: "mean_bias"},
        {"kind": "P", "family": "old"},
    ],
)
def test_a_retired_claim_needs_nothing_that_it_names(load, problems, gone):
    entry = {**without(FASTER, "because", "criterion"), **gone, "retired": "It is told by a."}
    claims = load(toys={"claims": {"a": FASTER, "gone": entry}})
    assert claims.report().retired.keys() == {"gone"}
    assert claims.families.keys() == {"thermophoresis"}
    lines = problems(toys={"claims": {"gone": {**without(entry, "statement"), "family": "a b"}}})
    assert lines == [
        "toys.yaml: claims.gone.statement: got nothing; must be given: a sentence",
        "toys.yaml: claims.gone.family: got 'a b'; must consist of letters, digits and _",
    ]


@pytest.mark.parametrize("reason", ["", None, False])
def test_without_a_reason_a_claim_is_not_retired(problems, reason):
    lines = problems(toys={"claims": {"a": {**FASTER, "figure": "fig_3", "retired": reason}}})
    assert lines[0].startswith("toys.yaml: claims.a." + ("figure" if reason == "" else "retired"))


def test_the_report_is_told_of_families_where_there_are_several(load):
    assert load(toys={"claims": {"a": FASTER}}).report().families == {}
    more = {"paper": "cycles", "claims": {"b": DEEP, "c": RANKS}}
    report = load(toys={"claims": {"a": FASTER}}, more=more).report()
    assert {name: (it.claims, it.error_rate) for name, it in report.families.items()} == {
        "thermophoresis": (1, 0.05),
        "cycles": (2, 0.05),
    }
    assert ReportSettings.model_validate_json(canonical_json(report)) == report


def test_the_report_is_told_which_curves_it_can_rescale(load):
    late = {**ALPHA, "window": "late"}
    beta = {**OF_BATCHES, "statistic": "batch_size_exponent", "criterion": {"at_least": 0.9}}
    norm = {**ALPHA, "observable": "second_layer_norm", "figure": "fig4"}
    claims = {"late": late, "norm": norm, "alpha": ALPHA, "beta": beta, "ranks": RANKS}
    report = load(toys={"claims": claims}).report()
    assert report.rescaled.keys() == {"fig3", "fig4", "fig5", "deep_rate"}
    (row,) = report.rescaled["fig3"]
    assert (row.reads, row.observable, row.compared) == (
        "curves/gaussian",
        "activation_rate",
        "learning_rate",
    )
    assert row.cells == {"batch_size": 1}
    # The claim on batch sizes is about the same curves, though another figure compares them.
    fits = {name: (it.rate_exponent, it.batch_exponent) for name, (it,) in report.rescaled.items()}
    assert fits == {
        "fig3": ("alpha", "beta"),
        "fig5": ("alpha", "beta"),
        "fig4": ("norm", None),
        "deep_rate": (None, None),
    }
    # What is drawn is read, whether or not anything is claimed of it.
    chain = "measurements/hessian_chain/gaussian"
    assert report.reads == ("curves/deep", "curves/gaussian", chain)
    assert report.subjects == {"gaussian": ("curves/gaussian", chain)}
    assert ReportSettings.model_validate_json(canonical_json(report)) == report


# --- Two experiments, pairs, computations ---------------------------------------------------------


def test_claims_about_several_experiments_or_none_are_judged_by_themselves(load):
    claims = load(toys={"claims": {"a": FASTER, "b": PAIRED, "c": COMPUTED, "d": OF_A_PAIR}})
    assert claims.subjects == ("flow", "gaussian", "gaussian+gaussian_too", "two")
    assert claims.about("gaussian+gaussian_too").reads == ("curves/gaussian", "curves/gaussian_too")
    assert claims.about("flow").reads == ("computations/flow",)
    assert claims.about("two").reads == ("measurements/parameter_distance/two",)
    for subject in claims.subjects:
        settings = claims.about(subject)
        assert ClaimsSettings.model_validate_json(canonical_json(settings)) == settings


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ({**PAIRED, "against": "gaussian"}, "against must be another experiment than gaussian"),
        (
            {**PAIRED, "against": "gausian_too"},
            "against: got 'gausian_too'; must be one of gaussian, deep, gaussian_too, gaussian_few "
            r"\(did you mean 'gaussian_too'\?\)",
        ),
        (
            {**PAIRED, "against": "deep", "observable": "mean_bias"},
            "observable: got 'mean_bias', which experiment deep does not record; .*",
        ),
        (
            {**PAIRED, "batch_size": 7},
            "batch_size: got 7; no cell has what is asked for",
        ),
        (
            {**without(PAIRED, "batch_size"), "learning_rate": 0.05},
            r"learning_rate: got 0\.05; both experiments must have the same cells with what is "
            r"asked for, not 0\.05 with 1, 0\.05 with 3 and 0\.05 with 1",
        ),
        (
            without(PAIRED, "batch_size"),
            "against: got 'gaussian_too'; both experiments must have the same cells .*",
        ),
        (
            {**PAIRED, "figure": "fig3"},
            "figure: got 'fig3', which does not show what the claim is about; must be left out",
        ),
        ({**PAIRED, "over": "all"}, "over: got 'all'; must be one of end, whole"),
        ({**COMPUTED, "computation": "flaw"}, ".*got 'flaw'; must be one of flow .*"),
        (
            without(COMPUTED, "kind"),
            "kind: got 'E'; must be P or T: a computation is decided without chance",
        ),
        (
            {**COMPUTED, "criterion": {"holds": 1, "excludes": [0]}},
            "criterion: got holds 1, excludes 0; must be a range: a computation has no interval",
        ),
        (
            {**VIOLATIONS, "kind": "T", "criterion": {"holds": 0}},
            "criterion: got holds 0; must be a range: a computation has no interval",
        ),
        (
            {**COMPUTED, "at": {"position": [0.5]}},
            r"at\.position: got \[0\.5\]; must be a finite number or a text",
        ),
        (
            {**COMPUTED, "at": {"position": True}},
            r"at\.position: got True; must be a finite number or a text",
        ),
        (
            {**COMPUTED, "at": {"position": float("inf")}},
            r"at\.position: got inf; must be a finite number or a text",
        ),
        ({**COMPUTED, "figure": "fig3"}, "figure: got 'fig3', which does not show .* left out"),
        ({**OF_A_PAIR, "pair": "too"}, "pair: got 'too'; must be one of two, several .*"),
        (
            {**OF_A_PAIR, "measurement": "angle"},
            "measurement: got 'angle'; must be parameter_distance, which pair two has",
        ),
        (
            {**OF_A_PAIR, "variable": "distances"},
            r"variable: got 'distances'; must be one of distance, .* \(did you mean 'distance'\?\)",
        ),
        (
            {**COMPUTED, "variable": "flow_ration"},
            r"variable: got 'flow_ration'; must be one of .* \(did you mean 'flow_ratio'\?\)",
        ),
        (
            {**COMPUTED, "at": {"positions": 0.0}},
            r"at\.positions: is no axis of walk_flux; must be one of position \(did .*",
        ),
        ({**OF_A_PAIR, "kind": "P"}, "kind: got 'P'; must be E or T: pair_value is .*"),
        (
            {**OF_A_PAIR, "at": {"segment": "one"}},
            r"at: got {'segment': 'one'}; must be left out, for parameter_distance",
        ),
        (
            {**OF_SEGMENTS, "at": {}},
            "at: got {}; must be with segment, for segment",
        ),
        (
            {**OF_SEGMENTS, "at": {"segment": "on"}},
            r"at\.segment: got 'on'; must be one of one, other \(did you mean 'one'\?\)",
        ),
    ],
)
def test_refuses_what_cannot_be_compared(problems, claim, expected):
    (line,) = problems(toys={"claims": {"lower": claim}})
    assert re.fullmatch(rf"toys.yaml: claims\.lower[.:] ?{expected}", line), line


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (
            VIOLATIONS,
            "experiment: got 'gaussian_too', of which hessian_chain is not measured: "
            "say `measure: {hessian_chain: {}}` there",
        ),
        (
            MEASURED,
            "measurement: got 'hessian_chain', which is not measured of experiment gaussian_too: "
            "say `measure: {hessian_chain: {}}` there",
        ),
        (
            {**MEASURED, "measurement": "parameter_distance"},
            "measurement: got 'parameter_distance', which is not measured of any run; "
            f"must be one of {OF_ONE}",
        ),
        (
            {**MEASURED, "measurement": "hessian_chain/x"},
            "measurement: got 'hessian_chain/x', which is not measured of any run; "
            f"must be one of {OF_ONE} (did you mean 'hessian_chain'?)",
        ),
    ],
)
def test_refuses_what_is_not_measured(problems, claim, expected):
    entry = {**claim, "experiment": "gaussian_too"}
    (line,) = problems(toys={"claims": {"measured": entry}})
    assert line.startswith(f"toys.yaml: claims.measured.{expected}")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"batch_size": 7}, "batch_size: got 7; no cell has what is asked for"),
        ({"learning_rate": 0.07}, "learning_rate: got 0.07; no cell has what is asked for"),
        (
            {"learning_rate": 0.1, "batch_size": 3},
            "learning_rate: got 0.1; no cell has what is asked for",
        ),
        (
            {"variable": "angle"},
            f"variable: got 'angle'; must be one of {', '.join(HessianChain.variables)}",
        ),
    ],
)
def test_refuses_what_was_not_measured_there(problems, load, change, expected):
    assert load(toys={"claims": {"measured": MEASURED}}).subjects == ("gaussian",)
    lines = problems(toys={"claims": {"measured": {**MEASURED, **change}}})
    assert lines == [f"toys.yaml: claims.measured.{expected}"]


def test_what_is_computed_with_an_error_is_empirical(load, monkeypatch):
    made = (*WalkFlux.variables, "flow_ratio_standard_error")
    monkeypatch.setattr(WalkFlux, "variables", made)
    claim = {**without(COMPUTED, "kind"), "criterion": {"holds": 1}}
    assert load(toys={"claims": {"a": claim}}).levels.keys() == {"a"}


@pytest.mark.parametrize("at", [{"position": 1}, {"position": -0.5}, {"position": "centre"}])
def test_coordinates_are_numbers_or_texts(load, at):
    settings = load(toys={"claims": {"a": {**COMPUTED, "at": at}}}).about("flow")
    assert settings.claims["a"].at == at
    assert ClaimsSettings.model_validate_json(canonical_json(settings)) == settings


def test_refuses_experiments_that_are_not_paired(problems):
    assert problems(toys={"claims": {"lower": {**PAIRED, "against": "gaussian_few"}}}) == [
        "toys.yaml: claims.lower.against: got 'gaussian_few' with seeds [0]; must have those of "
        "gaussian: [0, 1, 2, 3]",
        "toys.yaml: claims.lower.against: got 'gaussian_few' with replicas 7; must have those of "
        "gaussian: 256",
    ]


@pytest.mark.parametrize("shared", [{}, {"learning_rate": 0.05}, {"batch_size": 1}])
def test_takes_cells_that_both_experiments_have(load, shared):
    claim = {**without(PAIRED, "batch_size"), "experiment": "gaussian_too", "against": "deep"}
    assert load(toys={"claims": {"lower": {**claim, **shared}}}).subjects == ("gaussian_too+deep",)


# --- The shipped claims ---------------------------------------------------------------------------


@pytest.fixture(params=["config", "smoke"])
def shipped(request, monkeypatch):
    """Return a shipped configuration and its claims about the paper's figures by their ids."""
    monkeypatch.chdir(REPOSITORY)
    loaded = configuration.load(f"config/{request.param}.yaml")
    # Without those about the mechanism, which have files and families of their own.
    own = [path for path in loaded.claims if Path(path).name == "claims.yaml"]
    claims = load_claims(loaded.model_copy(update={"claims": own}))
    by_id = {
        name: claim
        for subject in claims.subjects
        for name, claim in claims.about(subject).claims.items()
    }
    assert set(claims.ledger().order) == by_id.keys()
    # What is printed has no interval, and theorems take no part of the error.
    missing = {name: 1 - level for name, level in claims.levels.items()}
    kinds_of = claims.ledger().kinds
    assert sum(it for name, it in missing.items() if name not in kinds_of) < 0.05 * (1 + 1e-9)
    assert {it for name, it in missing.items() if name in kinds_of} == {1 - 0.95}
    return loaded, by_id


def test_the_shipped_claims_load(shipped):
    configuration, claims = shipped
    assert len(claims) >= 30
    every = load_claims(configuration)
    reasons = every.report().explanations
    assert reasons.keys() >= claims.keys()
    subjects = set()
    for subject in every.subjects:
        for name, claim in every.about(subject).claims.items():
            subjects |= {*claim.subjects}
            assert claim.statement.endswith("."), name
            assert reasons[name].endswith("."), name
    # Claims about pairs are about their cells.
    for name in subjects & configuration.pairs.keys():
        subjects |= {cell.experiment for cell in configuration.pairs[name].of}
    # What no claim is about is drawn beside what some are about.
    for figure in configuration.figures.values():
        if isinstance(figure, JointFigure):
            subjects |= {*figure.experiments.values()}
    assert subjects >= configuration.experiments.keys()


def test_claims_on_convolutions_by_themselves_are_those_of_the_paper():
    of_paper, by_themselves = (
        validate(Ledger, read_yaml(str(REPOSITORY / "config" / name)))[0].claims
        for name in ("claims.yaml", "claims_fashion_mnist.yaml")
    )

    def compared(claim):
        return claim.model_copy(update={"family": None})

    wanted = {
        name: compared(claim)
        for name, claim in of_paper.items()
        if getattr(claim, "experiment", "").startswith("cnn6") and hasattr(claim, "observable")
    }
    assert len(wanted) == 12
    assert {name: compared(claim) for name, claim in by_themselves.items()} == wanted


# Figure, experiment and observable of what the paper draws, and the statistics that it takes.
LEARNING_RATES = {("gap", 0.0), ("gap", 1.0), ("collapse_error", 2.0)}
BATCH_SIZES = {("gap", 0.0), ("collapse_error", 0.0)}
PAPER = [
    ("fig2_top", "gaussian_wide", "activation_rate", LEARNING_RATES),
    ("fig2_middle", "mlp6", "gradient_variance", LEARNING_RATES),
    ("fig2_bottom", "cnn6", "gradient_variance", LEARNING_RATES),
    ("fig2_bottom", "cnn6_resampled", "gradient_variance", LEARNING_RATES),
    *(
        (figure, experiment, observable, statistics)
        for experiment, figures in (("gaussian", (3, 4, 5, 6)), ("uniform", (7, 8, 9, 10)))
        for figure, observable, statistics in zip(
            (f"fig{number}" for number in figures),
            ("activation_rate", "second_layer_norm") * 2,
            (LEARNING_RATES, LEARNING_RATES, BATCH_SIZES, BATCH_SIZES),
            strict=True,
        )
    ),
]


@pytest.mark.parametrize(("figure", "experiment", "observable", "statistics"), PAPER)
def test_every_panel_of_the_paper_has_its_claim(
    shipped, figure, experiment, observable, statistics
):
    _, claims = shipped
    found = [
        claim
        for claim in claims.values()
        if (claim.figure, claim.subject, getattr(claim, "observable", None))
        == (figure, experiment, observable)
    ]
    panels = {
        (claim.statistic, claim.rate_exponent)
        for claim in found
        if claim.statistic in ("gap", "collapse_error")
    }
    assert panels == statistics
    assert all(
        claim.batch_exponent == (1 if claim.learning_rate else 0)
        for claim in found
        if claim.statistic == "collapse_error"
    )
    if statistics is LEARNING_RATES:
        assert "relative_change" in {claim.statistic for claim in found}


def test_claims_that_say_the_same_of_other_data_have_one_criterion(shipped):
    # Nothing is easier in one experiment than in another.
    _, claims = shipped
    criteria = {}
    for claim in claims.values():
        # Of what falls a change is below 0, of what grows above.
        moved = claim.observable if claim.statistic == "change" else None
        exact = claim.kind, getattr(claim, "variable", None)
        printed = getattr(claim, "inequality", "").endswith("printed")
        of = (str(getattr(claim, it, None)) for it in ("terms", "among", "relative", "fit"))
        shares_a_rate = getattr(claim, "learning_rate", None) is None
        key = (claim.statistic, printed, moved, exact, shares_a_rate, *of)
        criteria.setdefault(key, set()).add(str(claim.criterion))
    assert {key: len(found) for key, found in criteria.items()} == dict.fromkeys(criteria, 1)
