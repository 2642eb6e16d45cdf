#!/usr/bin/env bash
# A sweep with GNU parallel: ./parallel.sh SWEEP.json DIR [HOST]...
# Without hosts: on this machine, one run a processor. DIR must be the same folder on all hosts.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
cli=${NORMSCOPE_CLI:-normscope-cli}
sweep=$(readlink -f "$1")
mkdir -p "$2"
dir=$(readlink -f "$2")
shift 2

hosts=()
for host in "${@:-:}"; do hosts+=(--sshlogin "$host"); done

# --joblog tells afterwards which run took how long where; the exit code is the number of runs that failed.
failed=0
"$cli" sweep "$sweep" --out "$dir" --list --unfinished | cut -f1 |
    parallel "${hosts[@]}" --will-cite --nice 10 --joblog "$dir/parallel.log" --quote \
        "$cli" sweep "$sweep" --out "$dir" --run {} >/dev/null || failed=$?

"$cli" sweep "$sweep" --out "$dir" --collect
exit $((failed > 0 ? 1 : 0))
