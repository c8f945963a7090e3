"""``python -m thermophoresis VERB``."""

import sys

from thermophoresis.cli import main

sys.exit(main())
