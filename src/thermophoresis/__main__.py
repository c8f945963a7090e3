"""``python -m thermophoresis VERB``."""

import sys

from thermophoresis.cli import main

if __name__ == "__main__":  # not in processes that it starts
    sys.exit(main())
