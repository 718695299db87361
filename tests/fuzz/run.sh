#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the fuzzers with clang into build/fuzz and runs each for some seconds (60 unless told otherwise).
# The seed is fixed, so that a run is like the one before. What they find stays in build/fuzz/corpus-*, crashes in build/fuzz.
#
#   tests/fuzz/run.sh [SECONDS [FUZZER...]]
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-${FUZZ_SECONDS:-60}}
shift || true
compiler=$(command -v clang++ || command -v clang++-14 || true)
[ -n "$compiler" ] || { echo "tests/fuzz/run.sh: no clang++; install clang and libclang-rt-14-dev" >&2; exit 1; }
out=build/fuzz
mkdir -p $out/objects
flags=(-std=c++20 -O1 -g -I. -ffp-contract=off -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined
       -fno-sanitize-recover=all)
objects=()
commands=()
for source in $(ls hodhod/base/*.cc hodhod/text/*.cc hodhod/text/*/*.cc hodhod/io/word_vectors.cc hodhod/io/arpa.cc \
                   hodhod/models/ngram_trie*.cc hodhod/models/ngram_arpa.cc | grep -v _test.cc); do
  object=$out/objects/$(echo "${source%.cc}" | tr / _).o
  objects+=("$object")
  if [ ! -e "$object" ] || [ -n "$(find hodhod/base hodhod/text -newer "$object" -name '*.h' -print -quit)" ] ||
     [ "$source" -nt "$object" ]; then
    commands+=("$compiler ${flags[*]} -c $source -o $object")
  fi
done
if [ ${#commands[@]} -gt 0 ]; then printf '%s\0' "${commands[@]}" | xargs -0 -P "$(nproc)" -I{} sh -c '{}'; fi
fuzzers=("$@")
[ ${#fuzzers[@]} -gt 0 ] || fuzzers=(fuzz_tokenizer_json fuzz_sentencepiece fuzz_encode fuzz_word_vectors fuzz_arpa)
for fuzzer in "${fuzzers[@]}"; do
  "$compiler" "${flags[@]}" -fsanitize=fuzzer,address,undefined "tests/fuzz/$fuzzer.cc" "${objects[@]}" \
    -lfmt -lutf8proc -lpcre2-8 -lz -lzstd -lpthread -o "$out/$fuzzer"
done
# Small real files to start from.
mkdir -p $out/corpus-fuzz_tokenizer_json $out/corpus-fuzz_sentencepiece $out/corpus-fuzz_encode \
  $out/corpus-fuzz_word_vectors $out/corpus-fuzz_arpa
for fuzzer in "${fuzzers[@]}"; do
  seeds=()
  [ -d "tests/fuzz/seeds/$fuzzer" ] && seeds=("tests/fuzz/seeds/$fuzzer")
  echo "== $fuzzer, $seconds s"
  ASAN_OPTIONS=detect_leaks=0 "$out/$fuzzer" -seed=1 -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
    -malloc_limit_mb=64 -artifact_prefix=$out/ -print_final_stats=1 "$out/corpus-$fuzzer" "${seeds[@]}" 2>&1 |
    grep -vE '^#[0-9]+.*(NEW|REDUCE|RELOAD|pulse)' | tail -40
done
