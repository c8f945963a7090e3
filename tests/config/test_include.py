"""Configuration files that include others: what they mean together, and what is refused."""

from pathlib import Path

import pytest

from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import Config, load
from thermophoresis.config.problems import ConfigError
from thermophoresis.products import Products

EXPERIMENT = "{data: {kind: gaussian}, sweeps: [{learning_rate: [0.05, 0.1]}]}"
FIGURE = "{kind: learning_rate_sweep, experiment: %s, observable: loss, batch_size: 1}"
CLAIM = """\
note: of {experiment}
claims:
  {experiment}-decreases: {{source: Fig. 3, statement: It does., experiment: {experiment},
    statistic: change, observable: loss, batch_size: 1, criterion: {{below: 0}}, because: So.}}
"""
ONE = f"experiments: {{one: {EXPERIMENT}}}\nfigures: {{f: {FIGURE % 'one'}}}\n"
TWO = f"experiments: {{two: {EXPERIMENT}}}\nfigures: {{g: {FIGURE % 'two'}}}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Write files below a folder, which becomes the working directory."""
    monkeypatch.chdir(tmp_path)

    def write(**files: str) -> Path:
        for name, text in files.items():
            path = Path(f"{name.replace('__', '/')}.yaml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path

    return write


@pytest.fixture
def problems(folder):
    """Load ``top.yaml`` of some files, which is refused; return the lines."""

    def problems(**files: str) -> list[str]:
        folder(**files)
        with pytest.raises(ConfigError) as caught:
            load_claims(load("top.yaml"))
        return str(caught.value).splitlines()

    return problems


def test_shares_that_do_not_fit_the_claims_are_of_the_file_that_has_them(problems):
    files = {
        "one": f"{ONE}claims: [claims.yaml]\nerror_shares: {{cycles: 0.5}}\n",
        "claims": CLAIM.format(experiment="one"),
        "top": f"include: [one.yaml]\n{TWO}",
    }
    (line,) = problems(**files)
    assert line.startswith("one.yaml: error_shares.cycles: is no family of empirical claims; ")
    with pytest.raises(ConfigError, match=r"^top\.yaml: error_shares\.other: is no family"):
        load_claims(load("top.yaml", overrides={"error_shares": {"other": 0.5}}))


# --- What is joined -------------------------------------------------------------------------------


def test_joined_files_mean_what_one_file_means(folder):
    folder(
        one=f"{ONE}note: together\n",
        two=f"{TWO}datasets: {{digits: {{source: digits}}}}\n",
        top="include: [one.yaml, two.yaml]\ndevice: cpu\n",
        all=f"experiments: {{one: {EXPERIMENT}, two: {EXPERIMENT}}}\n"
        f"figures: {{f: {FIGURE % 'one'}, g: {FIGURE % 'two'}}}\n"
        "datasets: {digits: {source: digits}}\nnote: together\ndevice: cpu\n",
    )
    assert load("top.yaml") == load("all.yaml")
    assert load("top.yaml").model_dump_json() == load("all.yaml").model_dump_json()


def test_what_is_included_stands_first_also_of_files_within_files(folder):
    folder(
        parts__one=f"{ONE}claims: [../claims/one.yaml]\n",
        parts__two=f"include: [one.yaml]\n{TWO}claims: [two.yaml]\n",
        claims__one=CLAIM.format(experiment="one"),
        top=f"include: [parts/two.yaml]\nfigures: {{a: {FIGURE % 'one'}}}\nclaims: [last.yaml]\n",
    )
    config = load("top.yaml")
    assert list(config.figures) == ["f", "g", "a"]
    assert config.claims == ("claims/one.yaml", "parts/two.yaml", "last.yaml")


def test_claims_are_found_beside_the_file_that_names_them(folder, monkeypatch):
    root = folder(
        parts__one=f"{ONE}claims: [claims/one.yaml]\n",
        parts__claims__one=CLAIM.format(experiment="one"),
        two=CLAIM.format(experiment="two"),
        top=f"include: [parts/one.yaml]\n{TWO}claims: [two.yaml]\n",
    )
    here = load_claims(load("top.yaml")).report()
    assert list(here.explanations) == ["one-decreases", "two-decreases"]
    assert here.remarks == ("of one", "of two")
    monkeypatch.chdir(root / "parts")
    assert load_claims(load(root / "top.yaml")).report() == here
    assert load_claims(load("../top.yaml")).report() == here


def test_no_product_knows_where_its_configuration_is(folder, monkeypatch):
    root = folder(
        parts__one=f"{ONE}claims: [claims.yaml]\n",
        parts__claims=CLAIM.format(experiment="one"),
        top="include: [parts/one.yaml]\n",
        alone=f"{ONE}claims: [parts/claims.yaml]\n",
    )

    def settings(path: str | Path) -> list:
        config = load(path)
        products = Products(config, load_claims(config))
        stages = (products.simulate, products.measure, products.gather, products.judge)
        single = [products.ledger, products.report, *products.draw.values()]
        return [it for stage in stages for it in stage.values()] + single

    joined = settings("top.yaml")
    assert joined == settings("alone.yaml") == settings(root / "top.yaml")
    assert not any(str(root) in product.settings.model_dump_json() for product in joined)


def test_settings_of_the_command_line_win_over_those_of_all_files(folder):
    folder(one=f"{ONE}note: here\nclaims: [a.yaml]\n", top="include: [one.yaml]\ndevice: cpu\n")
    config = load("top.yaml", overrides={"note": "there", "claims": ["elsewhere/b.yaml"]})
    assert (config.note, config.device, config.claims) == ("there", "cpu", ("elsewhere/b.yaml",))


def test_a_setting_may_be_in_two_files_that_agree(folder):
    folder(one=f"{ONE}device: cpu\n", two=TWO, top="include: [one.yaml, two.yaml]\ndevice: cpu\n")
    assert load("top.yaml").device == "cpu"


# --- What is refused ------------------------------------------------------------------------------


def test_a_name_is_in_one_file(problems):
    lines = problems(
        one=f"{ONE}datasets: {{digits: {{source: digits}}}}\n",
        two=ONE.replace("f:", "g:"),
        top="include: [one.yaml, two.yaml]\ndatasets: {digits: {source: digits}}\n",
    )
    assert lines == [
        "two.yaml: experiments.one: is in one.yaml already; must have another name",
        "top.yaml: datasets.digits: is in one.yaml already; must have another name",
    ]


def test_a_setting_has_one_value(problems):
    lines = problems(
        one=f"{ONE}device: cpu\n",
        two=f"{TWO}device: auto\n",
        top="include: [one.yaml, two.yaml]\n",
    )
    assert lines == ["two.yaml: device: got 'auto', but one.yaml has 'cpu'; must be given once"]


def test_a_circle_is_refused(problems):
    lines = problems(
        top=f"include: [parts/one.yaml]\n{ONE}", parts__one=f"include: [../top.yaml]\n{TWO}"
    )
    assert lines == [
        "parts/one.yaml: include[0]: got '../top.yaml'; must not include itself: "
        "top.yaml → parts/one.yaml → top.yaml"
    ]


def test_a_file_is_included_once(problems):
    lines = problems(
        one=ONE, two=f"include: [one.yaml]\n{TWO}", top="include: [two.yaml, ./one.yaml]\n"
    )
    assert lines == [
        "top.yaml: include[1]: got './one.yaml', which two.yaml includes; must be there once"
    ]


def test_a_file_of_claims_is_named_once(problems):
    lines = problems(
        one=f"{ONE}claims: [c.yaml]\n",
        c=CLAIM.format(experiment="one"),
        top="include: [one.yaml]\nclaims: [c.yaml]\n",
    )
    assert lines == ["top.yaml: claims[0]: got 'c.yaml', which one.yaml names; must be named once"]


def test_paths_relative_to_the_working_directory_are_refused(problems):
    lines = problems(
        config__claims="",
        config__one=f"{ONE}claims: [config/claims.yaml]\n",
        config__all="include: [config/one.yaml]\n",
        top="include: [config/all.yaml]\n",
    )
    assert lines[0] == (
        "config/all.yaml: include[0]: got 'config/one.yaml'; must be 'one.yaml': paths are "
        "relative to the file that names them"
    )
    assert (
        "config/one.yaml: claims[0]: got 'config/claims.yaml'; must be 'claims.yaml': paths are "
        "relative to the file that names them"
    ) in lines


def test_problems_are_told_with_the_file_that_has_them(problems):
    lines = problems(
        one=ONE.replace("gaussian", "gausian"),
        two=f"{TWO.replace('loss', 'los')}devise: cpu\nclaims: [3]\n",
        top="include: [one.yaml, two.yaml]\ndevice: gpu\nexperiments: {three: 3}\n",
    )
    assert [line.partition(": got")[0].partition(": unknown")[0] for line in lines] == [
        "two.yaml: claims[0]",
        "top.yaml: device",
        "one.yaml: experiments.one.data.kind",
        "top.yaml: experiments.three",
        "two.yaml: figures.g.observable",
        "two.yaml: devise",
    ]


def test_what_no_file_has_is_missing_in_the_including_one(problems):
    assert [line.partition(": got")[0] for line in problems(one="", top="include: [one.yaml]")] == [
        "one.yaml"
    ]
    assert [
        line.partition(": got")[0] for line in problems(one="note: a", top="include: [one.yaml]")
    ] == ["top.yaml: experiments", "top.yaml: figures"]


@pytest.mark.parametrize(
    ("include", "line"),
    [
        ("one.yaml", "top.yaml: include: got 'one.yaml'; must be a list"),
        ("[3]", "top.yaml: include[0]: got 3; must be a text"),
        ("[one.yaml, one.yaml]", "top.yaml: include[1]: got 'one.yaml'; must not repeat an "
         "earlier entry"),
        ("[none.yaml]", "none.yaml: cannot be read: No such file or directory; must be a YAML "
         "file"),
    ],
)  # fmt: skip
def test_what_cannot_be_included_is_refused(problems, include, line):
    assert problems(one=ONE, top=f"include: {include}\n{TWO}") == [line]


def test_the_command_line_includes_nothing(folder):
    folder(one=ONE, top=TWO)
    with pytest.raises(ConfigError) as caught:
        load("top.yaml", overrides={"include": ["one.yaml"]})
    assert str(caught.value) == (
        "--config: include: got ['one.yaml']; must stand in a configuration file"
    )


def test_nothing_is_left_of_include(folder):
    folder(one=ONE, top="include: [one.yaml]\n")
    assert load("top.yaml").include == Config.model_fields["include"].default == ()


IMAGES = "datasets: {{mine: {{source: image_folder, root: {root}}}}}\n"


@pytest.mark.parametrize(
    ("root", "found"),
    [
        ("images", "parts/images"),
        ("../images", "images"),
        ("/data/images", "/data/images"),
        ("~/images", "~/images"),
    ],
)
def test_folders_of_data_sets_are_relative_to_the_file_that_names_them(folder, root, found):
    folder(parts__one=f"{ONE}{IMAGES.format(root=root)}", top="include: [parts/one.yaml]\n")
    for path in ("top.yaml", "parts/one.yaml"):
        assert load(path).datasets["mine"].root == found


def test_a_folder_that_is_only_where_snakemake_runs_is_named_as_it_must_be(folder):
    (folder(config__one=f"{ONE}{IMAGES.format(root='images')}") / "images").mkdir()
    with pytest.raises(ConfigError) as caught:
        load("config/one.yaml")
    assert str(caught.value).splitlines() == [
        "config/one.yaml: datasets.mine.root: got 'images'; must be '../images': paths are "
        "relative to the file that names them"
    ]
