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
# Numba and Triton compile. Folders are left, and so is what says which packages and devices there are.
for name in "${!PYTHON@}" "${!MPL@}" "${!NUMBA_@}" "${!TRITON_@}" "${!LC_@}" MATPLOTLIBRC LANGUAGE; do
    case "$name" in
        PYTHONPATH | PYTHONHOME | PYTHONNOUSERSITE | PYTHONDONTWRITEBYTECODE | PYTHONPYCACHEPREFIX) ;;
        MPLCONFIGDIR | NUMBA_CACHE_DIR | TRITON_CACHE_DIR | TRITON_INTERPRET) ;;
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
    local folder=".snakemake/gpus/$HOSTNAME" devices device file jobs chosen fewest=
    IFS=, read -ra devices <<<"${CUDA_VISIBLE_DEVICES// /}"
    mkdir -p "$folder" && exec {choosing}>"$folder/choosing" && flock -w 60 "$choosing" || return
    for device in "${devices[@]}"; do
        jobs=0
        for file in "$folder/$device".*; do
            if [ ! -e "$file" ]; then continue; fi
            if flock -n "$file" true; then rm -f "$file"; else jobs=$((jobs + 1)); fi
        done
        if [ -z "$fewest" ] || [ "$jobs" -lt "$fewest" ]; then chosen="$device" fewest="$jobs"; fi
    done
    if exec {taken}>"$folder/$chosen.$$" && flock "$taken"; then export CUDA_VISIBLE_DEVICES="$chosen"; fi
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

# Beside the log, for `thermophoresis watch`: when and where a job was begun, and how it has ended if not well.
# A job that is killed tells nothing: the time of the file is that of its last sign of life, which other nodes
# can read as well. Of a job that has succeeded nothing is left.
job="${log%.log}.job"
{ echo "$(date +%s) ${HOSTNAME:-}" > "$job"; } 2> /dev/null || true
live() {
    trap 'kill $!; exit' TERM
    while kill -0 $$ && touch -c "$job"; do
        sleep 20 &
        wait $!
    done
}
live < /dev/null > /dev/null 2>&1 &
status=interrupted
end() {
    kill "$1" || true
    if [ "$status" = 0 ]; then rm -f "$job"; else echo "$status" >> "$job" || true; fi
}
trap "end $! 2> /dev/null" EXIT

# A log that cannot be written, because the disk is full, is no reason to throw away what was made.
if python -m thermophoresis make "$@" 2>&1 | { tee "$log" || true; }; then status=0; else status=$?; fi
exit "$status"
