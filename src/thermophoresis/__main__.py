"""``python -m thermophoresis VERB``."""

import gc
import sys

from thermophoresis.cli import main

if __name__ == "__main__":  # not in processes that it starts
    # What is imported makes some hundred thousand objects that stay to the end. To look for cycles
    # among all of them while they are made, and once more at the end, takes a third of the time of
    # the imports. Cycles of young objects are looked for as ever, those of old ones less often.
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, 1000)
    status = main()
    if "triton" not in sys.modules:  # which would list as leaked what nobody looks for
        gc.freeze()
    sys.exit(status)
