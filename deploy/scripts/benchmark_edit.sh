#!/usr/bin/env bash
# How long edits take: the latency of many requests, one after the other, as their callers see it.
#
#   deploy/scripts/benchmark_edit.sh PICTURE PROMPT [COUNT] [FIELD=VALUE...]
#
#   deploy/scripts/benchmark_edit.sh me.jpg "as a bronze statue" 50 steps=8 resolution=512
#
# COUNT is 20 where it is not given; one more goes ahead, so that no measured one loads the model. Prints the fastest,
# the median, the 95th percentile (nearest rank) and the slowest, in milliseconds. EASEL_URL and EASEL_API_KEY as in
# curl_edit.sh.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

if (($# < 2)); then
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
  exit 2
fi
picture=$1 prompt=$2 count=20
shift 2
if (($# > 0)) && [[ $1 != *=* ]]; then count=$1 && shift; fi
if ! [[ $count =~ ^[1-9][0-9]*$ ]]; then
  echo "benchmark_edit: '$count' is not a number of requests" >&2
  exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
edit() { "$here/curl_edit.sh" "$picture" "$prompt" "$work/out.png" "$@" >/dev/null; }

edit "$@" # loads the model
for ((i = 0; i < count; ++i)); do
  begun=$(date +%s%N)
  edit "$@"
  echo $((($(date +%s%N) - begun) / 1000000)) >>"$work/times"
done
sort -n "$work/times" | awk '
  { time[NR] = $1 }
  function rank(share) { r = int(share * NR); if (r < share * NR) ++r; return time[r < 1 ? 1 : r] }
  END {
    median = NR % 2 ? time[(NR + 1) / 2] : (time[NR / 2] + time[NR / 2 + 1]) / 2
    printf "%d edits: min %d ms, median %g ms, p95 %d ms, max %d ms\n", NR, time[1], median, rank(0.95), time[NR]
  }'
