#!/bin/bash
# One task of an array: one shard of a sweep. sbatch --array=0-7 shard.sh FILE.ini results.db
#SBATCH --job-name=sweep
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
# Two minutes before the time limit: the epochs under way are kept.
#SBATCH --signal=B:TERM@120
hardrow sweep "$1" --db "$2" --shard slurm --jobs "${SLURM_CPUS_PER_TASK:-1}" --quiet &
work=$!
trap 'kill -TERM $work' TERM
while kill -0 $work 2>/dev/null; do
	wait $work
	code=$?
done
# Killed, or out of time: back into the queue, where it goes on. A task that failed would stop what waits for the array.
if [ "$code" -gt 128 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 5 ]; then
	scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
	sleep 60
fi
exit "$code"
