"""The rerun contract: what a dry run lists after a change is exactly what depends on it."""

import os
import shutil

import pytest

GAUSSIAN_RUNS = {
    "Training gaussian/lr=0.1_batch=1_seed=0",
    "Training gaussian/lr=0.2_batch=1_seed=0",
    "Training gaussian/lr=0.2_batch=2_seed=0",
}
UNIFORM_RUNS = {
    "Training uniform/lr=0.1_batch=1_seed=0",
    "Training uniform/lr=0.2_batch=1_seed=0",
}
GAUSSIAN_BOUNDS = {job.replace("Training", "Measuring hessian_chain of") for job in GAUSSIAN_RUNS}
UNIFORM_BOUNDS = {job.replace("Training", "Measuring hessian_chain of") for job in UNIFORM_RUNS}
CURVATURE = {
    "Gathering the measurements/hessian_chain of gaussian",
    "Gathering the measurements/hessian_chain of uniform",
}
LEDGER = {"Gathering the claims", "Building the report"}
GAUSSIAN_REST = LEDGER | {
    "Judging the claims about gaussian",
    "Gathering the curves of gaussian",
    "Gathering the measurements/hessian_chain of gaussian",
    "Drawing fig3",
    "Drawing fig5",
}
UNIFORM_REST = LEDGER | {
    "Judging the claims about uniform",
    "Gathering the curves of uniform",
    "Gathering the measurements/hessian_chain of uniform",
    "Drawing fig7",
    "Drawing curvature_uniform",
}
GAUSSIAN = GAUSSIAN_RUNS | GAUSSIAN_BOUNDS | GAUSSIAN_REST
UNIFORM = UNIFORM_RUNS | UNIFORM_BOUNDS | UNIFORM_REST
JUDGING = {"Judging the claims about gaussian", "Judging the claims about uniform"}
# What the chain is measured for: no claim about gaussian reads it.
OF_CHAIN = {"Judging the claims about uniform", "Drawing curvature_uniform"}
BOUNDS = GAUSSIAN_BOUNDS | UNIFORM_BOUNDS | CURVATURE | OF_CHAIN | LEDGER
FIGURES = {
    "Drawing fig3",
    "Drawing fig5",
    "Drawing fig7",
    "Drawing curvature_uniform",
    "Building the report",
}

CONFIGURATION = "config/config.yaml"
PACKAGE = "src/thermophoresis"
PAIR = """\
pairs:
  rates:
    measure: {kind: parameter_distance}
    of:
      - {experiment: uniform, learning_rate: 0.1}
      - {experiment: uniform, learning_rate: 0.2}
figures:
"""
LAST = "    measure: {hessian_chain: {}}\nfigures"  # of the last experiment
SIXTEEN = f"probe_size: 16\n{LAST}"


def test_nothing_reruns_if_nothing_changes(finished):
    assert finished.pending() == set()


def test_everything_runs_at_first(fresh):
    assert fresh.pending() == GAUSSIAN | UNIFORM


def test_nothing_reruns_when_sources_are_touched(finished):
    for part in ("Snakefile", "workflow", "profiles", "envs", "src", "config"):
        for path in (finished.path(part), *finished.path(part).rglob("*")):
            os.utime(path)
    assert finished.pending() == set()


def test_nothing_reruns_in_a_fresh_clone_beside_the_same_results(finished, tmp_path):
    clone = finished.clone(tmp_path / "clone")
    for part in ("results", ".snakemake"):
        shutil.move(finished.path(part), clone.path(part))
    assert clone.pending() == set()


def test_comments_and_docstrings_are_no_change(finished):
    modules = sorted(finished.path(PACKAGE).rglob("*.py"))
    assert len(modules) > 10
    for module in modules:
        text = module.read_text()
        assert text.startswith('"""')
        module.write_text('"""Another docstring.' + text[3:] + "\n\n# Comment.\n\n'A string.'\n")
    assert finished.pending() == set()


