"""The pipeline on a real SLURM of one node, brought up on this machine for the occasion.

One run of Snakemake serves all tests: the whole smoke configuration and one experiment more, two of
whose training jobs meet what happens on clusters.
"""

import fcntl
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from thermophoresis.config.configuration import load

SCRIPTS = Path(__file__).parents[1] / "slurm"
PROFILE = ("--workflow-profile", "workflow/profiles/slurm")
SMOKE = ("--configfile", "config/smoke.yaml")
# Jobs here take seconds, and nobody else asks: status is asked for more often than on a cluster.
IMPATIENT = ("--slurm-init-seconds-before-status-checks", "3")
RESULTS = "results/smoke"
# The script's own status where a machine cannot, or must not, run a SLURM of ours.
REFUSED = 3
DEADLINE = 3600.0  # seconds: about fifteen times what it takes where nothing else runs

# Training that draws its samples bit by bit: before a draw it can be saved.
INTERRUPTED = """\
  interrupted:
    network: {kind: two_layer, inputs: 100, hidden: 100}
    data: {kind: gaussian}
    sweeps: [{learning_rate: [0.02, 0.021], batch_size: [1]}]
    seeds: [0]
    replicas: 64
    thermal_time_end: 1.0
    records: 4
    snapshots: 2
    snapshot_replicas: 1
    probe_size: 16
    measure: {hessian_chain: {samples: 2}}
"""
CANCELLED = "interrupted/lr=0.02_batch=1_seed=0"
OVERDUE = "interrupted/lr=0.021_batch=1_seed=0"


def comment(rule, run):
    """Return what Snakemake has SLURM note of a job."""
    return f"rule_{rule}_wildcards_{run.replace('/', '_')}"


class ClusterRun:
    """What is left of the run: the project's folder, and what SLURM and Snakemake said.

    Attributes
    ----------
    project
        Where it ran.
    status
        Of Snakemake.
    output
        Of Snakemake.
    jobs
        All jobs of SLURM in the order of their submission, by the names of ``scontrol show job``.
    gpus
        By run, what CUDA_VISIBLE_DEVICES was in the training that was interrupted.
    """

    def __init__(self, project):
        self.project = project
        record = json.loads(project.path("record.json").read_text())
        self.status, self.jobs, self.gpus = (record[key] for key in ("status", "jobs", "gpus"))
        self.output = project.path("output").read_text()

    def of(self, rule):
        """Return the jobs of a rule."""
        return [job for job in self.jobs if job["Comment"].startswith(f"rule_{rule}_")]


@pytest.fixture(scope="session")
def cluster_run(make_once, repository, gate):
    def make(folder):
        project = repository.clone(folder)
        project.edit("config/smoke.yaml", "\nexperiments:\n", f"\nexperiments:\n{INTERRUPTED}\n")
        project.append("config/smoke.yaml", "\ncheckpoint_seconds: 0\n")
        # The first checkpoint is made before the first step, and the third is never complete.
        runs = [f"{RESULTS}/runs/{run}.nc" for run in (CANCELLED, OVERDUE)]
        return run_on_slurm(project, gate(*runs, sync=3))

    return ClusterRun(make_once("slurm", make))


def run_on_slurm(project, gate):
    """Run all of it, cancel one training job and let another one reach its time limit.

    Both wait at the gate for it.

    Whatever goes wrong is left to the tests to find: after a failure in here, each of them would do
    all of it again.
    """
    command = project.command(*PROFILE, *IMPATIENT, *SMOKE)
    command["env"] |= gate.environment
    with (
        slurm(project.path("slurm"), cpus=3),  # one of which will do nothing for a minute
        project.path("output").open("w") as output,
        subprocess.Popen(**{**command, "stdout": output}) as snakemake,
    ):
        try:
            actions = {CANCELLED: cancel, OVERDUE: let_reach_its_limit}
            gpus = interrupt(project, snakemake, gate, actions)
            gate.open()
            snakemake.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            snakemake.send_signal(signal.SIGINT)  # upon which it cancels its jobs
        finally:
            with suppress(subprocess.TimeoutExpired):
                snakemake.wait(60)
            snakemake.kill()
        shown = scontrol("--oneliner", "show", "job")
    jobs = [dict(re.findall(r"(\w+)=(\S*)", line)) for line in shown.splitlines() if line]
    record = {
        "status": snakemake.returncode,
        "gpus": gpus,
        "jobs": sorted(jobs, key=lambda job: int(job["JobId"])),
    }
    project.path("record.json").write_text(json.dumps(record))
    return project


