"""What has happened to a file is found, and named wherever something rests on it."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

from thermophoresis import cli, products
from thermophoresis.analysis.gathering import gather as gather_runs
from thermophoresis.config.figure import FigureSettings
from thermophoresis.config.gathering import GatherSettings
from thermophoresis.config.ledger import ReportSettings
from thermophoresis.config.run import RunSettings
from thermophoresis.config.source import DatasetSettings
from thermophoresis.data.prepare import prepare
from thermophoresis.errors import UserError
from thermophoresis.figures import learning_rate_sweep
from thermophoresis.figures.parts import style
from thermophoresis.provenance import netcdf, seal, verification
from thermophoresis.provenance.explanation import explain
from thermophoresis.provenance.fingerprint import fingerprint
from thermophoresis.provenance.origin import read_origin
from thermophoresis.provenance.record import metadata
from thermophoresis.provenance.verification import STATUSES, summarise, verify
from thermophoresis.report.build import build

CLAIMS = json.loads((Path(__file__).parents[2] / "docs/claims.json").read_text("utf-8"))[:6]

RATES, SEEDS, REPLICAS, RECORDS = (0.1, 0.2), (0, 7), 3, 4
COMMON = {"replicas": REPLICAS, "thermal_time_end": 1.0, "records": RECORDS, "probe_size": 8}
EXPERIMENTS = {
    "gaussian": {"network": {"inputs": 3, "hidden": 4}, "data": {"kind": "gaussian"}},
    "digits": {
        "network": {"kind": "mlp6", "hidden": 8},
        "data": {"kind": "images", "dataset": "digits"},
        "labels": "true",
    },
}
RUNS = {
    name: [f"runs/{name}/lr={rate}_batch=1_seed={seed}.nc" for rate in RATES for seed in SEEDS]
    for name in EXPERIMENTS
}
FIGURES = [f"figures/fig3.{ending}" for ending in ("pdf", "svg", "png")]

# Of every file, what was made from it: known here from how the files are made below.
DEPENDENTS = {
    "data/digits.nc": RUNS["digits"],
    **{run: [f"curves/{name}.nc"] for name, runs in RUNS.items() for run in runs},
    "curves/gaussian.nc": [*FIGURES, "report.html", "claims.md"],
    "curves/digits.nc": ["report.html", "claims.md"],
    "figures/fig3.svg": ["report.html"],
    "figures/fig3.pdf": [],
    "figures/fig3.png": [],
    "report.html": [],
    "claims.md": [],
}
ONE_RUN = RUNS["gaussian"][0]


def below(*names):
    """Return all that rests on some files, without these."""
    found, waiting = set(), list(names)
    while waiting:
        new = set(DEPENDENTS[waiting.pop()]) - found
        found |= new
        waiting += new
    return found


def run_settings(experiment, rate, seed):
    cell = {"experiment": experiment, "learning_rate": rate, "batch_size": 1, "seed": seed}
    return RunSettings(**cell, **COMMON, **EXPERIMENTS[experiment])


def write_run(results, settings, offset=0.0, code=None):
    """Write a run file as training would, with numbers that nothing was trained for."""
    path = results / products.of_run(settings.name)
    step = np.arange(RECORDS) * round(1 / settings.learning_rate**2)
    values = np.arange(REPLICAS * RECORDS, dtype=np.float32).reshape(REPLICAS, RECORDS)
    dims = ("replica", "record")
    attributes = metadata(
        settings,
        code or fingerprint(*settings.modules),
        made_by="simulate",
        seeds=[settings.seed],
        inputs=[results / path for path in products.data_of(settings)],
        output=path,
    )
    dataset = xr.Dataset(
        {
            "loss": (dims, values + settings.seed + offset, {"long_name": "loss", "units": "nat"}),
            "diverged": (dims, np.zeros(values.shape, np.int8), {"long_name": "d", "units": "1"}),
        },
        {
            "step": ("record", step, {"long_name": "step", "units": "1"}),
            "thermal_time": (
                "record",
                step * settings.learning_rate**2,
                {"long_name": "τ", "units": "1"},
            ),
        },
        attributes | {"device": "cpu", "data_source": "none"},
    )
    netcdf.write(dataset, path)


def gather(results, experiment):
    settings = GatherSettings(
        experiment=experiment,
        cells=tuple((rate, 1) for rate in RATES),
        seeds=SEEDS,
        records=RECORDS,
        replicas=REPLICAS,
    )
    runs = [results / run for run in RUNS[experiment]]
    code = fingerprint(*settings.modules)
    gather_runs(settings, code, runs, results / f"curves/{experiment}.nc")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A small folder of results, written by what writes them in the pipeline."""
    results = tmp_path_factory.mktemp("built") / "results"
    dataset = DatasetSettings(dataset="digits", source={"source": "digits"})
    path = results / "data/digits.nc"
    code = fingerprint(*dataset.modules)
    origin = metadata(dataset, code, made_by="prepare", seeds=[], inputs=[], output=path)
    netcdf.write(xr.Dataset({"label": ("sample", np.arange(5))}, attrs=origin), path)
    for experiment in EXPERIMENTS:
        for rate in RATES:
            for seed in SEEDS:
                write_run(results, run_settings(experiment, rate, seed))
        gather(results, experiment)
    shown = FigureSettings(
        name="fig3",
        figure={
            "kind": "learning_rate_sweep",
            "experiment": "gaussian",
            "observable": "loss",
            "batch_size": 1,
        },
    )
    curves = [results / f"curves/{experiment}.nc" for experiment in ("gaussian", "digits")]
    learning_rate_sweep.draw(
        shown, fingerprint(*shown.modules), curves[:1], [results / name for name in FIGURES]
    )
    (results / "claims.json").write_text(json.dumps(CLAIMS), "utf-8")
    explanations = {claim["id"]: "A reason." for claim in CLAIMS}
    settings = ReportSettings(
        reads=("curves/gaussian", "curves/digits"),
        explanations=explanations,
        titles=(),
        error_rate=0.05,
    )
    build(
        settings,
        fingerprint=fingerprint(*settings.modules),
        claims=results / "claims.json",
        figures=[results / "figures/fig3.svg"],
        read=curves,
        page=results / "report.html",
        summary=results / "claims.md",
    )
    return results


