"""Every number that moves between two folders of results is found, and nothing else is one."""

import doctest
import json
import shutil
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr

from thermophoresis import cli
from thermophoresis.errors import UserError
from thermophoresis.provenance import comparison, netcdf
from thermophoresis.provenance.comparison import compare, lines, renamed, summarise
from thermophoresis.provenance.fingerprint import PACKAGE, SOURCE, closure

RUN, CURVES = "runs/gaussian/lr=0.1_batch=1_seed=0.nc", "curves/gaussian.nc"
CLAIM = {
    "id": "falls",
    "statement": "The norm falls.",
    "estimate": -0.3,
    "ci_low": -0.4,
    "ci_high": -0.2,
    "ci_level": 0.999,
    "n_replicas": 128,
    "criterion": "< 0",
    "verdict": "supported",
    "figure": None,
    "explanation": "A fall is a change below zero.",
    "caveat": "",
    "cell": "η = 0.1",
    "more_replicas": 7,
}
FIELDS = [field for field in CLAIM if field != "id"]
CLAIMS = [CLAIM, CLAIM | {"id": "rises", "verdict": "refuted"}]
PAGES = ["figures/fig3.svg", "figures/fig3.png", "report.html", "claims.md"]
WORK = ["logs/runs/a.log", "benchmarks/a.tsv", "checkpoints/a.npz", "smoke/logs/a.log"]


def dataset():
    """A few variables of the kinds that results have."""
    loss = np.array([[0.5, 0.0, np.nan], [1.5, -2.5, np.inf]], np.float32)
    dims = ("replica", "record")
    return xr.Dataset(
        {
            "loss": (dims, loss, {"long_name": "loss", "units": "nat"}),
            "diverged": (dims, np.zeros((2, 3), np.int8)),
            "name": ("replica", np.array(["wide", "deep"], object)),
        },
        {
            "step": ("record", np.array([0, 3, -1]), {}, {"_FillValue": -1}),
            "thermal_time": ("record", np.array([0.0, 0.3, np.nan])),
            "learning_rate": ((), 0.1),
        },
    )


def write(path, content=None, **changes):
    """Write a file that says, as one of other code would, something else of its origin."""
    content = (dataset() if content is None else content).assign(changes)
    netcdf.write(content.assign_attrs(code_fingerprint=str(path)), path)


def write_claims(folder, claims):
    (folder / "claims.json").write_text(json.dumps(claims), "utf-8")


