"""Every command in the pages can be given as it stands.

Each is taken to pieces by the program that it calls, and then run or planned in a fresh copy, or
named below with the reason why not. What is not known here fails.
"""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from pages import PAGES, REPOSITORY, commands
from snakemake.cli import get_argument_parser, parse_config

from thermophoresis import cli
from thermophoresis.config.configuration import load
from thermophoresis.config.problems import ConfigError

# Lines of blocks that are no commands: formulas, and the chain of imports.
FORMULA = re.compile(r"(^|\s)[=←→≈≤]\s")
# Words that stand for something, with what stands for them here.
STANDS_FOR = {"examples/NAME.yaml": "examples/momentum.yaml", "FILE": "examples/momentum.yaml"}

# What is only parsed, by how it begins, with the reason.
NOT_RUN = {
    "pip install uv": "downloads",
    "uv sync": "downloads",
    "uv run pytest": "these tests, whose files are looked for",
    "uv run lint-imports": "a check of its own",
    "uv run ruff": "a check of its own",
    "uv run mypy": "a check of its own",
    "uv run snakefmt": "a check of its own",
    ".ci/run": "all checks, these tests among them",
    "cd /scratch/me/sgd": "a folder elsewhere, as in test_places.py",
    "~/thermophoresis/.venv/bin/": "a clone elsewhere, as in test_places.py",
    "uv run python benchmarks/": "minutes to hours; the script and its options are looked for",
    "uv run python examples/own_data.py": "test_examples.py runs it",
    "sbatch": "needs a cluster; what it runs there is looked at like any other command",
    "python -m thermophoresis publish": "writes the pages; test_readme.py runs it",
}
# Plans that other tests make, by the file of configurations and what else is said.
MADE_ELSEWHERE = {
    ("config/config.yaml", ""): "test_jobs.py::test_shipped_configurations_reach_every_figure",
    ("config/smoke.yaml", ""): "test_jobs.py::test_shipped_configurations_reach_every_figure",
    ("examples/momentum.yaml", ""): "test_examples.py::test_an_example_draws_its_figure",
    ("config/config.yaml", "--sdm conda"): "test_conda.py: needs conda, or what stands in for it",
    ("config/paper.yaml", ""): "planned for one result of it, for which all of it is read",
    ("config/paper.yaml", "--workflow-profile workflow/profiles/slurm"): "each is planned",
}
# What says how a plan is carried out, with a value or alone.
HOW = ("--cores", "--configfile", "--config")
HOW_ALONE = ("-n", "--dry-run", "--conda-create-envs-only")
SHELL = ("head ", "tail ")

EVERY = [it for page in PAGES if page != "CHANGELOG.md" for it in commands(page)]


def known(every):
    """Return the commands of pages, each as words, with those that others run for them."""
    parts = [words for it in every if not FORMULA.search(it.text) for words in it.parts]
    return [*parts, *(shlex.split(words[-1]) for words in parts if words[0] == "sbatch")]


def called(words):
    """Return what a command calls, ``snakemake``, ``thermophoresis`` or another, and with what."""
    words = [STANDS_FOR.get(word, word) for word in words]
    while re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    words = words[2:] if words[:2] == ["uv", "run"] else words
    words = words[2:] if words[:3] == ["python", "-m", "thermophoresis"] else words
    return words[0], words[1:]


def calls(program, every=EVERY):
    """Return the distinct arguments with which pages call a program."""
    found = [arguments for name, arguments in map(called, known(every)) if name == program]
    return [list(it) for it in dict.fromkeys(map(tuple, found))]


def plans(every=EVERY):
    """Return distinct plans, by configuration and what else is said of what is to be made."""
    found = {}
    parser = get_argument_parser()
    for arguments in calls("snakemake", every):
        options = parser.parse_args(arguments)
        files = list(map(str, options.configfile or ["config/config.yaml"]))
        assert len(files) == 1, f"behind --configfile, a target is a second file: {arguments}"
        if options.config:
            load(REPOSITORY / files[0], parse_config(options.config))
        rest = [it for it in arguments if it not in HOW_ALONE]
        rest = [
            word
            for before, word in zip([None, *rest], rest, strict=False)
            if word not in HOW and before not in HOW
        ]
        found.setdefault((files[0], " ".join(rest)), rest)
    return found


