"""The ledger in a terminal: what was chosen, where its numbers are, and colour where it belongs."""

import json

from ledger_entries import ENTRY

from thermophoresis import cli
from thermophoresis.report.claims import choose, read_claims
from thermophoresis.report.terminal import CELLS, lines, plot

OTHER = {"id": "b", "paper": "limit_cycles", "verdict": "refuted", "experiment": "digits"}
ENTRIES = [ENTRY, ENTRY | OTHER, ENTRY | OTHER | {"id": "printed", "kind": "P", "ci_level": None}]


def of(**change):
    (claim,) = read_claims([ENTRY | change])
    return plot(claim)


def test_plots_show_what_is_where():
    assert of() == "  ━━━━●━━━━░░░░░░░░  "
    assert of(ci_level=None) == "  ░░░░●░░░░░░░░░░░░  "
    assert of(criterion_high=None) == "  ━━━━━━━━●━━━━━━━━░░"
    assert of(criterion_high=1.0) == "  ━━━━━━━━●━━━━━━━━  "
    assert of(criterion_low=4.0, criterion_high=4.0) == "  ━━━━━●━━━━━━    ┊  "
    assert of(estimate=None) == " " * CELLS
    assert of(criterion_low=None, criterion_high=None) == " " * CELLS


def test_kinds_stand_apart_with_their_counts():
    found = lines(read_claims(ENTRIES), colour=False)
    assert found[0].split() == [
        "supported",
        "a",
        "━━━━●━━━━░░░░░░░░",
        "2.00",
        "[1.00,",
        "3.00],",
        "for",
        "1",
        "…",
        "5",
    ]
    assert [line for line in found if " of " in line] == [
        "1 supported, 1 refuted, 0 inconclusive of 2 claims",
        "0 supported, 1 refuted, 0 inconclusive of 1 printed formula or implication",
    ]
    assert "\033" not in "".join(found)
    assert "\033[31mrefuted" in "".join(lines(read_claims(ENTRIES), colour=True))


def test_one_chooses_by_paper_experiment_and_verdict():
    def ids(**chosen):
        found = lines(choose(read_claims(ENTRIES), chosen), colour=False)
        return [line.split()[1] for line in found if "for 1 … 5" in line]

    assert ids() == ["a", "b", "printed"]
    assert ids(paper="limit_cycles") == ["b", "printed"]
    assert ids(experiment="gaussian") == ["a"]
    assert ids(verdict="refuted") == ["b", "printed"]
    nothing = {"paper": "limit_cycles", "verdict": "supported"}
    assert lines(choose(read_claims(ENTRIES), nothing), colour=False) == [
        "no claim has all of this"
    ]


def test_the_verb_reads_a_folder_of_results(tmp_path, capsys, monkeypatch):
    (tmp_path / "claims.json").write_text(json.dumps(ENTRIES))
    assert cli.main(["claims", str(tmp_path), "--verdict", "refuted"]) == 0
    printed = capsys.readouterr().out
    assert " b " in printed
    assert " a " not in printed
    assert "\033" not in printed  # which is no terminal
    assert cli.main(["claims", str(tmp_path), "--paper", "limit_cycle"]) == 1
    told = capsys.readouterr().err
    assert "--paper: got 'limit_cycle'; must be one of limit_cycles, thermophoresis (did" in told
    assert cli.main(["claims", str(tmp_path / "none")]) == 1
    assert "claims.json" in capsys.readouterr().err
