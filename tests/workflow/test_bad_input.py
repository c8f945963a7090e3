"""A configuration that cannot be used: one line per problem, before anything runs or is touched."""

import subprocess

import pytest

CONFIGURATION = "config/config.yaml"
PROLOGUE = "Using workflow specific profile profiles/default"


def complaints(project, *arguments):
    """Return the lines of a run that must fail, without the one that Snakemake starts with."""
    before = project.listing()
    result = project.run("--cores", "2", *arguments)
    assert result.returncode != 0
    assert project.listing() == before
    return [line for line in result.stdout.splitlines() if not line.startswith(PROLOGUE)]


def test_each_problem_is_one_line_and_all_are_told(finished):
    for old, new in [
        ("device: cpu", "devise: cpu"),
        ("batch_size: [2]}\n    seeds: [0]", "batch_size: [2]}\n    seeds: [0, 3, 0]"),
        (
            "  gaussian:\n",
            "  gaussian:\n    sampling: with_replacement\n    training_set_size: 1\n",
        ),
        ("sweeps: [{learning_rate: [0.1, 0.2]", "sweeps: [{learning_rate: [0.1, -0.2]"),
        ("figures:\n", "  empty: {data: {kind: gaussian}, sweeps: []}\nfigures:\n"),
        ("experiment: uniform, observable", "experiment: unifrom, observable"),
    ]:
        finished.edit(CONFIGURATION, old, new)
    assert complaints(finished) == [
        f"{CONFIGURATION}: {line}"
        for line in (
            "experiments.gaussian.seeds[2]: got 0; must not repeat an earlier entry",
            "experiments.gaussian.sweeps[1].batch_size[0]: got 2; must be <= training_set_size (1)",
            "experiments.uniform.sweeps[0].learning_rate[1]: got -0.2; must be > 0",
            "experiments.empty.sweeps: got []; must have at least one entry",
            "devise: unknown setting; must be one of results, device, "
            "checkpoint_seconds, note, datasets, experiments, pairs, computations, figures, "
            "claims, error_rate, error_shares, include (did you mean 'device'?)",
            "figures.fig7.experiment: got 'unifrom'; must be one of gaussian, uniform, empty "
            "(did you mean 'uniform'?)",
        )
    ]


@pytest.mark.parametrize(
    ("text", "given", "line"),
    [
        pytest.param("device: cpu\nexperiments: {\n", False, ":3:1: not valid YAML: ", id="broken"),
        pytest.param(
            "device: cpu\nexperiments: {\n", True, ":3:1: not valid YAML: ", id="broken-given"
        ),
        pytest.param(
            "note: a\nnote: b\n", True, ":2:1: not valid YAML: repeated key 'note'", id="repeated"
        ),
        pytest.param(
            '__use_yte__: true\nnote: ?open("run", "w")\n',
            True,
            ": __use_yte__: must be left out",
            id="template",
        ),
        pytest.param("", True, ": got nothing; must be a mapping", id="empty"),
    ],
)
def test_an_unreadable_file_is_named_with_its_line(finished, text, given, line):
    finished.path(CONFIGURATION).write_text(text)
    (only,) = complaints(finished, *(["--configfile", CONFIGURATION] if given else []))
    assert only.startswith(f"{CONFIGURATION}{line}")


def test_a_template_is_not_run_from_elsewhere_either(fresh, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.joinpath("theirs.yaml").write_text('__use_yte__: true\nnote: ?open("run", "w")\n')
    command = fresh.command("--snakefile", "../project/Snakefile", "--configfile", "theirs.yaml")
    result = subprocess.run(**command | {"cwd": elsewhere})
    assert "theirs.yaml: __use_yte__: must be left out" in result.stdout
    assert [it.name for it in elsewhere.iterdir()] == ["theirs.yaml"]


def test_a_missing_file_is_named(finished):
    assert complaints(finished, "--configfile", "config/none.yaml") == [
        "config/none.yaml: cannot be read: No such file or directory; must be a YAML file"
    ]


def test_what_is_to_be_made_behind_the_file_is_taken_for_none(finished):
    given = ("--configfile", "config/config.yaml")
    assert complaints(finished, *given, "results/report.html") == [
        "--configfile: got 2 files, config/config.yaml and results/report.html; must be one. Put "
        "what is to be made before --configfile, or -- before it"
    ]
    # As the line says.
    assert finished.pending(*given, "--", "results/report.html") == set()


def test_two_files_are_refused_without_a_profile_as_well(fresh):
    given = ("--configfile", "config/config.yaml", "config/claims.yaml")
    (line,) = complaints(fresh, "--workflow-profile", "none", *given)
    assert line.startswith("--configfile: got 2 files, config/config.yaml and config/claims.yaml;")


def test_a_given_file_is_complete_in_itself(finished):
    finished.path("part.yaml").write_text("device: cpu\n")
    assert complaints(finished, "--configfile", "part.yaml") == [
        "part.yaml: experiments: got nothing; must be given: a mapping from names to experiments",
        "part.yaml: figures: got nothing; must be given: a mapping from names to figures",
    ]