@contextmanager
def slurm(folder, cpus):
    """Bring up SLURM; skip the test where this machine cannot or must not run it."""
    # There can be one on a machine, and its script would stop that of another test session.
    with (Path(tempfile.gettempdir()) / "thermophoresis-slurm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Not through pipes: the daemons inherit them, and reading would not end before theirs does.
        with tempfile.TemporaryFile("w+") as output:
            command = [SCRIPTS / "up.sh", folder, str(cpus)]
            up = subprocess.run(command, stdout=output, stderr=output, timeout=600)
            output.seek(0)
            said = output.read().strip()
        if up.returncode == REFUSED:
            pytest.skip(said)
        assert up.returncode == 0, said
        try:
            yield
        finally:
            subprocess.run([SCRIPTS / "down.sh"], check=True, timeout=600)


def scontrol(*arguments):
    return subprocess.check_output(["scontrol", *arguments], text=True, timeout=600)


def interrupt(project, snakemake, gate, actions):
    """Do to the training of each run what is given for it when it has come to the gate.

    Returns the GPUs that these trainings saw, by run.
    """
    gpus = {}
    waiting = dict(actions)
    deadline = time.monotonic() + DEADLINE
    while waiting and snakemake.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
        held = gate.held()
        for run in list(waiting):
            if f"{RESULTS}/runs/{run}.nc" in held:
                act = waiting.pop(run)
                for process, environment in training(project, run):
                    act(process, environment["SLURM_JOB_ID"])
                    gpus[run] = environment["CUDA_VISIBLE_DEVICES"]
    return gpus


def training(project, run):
    """Yield the number and the environment of the process that trains a run."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_text(errors="replace").split("\0")
            if (
                arguments[1:5] == ["-m", "thermophoresis", "make", "simulate"]
                and f"{RESULTS}/runs/{run}.nc" in arguments
                and (process / "cwd").resolve() == project.folder.resolve()
            ):
                pairs = (process / "environ").read_text(errors="replace").split("\0")
                yield int(process.name), dict(pair.partition("=")[::2] for pair in pairs)
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended while it was looked at


def cancel(process, job):
    subprocess.run(["scancel", job], check=True, timeout=600)


def let_reach_its_limit(process, job):
    """Have it hang, as a file system that does not answer would, with a minute to live."""
    os.kill(process, signal.SIGSTOP)
    # The shortest limit that SLURM knows.
    scontrol("update", f"JobId={job}", "TimeLimit=1")


def test_the_whole_configuration_is_made_and_nothing_is_left_to_do(cluster_run):
    assert cluster_run.status == 0, cluster_run.output
    config = load(cluster_run.project.path("config/smoke.yaml"))
    made = cluster_run.project.path(RESULTS)
    assert {path.stem for path in (made / "figures").glob("*.svg")} == set(config.figures)
    assert (made / "report.html").exists()
    # Started on the same results without a cluster, Snakemake finds them as they should be.
    assert cluster_run.project.pending(*SMOKE) == set()


def test_training_and_curvature_are_jobs_of_slurm_and_nothing_else_is(cluster_run):
    config = load(cluster_run.project.path("config/smoke.yaml"))
    runs = [run.name for run in config.runs()]
    expected = [
        comment("measure", f"{kind}/{run.name}")
        for run in config.runs()
        for kind in config.experiments[run.experiment].measure
    ]
    # Of a pair, and of none.
    expected.append(comment("measure", "parameter_distance/equal_thermal_time/seed=0"))
    expected += [comment("compute", name) for name in config.computations]
    expected += [comment("simulate", run) for run in (*runs, CANCELLED, OVERDUE)]
    assert sorted(job["Comment"] for job in cluster_run.jobs) == sorted(expected)
    states = Counter(job["JobState"] for job in cluster_run.jobs)
    assert states == {"COMPLETED": len(expected) - 2, "CANCELLED": 1, "TIMEOUT": 1}


def test_training_gets_a_gpu_of_its_partition_and_curvature_gets_none(cluster_run):
    for job in cluster_run.of("simulate"):
        assert job["Partition"] == "gpu"
        assert re.fullmatch("gres.gpu:1", job["TresPerJob"])
    for job in cluster_run.of("measure"):
        assert job["Partition"] == "cpu"
        assert "TresPerJob" not in job
    # One of the two that the node has.
    assert cluster_run.gpus.keys() == {CANCELLED, OVERDUE}
    assert set(cluster_run.gpus.values()) <= {"0", "1"}


@pytest.mark.parametrize(("run", "state"), [(CANCELLED, "CANCELLED"), (OVERDUE, "TIMEOUT")])
def test_an_interrupted_job_is_retried_with_more_time_and_resumes(cluster_run, run, state):
    name = comment("simulate", run)
    first, second = (job for job in cluster_run.jobs if job["Comment"] == name)
    assert (first["JobState"], second["JobState"]) == (state, "COMPLETED")
    # Of the rule: 240 minutes for each attempt, where the limit has not been set by hand.
    assert first["TimeLimit"] == ("00:01:00" if run == OVERDUE else "04:00:00")
    assert second["TimeLimit"] == "08:00:00"
    log = cluster_run.project.path(f"{RESULTS}/logs/runs/{run}.log").read_text()
    assert re.search(r"resumed at step [1-9]", log), log
    assert "starting over" not in log
    assert not cluster_run.project.path(f"{RESULTS}/checkpoints/{run}.npz").exists()


def test_results_have_the_bytes_of_a_run_without_cluster_or_interruption(cluster_run, tmp_path):
    runs = [CANCELLED, OVERDUE, "cnn6/lr=0.02_batch=1_seed=0", "uniform/lr=0.1_batch=1_seed=0"]
    files = [f"{RESULTS}/{kind}/{run}.nc" for kind in ("runs", "snapshots") for run in runs]
    files += [f"{RESULTS}/measurements/hessian_chain/{runs[-1]}.nc", f"{RESULTS}/data/digits.nc"]
    project = cluster_run.project.clone(tmp_path / "project")
    result = project.run(*files, "--cores", "2", *SMOKE)
    assert result.returncode == 0, result.stdout
    for file in files:
        made = cluster_run.project.path(file).read_bytes()
        assert made == project.path(file).read_bytes(), f"{file} differs"


def test_a_slurm_of_somebody_else_is_left_alone(tmp_path):
    theirs = tmp_path / "slurm.conf"
    theirs.write_text("ClusterName=theirs\n")
    environment = {**os.environ, "THERMOPHORESIS_ETC_SLURM": str(tmp_path)}
    # up.sh begins with it.
    result = subprocess.run(
        [SCRIPTS / "down.sh"], env=environment, capture_output=True, text=True, timeout=600
    )
    assert result.returncode == REFUSED
    assert f"another SLURM is configured here: {theirs}" in result.stderr
    assert theirs.read_text() == "ClusterName=theirs\n"
