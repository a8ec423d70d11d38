#!/bin/bash
# submit.sh FILE.ini results.db SHARDS: an array that does the sweep, and the merge behind it.
set -eu
here=$(dirname "$(realpath "$0")")
array=$(sbatch --parsable --array="0-$(($3 - 1))" "$here/shard.sh" "$1" "$2")
merge=$(sbatch --parsable --dependency="afterok:$array" "$here/merge.sh" "$2")
echo "array $array, then merge $merge"
