"""A folder of results, by names."""

import shutil

import pytest
import toy_results

import thermophoresis as tp
from thermophoresis.provenance import netcdf


def test_everything_is_found_by_its_name(results):
    found = tp.open_results(results)
    assert found.experiments == ("gaussian",)
    assert found.figures == {it: results / f"figures/{it}.svg" for it in ("fig3", "fig5")}
    for read, path in (
        (found.curves("gaussian"), "curves/gaussian"),
        (found.measurements("norm", "gaussian"), "measurements/norm/gaussian"),
        (found.computation("alone"), "computations/alone"),
    ):
        assert read.identical(netcdf.read(results / f"{path}.nc"))
    assert "1 experiments, 2 figures" in repr(found)


def test_verdicts_are_those_that_are_asked_for(results):
    found = tp.open_results(results)
    given = [{"paper": "thermophoresis"} | it for it in toy_results.VERDICTS]
    whole = found.verdicts()
    assert [{name: it[name] for name in one} for it, one in zip(whole, given, strict=True)] == given
    for asked, ids in (
        ({"paper": "limit_cycles"}, ["falls"]),
        ({"verdict": "refuted"}, ["rises"]),
        ({"verdict": "no exponent"}, []),
        ({"experiment": "gaussian"}, ["falls", "rises"]),
        ({"paper": "limit_cycles", "verdict": "refuted"}, []),
    ):
        assert [it["id"] for it in found.verdicts(**asked)] == ids


def test_what_is_not_there_is_said_in_one_line(results, tmp_path):
    found = tp.open_results(results)
    for ask, words in (
        (lambda: found.curves("gausian"), r"curves: got 'gausian'.* \(did you mean 'gaussian'\?\)"),
        (lambda: found.measurements("nrm", "gaussian"), "got 'nrm'; must be one of norm"),
        (lambda: found.measurements("norm", "other"), "norm: got 'other'; must be one of gaussian"),
        (lambda: found.computation("../curves/gaussian"), "must be one of alone"),
        (lambda: found.verdicts(paper="limit"), "paper: got 'limit'; must be one of limit_cycles"),
        (lambda: tp.open_results(tmp_path), "holds neither curves/ nor claims.json"),
        (lambda: tp.open_results(tmp_path / "none"), "no such folder"),
        (lambda: tp.Results(tmp_path).verdicts(), r"there is no .*claims\.json: run Snakemake"),
        (lambda: tp.Results(tmp_path).measurements("norm", "gaussian"), "got 'norm'"),
    ):
        with pytest.raises(tp.UserError, match=words) as caught:
            ask()
        assert "\n" not in str(caught.value)


def test_a_damaged_file_is_no_curve(results, tmp_path):
    folder = shutil.copytree(results, tmp_path / "results")
    path = folder / "curves/gaussian.nc"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(tp.UserError, match="it is not what was written"):
        tp.open_results(folder).curves("gaussian")
