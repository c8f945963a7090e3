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
    MATPLOTLIBRC LANGUAGE MKL_CBWR MKL_ENABLE_INSTRUCTIONS OPENBLAS_CORETYPE ONEDNN_MAX_CPU_ISA DNNL_MAX_CPU_ISA; do
    case "$name" in
        PYTHONPATH | PYTHONHOME | PYTHONNOUSERSITE | PYTHONDONTWRITEBYTECODE | PYTHONPYCACHEPREFIX) ;;
        MPLCONFIGDIR | *_DIR | *_HOME | TRITON_INTERPRET) ;;
        *) unset "$name" ;;
    esac
done
export LANG=C.UTF-8 PYTHONUTF8=1 MPLBACKEND=agg
MATPLOTLIBRC="$(dirname "$source")/workflow/scripts/matplotlibrc"
export MATPLOTLIBRC

# Take the GPU that the fewest training jobs of this folder have, of those that are visible. A job has a
# file for it, which is locked as long as it is open, and so until the job ends, however it ends. Where
# nothing can be locked, training is as without.
take_gpu() {
    local folder=".snakemake/gpus/$HOSTNAME" listed devices=() device file jobs chosen fewest=
    IFS=, read -ra listed <<<"${CUDA_VISIBLE_DEVICES// /}"
    for device in "${listed[@]}"; do
        # CUDA sees no GPU from the first on that is none.
        if [[ ! "$device" =~ ^([0-9]+|(GPU|MIG)-[A-Za-z0-9/-]+)$ ]]; then break; fi
        devices+=("$device")
    done
    if [ "${#devices[@]}" -lt 2 ]; then return; fi
    mkdir -p "$folder" && exec {choosing}>"$folder/choosing" && flock -w 60 "$choosing" || return
    for device in "${devices[@]}"; do
        jobs=0
        for file in "$folder/${device//\//_}".*; do
            if [ ! -e "$file" ]; then continue; fi
            if flock -n "$file" true; then rm -f "$file"; else jobs=$((jobs + 1)); fi
        done
        if [ -z "$fewest" ] || [ "$jobs" -lt "$fewest" ]; then chosen="$device" fewest="$jobs"; fi
    done
    if exec {taken}>"$folder/${chosen//\//_}.$$" && flock "$taken"; then export CUDA_VISIBLE_DEVICES="$chosen"; fi
    exec {choosing}>&-
}
if [ "$1" = simulate ] && [[ "${CUDA_VISIBLE_DEVICES:-}" == *,* ]]; then take_gpu || true; fi

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

# Beside the log, for `thermophoresis watch` and the next attempt: when and where a job was begun, and how it
# has ended if not well. Who is killed with this shell tells nothing: the time of the file is that of its last
# sign of life, which other nodes can read as well. Of a job that has succeeded nothing is left.
job="${log%.log}.job"
earlier=""
if [ -e "$job" ]; then earlier="$(sed -n 2p "$job" 2>/dev/null || true)"; earlier="${earlier:-unknown}"; fi
{ echo "$(date +%s) ${HOSTNAME:-}" >"$job"; } 2>/dev/null || true
live() {
    trap 'kill $!; exit' TERM
    while kill -0 $$ && touch -c "$job"; do
        sleep 20 &
        wait $!
    done
}
live </dev/null >/dev/null 2>&1 &
status=interrupted
end() {
    kill "$1" || true
    if [ "$status" = 0 ]; then rm -f "$job" || true; else echo "$status" >>"$job" || true; fi
}
trap "end $! 2>/dev/null" EXIT

# How a job ended by a status that is not its own: nothing for one of a job that told what was wrong.
in_words() {
    case "$1" in
        unknown) echo "has not come to its end: it was killed, for which memory may be why, or stopped from outside" ;;
        interrupted) echo "was stopped from outside" ;;
        *) if [ "$1" -gt 128 ]; then of_signal "$(kill -l "$1")"; fi ;;
    esac
}
of_signal() {
    case "$1" in
        KILL) echo "was killed (signal $1); memory may be why" ;;
        INT | TERM | HUP | XCPU) echo "was stopped from outside (signal $1)" ;;
        *) echo "has crashed (signal $1), in a library; memory may be why" ;;
    esac
}

attempt() {
    local status=0 words outputs=false file old=""
    words="$([ -z "$earlier" ] || in_words "$earlier")"
    [ -z "$words" ] || echo "thermophoresis: an earlier attempt $words" >&2
    python -m thermophoresis make "$@" || status=$?
    words="$(in_words "$status")"
    [ -z "$words" ] || echo "thermophoresis: error: this attempt $words" >&2
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
if attempt "$@" 2>&1 | { tee "$log" || true; }; then status=0; else status=$?; fi
exit "$status"