@pytest.fixture(autouse=True)
def nothing_has_moved(monkeypatch):
    """Paths and variables in these tests are made up."""
    monkeypatch.setattr(comparison, "MOVED", {})
    monkeypatch.setattr(comparison, "JOINED", {})


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Two folders of results of the same numbers, made by different code."""
    folder = tmp_path_factory.mktemp("compared")
    for results in (folder / "a", folder / "b"):
        for name in (RUN, CURVES):
            write(results / name)
        write_claims(results, CLAIMS)
        for name in [*PAGES, *WORK, "claims/gaussian.json", "README.md"]:
            (results / name).parent.mkdir(parents=True, exist_ok=True)
            (results / name).write_text(str(results))
    return folder


@pytest.fixture
def results(built, tmp_path, monkeypatch):
    """A copy of both, in the working directory."""
    for name in ("a", "b"):
        shutil.copytree(built / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


SKIPPED = (
    "skipped     4 files of figures and reports, 1 of verdicts beside claims.json, "
    "4 of logs, benchmarks and checkpoints"
)


def told(capsys, *more):
    """Compare on the command line and return the status, the differences and the summary."""
    status = cli.main(["compare", "a", "b", *more])
    first, *rest, summary = capsys.readouterr().out.splitlines()
    moved = [first] if first.startswith("moved") else []
    assert (rest.pop(0) if moved else first) == SKIPPED
    return status, moved + rest, summary


def summary(products="", variables="", verdicts=""):
    def counts(given, total, sort):
        found = {"identical": total, "rounded": 0, "different": 0, "only in A": 0, "only in B": 0}
        for it in filter(None, given.split(", ")):
            number, status = it.split(" ", 1)
            found[status] = int(number)
        told = ", ".join(f"{count} {status}" for status, count in found.items())
        return f"{sum(found.values())} {sort}: {told}"

    return "; ".join(
        (
            counts(products, 3, "products"),
            counts(variables, 12, "variables"),
            counts(verdicts, 2, "verdicts"),
        )
    )


ONE_VARIABLE = summary("2 identical, 1 different", "11 identical, 1 different")
ONE_ROUNDED = summary("2 identical, 1 rounded", "11 identical, 1 rounded")
ONE_VERDICT = summary("2 identical, 1 different", "", "1 identical, 1 different")


def test_the_same_numbers_of_other_code_are_identical(results, capsys):
    assert (results / "a" / RUN).read_bytes() != (results / "b" / RUN).read_bytes()
    assert told(capsys) == (0, [], summary())


# --- Values -----------------------------------------------------------------------------------


def with_bits(bits, dtype=np.uint32, kind=np.float32):
    """Return the loss with other bits in the element whose value is 0.5."""
    loss = dataset().loss
    loss[0, 0] = np.array(bits, dtype).view(kind)
    return loss


BITS_OF_HALF = int(np.float32(0.5).view(np.uint32))


@pytest.mark.parametrize("bit", [0, 1, 15, 22, 23, 30, 31])
@pytest.mark.parametrize("name", [RUN, CURVES])
def test_one_bit_of_one_value_is_found(results, capsys, name, bit):
    changed = with_bits(BITS_OF_HALF ^ (1 << bit))
    write(results / "b" / name, loss=changed)
    gap = abs(float(changed[0, 0]) - 0.5)
    assert gap > 0
    status, (line,), counted = told(capsys)
    assert (status, counted) == (1, ONE_VARIABLE)
    relative = gap / max(0.5, abs(float(changed[0, 0])))
    assert line == (
        f"different   {name}: loss: 1 of 6 elements differs by up to {gap:.3g} "
        f"(relative {relative:.3g})"
    )


def test_the_largest_differences_are_told(results, capsys):
    loss = dataset().loss
    loss[0, 0], loss[1, 0], loss[1, 1] = 0.25, 3.5, np.nan
    write(results / "b" / RUN, loss=loss)
    assert told(capsys)[1] == [
        f"different   {RUN}: loss: 3 of 6 elements differ by up to 2 (relative 0.571); "
        "1 by NaN or infinity"
    ]


def test_a_negative_zero_is_another_value(results, capsys):
    loss = dataset().loss
    loss[0, 1] = -0.0
    write(results / "b" / RUN, loss=loss)
    status, (line,), counted = told(capsys)
    assert (status, counted) == (1, ONE_VARIABLE)
    assert line.endswith("loss: 1 of 6 elements differs by up to 0 (relative 0)")


@pytest.mark.parametrize("place", [(0, 2), (1, 2)])
def test_nan_and_infinity_are_no_other_values(results, capsys, place):
    loss = dataset().loss
    loss[place] = -loss[place] if np.isinf(loss[place]) else 1.0
    write(results / "b" / RUN, loss=loss)
    status, (line,), counted = told(capsys)
    assert (status, counted) == (1, ONE_VARIABLE)
    assert line.endswith("loss: 1 of 6 elements differs; 1 by NaN or infinity")


@pytest.mark.parametrize("payload", [0x7FC00001, 0xFFC00000, 0x7F800001])
def test_not_every_nan_is_the_same(results, capsys, payload):
    loss = dataset().loss
    loss.values.view(np.uint32)[0, 2] = payload
    write(results / "b" / RUN, loss=loss)
    assert told(capsys)[::2] == (1, ONE_VARIABLE)
    shutil.copy(results / "b" / RUN, results / "a" / RUN)
    assert told(capsys) == (0, [], summary())


def test_large_integers_are_not_rounded(results, capsys):
    for folder, last in (("a", 1), ("b", 2)):
        write(results / folder / RUN, step=("record", np.array([0, 3, 2**62 + last])))
    status, (line,), _ = told(capsys)
    assert status == 1
    assert "step: 1 of 3 elements differs by up to 1 (" in line


@pytest.mark.parametrize("text", ["deeper", "Deep", "deep ", ""])
def test_texts_are_compared(results, capsys, text):
    write(results / "b" / RUN, name=("replica", np.array(["wide", text], object)))
    status, (line,), counted = told(capsys)
    assert (status, counted) == (1, ONE_VARIABLE)
    assert line == f"different   {RUN}: name: 1 of 2 elements differs"


@pytest.mark.parametrize("extra", [0.0, 1e-13, 1e-11])
def test_thermal_time_may_be_rounded_otherwise(results, capsys, extra):
    tau = np.array([0.0, 0.3 * (1 + extra) if extra else np.nextafter(0.3, 1), np.nan])
    write(results / "b" / RUN, thermal_time=("record", tau))
    status, (line,), counted = told(capsys)
    assert "thermal_time: 1 of 3 elements differs by up to " in line
    if extra > 1e-12:
        assert line.startswith("different ")
        assert (status, counted) == (1, ONE_VARIABLE)
    else:
        assert line.startswith("rounded ")
        assert (status, counted) == (0, ONE_ROUNDED)


@pytest.mark.parametrize("tau", [[0.0, 0.3, 1.0], [0.0, np.nan, np.nan], [1e-300, 0.3, np.nan]])
def test_thermal_time_may_be_nothing_else(results, capsys, tau):
    write(results / "b" / RUN, thermal_time=("record", tau))
    assert told(capsys)[::2] == (1, ONE_VARIABLE)


def test_no_other_variable_may_be_rounded_otherwise(results, capsys):
    write(results / "b" / RUN, learning_rate=((), np.nextafter(0.1, 1)))
    status, (line,), counted = told(capsys)
    assert (status, counted) == (1, ONE_VARIABLE)
    assert "learning_rate: 1 of 1 elements differs by up to 1.39e-17 (" in line


def test_values_are_compared_as_they_are_stored(results, capsys):
    # To a reader that masks, NaN and what was never written are the same.
    for folder, value in (("a", np.nan), ("b", -7.0)):
        (results / folder / RUN).unlink()
        with netCDF4.Dataset(results / folder / RUN, "w") as file:
            file.createDimension("record", 1)
            loss = file.createVariable("loss", "f8", ("record",), fill_value=-7.0)
            loss.missing_value = np.nan
            loss.set_auto_mask(False)
            loss[:] = value
            file.createVariable("chars", "S1", ("record",))[:] = b"a"
    status, (line,), _ = told(capsys)
    assert status == 1
    assert line.endswith("loss: 1 of 1 elements differs; 1 by NaN or infinity")


def test_variables_in_groups_are_compared(results, capsys):
    for folder, value in (("a", 1.0), ("b", 2.0)):
        with netCDF4.Dataset(results / folder / RUN, "w") as file:
            file.createGroup("inner").createVariable("loss", "f8", ())[...] = value
    assert "inner/loss: 1 of 1 elements differs by up to 1 (" in told(capsys)[1][0]


# --- Variables --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dims", "values", "messages"),
    [
        (("replica", "record"), np.zeros((2, 3)), ["dtype float32 is now float64"]),
        (
            ("network", "record"),
            np.zeros((2, 3), np.float32),
            ["dimensions ('replica', 'record') is now ('network', 'record')"],
        ),
        (
            ("replica", "record"),
            np.zeros((2, 4), np.float32),
            ["shape (2, 3) is now (2, 4)"],
        ),
        (
            ("network", "record"),
            np.ones((2, 3), np.float32),
            [
                "dimensions ('replica', 'record') is now ('network', 'record')",
                "6 of 6 elements differ by up to 1 (relative 1)",
            ],
        ),
    ],
)
def test_type_dimensions_and_shape_are_compared(results, capsys, dims, values, messages):
    zeros = np.zeros((2, 3), np.float32)
    write(results / "a" / RUN, xr.Dataset({"loss": (("replica", "record"), zeros)}))
    write(results / "b" / RUN, xr.Dataset({"loss": (dims, values)}))
    status, found, _ = told(capsys)
    assert status == 1
    assert found == [f"different   {RUN}: loss: {message}" for message in messages]


@pytest.mark.parametrize(
    ("encoding", "decoded"),
    [({"_FillValue": 3}, "'_FillValue'"), ({"scale_factor": 2.0}, "'scale_factor'")],
)
def test_what_readers_make_of_the_stored_values_is_compared(results, capsys, encoding, decoded):
    # The same bytes in the file, other numbers in xarray.
    for folder, how in (("a", {}), ("b", encoding)):
        content = xr.Dataset({"step": ("record", np.array([0, 3]), how)})
        write(results / folder / RUN, content)
    status, (line,), _ = told(capsys)
    assert status == 1
    assert line.startswith(f"different   {RUN}: step: is decoded by {{}}, now by {{{decoded}: ")


def test_that_nan_is_filled_with_nan_says_nothing(results, capsys):
    content = dataset()
    content.loss.encoding["_FillValue"] = None
    write(results / "b" / RUN, content)
    with netCDF4.Dataset(results / "b" / RUN) as file:
        assert "_FillValue" not in file["loss"].ncattrs()
    assert told(capsys) == (0, [], summary())


def test_a_variable_less_is_a_failure_and_one_more_is_not(results, capsys):
    write(results / "b" / RUN, dataset().drop_vars("loss"), accuracy=((), 1.0), extra=((), 1.0))
    status, found, counted = told(capsys)
    assert status == 1
    assert found == [
        f"only in A   {RUN}: loss",
        f"only in B   {RUN}: accuracy",
        f"only in B   {RUN}: extra",
    ]
    variables = "11 identical, 2 only in B, 1 only in A"
    assert counted == summary("2 identical, 1 different", variables)
    write(results / "b" / RUN, accuracy=((), 1.0))
    write(results / "b" / CURVES, accuracy=((), 1.0))
    status, found, counted = told(capsys)
    assert (status, found) == (0, [f"only in B   {CURVES} and 1 more: accuracy"])
    assert counted == summary("", "12 identical, 2 only in B")


def test_other_labels_are_listed(results, capsys):
    for name in (RUN, CURVES):
        content = dataset()
        content.loss.attrs |= {"units": "bit", "long_name": "cross entropy"}
        write(results / "b" / name, content)
    assert told(capsys) == (
        0,
        [
            f"relabelled  {CURVES} and 1 more: loss: long_name loss is now cross entropy",
            f"relabelled  {CURVES} and 1 more: loss: units nat is now bit",
        ],
        summary(),
    )


def test_renamed_variables_are_told_and_compared(results, capsys, monkeypatch):
    monkeypatch.setattr(comparison, "RENAMED", {"loss": "test_loss"})
    for name in (RUN, CURVES):
        write(results / "b" / name, dataset().rename(loss="test_loss"))
    assert cli.main(["compare", "a", "b"]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == "renamed     variables loss → test_loss"
    assert rest == [SKIPPED, summary()]
    write(results / "b" / RUN, dataset().rename(loss="test_loss"), test_loss=with_bits(0))
    assert cli.main(["compare", "a", "b"]) == 1
    assert f"different   {RUN}: loss: 1 of 6 elements differs" in capsys.readouterr().out


def layers(joined):
    """The variables of the tests and the rates of two layers, in one variable or in two."""
    rates = np.arange(12, dtype=np.float32).reshape(2, 3, 2) - 3.5
    rates[1, 2] = np.nan
    dims = ("replica", "record")
    if joined:
        return dataset().assign({"rate": ((*dims, "layer"), rates), "layer": ("layer", [1, 2])})
    return dataset().assign({f"rate_{layer + 1}": (dims, rates[..., layer]) for layer in range(2)})


def test_variables_of_layers_are_compared_with_the_one_of_all_layers(results, capsys, monkeypatch):
    monkeypatch.setattr(comparison, "JOINED", {"rate": "layer"})

    def told():
        status = cli.main(["compare", "a", "b"])
        first, skipped, *rest, _ = capsys.readouterr().out.splitlines()
        assert (first, skipped) == ("renamed     variables rate_1, … → rate at layer 1, …", SKIPPED)
        return status, rest

    write(results / "a" / RUN, layers(joined=False))
    write(results / "b" / RUN, layers(joined=True))
    only_new = f"only in B   {RUN}: layer"
    assert told() == (0, [only_new])

    flipped = layers(joined=True)
    flipped["rate"].values.view(np.uint32)[0, 1, 1] ^= 1
    write(results / "b" / RUN, flipped)
    status, (line, other) = told()
    assert (status, other) == (1, only_new)
    assert line.startswith(f"different   {RUN}: rate_2: 1 of 6 elements differs by ")

    write(results / "b" / RUN, layers(joined=True).isel(layer=slice(1)))
    assert told() == (1, [f"only in A   {RUN}: rate_2", only_new])
    write(results / "a" / RUN, layers(joined=True))
    write(results / "b" / RUN, layers(joined=True))
    assert told() == (0, [])


# --- Verdicts ---------------------------------------------------------------------------------


def test_one_verdict_is_found(results, capsys):
    write_claims(results / "b", [CLAIM | {"verdict": "refuted"}, CLAIMS[1]])
    line = "different   claims.json: falls: verdict 'supported' is now 'refuted'"
    assert told(capsys) == (1, [line], ONE_VERDICT)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_a_claim_is_compared(results, capsys, field):
    value = CLAIM[field]
    other = value * (1 + 1e-11) if isinstance(value, float) else f"{value}."
    write_claims(results / "b", [CLAIMS[0], CLAIMS[1] | {field: other}])
    status, (line,), counted = told(capsys)
    assert (status, counted) == (1, ONE_VERDICT)
    assert line.startswith(f"different   claims.json: rises: {field} ")
    assert ("(relative 1e-11)" in line) == isinstance(value, float)


@pytest.mark.parametrize("other", [-0.3 * (1 + 1e-13), -0.3 * (1 - 9e-13)])
def test_numbers_of_claims_may_be_rounded_otherwise(results, capsys, other):
    write_claims(results / "b", [CLAIM | {"estimate": other}, CLAIMS[1]])
    status, (line,), counted = told(capsys)
    assert line.startswith(
        f"rounded     claims.json: falls: estimate -0.3 is now {other} (relative"
    )
    rounded = summary("2 identical, 1 rounded", "", "1 identical, 1 rounded")
    assert (status, counted) == (0, rounded)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (0.0, 1e-300),
        (-0.3, 0.3),
        (None, 0.0),
        (0.0, None),
        (1, True),
        (1, "1"),
        (1.0, float("nan")),
        (float("inf"), 1e300),
        (float("inf"), float("-inf")),
        (127, 128),
        ([0.1], [0.1 + 2e-17 + 1e-16]),
    ],
)
def test_no_other_value_of_a_claim_passes_for_rounded(results, was, now):
    write_claims(results / "a", [CLAIM | {"estimate": was}])
    write_claims(results / "b", [CLAIM | {"estimate": now}])
    (finding,) = [it for it in compare("a", "b") if it.sort == "verdicts"]
    assert finding.outcome == "different"


@pytest.mark.parametrize("value", [float("nan"), None, 0.0, True, "", [1, 2]])
def test_the_same_value_of_a_claim_is_identical(results, value):
    for folder in ("a", "b"):
        write_claims(results / folder, [CLAIM | {"estimate": value}])
    (finding,) = [it for it in compare("a", "b") if it.sort == "verdicts"]
    assert finding == ("verdicts", "claims.json", "falls", ())


@pytest.mark.parametrize("changed", [{"ci_high": 0.2}, {"ci_high": -0.2 * (1 + 1e-13)}])
def test_the_worst_difference_counts(results, capsys, changed):
    rounded = CLAIM["estimate"] * (1 + 1e-13)
    other = CLAIM | {"estimate": rounded, "paper": "wei"} | changed
    write_claims(results / "b", [other, CLAIMS[1] | {"estimate": rounded}])
    status, found, counted = told(capsys)
    assert len(found) == 3  # the same rounding of both is told once
    outcome = "different" if changed == {"ci_high": 0.2} else "rounded"
    assert status == (outcome == "different")
    one = "1 different, 1 rounded" if outcome == "different" else "2 rounded"
    assert counted == summary(f"2 identical, 1 {outcome}", "", f"0 identical, {one}")


@pytest.mark.parametrize("field", FIELDS)
def test_only_texts_may_be_left_out(results, capsys, field):
    shorter = [{key: claim[key] for key in claim.keys() - {field}} for claim in CLAIMS]
    write_claims(results / "b", shorter)
    status, found, counted = told(capsys)
    if field in ("explanation", "caveat", "statement"):
        line = f"left out    claims.json: falls and 1 more: {field} is left out in B"
        assert (status, found, counted) == (0, [line], summary())
    else:
        assert status == 1
        assert found == [
            f"different   claims.json: {claim['id']}: {field} is left out in B" for claim in CLAIMS
        ]
        assert counted == summary("2 identical, 1 different", "", "0 identical, 2 different")


def test_a_claim_less_is_a_failure_and_more_of_them_are_not(results, capsys):
    more = [CLAIM | {"id": "new", "paper": "wei"}, CLAIM | {"paper": "wei"}]
    write_claims(results / "b", more)
    assert told(capsys) == (
        1,
        [
            "added       claims.json: falls: paper",
            "only in A   claims.json: rises",
            "only in B   claims.json: new",
        ],
        summary("2 identical, 1 different", "", "1 identical, 1 only in B, 1 only in A"),
    )
    write_claims(results / "b", [*reversed(CLAIMS), more[0]])
    only_more = summary("", "", "2 identical, 1 only in B")
    assert told(capsys) == (0, ["only in B   claims.json: new"], only_more)


@pytest.mark.parametrize("text", ["7", "{}", '{"id": 1}', "[{}]", "[7]", '["id"]', "[", "\x00"])
@pytest.mark.parametrize("folders", ["a", "b", "ab"])
def test_what_is_no_ledger_is_different(results, capsys, text, folders):
    for folder in folders:
        (results / folder / "claims.json").write_text(text, "utf-8")
    status, (line,), counted = told(capsys)
    assert status == 1
    assert line.startswith("different   claims.json: cannot be compared: ")
    assert counted == summary("2 identical, 1 different", "", "0 identical")


def test_a_claim_stands_once(results, capsys):
    write_claims(results / "b", [*CLAIMS, CLAIM])
    status, (line,), _ = told(capsys)
    assert status == 1
    assert line.endswith(": b/claims.json is no list of verdicts, each with an id of its own")


# --- Files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [RUN, CURVES, "claims.json", *PAGES])
def test_a_file_less_is_a_failure_and_one_more_is_not(results, capsys, name):
    (results / "b" / name).unlink()
    status, found, counted = told(capsys)
    assert (status, found) == (1, [f"only in A   {name}"])
    assert ", 1 only in A, 0 only in B; " in counted
    assert cli.main(["compare", "b", "a"]) == 0
    out = capsys.readouterr().out
    assert f"\nonly in B   {name}\n" in out
    assert ", 0 rounded, 0 different, 0 only in A, 1 only in B; " in out


@pytest.mark.parametrize("name", [*WORK, "claims/gaussian.json", "README.md"])
def test_what_is_no_product_may_be_there_or_not(results, name):
    before = compare("a", "b")
    (results / "b" / name).unlink()
    assert compare("a", "b") == before
    assert not any(name in line for line in lines(compare("b", "a")))


def test_files_in_other_formats_are_compared_as_a_whole(results, capsys):
    for folder in ("a", "b"):
        (results / folder / "table.csv").write_text("1\n")
    assert told(capsys) == (0, [], summary("4 identical"))
    (results / "b/table.csv").write_text("2\n")
    different = summary("3 identical, 1 different")
    assert told(capsys) == (1, ["different   table.csv: other bytes"], different)


@pytest.mark.parametrize("folder", ["a", "b"])
def test_a_damaged_file_is_different(results, capsys, folder):
    for other in ("a", "b"):  # also where both are damaged alike
        content = bytearray((results / folder / RUN).read_bytes())
        content[len(content) // 2] ^= 1
        (results / other / RUN).write_bytes(content)
        status, (line,), counted = told(capsys)
        assert status == 1
        assert line == (
            f"different   {RUN}: cannot be compared: a seal does not match: edited or damaged"
        )
        assert counted == summary("2 identical, 1 different", "6 identical")


@pytest.mark.parametrize("content", [b"", b"no netCDF"])
def test_what_is_no_netcdf_is_different(results, capsys, content):
    for folder in ("a", "b"):
        (results / folder / RUN).write_bytes(content)
    status, (line,), _ = told(capsys)
    assert status == 1
    assert line.startswith(f"different   {RUN}: cannot be compared: ")


def test_linked_folders_are_looked_into(results, capsys):
    (results / "b/runs").rename(results / "elsewhere")
    (results / "b/runs").symlink_to(results / "elsewhere")
    assert told(capsys) == (0, [], summary())
    write(results / "elsewhere" / Path(RUN).relative_to("runs"), loss=with_bits(0))
    assert told(capsys)[::2] == (1, ONE_VARIABLE)


def test_differences_come_in_the_order_of_paths(results):
    for name in ("runs/gaussian", CURVES):
        (results / "b" / name).rename(results / "b" / name.replace("gaussian", "z"))
    found = [it.path for it in compare("a", "b") if it.path]
    assert found == sorted(found)
    assert lines(compare("a", "b")) == lines(compare("a", "b"))


# --- Moved files ------------------------------------------------------------------------------


def test_moved_files_are_told_and_compared(results, capsys):
    (results / "b/curves").rename(results / "b/gathered")
    assert told(capsys)[:2] == (
        1,
        [f"only in A   {CURVES}", "only in B   gathered/gaussian.nc"],
    )
    for rule in ("curves=gathered", "curves/=gathered/", f"./{CURVES}=gathered/gaussian.nc"):
        status, (line,), counted = told(capsys, "--moved", rule)
        assert (status, counted) == (0, summary())
        assert line.endswith(", files: 1")
    write(results / "b/gathered/gaussian.nc", loss=with_bits(0))
    status, (_, line), _ = told(capsys, "--moved", "curves=gathered")
    assert status == 1
    assert line.startswith(f"different   {CURVES} → gathered/gaussian.nc: loss: 1 of 6")


def test_several_rules_may_be_given(results, monkeypatch, capsys):
    monkeypatch.setattr(comparison, "MOVED", {"curves": "gathered", "claims.json": "no"})
    for old, new in (("curves", "gathered"), ("claims.json", "ledger.json"), ("runs", "r")):
        (results / "b" / old).rename(results / "b" / new)
    found = compare("a", "b", ["claims.json=ledger.json", "runs=r", "data=d"])
    assert lines(found)[:-1] == [
        "moved       claims.json → ledger.json, files: 1",
        "moved       curves → gathered, files: 1",
        "moved       data → d, files: 0",
        "moved       runs → r, files: 1",
    ]
    assert summarise(found) == summary()


def test_the_longest_rule_for_whole_parts_of_a_path_counts():
    rules = {"a": "x", "a/b": "y/z", "a/b/c.nc": "c.nc"}
    names = ("a/1.nc", "a/b/1.nc", "a/b/c.nc", "ab/1.nc", "b/a/1.nc")
    assert [renamed(it, rules) for it in names] == [
        "x/1.nc",
        "y/z/1.nc",
        "c.nc",
        "ab/1.nc",
        "b/a/1.nc",
    ]


def test_the_example_of_a_table_of_rules_is_right():
    assert doctest.testmod(comparison) == (0, 2)


# --- Bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule", ["curves", "", "=", "curves=", "=gathered", "a=b=c", "/a=b", "a=/b", "a=../b", ".=b"]
)
def test_a_malformed_rule_is_an_error(results, capsys, rule):
    assert cli.main(["compare", "a", "b", "--moved", rule]) == 1
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith(f"thermophoresis: error: --moved: got {rule!r}; must be OLD=NEW, ")


@pytest.mark.parametrize(
    ("before", "after", "moved", "message"),
    [
        ("none", "b", (), "^none is no folder; must be one of results$"),
        ("a", "none", (), "^none is no folder"),
        ("a/claims.json", "b", (), "^a/claims.json is no folder"),
        ("empty", "b", (), r"^empty holds nothing to compare: no \.nc file and no claims\.json$"),
        ("a", "empty", (), "^empty holds nothing to compare"),
        ("a", "a/../a", (), r"^a and a/\.\./a are the same folder; must be two$"),
        ("a", "linked", (), "^a and linked are the same folder"),
        ("a", "b", ("x=y", "x/=z"), "^--moved: got two rules for x; must be one$"),
        (
            "a",
            "b",
            ("report.html=claims.md",),
            r"^--moved: claims\.md would be compared with two products of a$",
        ),
    ],
)
def test_what_cannot_be_compared_is_the_users_error(results, before, after, moved, message):
    for name in ("empty/figures", "empty/claims", "empty/checkpoints"):
        (results / name).mkdir(parents=True)
    (results / "empty/figures/fig3.svg").write_text("")
    (results / "empty/claims/gaussian.json").write_text("[]")
    (results / "empty/checkpoints/run.nc").write_text("")
    (results / "linked").symlink_to(results / "a")
    with pytest.raises(UserError, match=message):
        compare(before, after, moved)


# --- What it is no part of --------------------------------------------------------------------


def test_nothing_that_makes_products_imports_it():
    modules = [
        ".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        for file in SOURCE.rglob("*.py")
        if file != SOURCE / "__init__.py"
    ]
    importing = {
        name
        for name in modules
        if f"{PACKAGE}.provenance.comparison" in closure(name, without={f"{PACKAGE}.cli"})
    }
    assert importing == {"provenance.comparison"}
