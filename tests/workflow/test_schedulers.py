"""Other schedulers than SLURM, by doubles of their commands; and several GPUs on one machine."""

import os
import re
import signal
import stat
import subprocess

import pytest
from leaving import LEAVING

RUN = "results/runs/uniform/lr=0.1_batch=1_seed=0.nc"
CURVATURE = RUN.replace("/runs/", "/measurements/hessian_chain/")

# In place of bsub and qsub: notes what it is asked for, and runs the job at once; loses the first
# one, as after its time is over.
SUBMIT = """\
#!/bin/bash
cd "$(dirname "$0")" && printf '%s ' "${{@:1:$#-1}}" >> asked && echo >> asked
number=$(wc -l < asked)
state='{lost}'
if [ "$number" != 1 ]; then
    cd "$OLDPWD" && if "${{@: -1}}" > /dev/null 2>&1; then state='{done}'; fi && cd - > /dev/null
fi
printf '%b' "$state" > "job$number"
echo "{answer}"
"""
ASK = """\
#!/bin/bash
cd "$(dirname "$0")" && number="${@: -1}" && cat "job${number%%.*}"
"""
SCHEDULERS = {
    "lsf": {
        "submit": "bsub",
        "ask": "bjobs",
        "lost": "EXIT",
        "done": "DONE",
        "log": " -o .snakemake/lsf_%J.log ",
        "answer": "Job <$number> is submitted to queue <normal>.",
        "asked": [
            "-q gpu -gpu num=1 -n 1 -W 240 -M 4000MB -R rusage[mem=4000MB]",
            "-q gpu -gpu num=1 -n 1 -W 480 -M 8000MB -R rusage[mem=8000MB]",
            "-q normal -n 1 -W 120 -M 4000MB -R rusage[mem=4000MB]",
        ],
    },
    "pbs": {
        "submit": "qsub",
        "ask": "qstat",
        "lost": r"    job_state = F\n    Exit_status = -29\n",
        "done": r"    job_state = F\n    queue = workq\n    Exit_status = 0\n",
        "log": " -j oe -o .snakemake/ ",
        "answer": "$number.server",
        "asked": [
            "-q gpuq -l select=1:ncpus=1:mem=4000mb:ngpus=1 -l walltime=240:00",
            "-q gpuq -l select=1:ncpus=1:mem=8000mb:ngpus=1 -l walltime=480:00",
            "-q workq -l select=1:ncpus=1:mem=4000mb -l walltime=120:00",
        ],
    },
}


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_jobs_are_submitted_and_a_lost_one_again(fresh, tmp_path, scheduler):
    double = SCHEDULERS[scheduler]
    for name, text in [("submit", SUBMIT.format(**double)), ("ask", ASK)]:
        command = tmp_path / double[name]
        command.write_text(text)
        command.chmod(command.stat().st_mode | stat.S_IXUSR)
    fresh.path("workflow/scripts/make.sh").write_text(LEAVING)
    profile = ("--profile", f"workflow/profiles/{scheduler}")
    command = fresh.command(*profile, "--seconds-between-status-checks", "1", CURVATURE)
    command["env"]["PATH"] = f"{tmp_path}:{command['env']['PATH']}"
    result = subprocess.run(**command, timeout=600)
    assert result.returncode == 0, result.stdout
    assert fresh.path(CURVATURE).exists()
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked == [line + double["log"] for line in double["asked"]]
    # What is beside the profile holds as well.
    assert "workflow specific profile profiles/default" in result.stdout


# In place of Python: tells the job's GPU, and then waits as long as its input is open.
PYTHON = '#!/bin/bash\necho "$CUDA_VISIBLE_DEVICES" > "$TOLD"\nexec cat > /dev/null\n'


@pytest.fixture
def start(repository, tmp_path):
    """Start a job of a stage that sees some GPUs; return its process and the GPU that it takes."""
    python = tmp_path / "bin/python"
    python.parent.mkdir()
    python.write_text(PYTHON)
    python.chmod(0o755)
    script = repository.path("workflow/scripts/make.sh")
    started = []

    def start(devices, stage="simulate"):
        told = tmp_path / f"told{len(started)}"
        os.mkfifo(told)
        process = subprocess.Popen(
            ["bash", script, python.parent, "/dev/null", stage],
            cwd=tmp_path,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": devices, "TOLD": str(told)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        started.append(process)
        return process, told.read_text().strip()

    yield start
    for process in started:
        process.stdin.close()
        process.wait()


def test_each_training_job_takes_the_gpu_that_the_fewest_have(start):
    processes, devices = zip(*(start("0,GPU-5ac1,2") for _ in range(5)), strict=True)
    assert devices == ("0", "GPU-5ac1", "2", "0", "GPU-5ac1")
    # However a job ends, it leaves its GPU.
    for index in (1, 4):
        os.killpg(processes[index].pid, signal.SIGKILL)
        processes[index].wait()
    assert [start("0,GPU-5ac1,2")[1] for _ in range(3)] == ["GPU-5ac1", "GPU-5ac1", "2"]


@pytest.mark.parametrize(
    ("devices", "stage"),
    [
        ("0,1", "measure"),
        *((devices, "simulate") for devices in ("3", "", "0,-1", "0,", "0,,1", "-1,0", "../x,1")),
    ],
)
def test_nothing_is_chosen_where_there_is_no_choice(start, devices, stage):
    assert [start(devices, stage)[1] for _ in range(2)] == [devices, devices]


def test_a_gpu_is_left_only_when_what_trains_on_it_has_ended(start):
    first, device = start("0,1")
    os.kill(first.pid, signal.SIGKILL)  # the shell alone
    first.wait()
    assert (device, start("0,1")[1]) == ("0", "1")


def test_all_gpus_that_are_listed_count_for_the_jobs_at_a_time(repository, monkeypatch):
    text = repository.path("workflow/profiles/default/config.yaml").read_text()
    (expression,) = re.findall(r"gpu_jobs: \?(gpu_jobs or .*)", text)
    for devices, jobs in [("0,1,2", 12), ("0", 4), ("0,", 4), ("0,-1", 4), (None, 4)]:
        if devices is None:
            monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        else:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", devices)
        assert eval(expression, {"os": os, "gpu_jobs": None}) == jobs
