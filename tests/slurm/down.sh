#!/usr/bin/env bash
# Stop the SLURM that up.sh has started on this machine, with its jobs, and remove its links: down.sh
#
# Does nothing where there is none. DIR keeps the logs. Exit status 3 where another SLURM is configured.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/places.sh"

# A SLURM that is not ours is neither stopped nor given jobs. The second place is where slurmd keeps a
# configuration that it gets from another machine.
ours=0
for path in "${configuration[@]/#/$etc/}" /run/slurm/conf/slurm.conf; do
    if [[ $(readlink "$path") == */thermophoresis-slurm/* ]]; then
        ours=1
    elif [ -e "$path" ] || [ -L "$path" ]; then
        echo "another SLURM is configured here: $path is not from these scripts" >&2
        exit 3
    fi
done

# The process of a pid file, unless it has ended and its number is another's now.
process() {
    local number
    number=$(cat "$run/$1.pid" 2>/dev/null) || return
    [ "$(cat "/proc/$number/comm" 2>/dev/null)" = "$1" ] && echo "$number"
}
# $1 seconds at most, until the rest of the arguments, as a command, fails.
wait_while() {
    local end=$((SECONDS + $1))
    shift
    while [ $SECONDS -lt $end ] && "$@" >/dev/null 2>&1; do sleep 0.1; done
}

if [ $ours = 1 ] && process slurmctld >/dev/null && process munged >/dev/null; then
    jobs_are_left() { [ -n "$(timeout 5 squeue --noheader 2>/dev/null)" ]; }
    timeout 10 scancel --user=root 2>/dev/null || true
    # Without slurmd nothing would end them.
    wait_while 20 jobs_are_left
fi
for name in slurmd slurmctld munged; do
    if number=$(process $name); then
        kill "$number"
        wait_while 10 process $name
        if process $name >/dev/null; then kill -KILL "$number"; fi
    fi
done
for file in "${configuration[@]}"; do
    rm -f "$etc/$file"
done
rm -rf "$run"
