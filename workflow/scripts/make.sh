# The command line of the package, as every job runs it:
#
#     bash make.sh FOLDER LOG ARGUMENT...
#
# FOLDER has the Python to be used, LOG gets what is printed. Nothing is asked of the shell that this is
# called from, which may be that of another workflow.
set -euo pipefail

# To activate an environment where another is active, conda puts it in the place of that one in PATH,
# which can be behind others.
export PATH="$1:$PATH"
log="$2"
shift 2

# Snakemake withholds PYTHONPATH from jobs in conda environments. Threads need no mention here: it sets
# OMP_NUM_THREADS and its like to the threads of the rule.
source="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../src" && pwd)"
export PYTHONPATH="$source${PYTHONPATH:+:$PYTHONPATH}"

# What the user's shell has set for other programs reaches no job: how Python runs (optimised, with warnings
# as errors, in another encoding), what matplotlib draws with (a notebook's backend, a file of settings), how
# Numba, Triton and torch compile and what they log, and with which instructions numbers are computed, which
# would round otherwise. Folders are left, and so is what says which packages and devices there are.
for name in "${!PYTHON@}" "${!MPL@}" "${!NUMBA_@}" "${!TRITON_@}" "${!TORCH@}" "${!ATEN_@}" "${!NPY_@}" "${!LC_@}" \
    MATPLOTLIBRC LANGUAGE MKL_CBWR MKL_ENABLE_INSTRUCTIONS OPENBLAS_CORETYPE; do
    case "$name" in
        PYTHONPATH | PYTHONHOME | PYTHONNOUSERSITE | PYTHONDONTWRITEBYTECODE | PYTHONPYCACHEPREFIX) ;;
        MPLCONFIGDIR | *_DIR | *_HOME | TRITON_INTERPRET) ;;
        *) unset "$name" ;;
    esac
done
export LANG=C.UTF-8 PYTHONUTF8=1 MPLBACKEND=agg
MATPLOTLIBRC="$(dirname "$source")/workflow/scripts/matplotlibrc"
export MATPLOTLIBRC

# Where Python is to leave no compiled modules beside their sources, as in most containers, every job
# would compile all that it imports, which takes longer than importing it. They are kept with what
# else Snakemake keeps.
if [ -n "${PYTHONDONTWRITEBYTECODE:-}" ] && [ -z "${PYTHONPYCACHEPREFIX:-}" ]; then
    unset PYTHONDONTWRITEBYTECODE
    export PYTHONPYCACHEPREFIX="$PWD/.snakemake/bytecode"
fi

# Where it cannot keep what it has compiled, Triton ends a job; where it cannot keep settings, matplotlib
# makes a folder in each.
writable() { mkdir -p "$1" && [ -w "$1" ]; } 2>/dev/null
writable "${TRITON_CACHE_DIR:-${HOME:-/}}" || export TRITON_CACHE_DIR="$PWD/.snakemake/triton"
writable "${MPLCONFIGDIR:-${HOME:-/}}" || export MPLCONFIGDIR="$PWD/.snakemake/matplotlib"

# Who is killed can say nothing. This file lasts from the start of a job to its end, and longer where it was
# killed: then the next attempt says so, of which alone there is a log.
begun="$log.begun"
earlier="$(cat "$begun" 2>/dev/null || true)"
echo "has not come to its end: it was killed, for which memory may be why, or stopped from outside" \
    2>/dev/null >"$begun" || true

attempt() {
    [ -z "$earlier" ] || echo "thermophoresis: an earlier attempt $earlier" >&2
    local status=0 ended="" outputs=false file old=""
    python -m thermophoresis make "$@" || status=$?
    if [ "$status" -gt 128 ]; then
        ended="(signal $(kill -l "$status"))"
        case "$ended" in
            *KILL*) ended="was killed $ended; memory may be why" ;;
            *INT* | *TERM* | *HUP* | *XCPU*) ended="was stopped from outside $ended" ;;
            *) ended="has crashed $ended, in a library; memory may be why" ;;
        esac
        echo "thermophoresis: error: this attempt $ended" >&2
        echo "$ended" 2>/dev/null >"$begun" || true
    else
        rm -f "$begun" || true
    fi
    # Snakemake deletes what was there before a job, except for what shall be there whatever happens.
    if [ "$status" != 0 ]; then
        for file in "$@"; do
            case "$file" in
                --outputs) outputs=true ;;
                --*) outputs=false ;;
                *) if $outputs && [ -e "$file" ]; then old="$old, $file"; fi ;;
            esac
        done
        [ -z "$old" ] || echo "thermophoresis: left as it was before, and old now: ${old#, }" >&2
    fi
    return "$status"
}

# A log that cannot be written, because the disk is full, is no reason to throw away what was made.
attempt "$@" 2>&1 | { tee "$log" || true; }
