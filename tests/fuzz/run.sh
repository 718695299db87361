#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the fuzzers with clang into build/fuzz and runs each for some seconds (60 unless told otherwise), as many at a
# time as there are processors. Those of models need the whole library, which takes long to build: they run when named.
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
fuzzers=("$@")
[ ${#fuzzers[@]} -gt 0 ] ||
  fuzzers=(fuzz_tokenizer_json fuzz_sentencepiece fuzz_encode fuzz_template fuzz_word_vectors fuzz_arpa fuzz_tables
           fuzz_pytorch)
for fuzzer in "${fuzzers[@]}"; do
  [ -f "tests/fuzz/$fuzzer.cc" ] && continue
  echo "tests/fuzz/run.sh: there is no fuzzer $fuzzer; those in tests/fuzz are $(basename -s .cc tests/fuzz/*.cc | xargs)" >&2
  exit 2
done
# What the fuzzers read with; fuzz_fasttext needs tensors, and fuzz_model_config, which runs a model, everything below
# the tasks.
sources=(hodhod/base/*.cc hodhod/text/*.cc hodhod/text/*/*.cc hodhod/data/*.cc hodhod/io/word_vectors.cc hodhod/io/arpa.cc
         hodhod/io/{pytorch_file,pickle,zip_archive,tensor_entry}.cc
         hodhod/models/ngram_{trie*,arpa,distribution}.cc hodhod/tensor/pool.cc)
case " ${fuzzers[*]} " in
  *" fuzz_model_config "*|*" fuzz_fasttext "*)
    sources+=(hodhod/kernels/*.cc hodhod/kernels/*/*.cc hodhod/tensor/*.cc hodhod/ops/*.cc hodhod/nn/*.cc hodhod/io/*.cc
              hodhod/models/*.cc hodhod/models/*/*.cc) ;;
esac
objects=()
commands=()
for source in $(printf '%s\n' "${sources[@]}" | grep -v _test.cc | sort -u); do
  object=$out/objects/$(echo "${source%.cc}" | tr / _).o
  objects+=("$object")
  if [ ! -e "$object" ] || [ -n "$(find hodhod -newer "$object" -name '*.h' -print -quit)" ] ||
     [ "$source" -nt "$object" ]; then
    commands+=("$compiler ${flags[*]} -c $source -o $object")
  fi
done
if [ ${#commands[@]} -gt 0 ]; then printf '%s\0' "${commands[@]}" | xargs -0 -P "$(nproc)" -I{} sh -c '{}'; fi
for fuzzer in "${fuzzers[@]}"; do
  "$compiler" "${flags[@]}" -fsanitize=fuzzer,address,undefined "tests/fuzz/$fuzzer.cc" "${objects[@]}" \
    -lfmt -lutf8proc -lpcre2-8 -lz -lzstd -lsimdjson -lhwy -lpthread -o "$out/$fuzzer"
done
# Small real files to start from.
for fuzzer in "${fuzzers[@]}"; do mkdir -p "$out/corpus-$fuzzer"; done
fuzz() {
  local fuzzer=$1 seeds=() report
  [ -d "tests/fuzz/seeds/$fuzzer" ] && seeds=("tests/fuzz/seeds/$fuzzer")
  report=$(ASAN_OPTIONS=detect_leaks=0 "$out/$fuzzer" -seed=1 -max_total_time="$seconds" -max_len=4096 -timeout=10 \
    -rss_limit_mb=2048 -malloc_limit_mb=64 -artifact_prefix=$out/ -print_final_stats=1 "$out/corpus-$fuzzer" \
    "${seeds[@]}" 2>&1)
  local status=$?
  printf '== %s, %s s\n%s\n' "$fuzzer" "$seconds" "$(grep -vE '^#[0-9]+.*(NEW|REDUCE|RELOAD|pulse)' <<< "$report" | tail -40)"
  return $status
}
export -f fuzz
export out seconds
printf '%s\n' "${fuzzers[@]}" | xargs -P "$(nproc)" -I{} bash -c 'fuzz {}'
