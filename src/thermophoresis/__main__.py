"""``python -m thermophoresis VERB``."""

import gc
import os
import sys

from thermophoresis.cli import main


def _settle() -> None:
    """Leave out what the user's shell has set for other programs and some import fails at.

    That is a notebook's backend of matplotlib, a file of its settings (figures have a style of
    their own) and a date that is none, which numpy reads. Who imports the package keeps theirs; of
    drawing, the script that calls jobs, ``make``, has seen to it.
    """
    if not os.environ.get("SOURCE_DATE_EPOCH", "0").isdecimal():
        del os.environ["SOURCE_DATE_EPOCH"]
    if sys.argv[1:2] != ["make"]:
        os.environ |= {"MPLBACKEND": "agg", "MATPLOTLIBRC": os.devnull}


if __name__ == "__main__":  # not in processes that it starts
    # What is imported makes some hundred thousand objects that stay to the end. To look for cycles
    # among all of them while they are made, and once more at the end, takes a third of the time of
    # the imports. Cycles of young objects are looked for as ever, those of old ones less often.
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, 1000)
    _settle()
    status = main()
    if "triton" not in sys.modules:  # which would list as leaked what nobody looks for
        gc.freeze()
    sys.exit(status)
