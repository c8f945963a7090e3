"""Jobs that start together compile a function once, and none waits for one that was killed."""

import os
import signal
import subprocess
import sys
import time

import pytest

JOB = """
import sys, time
from thermophoresis.numerics.compiled import compiled
from numba.core.dispatcher import _FunctionCompiler

compile_ = _FunctionCompiler.compile

def slowly(*arguments):
    print("compiles", flush=True)
    time.sleep(float(sys.argv[1]))
    return compile_(*arguments)

_FunctionCompiler.compile = slowly
from thermophoresis.draws.philox import philox
import kernel
print(kernel.twice(3), flush=True)
"""
KERNEL = """
from thermophoresis.numerics.compiled import compiled

def twice(x):
    return 2 * x

twice.__module__ = "thermophoresis.draws.philox"
twice = compiled()(twice)
"""


@pytest.fixture
def start(tmp_path):
    (tmp_path / "kernel.py").write_text(KERNEL)
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    started = []

    def start(seconds):
        command = [sys.executable, "-c", JOB, str(seconds)]
        job = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        started.append(job)
        return job

    yield start
    for job in started:
        job.kill()
        job.communicate()


def test_one_of_two_jobs_compiles(start):
    jobs = [start(2), start(2)]
    said = [job.communicate(timeout=60)[0].split() for job in jobs]
    assert sorted(said) == [["6"], ["compiles", "6"]]


def test_a_job_that_is_killed_keeps_nobody_waiting(start):
    first = start(100)
    assert first.stdout.readline() == "compiles\n"
    second = start(0)
    time.sleep(1)
    first.send_signal(signal.SIGKILL)
    assert second.communicate(timeout=60)[0].split() == ["compiles", "6"]