@pytest.fixture
def results(built, tmp_path, monkeypatch):
    """A copy of the folder, below the working directory."""
    shutil.copytree(built, tmp_path / "results")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "results"


def found(folder=Path("results")):
    """Return the findings by the names of files."""
    return {
        str(finding.path.relative_to(folder.absolute())): finding for finding in verify([folder])
    }


def statuses(folder=Path("results")):
    """Return the statuses of the files that are not intact."""
    return {
        name: finding.status
        for name, finding in found(folder).items()
        if finding.status != "intact"
    }


def flip(path, position):
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def test_what_was_just_made_is_intact(results):
    found_here = found()
    assert found_here.keys() == DEPENDENTS.keys()
    assert {(finding.status, finding.reasons) for finding in found_here.values()} == {
        ("intact", ())
    }
    made = {read_origin(results / name).made_by for name in DEPENDENTS}
    assert made == {"prepare", "simulate", "gather", "draw", "report"}


# --- Altered ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DEPENDENTS)
def test_a_changed_file_is_altered_and_what_rests_on_it_doubtful(results, name):
    flip(results / name, (results / name).stat().st_size // 2)
    assert statuses() == {name: "altered"} | dict.fromkeys(below(name), "doubtful")
    for dependent in below(name):
        assert any(f"results/{name} (altered)" in it for it in found()[dependent].reasons)


def test_a_changed_byte_is_found_wherever_it_is(results):
    path = results / ONE_RUN
    content, size = path.read_bytes(), path.stat().st_size
    for position in {0, 1, 8, 40, *range(100, size, size // 40), *range(size - 75, size, 6), -1}:
        flip(path, position)
        finding = found()[ONE_RUN]
        assert finding.status == "altered", (position, finding.reasons)
        path.write_bytes(content)
    assert statuses() == {}


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("name", [ONE_RUN, *FIGURES, "report.html"])
def test_what_is_cut_off_is_altered(results, name, part):
    content = (results / name).read_bytes()
    (results / name).write_bytes(content[: int(part * len(content)) - 1])
    assert found()[name].status == "altered"


@pytest.mark.parametrize("name", [ONE_RUN, *FIGURES, "report.html", "claims.md"])
def test_an_empty_file_is_altered(results, name):
    (results / name).write_bytes(b"")
    assert found()[name][1:] == ("altered", ("is empty",))


def test_an_unreadable_file_is_altered(results):
    (results / ONE_RUN).unlink()
    (results / ONE_RUN).mkdir()
    assert statuses() == {ONE_RUN: "altered"} | dict.fromkeys(below(ONE_RUN), "doubtful")


def test_an_edited_figure_with_its_old_seal_is_altered(results):
    # As by a drawing program, which keeps comments.
    path = results / "figures/fig3.svg"
    path.write_text(path.read_text().replace("stroke-width: 0.8", "stroke-width: 2"))
    assert statuses() == {"figures/fig3.svg": "altered", "report.html": "doubtful"}


def test_a_figure_drawn_elsewhere_over_it_is_unknown(results):
    with style.context():
        figure = style.new_figure(1.0, 1.0)
        for name in FIGURES:
            figure.savefig(results / name)
    assert statuses() == dict.fromkeys(FIGURES, "unknown") | {"report.html": "doubtful"}


def test_a_file_with_provenance_and_no_seal_is_altered(results):
    # As after nccopy, which leaves the attributes and not what follows the last block.
    dataset = xr.load_dataset(results / ONE_RUN)
    dataset.to_netcdf(results / ONE_RUN)
    assert found()[ONE_RUN][1:] == ("altered", ("has lost its seal: edited, damaged or cut off",))


# --- Missing, stale, unknown ------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in DEPENDENTS if DEPENDENTS[name]])
def test_what_was_made_from_a_deleted_file_misses_it(results, name):
    (results / name).unlink()
    direct = dict.fromkeys(DEPENDENTS[name], "missing")
    assert statuses() == dict.fromkeys(below(name), "doubtful") | direct
    for dependent in direct:
        reason = f"what it was made from is not there: results/{name}"
        assert reason in found()[dependent].reasons
    for dependent in below(name) - direct.keys():
        assert any(f"results/{name} (not there)" in it for it in found()[dependent].reasons)


def test_results_of_other_code_are_stale(results, monkeypatch):
    def other(*modules):
        return (
            "0" * 16
            if {"simulations.run", "data.gaussian"} <= {*modules}
            else fingerprint(*modules)
        )

    monkeypatch.setattr(verification, "fingerprint", other)
    stale = dict.fromkeys(RUNS["gaussian"], "stale")
    assert statuses() == dict.fromkeys(below(*stale), "doubtful") | stale
    recorded = read_origin(results / ONE_RUN).code_fingerprint
    assert found()[ONE_RUN].reasons == (
        f"was made by other code ({recorded}; now it is 0000000000000000)",
    )
    # Four are stale; a reason names a few.
    (reason,) = found()["curves/gaussian.nc"].reasons
    assert reason.count("(stale)") == 2
    assert reason.endswith("and 2 more")


@pytest.mark.parametrize("name", DEPENDENTS)
def test_every_kind_of_file_is_compared_with_its_own_code(results, monkeypatch, name):
    origin = read_origin(results / name)
    assert verification.present_fingerprint(origin) == origin.code_fingerprint
    other = origin.model_copy(update={"code_fingerprint": "0" * 16})
    monkeypatch.setattr(
        verification, "read_origin", lambda path: other if path.match(name) else read_origin(path)
    )
    assert statuses() == dict.fromkeys(below(name), "doubtful") | {name: "stale"}


def test_what_was_made_from_what_is_made_anew_is_stale(results):
    write_run(results, run_settings("gaussian", 0.1, 0), offset=1.0)
    rest = dict.fromkeys(below("curves/gaussian.nc"), "doubtful")
    assert statuses() == rest | {"curves/gaussian.nc": "stale"}
    assert found()["curves/gaussian.nc"].reasons == (
        f"what it was made from has been made anew: results/{ONE_RUN}",
    )
    # Gathered again, the next in the chain is behind.
    gather(results, "gaussian")
    rest = dict.fromkeys(below("figures/fig3.svg"), "stale")
    direct = dict.fromkeys(DEPENDENTS["curves/gaussian.nc"], "stale")
    assert statuses() == rest | direct


def test_making_the_same_again_is_no_change(results):
    write_run(results, run_settings("gaussian", 0.1, 0))
    gather(results, "gaussian")
    assert statuses() == {}


def test_edited_verdicts_are_noticed_though_json_has_no_seal(results):
    path = results / "claims.json"
    path.write_text(path.read_text().replace("supported", "refuted"))
    assert statuses() == {"report.html": "stale", "claims.md": "stale"}
    reason = "what it was made from has been edited or made anew: results/claims.json"
    assert found()["report.html"].reasons == (reason,)
    path.unlink()
    path.mkdir()
    assert statuses() == {"report.html": "stale", "claims.md": "stale"}


def test_settings_that_this_version_does_not_know_are_stale(results):
    settings = run_settings("gaussian", 0.1, 0)
    foreign = settings.model_dump(mode="json") | {"momentum": 0.9}
    dataset = netcdf.read(results / ONE_RUN).drop_encoding()
    for attributes in ({"configuration": json.dumps(foreign)}, {"made_by": "divine"}):
        netcdf.write(dataset.assign_attrs(attributes), results / ONE_RUN)
        finding = found()[ONE_RUN]
        assert finding.status == "stale"
        assert finding.reasons == ("was made with settings that this version does not know",)


@pytest.mark.parametrize("records", [{"count": 4, "even_in": "steps"}, {"every": 2, "end": 8}])
def test_gathered_runs_may_say_their_records_in_other_words(results, records):
    path = results / "curves/gaussian.nc"
    dataset = netcdf.read(path).drop_encoding()
    configuration = json.loads(dataset.attrs["configuration"]) | {"records": records}
    netcdf.write(dataset.assign_attrs(configuration=json.dumps(configuration)), path)
    assert found()["curves/gaussian.nc"].status == "intact"


def test_foreign_files_are_unknown(results):
    with style.context():
        figure = style.new_figure(1.0, 1.0)
        for ending in ("png", "svg", "pdf"):
            figure.savefig(results / f"figures/own.{ending}")
        figure.savefig(results / "figures/other.png", metadata={"Description": "my figure"})
    numbers = xr.Dataset(attrs={"seeds": 3, "inputs": "[", "made_by": "hand"})
    numbers.to_netcdf(results / "curves/own.nc")
    (results / "own.html").write_text("<!DOCTYPE html><title>Mine</title></html>")
    (results / "own.md").write_text("# Mine")
    foreign = ("figures/own.png", "figures/own.svg", "figures/own.pdf", "figures/other.png")
    assert statuses() == dict.fromkeys((*foreign, "curves/own.nc", "own.html", "own.md"), "unknown")
    assert found()["own.md"].reasons == ("does not say what made it",)


def test_what_is_no_result_is_not_looked_at(results):
    kept = ("README.md", "logs/run.log", "benchmarks/run.tsv", "checkpoints/run.npz", "x.json")
    for name in (*kept, ".fig3.svg.a.part", ".own.svg"):
        (results / name).parent.mkdir(exist_ok=True)
        (results / name).write_text("text")
    assert found().keys() == DEPENDENTS.keys()


def test_the_worst_is_the_status_and_all_is_said(results, monkeypatch):
    one, _, three, _ = RUNS["gaussian"]
    monkeypatch.setattr(
        verification,
        "fingerprint",
        lambda *modules: "0" * 16 if "analysis.gathering" in modules else fingerprint(*modules),
    )
    (results / one).unlink()
    write_run(results, run_settings("gaussian", 0.1, 7), offset=1.0)
    flip(results / three, 50)
    finding = found()["curves/gaussian.nc"]
    assert finding.status == "missing"
    assert [reason.split(" results/")[0] for reason in finding.reasons[1:]] == [
        "what it was made from is not there:",
        "what it was made from has been made anew:",
        "rests on",
    ]
    assert finding.reasons[0].startswith("was made by other code")
    # What lies further up is named beside what is wrong on the way.
    (reason,) = found()["figures/fig3.pdf"].reasons
    assert reason.startswith("rests on results/curves/gaussian.nc (stale), which goes back to")
    assert f"results/{three} (altered)" in reason
    assert STATUSES == ("altered", "unknown", "missing", "stale", "doubtful", "intact")


# --- Folders and paths ------------------------------------------------------------------------


def test_results_can_be_moved_and_renamed(results, tmp_path):
    shutil.move(results, tmp_path / "elsewhere" / "outcome")
    assert statuses(Path("elsewhere/outcome")) == {}


def test_results_copied_without_some_lack_them(results, tmp_path):
    shutil.copytree(results / "curves", tmp_path / "copy/curves")
    assert set(statuses(Path("copy")).values()) == {"missing"}


def test_a_file_is_verified_with_all_that_it_rests_on(results):
    def names(*paths):
        return {str(finding.path.relative_to(results)) for finding in verify(paths)}

    gaussian = {"curves/gaussian.nc", *RUNS["gaussian"]}
    assert names("results/figures/fig3.pdf") == {"figures/fig3.pdf", *gaussian}
    assert names("results/figures") == {*FIGURES, *gaussian}
    assert names(results / ONE_RUN, results / ONE_RUN) == {ONE_RUN}
    assert names("results/report.html") == DEPENDENTS.keys() - set(FIGURES[::2]) - {"claims.md"}


def test_folders_that_are_links_are_looked_into(results, tmp_path):
    for name in ("figures", "runs/gaussian"):
        shutil.move(results / name, tmp_path / "store" / name)
        (results / name).symlink_to(tmp_path / "store" / name)
    (results / "curves/loop").symlink_to("..")
    assert found().keys() == DEPENDENTS.keys()
    assert statuses() == {}
    flip(results / "figures/fig3.svg", 1000)
    assert statuses() == {"figures/fig3.svg": "altered", "report.html": "doubtful"}


def test_a_link_to_a_file_leads_to_the_file_itself(results, tmp_path):
    (tmp_path / "latest").symlink_to("results/figures/fig3.pdf")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/own.pdf").symlink_to("../latest")
    expected = verify(["results/figures/fig3.pdf"])
    assert verify(["latest"]) == verify(["deep/own.pdf"]) == expected
    assert explain("deep/own.pdf") == explain("results/figures/fig3.pdf")


def test_a_link_that_leads_nowhere_is_altered(results):
    (results / ONE_RUN).unlink()
    (results / ONE_RUN).symlink_to("none.nc")
    (results / "figures/fig3.svg").unlink()
    (results / "figures/fig3.svg").symlink_to("fig3.svg")
    found_here = found()
    reason = "cannot be read: No such file or directory"
    assert found_here[ONE_RUN][1:] == ("altered", (reason,))
    assert found_here["figures/fig3.svg"].status == "altered"
    with pytest.raises(UserError, match=r"fig3\.svg does not exist"):
        verify([results / "figures/fig3.svg"])


def test_a_folder_that_cannot_be_read_is_told(results, monkeypatch):
    def iterdir(folder, iterdir=Path.iterdir):
        if folder.name == "gaussian":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return iterdir(folder)

    monkeypatch.setattr(Path, "iterdir", iterdir)  # for root, any folder can be read
    with pytest.raises(UserError, match="results/runs/gaussian cannot be read: Permission denied"):
        verify(["results"])


def test_a_file_that_is_named_is_looked_at_whatever_its_name(results):
    for name in ("README.md", ".own.svg"):
        (results / name).write_text("text")
        (finding,) = verify([results / name])
        assert finding.status in ("unknown", "altered")
    assert statuses() == {}


def test_every_file_is_read_for_its_checksum_once(results, monkeypatch):
    read, examine = [], seal.examine
    monkeypatch.setattr(seal, "examine", lambda path: (read.append(path), examine(path))[1])
    verify(["results", "results/figures", "results/report.html"])
    assert sorted(read) == sorted(results / name for name in (*DEPENDENTS, "claims.json"))


def test_files_that_were_forged_to_rest_on_each_other_come_to_an_end(results):
    one, two, *_ = RUNS["gaussian"]
    for this, other in ((one, two), (two, one)):
        dataset = netcdf.read(results / this).drop_encoding()
        inputs = json.dumps({Path(other).name: seal.checksum(results / other)})
        netcdf.write(dataset.assign_attrs(inputs=inputs), results / this)
    # The checksum of one of the two can be right at most.
    assert statuses()[one] == "stale"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("none", "none does not exist"),
        (
            "results/claims.json",
            r"results/claims\.json carries no provenance; files that do end in",
        ),
        ("empty", r"empty holds no file that carries provenance; such files end in one of \.nc"),
    ],
)
def test_a_path_with_nothing_to_verify_is_the_users_error(results, tmp_path, path, message):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=message):
        verify([path])