def unknown(every):
    """Return the commands that nothing here looks at."""
    for words in known(every):
        looked_at = called(words)[0] in ("snakemake", "thermophoresis")
        if not looked_at and not (text := " ".join(words)).startswith((*NOT_RUN, *SHELL)):
            yield text


def missing(every):
    """Return the files and options of other commands that there are not."""
    options = "".join(it.read_text() for it in (REPOSITORY / "benchmarks").glob("*.py"))
    for words in known(every):
        program, arguments = called(words)
        if program in ("pytest", "python"):
            files = [it for it in arguments if "/" in it and not it.startswith("results/")]
            yield from (it for it in files if not (REPOSITORY / it).exists())
        if program == "python" and arguments[0].startswith("benchmarks/"):
            # The first may be a verb; what else is no option is a value.
            words = [it for it in arguments[1:] if it.startswith("-") or it == arguments[1]]
            yield from (it for it in words if f'"{it}"' not in options)


def test_nothing_is_left_out():
    assert len(known(EVERY)) > 60
    assert list(unknown(EVERY)) == []
    assert list(missing(EVERY)) == []


@pytest.mark.parametrize(
    "text",
    [
        "    conda activate thermophoresis\n",
        "```sh\nmake all\n```\n",
        "- an item:\n\n      uv run snakeviz workflow\n",
        "```\n$ python benchmarks.py\nnot this\n```\n",
        "say `uv run coverage report` there",
    ],
)
def test_a_new_command_is_noticed(text):
    assert len(list(unknown(commands("page", f"\n{text}")))) == 1


def test_a_command_that_cannot_work_is_noticed():
    def page(text):
        return list(commands("page", f"as in `{text}`"))

    with pytest.raises(AssertionError, match="a target is a second file"):
        plans(page("snakemake --cores 1 --configfile config/paper.yaml results/data/cifar10.nc"))
    with pytest.raises(SystemExit):
        plans(page("snakemake --core-s 1"))
    with pytest.raises(ConfigError):
        plans(page("snakemake --config devise=cpu"))
    assert list(missing(page("uv run pytest tests/none.py"))) == ["tests/none.py"]
    assert list(missing(page("uv run python benchmarks/peers.py --quack"))) == ["--quack"]


def test_what_snakemake_is_to_do_can_be_planned(repository, finished):
    shipped = repository.clone(finished.folder.with_name("shipped"))
    found = plans()
    assert found.keys() > MADE_ELSEWHERE.keys()
    for (file, said), arguments in found.items():
        if (file, said) in MADE_ELSEWHERE:
            continue
        # What is said beside the default configuration is tried with the smallest.
        default = file == "config/config.yaml"
        project, given = (finished, ()) if default else (shipped, ("--configfile", file))
        how = () if "--unlock" in arguments else ("--dry-run", "--quiet", "--cores", "1")
        result = project.run(*how, *arguments, *given)
        assert result.returncode == 0, (file, said, result.stdout)


def test_verbs_do_what_pages_say(finished, monkeypatch, capsys):
    monkeypatch.chdir(finished.folder)
    shutil.copytree(REPOSITORY / "examples", "examples")
    for arguments in calls("thermophoresis"):
        if any("python -m thermophoresis " + " ".join(arguments) == it for it in NOT_RUN):
            continue
        for name in ("before", "after"):
            shutil.rmtree(name, ignore_errors=True)
            shutil.copytree("results", name)
        for old, new in (
            it.split("=") for it in arguments if arguments[0] == "compare" and "=" in it
        ):
            Path("after", old).rename(Path("after", new))
        if arguments == ["check"]:  # the name of the verb alone
            arguments = ["check", "--help"]
        elif arguments[0] == "check":  # at no cost
            arguments = [*arguments, "--quick"]
        try:
            status = cli.main(arguments)
        except SystemExit as end:
            status = end.code
        assert status == 0, (arguments, capsys.readouterr())
        assert capsys.readouterr().out


def test_a_seal_is_compared_as_the_page_says(finished):
    lines = [" ".join(words) for words in known(EVERY) if words[0] in ("head", "tail")]
    said = [
        subprocess.run(
            ["bash", "-c", line], cwd=finished.folder, capture_output=True, text=True, check=True
        ).stdout
        for line in lines
    ]
    assert len(said) == 2
    assert said[0].removesuffix("  -\n") == said[1].removeprefix("sha256:").rstrip("\n")
