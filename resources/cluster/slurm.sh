#!/usr/bin/env bash
# A sweep as a Slurm job array: ./slurm.sh SWEEP.json DIR [OPTION of sbatch]...
# Prints the number of the job that collects the results when all tasks are through.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
here=$(dirname "$(readlink -f "$0")")
cli=${NORMSCOPE_CLI:-normscope-cli}
sweep=$(readlink -f "$1")
mkdir -p "$2"
dir=$(readlink -f "$2")
shift 2

"$cli" sweep "$sweep" --out "$dir" --list --unfinished | cut -f1 >"$dir/slurm-runs.txt"
count=$(wc -l <"$dir/slurm-runs.txt")
if [ "$count" -eq 0 ]; then
    "$cli" sweep "$sweep" --out "$dir" --collect >&2
    exit 0
fi
export NORMSCOPE_CLI="$cli"
array=$(sbatch --parsable --array="1-$count" --output="$dir/slurm-%A_%a.log" "$@" \
    "$here/slurm-array.sbatch" "$sweep" "$dir" "$dir/slurm-runs.txt")
sbatch --parsable --dependency="afterany:$array" --output="$dir/slurm-collect.log" "$@" \
    --wrap "\"$cli\" sweep \"$sweep\" --out \"$dir\" --collect"
