"""A process of an alternative: it is asked, and waits while others are timed."""

import json
import os
import selectors
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).parent / "alternatives"
PATIENCE = 300.0  # seconds for an answer; a network's compilation takes one to a minute


class Failed(Exception):
    """An alternative that does not do what it is asked, with the reason."""


def variables(caches: str, device: str) -> dict[str, str]:
    """Return the environment variables of alternatives.

    Parameters
    ----------
    caches
        Folder for what they compile, so that all have to compile once.
    device
        On a CPU all get the same core.
    """
    found = {**os.environ, "PYTHONWARNINGS": "ignore", "TF_CPP_MIN_LOG_LEVEL": "3"}
    found.pop("PYTHONPATH", None)
    found |= {"XDG_CACHE_HOME": caches, "TORCHINDUCTOR_CACHE_DIR": f"{caches}/inductor"}
    if device == "cpu" and hasattr(os, "sched_getaffinity"):
        # Unless the user has chosen one, or none by an empty word.
        found.setdefault("BENCHMARK_CORE", str(max(os.sched_getaffinity(0))))
    return found


class Worker:
    """A script of `alternatives`, running in its environment.

    Parameters
    ----------
    python
        Interpreter of the environment.
    script, arguments
        What it runs.
    environment
        Its environment variables, from `variables`.
    """

    def __init__(
        self, python: str, script: str, arguments: Sequence[str], environment: Mapping[str, str]
    ):
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed with the process
        self._process = subprocess.Popen(
            [python, str(SCRIPTS / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            env=dict(environment),
        )

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Return the answer to a request.

        Raises
        ------
        Failed
            It answers with an error, has ended, or does not answer in time.
        """
        assert self._process.stdin
        assert self._process.stdout
        try:
            self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Failed(self._last_words()) from None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(PATIENCE):
                self.end()
                raise Failed(f"no answer within {PATIENCE:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            raise Failed(self._last_words())
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = [line.strip() for line in self._said.read().splitlines() if line.strip()]
        return lines[-1] if lines else "it ended without a word"

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._said):
            if stream:
                stream.close()
