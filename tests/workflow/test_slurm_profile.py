"""The profile for clusters with SLURM: what the settings at its top ask of Snakemake."""

import re
from pathlib import Path

import pytest
import yte
from snakemake.cli import get_argument_parser

WORKFLOW = Path(__file__).parents[2] / "workflow"
PROFILES = WORKFLOW / "profiles"
TRAINING = (
    "simulate",
    "simulate_without_snapshots",
    "simulate_with_traces",
    "simulate_with_traces_alone",
)
SUBMITTED = (*TRAINING, "measure", "compute")


@pytest.fixture
def read(tmp_path):
    """Read the profile as Snakemake does, with some of the settings at its top changed."""

    def read(**settings):
        text = (PROFILES / "slurm/config.yaml").read_text()
        for setting, value in settings.items():
            text, changed = re.subn(rf"(?m)^  {setting}: .*$", f"  {setting}: {value}", text)
            assert changed == 1, f"{setting} is not set once"
        (tmp_path / "config.yaml").write_text(text)
        return get_argument_parser([str(tmp_path)]).parse_args([])

    return read


def asked(options, rule):
    """Return what is asked of SLURM for the jobs of a rule, over what the rule says itself."""
    resources = {**options.default_resources, **options.set_resources.get(rule, {})}
    names = ("slurm_partition", "slurm_account", "gpu", "gpu_model", "gres", "runtime")
    return {name: resources[name].raw for name in names if name in resources}


def test_all_of_the_default_profile_is_in_it():
    # Snakemake takes one workflow profile: this one replaces the default.
    texts = [(PROFILES / name / "config.yaml").read_text() for name in ("default", "slurm")]
    default, slurm = (yte.process_yaml(text, require_use_yte=True) for text in texts)
    default.pop("resources", None)  # of this machine: SLURM knows the GPUs of the others
    assert default
    assert default.items() <= slurm.items()
    checks = [re.search(r"__definitions__:\n((?:  .*\n)+)", text)[1] for text in texts]
    assert checks[0] == checks[1]


def test_lost_jobs_are_submitted_again_and_their_state_is_asked_of_squeue(read):
    options = read()
    assert options.executor == "slurm"
    assert options.retries == 2
    assert options.slurm_status_command == "squeue"
    # Otherwise the plugin uses sacct with SLURM's default of 300 s for MinJobAge.
    assert 3 * options.slurm_init_seconds_before_status_checks <= 300


def test_training_asks_for_a_gpu_and_nothing_else_does(read):
    options = read(cpu_partition="short", gpu_partition="all", gpu_model="a100", account="12345")
    # In quotes: these are expressions, and `all` is a function.
    common = {"slurm_account": "'12345'"}
    assert asked(options, "measure") == {**common, "slurm_partition": "'short'"}
    for rule in TRAINING:
        assert asked(options, rule) == {
            **common,
            "slurm_partition": "'all'",
            "gpu": 1,
            "gpu_model": "'a100'",
        }


def test_a_part_of_a_gpu_takes_the_place_of_a_whole_one(read):
    options = read(shards=1, cpu_partition="short", gpu_partition="all", gpu_model="a100")
    for rule in TRAINING:
        assert asked(options, rule) == {"slurm_partition": "'all'", "gres": "'shard:1'"}
    assert asked(options, "measure") == {"slurm_partition": "'short'"}


def test_one_setting_puts_training_on_cpus(read):
    options = read(gpus="0", cpu_partition="short", gpu_model="a100")
    for rule in TRAINING:
        assert asked(options, rule) == {"slurm_partition": "'short'", "gpu": 0}
    assert asked(options, "measure") == {"slurm_partition": "'short'"}


@pytest.mark.parametrize("gpus", [0, 1])
def test_a_cluster_can_choose_the_partitions(read, gpus):
    options = read(gpus=gpus, cpu_partition="null", gpu_partition="null")
    for rule in TRAINING:
        assert asked(options, rule) == {"gpu": gpus}
    assert asked(options, "measure") == {}


@pytest.mark.parametrize("gpus", [0, 1])
def test_a_limit_of_time_holds_for_all_jobs(read, gpus):
    options = read(gpus=gpus, time_limit="90")
    assert {asked(options, rule)["runtime"] for rule in SUBMITTED} == {90}


def test_light_rules_run_where_snakemake_does(read):
    rules, local = set(), set()
    for path in (WORKFLOW / "rules").glob("*.smk"):
        for rule in re.split(r"^rule ", path.read_text(), flags=re.MULTILINE)[1:]:
            name = rule.partition(":")[0]
            (local if "    localrule: True\n" in rule else rules).add(name)
            # One that differs from it in outputs alone.
            rules |= set(re.findall(rf"use rule {name} as (\w+) with:", rule)) - local
    assert rules == set(SUBMITTED)
    assert local
