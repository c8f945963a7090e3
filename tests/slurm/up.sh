#!/usr/bin/env bash
# Bring up a real SLURM of one node on this machine: up.sh DIR [CPUS]
#
# For tests alone. Needs root and Debian's slurm-wlm and munge, no systemd and no cgroups. Partitions
# cpu and gpu; two GPUs that only SLURM believes in. DIR, made if it is missing, gets configuration,
# state and logs. What an earlier call left behind, however it ended, is stopped first: there can be one
# SLURM on a machine. down.sh stops it.
#
# Exit status 3, with the reason, where this machine cannot or must not run it.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
directory=${1:?usage: up.sh DIR [CPUS]}
cpus=${2:-2}

refuse() {
    echo "$*" >&2
    exit 3
}
[ "$(id -u)" = 0 ] || refuse "SLURM's daemons need root"
for program in munged slurmctld slurmd sbatch squeue scancel scontrol sinfo srun; do
    # Daemons are in /usr/sbin, which is not on everybody's PATH.
    PATH=$PATH:/usr/sbin command -v "$program" >/dev/null \
        || refuse "SLURM is not installed: found no $program (Debian: slurm-wlm and munge)"
done
"$here/down.sh" || exit # its own reason

PATH=$PATH:/usr/sbin
source "$here/places.sh"
mkdir -p "$directory"
directory=$(readlink -f "$directory")/thermophoresis-slurm # by this name the links are known as ours
mkdir -p "$directory"/{state,log} "$run/spool" "$etc"
host=$(hostname -s)

# A key and a socket of its own: nothing of a MUNGE that may be here is touched.
rm -f "$directory/munge.key"
(umask 077 && dd if=/dev/urandom of="$directory/munge.key" bs=1024 count=1 status=none)

cat >"$directory/slurm.conf" <<CONF
ClusterName=thermophoresis
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=$run/munge.socket
CredType=cred/munge
StateSaveLocation=$directory/state
SlurmdSpoolDir=$run/spool
SlurmctldPidFile=$run/slurmctld.pid
SlurmdPidFile=$run/slurmd.pid
SlurmctldLogFile=$directory/log/slurmctld.log
SlurmdLogFile=$directory/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=5,sched_interval=5,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
# Ended jobs are remembered for an hour, so that a test can look at all of them.
MinJobAge=3600
KillWait=2
ReturnToService=2
# A job that could never run is refused instead of waiting for ever.
EnforcePartLimits=ALL
GresTypes=gpu
# Believe the numbers below, not the machine: memory is there for more jobs than would really fit.
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=64000 Gres=gpu:2 State=UNKNOWN
# First in line: jobs that wait for a GPU would keep the node from those that need none.
PartitionName=cpu Nodes=$host Default=YES MaxTime=1-00:00:00 PriorityTier=2 State=UP
PartitionName=gpu Nodes=$host MaxTime=1-00:00:00 State=UP
CONF
cat >"$directory/gres.conf" <<CONF
NodeName=$host Name=gpu File=/dev/null
NodeName=$host Name=gpu File=/dev/zero
CONF
cat >"$directory/cgroup.conf" <<CONF
CgroupPlugin=cgroup/v1
CgroupAutomount=no
CONF
# In the one place that is always looked at: SLURM_CONF does not reach the steps of a job.
for file in "${configuration[@]}"; do
    ln -s "$directory/$file" "$etc/$file"
done

# --force: it would rather not be root.
munged --force --key-file="$directory/munge.key" --socket="$run/munge.socket" \
    --pid-file="$run/munged.pid" --log-file="$directory/log/munged.log" --seed-file="$directory/munge.seed"
slurmctld -c # forgets the jobs of an earlier one in the same DIR
slurmd
for _ in $(seq 60); do
    state=$(sinfo --noheader --partition=cpu --format=%T 2>/dev/null || true)
    [ "$state" = idle ] && exit
    sleep 0.5
done
tail -n 20 "$directory"/log/*.log >&2
echo "SLURM does not come up; the ends of its logs are above" >&2
"$here/down.sh"
exit 1
