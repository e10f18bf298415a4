#!/bin/bash
# A Slurm of one node on this machine: one_node_slurm.sh start|stop FOLDER.  Needs root, and Debian's
# slurm-wlm and munge.  `start` prints the line that a program needs: export SLURM_CONF=...
set -eu
folder=$2

start() {
    install -d -o munge -g munge -m 0755 "$folder/munge"
    install -d "$folder/state" "$folder/spool"
    dd if=/dev/urandom of="$folder/munge/key" bs=1024 count=1 status=none
    chown munge:munge "$folder/munge/key"
    chmod 0400 "$folder/munge/key"
    setpriv --reuid munge --regid munge --clear-groups munged --socket "$folder/munge/socket" \
        --key-file "$folder/munge/key" --pid-file "$folder/munge/pid" \
        --seed-file "$folder/munge/seed" --log-file "$folder/munge/log"
    host=$(hostname -s)
    cat > "$folder/slurm.conf" <<END
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmctldPort=$3
SlurmdPort=$4
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=2000 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
    export SLURM_CONF="$folder/slurm.conf"
    slurmctld
    slurmd
    for _ in $(seq 60); do
        case $(sinfo --noheader --format=%T 2> /dev/null) in idle*) break ;; esac
        sleep 0.5
    done
    sinfo
}

stop() {
    # Only processes that `start` began: by the numbers they left
    for file in slurmd.pid slurmctld.pid munge/pid; do
        [ -s "$folder/$file" ] || continue
        pid=$(cat "$folder/$file")
        kill "$pid" 2> /dev/null || continue
        for _ in $(seq 100); do
            grep -q '^State:.*[RSD] ' "/proc/$pid/status" 2> /dev/null || break
            sleep 0.1
        done
    done
}

"$1" "$@"
