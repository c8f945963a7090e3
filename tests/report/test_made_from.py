"""How a file is made again, what that takes, and what it was made from, from files alone."""

import json
from pathlib import Path

import pytest
import xarray as xr

from thermophoresis import cli
from thermophoresis.provenance import netcdf, seal
from thermophoresis.provenance.files import write_sealed
from thermophoresis.provenance.record import description, metadata
from thermophoresis.report import made_from
from thermophoresis.report.made_from import Results, duration

REPOSITORY = Path(__file__).parents[2]
HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
# What each file is made from, and the processor time of its job; a run leaves snapshots as well.
FILES = {
    "data/digits": ((), "1.00"),
    "runs/mine/lr=0.1_batch=1_seed=0": (("data/digits",), "60.50"),
    "runs/mine/lr=0.2_batch=1_seed=0": (("data/digits",), "90.00"),
    "snapshots/mine/lr=0.1_batch=1_seed=0": (("data/digits",), None),
    "measurements/norm/mine/lr=0.1_batch=1_seed=0": (
        ("snapshots/mine/lr=0.1_batch=1_seed=0", "data/digits"),
        "NA",
    ),
    "measurements/norm/mine": (("measurements/norm/mine/lr=0.1_batch=1_seed=0",), "2.00"),
    "curves/mine": (
        ("runs/mine/lr=0.1_batch=1_seed=0", "runs/mine/lr=0.2_batch=1_seed=0"),
        "4.00",
    ),
}


def made_of(folder, output, inputs, code):
    return metadata({}, code, made_by="gather", seeds=[], inputs=inputs, output=folder / output)


def benchmark(folder, job, seconds):
    path = folder / f"benchmarks/{job}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + f"5.0\t0:00:05\t1.0\tNA\tNA\tNA\tNA\tNA\tNA\t{seconds}\n")


@pytest.fixture
def folder(tmp_path):
    for name, (inputs, seconds) in FILES.items():
        files = [tmp_path / f"{it}.nc" for it in inputs]
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        attributes = made_of(tmp_path, f"{name}.nc", files, f"of-{name.partition('/')[0]}")
        netcdf.write(xr.Dataset(attrs=attributes), tmp_path / f"{name}.nc")
        if seconds:
            benchmark(tmp_path, name, seconds)
    drawn = tmp_path / "figures/fig3.svg"
    drawn.parent.mkdir()
    inputs = [tmp_path / "curves/mine.nc", tmp_path / "measurements/norm/mine.nc"]
    text = description(made_of(tmp_path, "figures/fig3.svg", inputs, "of-figure"))
    dc = "http://purl.org/dc/elements/1.1/"
    svg = f'<svg xmlns:dc="{dc}"><dc:description>{text}</dc:description></svg>'
    write_sealed(drawn, svg.encode())
    benchmark(tmp_path, "figures/fig3", "10.00")
    return tmp_path


def test_a_figure_rests_on_every_job_once(folder):
    made = Results(folder).made("figures/fig3.svg", target="figures/fig3.png")
    assert made.code == "of-figure"
    # 10 + 4 + 2 + 60.5 + 90 + 1 s; the snapshots are of a run, and one job was too short.
    assert made.time == "2.8\u00a0min of processor time in 7 jobs"
    assert made.command == f"uv run snakemake --cores all -- {folder}/figures/fig3.png"
    sums = {it: seal.checksum(folder / it)[:19] for it in ("curves/mine.nc",)}
    assert made.inputs[0] == f"curves/mine.nc: {sums['curves/mine.nc']}, code of-curves"
    assert made.inputs[2:] == (
        "data/digits.nc, code of-data",
        "measurements/norm/mine/lr=0.1_batch=1_seed=0.nc, code of-measurements",
        "runs/mine: 2 files, code of-runs",
        "snapshots/mine/lr=0.1_batch=1_seed=0.nc, code of-snapshots",
    )


def test_what_a_file_does_not_tell_can_be_told(folder):
    benchmark(folder, "claims/mine", "3.00")
    made = Results(folder, "snakemake").made("claims/mine.json", inputs=["curves/mine.nc"])
    assert made.command == f"snakemake -- {folder}/claims/mine.json"
    assert made.time == "2.6\u00a0min of processor time in 5 jobs"
    assert made.code == ""
    assert made.inputs[0] == "curves/mine.nc: code of-curves"


def test_jobs_without_a_record_are_counted(folder):
    (folder / "benchmarks/curves/mine.tsv").unlink()
    (folder / "benchmarks/data/digits.tsv").write_text("no benchmark")
    made = Results(folder).made("claims/mine.json", inputs=["curves/mine.nc"])
    assert made.time == "2.5\u00a0min of processor time in 5 jobs, 3 of them not recorded"
    assert Results(folder / "curves").made("other.nc").time == ""


def test_inputs_that_are_gone_or_damaged_hinder_nothing(folder):
    (folder / "runs/mine/lr=0.1_batch=1_seed=0.nc").unlink()
    (folder / "runs/mine/lr=0.2_batch=1_seed=0.nc").write_text("damaged")
    made = Results(folder).made("curves/mine.nc")
    assert [line.partition(":")[0] for line in made.inputs] == [
        "runs/mine/lr=0.1_batch=1_seed=0.nc",
        "runs/mine/lr=0.2_batch=1_seed=0.nc",
    ]
    assert made.time == "2.6\u00a0min of processor time in 3 jobs"


def test_folders_with_blanks_are_quoted(tmp_path):
    command = Results(tmp_path / "my results").made("claims/a.json", inputs=[]).command
    assert command.endswith(f" -- '{tmp_path}/my results/claims/a.json'")


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1.0 min"),
        (590, "9.8 min"),
        (599, "10 min"),
        (5969, "99 min"),
        (5971, "1.7 h"),
    ],
)
def test_durations(seconds, written):
    assert duration(seconds) == written.replace(" ", "\u00a0")


def test_commands_begin_alike_in_both_places():
    required = ["--settings", "{}", "--fingerprint", "0", "--outputs", "page", "table"]
    assert cli._parser().parse_args(["make", "report", *required]).again == made_from.AGAIN
    assert json.dumps(made_from.AGAIN) in (REPOSITORY / "workflow/Snakefile").read_text("utf-8")
