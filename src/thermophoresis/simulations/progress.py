"""Lines that say how far a run is.

No module that makes a result may import this one: its change is to rerun nothing.
"""

import time
from collections.abc import Callable

from thermophoresis.config.run import RunSettings
from thermophoresis.simulations import callbacks

# A line of progress at most this often.
PROGRESS_SECONDS = 5.0


class Progress(callbacks.Progress):
    """Says how far a run is, now and then, in lines that make sense among those of other runs.

    Parameters
    ----------
    settings
        The run.
    report
        Called with a line of text.
    """

    def __init__(self, settings: RunSettings, report: Callable[[str], None]):
        self._name = (
            f"{settings.experiment} lr={settings.learning_rate} batch={settings.batch_size} "
            + "".join(f"{axis}={label} " for axis, label in settings.axes.items())
            + f"seed={settings.seed}"
        )
        self._replicas, self._report = settings.replicas, report
        # Beside what it does, for users who wonder why it takes long.
        own = " and ".join(settings.network.files)
        self._slower = f" of a network of {own}, by torch.func: slower than others" if own else ""
        self._done_before = 0

    def start(self, steps: int) -> None:
        """Report what is about to be done."""
        self._steps = steps
        self._start = self._last = time.monotonic()
        self._report(f"{self._name}: {steps:,} steps of {self._replicas} replicas{self._slower}")

    def resume(self, block: range, step: int) -> None:
        """Report that an earlier attempt had come to a step of a block of replicas."""
        self._done_before = self._replica_steps(block, step)
        of_replicas = f" of replicas {block.start} to {block.stop - 1}"
        self._report(
            f"{self._name}: resumed at step {step:,}"
            + (of_replicas if len(block) < self._replicas else "")
        )

    def _replica_steps(self, block: range, step: int) -> int:
        return block.start * self._steps + len(block) * step

    def update(self, block: range, step: int) -> None:
        """Report the step that a block of replicas has reached, unless the last line is recent."""
        now = time.monotonic()
        if now - self._last < PROGRESS_SECONDS:
            return
        self._last = now
        done = self._replica_steps(block, step)
        total = self._replicas * self._steps
        pace = (done - self._done_before) / (now - self._start)
        self._report(
            f"{self._name}: {done / total:4.0%}, step {step:,} of {self._steps:,}, "
            f"{pace:,.0f} replica-steps per second, {(total - done) / pace:.0f} s left"
            if pace
            else f"{self._name}: starting"
        )

    def finish(self, diverged: int) -> None:
        """Report the end and, where there are any, the replicas that diverged."""
        seconds = time.monotonic() - self._start
        self._report(
            f"{self._name}: done in {seconds:.1f} s"
            + (f"; {diverged} of {self._replicas} replicas diverged" if diverged else "")
        )
