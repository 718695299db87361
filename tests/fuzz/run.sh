#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the fuzzers, with clang and its sanitizers (the preset asan), and runs each for some seconds (60 unless told
# otherwise), as many at a time as there are processors. The seed is fixed, so that a run is like the one before. What
# they find stays in build/fuzz/corpus-*, crashes in build/fuzz.
#
#   tests/fuzz/run.sh [SECONDS [FUZZER...]]
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-${FUZZ_SECONDS:-60}}
shift || true
fuzzers=("$@")
if ((${#fuzzers[@]} == 0)); then
  for source in tests/fuzz/fuzz_*.cc; do fuzzers+=("$(basename "${source%.cc}")"); done
fi
command -v clang++ >/dev/null ||
  { echo "tests/fuzz/run.sh: no clang++; install clang and libclang-rt-14-dev" >&2; exit 1; }
cmake --preset asan >/dev/null
cmake --build --preset asan --target "${fuzzers[@]}"
programs=build/asan/tests/fuzz out=build/fuzz
for fuzzer in "${fuzzers[@]}"; do mkdir -p "$out/corpus-$fuzzer"; done
fuzz() {
  local fuzzer=$1 seeds=() report
  # Small real files to start from.
  [ -d "tests/fuzz/seeds/$fuzzer" ] && seeds=("tests/fuzz/seeds/$fuzzer")
  report=$(ASAN_OPTIONS=detect_leaks=0 "$programs/$fuzzer" -seed=1 -max_total_time="$seconds" -max_len=4096 -timeout=10 \
    -rss_limit_mb=2048 -malloc_limit_mb=64 -artifact_prefix=$out/ -print_final_stats=1 "$out/corpus-$fuzzer" \
    "${seeds[@]}" 2>&1)
  local status=$?
  printf '== %s, %s s\n%s\n' "$fuzzer" "$seconds" "$(grep -vE '^#[0-9]+.*(NEW|REDUCE|RELOAD|pulse)' <<< "$report" | tail -40)"
  return $status
}
export -f fuzz
export out programs seconds
printf '%s\n' "${fuzzers[@]}" | xargs -P "$(nproc)" -I{} bash -c 'fuzz {}'