@pytest.mark.parametrize(
    ("module", "jobs"),
    [
        pytest.param("simulations/sgd/engine.py", GAUSSIAN | UNIFORM, id="engine"),
        pytest.param("simulations/recorder.py", GAUSSIAN | UNIFORM, id="recorder"),
        pytest.param("simulations/progress.py", set(), id="progress-lines"),
        pytest.param("simulations/checkpoint.py", set(), id="checkpoints"),
        pytest.param("config/grid.py", GAUSSIAN | UNIFORM, id="time-axis"),
        pytest.param("provenance/blocks.py", set(), id="blocks-of-a-file"),
        pytest.param("config/networks/mlp6.py", set(), id="declaration-of-another-network"),
        pytest.param("config/observables/loss.py", GAUSSIAN | UNIFORM, id="declared-observable"),
        pytest.param("config/observables/activation_rate_layer.py", set(), id="other-observable"),
        pytest.param("config/claim.py", JUDGING | LEDGER, id="criterion-and-claims"),
        pytest.param("claims/statistics/gap.py", set(), id="statistic-of-no-claim"),
        pytest.param(
            "claims/statistics/relative_change.py",
            {"Judging the claims about gaussian"} | LEDGER,
            id="one-statistic",
        ),
        pytest.param("networks/two_layer.py", GAUSSIAN | UNIFORM, id="network"),
        pytest.param("data/uniform.py", UNIFORM, id="one-kind-of-data"),
        pytest.param("analysis/gathering.py", GAUSSIAN_REST | UNIFORM_REST, id="aggregation"),
        pytest.param("measurements/hessian_chain.py", BOUNDS, id="curvature"),
        pytest.param("measurements/hessian_trace_bound.py", BOUNDS, id="bound"),
        pytest.param("measurements/hessian_trace.py", BOUNDS, id="hessian-trace"),
        pytest.param("figures/parts/style.py", FIGURES, id="style"),
        pytest.param(
            "figures/batch_size_sweep.py",
            {"Drawing fig5", "Building the report"},
            id="one-kind-of-figure",
        ),
        pytest.param("claims/estimate.py", JUDGING | LEDGER, id="statistics-of-claims"),
        pytest.param("report/page.py", {"Building the report"}, id="report"),
        pytest.param("report/explanations.py", {"Building the report"}, id="explanations"),
        pytest.param("report/templates/claim.html", {"Building the report"}, id="template"),
        pytest.param("report/static/report.css", {"Building the report"}, id="style-sheet"),
        pytest.param("config/claims.py", set(), id="claim-models"),
        pytest.param("cli.py", set(), id="command-line"),
        pytest.param("config/configuration.py", set(), id="configuration-models"),
    ],
)
def test_a_change_of_code_reruns_what_runs_it(finished, module, jobs):
    finished.append(f"{PACKAGE}/{module}", "\nCHANGED = True\n")
    assert finished.pending() == jobs


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        pytest.param(
            "analysis/view.py", "or more are needed", "are not enough", id="words-of-an-error"
        ),
        pytest.param(
            "simulations/sgd/engine.py",
            "def model_of(device: torch.device) -> str:",
            "def model_of(device: torch.device):",
            id="annotation",
        ),
        pytest.param(
            "config/training.py",
            "divergence_loss: Positive = 20.0",
            "divergence_loss: Positive = 20.0\n    more: int = 3",
            id="new-setting",
        ),
        pytest.param(
            "simulations/progress.py", "SECONDS = 5.0", "SECONDS = 50.0", id="period-of-progress"
        ),
        pytest.param("provenance/blocks.py", "1 << 20", "1 << 12", id="size-of-blocks"),
    ],
)
def test_what_reaches_no_product_reruns_nothing(finished, module, old, new):
    finished.edit(f"{PACKAGE}/{module}", old, new)
    assert finished.pending() == set()