# --- The command line -------------------------------------------------------------------------


def test_the_exit_status_tells_whether_all_is_intact(results, capsys):
    assert cli.main(["verify"]) == 0
    assert capsys.readouterr().out == f"{len(DEPENDENTS)} files: {len(DEPENDENTS)} intact\n"
    flip(results / "figures/fig3.svg", 1000)
    assert cli.main(["verify", "results/"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "altered   results/figures/fig3.svg: its bytes are not those that were written: edited or "
        "damaged",
        "doubtful  results/report.html: rests on results/figures/fig3.svg (altered)",
        f"{len(DEPENDENTS)} files: {len(DEPENDENTS) - 2} intact, 1 altered, 1 doubtful",
    ]
    assert cli.main(["verify", "--all", f"results/{ONE_RUN}"]) == 0
    assert capsys.readouterr().out == f"intact    results/{ONE_RUN}\n1 file: 1 intact\n"
    assert cli.main(["verify", "none"]) == 1
    assert capsys.readouterr().err == "thermophoresis: error: none does not exist\n"


def test_a_summary_counts_from_the_worst():
    findings = [
        verification.Finding(Path(status), status, ()) for status in (*STATUSES[::-1], "stale")
    ]
    assert summarise(findings) == (
        "7 files: 1 intact, 1 altered, 1 unknown, 1 missing, 2 stale, 1 doubtful"
    )


@pytest.mark.parametrize("arguments", [["verify"], ["explain", "results/figures/fig3.png"]])
def test_neither_torch_nor_xarray_is_imported(results, arguments):
    program = (
        "import sys; from thermophoresis import cli; status = cli.main(sys.argv[1:]);"
        "sys.exit(status or bool({'torch', 'xarray', 'matplotlib'} & sys.modules.keys()))"
    )
    subprocess.run([sys.executable, "-c", program, *arguments], check=True, capture_output=True)


# --- What made a file -------------------------------------------------------------------------


def test_figures_of_every_format_say_the_same(results):
    pdf, svg, png = (read_origin(results / name) for name in FIGURES)
    assert pdf == svg == png
    assert pdf.configuration["figure"]["observable"] == "loss"
    assert pdf.seeds == SEEDS
    assert pdf.inputs == {"../curves/gaussian.nc": seal.checksum(results / "curves/gaussian.nc")}
    assert [it["experiment"]["experiment"] for it in pdf.curves] == ["gaussian"]


def test_an_explanation_tells_all_that_made_a_figure(results):
    lines = explain("results/figures/fig3.png").splitlines()
    assert max(map(len, lines)) <= 100
    text = "\n".join(lines)
    origin = read_origin(results / "figures/fig3.png")
    assert re.search(
        rf"^  code +{origin.code_fingerprint} \(that of the present code\)$", text, re.M
    )
    assert re.search(r"^  made by +python -m thermophoresis make draw$", text, re.M)
    assert re.search(r"^  seeds +0, 7$", text, re.M)
    assert re.search(r"^  status +intact$", text, re.M)
    for name, version in origin.package_versions.items():
        assert f"{name} {version}" in text
    settings, experiment = re.search(
        r"^configuration\n(.*)^experiment gaussian\n(.*)^made from$", text, re.M | re.S
    ).groups()
    assert yaml.safe_load(settings) == origin.configuration
    assert yaml.safe_load(experiment) == origin.curves[0]["experiment"]
    tree = lines[lines.index("made from") + 1 :]
    checksum = seal.checksum(results / "curves/gaussian.nc")
    assert tree[0] == f"  results/curves/gaussian.nc  {checksum[:19]}  intact"
    for line, run in zip(tree[1:], RUNS["gaussian"], strict=True):
        assert line == f"    results/{run}  {seal.checksum(results / run)[:19]}  intact"


def test_an_explanation_goes_back_to_the_data_and_tells_each_file_once(results):
    text = explain("results/report.html")
    for name in DEPENDENTS.keys() - {"report.html", "claims.md", *FIGURES[::2]} | {"claims.json"}:
        lines = [line for line in text.splitlines() if f"results/{name} " in line]
        assert len([line for line in lines if "see above" not in line]) >= 1, name
    assert text.count("results/curves/gaussian.nc") == 2  # of the report and of the figure
    assert text.count("(see above)") == 1
    assert text.count(f"results/{ONE_RUN}") == 1


def test_an_explanation_tells_of_images_from_outside(results):
    source = {"source": "digits", "size": 8, "split_seed": 5}
    settings = DatasetSettings.model_validate({"dataset": "digits", "source": source})
    data = results / "data/digits.nc"
    prepare(settings, fingerprint=fingerprint(*settings.modules), output=data)
    checksum = xr.load_dataset(data).images_checksum
    line = f"images, labels and split from outside of the results  {checksum[:19]}"
    lines = explain(data).splitlines()
    assert "  seeds     5" in lines
    assert lines[lines.index("made from") + 1 :] == [f"  {line}"]
    assert explain(results / RUNS["digits"][0]).splitlines()[-1] == f"    {line}"


def test_many_files_are_told_in_few_lines(results, monkeypatch):
    monkeypatch.setattr("thermophoresis.provenance.explanation.LISTED", 1)
    flip(results / RUNS["digits"][1], 200)
    lines = explain("results/curves/digits.nc").splitlines()
    first, second, *_, last = (Path(run).name for run in RUNS["digits"])
    recorded = read_origin(results / "curves/digits.nc").inputs[f"../runs/digits/{second}"]
    data = seal.checksum(results / "data/digits.nc")[:19]
    assert lines[lines.index("made from") + 1 :] == [
        "  results/runs/digits: 4 files, 3 intact",
        f"    {first} … {last}",
        f"    {second}  {recorded[:19]}  altered",
        f"    results/data/digits.nc  {data}  intact",
    ]


def test_an_explanation_tells_what_has_happened_since(results):
    one, two, three, four = RUNS["gaussian"]
    (results / one).unlink()
    write_run(results, run_settings("gaussian", 0.1, 7), offset=1.0)
    flip(results / three, 50)
    write_run(results, run_settings("gaussian", 0.2, 7), offset=1.0, code="0" * 16)
    text = explain("results/curves/gaussian.nc")
    told = {one: "not there", two: "made anew since", three: "altered"}
    for run, status in (told | {four: "made anew since, stale"}).items():
        assert re.search(rf"results/{re.escape(run)}  sha256:\w{{12}}  {status}$", text, re.M)
    assert re.search(r"^  status +missing$", text, re.M)
    of_figure = explain("results/figures/fig3.png").splitlines()
    curves = next(line for line in of_figure if line.startswith("  results/curves/gaussian.nc"))
    assert curves.endswith("  lacks an input")
    run = explain(f"results/{four}")
    present = fingerprint(*run_settings("gaussian", 0.2, 7).modules)
    assert f"0000000000000000 (the present code has {present})" in run
    assert run.endswith("nothing: it is calculated from its configuration alone")


def test_what_cannot_be_relied_on_is_not_explained(results):
    flip(results / ONE_RUN, 50)
    (results / "own.md").write_text("# Mine")
    for path, message in (
        (f"results/{ONE_RUN}", "cannot be relied on: its bytes are not those"),
        ("results/own.md", "results/own.md does not say what made it"),
        ("results/claims.json", "results/claims.json carries no provenance"),
        ("results/none.nc", "results/none.nc does not exist"),
        ("results", "results is no file"),
    ):
        with pytest.raises(UserError, match=re.escape(message)):
            explain(path)
