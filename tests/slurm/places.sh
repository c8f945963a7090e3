# What up.sh and down.sh have to agree on; to be sourced.

# Where SLURM looks for its configuration, and the files that are linked there. The variable is for a
# test of what happens where another SLURM is configured: SLURM itself knows nothing of it.
etc=${THERMOPHORESIS_ETC_SLURM:-/etc/slurm}
configuration=(slurm.conf gres.conf cgroup.conf)

# Pid files and sockets. Always here, so that a later call finds what a killed one left; and not below
# DIR, as the path of a socket must be short.
run=/run/thermophoresis-slurm
