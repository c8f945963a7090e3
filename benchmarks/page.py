"""Page."""

import json


def write(runs):
    return json.dumps(runs, indent=1)
