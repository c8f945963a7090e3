"""Files from strangers: each is refused in one line, within a second and 200 MB."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

SECONDS = 1.0  # of processor time
DEADLINE = 600  # of a busy machine; what waits for ever uses no processor time
MEGABYTES = 200  # beyond what the imports take

# A process of its own, whose memory is bounded once everything is imported. What would take minutes
# is killed, and has not answered.
LOOK = """\
import json, resource, sys, time
{imports}
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + {megabytes} * 10**6,) * 2)
for path in sys.argv[1:]:
    begin = time.process_time()
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]  # to raise it takes rights
    resource.setrlimit(resource.RLIMIT_CPU, (int(begin) + 10, most))
    try:
        {look}
        said = None
    except UserError as error:
        said = str(error)
    except BaseException as error:
        said = "NOT FOR A USER: " + repr(error)[:200]
    print(json.dumps([path, said, time.process_time() - begin]), flush=True)
"""


def answers(imports: str, look: str, paths: Iterable[Path]) -> dict[str, str | None]:
    """Return what is said of each file, by its name; None of what is taken as it is.

    Parameters
    ----------
    imports
        Statements, in one line, that make ``UserError`` and what ``look`` needs.
    look
        A statement that reads ``path``.
    paths
        The files, or folders.
    """
    script = LOOK.format(imports=imports, look=look, megabytes=MEGABYTES)
    command = [sys.executable, "-c", script, *map(str, paths)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=DEADLINE)
    found = {}
    for line in result.stdout.splitlines():
        path, said, seconds = json.loads(line)
        assert seconds < SECONDS, path
        found[Path(path).name] = said
    assert result.returncode == 0, (sorted(found), result.stderr)
    return found
