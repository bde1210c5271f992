#!/bin/sh
# guard.sh CONFIG FOLDER LOW HIGH
#
# Runs Fluent Bit, and lets it read only while its buffers have room. Once less than LOW MiB are free on the disk of FOLDER, where buffers and
# offsets are, it goes on without inputs and only delivers; from HIGH MiB on it reads again. Without room Fluent Bit loses what it reads: see
# docs/operations.md, Full disk. Ends as Fluent Bit ends, for the supervisor above it.
set -eu
config=$1 folder=$2 low=$3 high=$4
program=${FLUENT_BIT_BIN:-fluent-bit}
poll=${GUARD_POLL:-1} # seconds

if ! grep -q '^  inputs:' "$config"; then
  echo "guard: no \`inputs:\`, indented by two, in $config" >&2
  exit 1
fi
own=$(mktemp -d)
trap 'rm -rf "$own"' EXIT
awk '/^  [a-z]+:/ { inputs = /^  inputs:/ } !inputs' "$config" >"$own/fluent-bit.yaml"

room() {
  df -Pk "$folder" | awk 'NR == 2 { print int($4 / 1024) }'
}

start() {
  echo "guard: $free MiB free: $1" >&2
  "$program" -c "$2" &
  child=$!
}
ended() {
  ! kill -0 "$child" 2>/dev/null
}
leave() {
  status=0
  wait "$child" || status=$?
  exit "$status"
}
trap 'kill -TERM "$child"; leave' TERM INT

free=$(room)
[ "$free" -ge "$low" ] && reads=yes || reads=no
while :; do
  if [ $reads = yes ]; then
    start 'reads' "$config"
    while free=$(room) && [ "$free" -ge "$low" ]; do
      if ended; then leave; fi
      sleep "$poll"
    done
    kill -KILL "$child" || : # not a stop, which takes its time: what it has read is on disk
    reads=no
  else
    start 'only delivers' "$own/fluent-bit.yaml"
    while free=$(room) && [ "$free" -lt "$high" ]; do
      if ended; then leave; fi
      sleep "$poll"
    done
    kill -TERM "$child" || :
    reads=yes
  fi
  wait "$child" || :
done
