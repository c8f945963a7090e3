"""A terminal of a chosen size, in which a command runs."""

import os
import re
import select
import subprocess
import termios
import time
from contextlib import ExitStack

import pytest


class Terminal:
    """A terminal in which a command runs.

    Attributes
    ----------
    text
        All that was written to it.
    """

    def __init__(self, command, columns=80, *, cwd=None, **environment):
        self._master, self._slave = os.openpty()
        termios.tcsetwinsize(self._master, (24, columns))
        self._before = termios.tcgetattr(self._slave)
        slave = self._slave
        self.text = ""
        names = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TTY_COMPATIBLE")
        inherited = {name: value for name, value in os.environ.items() if name not in names}
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            preexec_fn=lambda: os.login_tty(slave),
            env=inherited | {"TERM": "xterm-256color", "COLORTERM": ""} | environment,
        )

    def wait_for(self, words, seconds=120.0):
        """Read what is written until it has some words."""
        deadline = time.monotonic() + seconds
        start = len(self.text)
        while words not in self.text[start:]:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < deadline, self.text
            self.text += self._more(0.1)

    def _more(self, seconds):
        ready, _, _ = select.select([self._master], [], [], seconds)
        return os.read(self._master, 65536).decode(errors="replace") if ready else ""

    def press(self, key):
        os.write(self._master, key)

    def end(self):
        """Wait for the end; return the exit status, and whether the terminal is as it was."""
        while self.process.poll() is None:
            self.text += self._more(0.1)
        self.text += "".join(iter(lambda: self._more(0), ""))
        return self.process.returncode, termios.tcgetattr(self._slave) == self._before

    def close(self):
        """End what runs in it."""
        self.process.kill()
        self.process.wait()
        os.close(self._slave)
        os.close(self._master)

    @property
    def shown(self):
        """Lines of the screen as it was last drawn, without colours."""
        frame = self.text.rpartition("\x1b[H")[2]
        return [re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", line) for line in frame.split("\r\n")]


@pytest.fixture
def started():
    """Start a command in a terminal, which is gone after the test."""
    with ExitStack() as stack:

        def start(*arguments, **environment):
            terminal = Terminal(*arguments, **environment)
            stack.callback(terminal.close)
            return terminal

        yield start