@pytest.mark.parametrize(
    ("old", "new", "jobs"),
    [
        pytest.param(
            "loss, learning_rate: 0.2}",
            "second_layer_norm, learning_rate: 0.2}",
            {"Drawing fig5", "Building the report"},
            id="setting-of-a-figure",
        ),
        pytest.param(
            "figures:\n",
            "figures:\n  fig4: {kind: learning_rate_sweep, experiment: gaussian,"
            " observable: second_layer_norm, batch_size: 1}\n",
            {"Drawing fig4", "Building the report"},
            id="new-figure",
        ),
        pytest.param(SIXTEEN, f"probe_size: 17\n{LAST}", UNIFORM, id="settings-of-an-experiment"),
        pytest.param(
            # Were each setting a parameter of its own, Snakemake would not see them swapped.
            f"replicas: 5\n    thermal_time_end: 1.0\n    records: 6\n    {SIXTEEN}",
            f"replicas: 6\n    thermal_time_end: 1.0\n    records: 5\n    {SIXTEEN}",
            UNIFORM,
            id="two-values-swapped",
        ),
        pytest.param(
            "      - {learning_rate: [0.2], batch_size: [2]}\n    seeds: [0]",
            "      - {learning_rate: [0.2], batch_size: [2]}\n    seeds: [0, 1]",
            {job.replace("seed=0", "seed=1") for job in GAUSSIAN_RUNS | GAUSSIAN_BOUNDS}
            | GAUSSIAN_REST,
            id="new-seed",
        ),
        pytest.param(
            "sweeps: [{learning_rate: [0.1, 0.2]",
            "sweeps: [{learning_rate: [0.05, 0.1, 0.2]",
            {
                "Training uniform/lr=0.05_batch=1_seed=0",
                "Measuring hessian_chain of uniform/lr=0.05_batch=1_seed=0",
            }
            | UNIFORM_REST,
            id="new-learning-rate",
        ),
        pytest.param(
            "hessian_chain: {}}\nfigures",
            "hessian_chain: {samples: 4}}\nfigures",
            UNIFORM_BOUNDS
            | LEDGER
            | OF_CHAIN
            | {"Gathering the measurements/hessian_chain of uniform"},
            id="samples-of-the-chain",
        ),
        pytest.param(
            "figures:\n",
            "computations: {flow: {kind: walk_flux, noise_slope: 1.0}}\nfigures:\n",
            {"Computing flow"},
            id="new-computation",
        ),
        pytest.param(
            "figures:\n",
            PAIR,
            {
                "Measuring parameter_distance of rates/seed=0",
                "Gathering the measurements/parameter_distance of rates",
            },
            id="new-pair",
        ),
        pytest.param("device: cpu", "device: auto", set(), id="device"),
        pytest.param(
            "device: cpu", "# Written otherwise.\ndevice: 'cpu'", set(), id="spelling-of-the-file"
        ),
    ],
)
def test_a_change_of_settings_reruns_what_depends_on_them(finished, old, new, jobs):
    finished.edit(CONFIGURATION, old, new)
    assert finished.pending() == jobs


@pytest.mark.parametrize(
    ("old", "new", "jobs"),
    [
        pytest.param(
            "criterion: {below: 0}",
            "criterion: {below: -0.1}",
            {"Judging the claims about gaussian", *LEDGER},
            id="criterion",
        ),
        pytest.param(
            "  uniform-bound:",
            "  uniform-bound-64:",
            {"Judging the claims about uniform", *LEDGER},
            id="name-of-a-claim",
        ),
        pytest.param(
            "because: A decrease is a change below zero.",
            "because: What decreases is less in the end.",
            {"Building the report"},
            id="reason-of-a-criterion",
        ),
        pytest.param("# Comment\n", "", set(), id="nothing"),
    ],
)
def test_a_change_of_claims_reruns_verdicts_and_report(finished, old, new, jobs):
    finished.append("config/claims.yaml", "# Comment\n")
    finished.edit("config/claims.yaml", old, new)
    assert finished.pending() == jobs


def test_claims_about_something_unknown_stop_everything(finished):
    finished.edit("config/claims.yaml", "experiment: gaussian", "experiment: gausian")
    result = finished.run("--cores", "1")
    assert result.returncode != 0
    assert (
        "config/claims.yaml: claims.gaussian-decreases.experiment: got 'gausian'; must be one of "
        "gaussian, uniform (did you mean 'gaussian'?)"
    ) in result.stdout
    assert "Traceback" not in result.stdout


def test_a_setting_on_the_command_line_counts_as_one_in_the_file(finished):
    assert finished.pending("--config", "device=auto") == set()
    rest = GAUSSIAN_REST | UNIFORM_REST
    assert finished.pending("--config", "note=trial") == rest


def test_what_is_rerun_is_then_up_to_date(finished):
    finished.append(f"{PACKAGE}/figures/batch_size_sweep.py", "\nCHANGED = True\n")
    before = finished.listing()
    result = finished.run("--cores", "2")
    assert result.returncode == 0, result.stdout
    changed = {name for name, state in finished.listing().items() if before[name] != state}
    assert "results/figures/fig5.png" in changed
    assert not any("/runs/" in name or "fig3" in name for name in changed)
    assert finished.pending() == set()
