"""What results have cost: sums by stage and experiment, and what is no benchmark."""

from itertools import chain
from pathlib import Path, PurePosixPath

import pytest

from thermophoresis import cli
from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import load
from thermophoresis.errors import UserError
from thermophoresis.products import STAGES, Products, stage_of
from thermophoresis.provenance.cost import Job, read, table, unmeasured

HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
# Processor seconds and memory (MB) of each job.
BENCHMARKS = {
    "data/digits": ("2.50", "150.00"),
    "runs/gaussian/lr=0.1_batch=1_seed=0": ("1000.25", "410.00"),
    "runs/gaussian/lr=0.2_batch=1_seed=0": ("500.25", "420.00"),
    "runs/cnn6/lr=0.2_batch=1_seed=0": ("40.00", "900.00"),
    "measurements/hessian_chain/gaussian/lr=0.1_batch=1_seed=0": ("30.00", "300.00"),
    "measurements/hessian_chain/cnn6/lr=0.2_batch=1_seed=0": ("60.00", "700.00"),
    "measurements/hessian_chain/gaussian": ("2.00", "110.00"),
    "curves/gaussian": ("1.00", "120.00"),
    "claims/gaussian": ("7.00", "200.00"),
    "claims": ("NA", "NA"),
    "figures/fig3": ("3.00", "130.00"),
    "figures/fig4": ("NA", "NA"),
    "report": ("4.00", "140.00"),
}
# Results of before the stages had their names.
OLD = {
    "curvature/runs/gaussian/lr=0.1_batch=1_seed=0": ("20.00", "300.00"),
    "curvature/gaussian": ("2.00", "310.00"),
}


def row(seconds: str, memory: str) -> str:
    return f"5.0\t0:00:05\t{memory}\tNA\tNA\tNA\tNA\tNA\tNA\t{seconds}\n"


@pytest.fixture
def results(tmp_path):
    """Write benchmarks below a folder of results, beside what is none."""

    def write(benchmarks: dict[str, tuple[str, str]]) -> Path:
        for name, cost in benchmarks.items():
            path = tmp_path / f"benchmarks/{name}.tsv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(HEADER + row(*cost))
        (tmp_path / "table.tsv").write_text("not looked at")
        return tmp_path

    return write


def test_sums_are_by_stage_and_those_of_runs_by_experiment(results):
    assert table(read(results(BENCHMARKS)))[1:] == [
        ("prepare", "", "1", "2", "150"),
        ("simulate", "", "3", "1,540", "900"),
        ("", "cnn6", "1", "40", "900"),
        ("", "gaussian", "2", "1,500", "420"),
        ("measure", "", "2", "90", "700"),
        ("", "cnn6", "1", "60", "700"),
        ("", "gaussian", "1", "30", "300"),
        ("gather", "", "2", "3", "120"),
        ("judge", "", "1", "7", "200"),
        ("ledger", "", "1", "NA", "NA"),
        ("draw", "", "2", "3", "130"),
        ("report", "", "1", "4", "140"),
        ("total", "", "13", "1,650", "900"),
    ]


def test_jobs_without_processor_time_are_counted(results):
    assert unmeasured(read(results(BENCHMARKS))).startswith("2 of 13 jobs have no processor time")
    assert unmeasured([Job("draw", "fig3", None, None)]).startswith("1 of 1 jobs has no processor")
    assert unmeasured([Job("draw", "fig3", 0.0, 1.0)]) == ""


def test_what_no_stage_makes_is_summed_under_its_folder(results):
    jobs = read(results({**OLD, "curves/gaussian": ("1.00", "120.00"), "other": ("1", "1")}))
    assert table(jobs)[1:] == [
        ("gather", "", "1", "1", "120"),
        ("benchmarks", "", "1", "1", "1"),
        ("curvature", "", "2", "22", "310"),
        ("total", "", "4", "24", "310"),
    ]


def test_a_job_that_is_repeated_counts_each_time(results):
    path = results({"report": ("4.00", "140.00")}) / "benchmarks/report.tsv"
    path.write_text(HEADER + row("4.00", "140.00") + row("5.00", "150.00"))
    assert table(read(path.parents[1]))[-1] == ("total", "", "2", "9", "150")


def test_the_command_prints_an_aligned_table(results, capsys):
    assert cli.main(["cost", str(results(BENCHMARKS))]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header == "stage     experiment  jobs  processor seconds  largest memory (MB)"
    assert lines[1] == "simulate                 3              1,540                  900"
    assert lines[2] == "          cnn6           1                 40                  900"
    assert lines[-1].startswith("2 of 13 jobs have no processor time (NA)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a benchmark of Snakemake; must have the columns s, max_rss, cpu_time"),
        ("a\tb\n1\t2\n", "not a benchmark of Snakemake"),
        (HEADER, "not a benchmark of Snakemake"),
        (HEADER + row("fast", "1"), "cpu_time: got 'fast'; must be a number >= 0 or NA"),
        (HEADER + row("1", "nan"), "max_rss: got 'nan'; must be a number >= 0 or NA"),
        (HEADER + row("-1", "1"), "cpu_time: got '-1'; must be a number >= 0 or NA"),
        (HEADER + "5.0\t0:00:05\n", "max_rss: got ''; must be a number >= 0 or NA"),
        ("\udcff", "cannot be read: "),
    ],
)
def test_a_file_that_is_no_benchmark_is_named(results, capsys, text, words):
    folder = results(BENCHMARKS)
    path = folder / "benchmarks/figures/fig3.tsv"
    path.write_bytes(text.encode(errors="surrogateescape"))
    assert cli.main(["cost", str(folder)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"thermophoresis: error: {path}: {words}")


def test_what_is_no_folder_of_results_is_refused(tmp_path):
    with pytest.raises(UserError, match="absent: no such folder; must be a folder of results"):
        read(tmp_path / "absent")
    with pytest.raises(UserError, match="benchmarks: no benchmarks; must have those"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("snapshots/gaussian/lr=0.1_batch=1_seed=0", ("simulate", "gaussian")),
        ("traces/gaussian/lr=0.1_batch=1_seed=0", ("simulate", "gaussian")),
        ("figures/fig3", ("draw", "fig3")),
        ("claims", ("ledger", "")),
        ("runs/gaussian", None),
        ("settings/0123", None),
    ],
)
def test_the_stage_of_a_path(stem, expected):
    assert stage_of(stem) == expected


def test_every_product_is_of_the_stage_that_its_path_says(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])
    config = load("config/smoke.yaml")
    products = Products(config, load_claims(config))
    of_stage = (getattr(products, stage) for stage in STAGES)
    made = chain.from_iterable(it.values() if isinstance(it, dict) else [it] for it in of_stage)
    found = {stage: set() for stage in STAGES}
    for product in made:
        stage, _ = stage_of(str(PurePosixPath(product.outputs[0]).with_suffix("")))
        found[product.stage].add(stage)
    assert found == {stage: {stage} for stage in STAGES}
