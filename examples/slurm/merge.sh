#!/bin/bash
# When all shards are done: sbatch --dependency=afterok:ARRAY merge.sh results.db
#SBATCH --job-name=merge
exec hardrow merge "$1" "${1%.*}".*-of-*."${1##*.}"
