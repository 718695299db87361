#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian 12 packages that Hodhod needs, as root or through sudo. Does nothing when all are there.
#
#   tools/install_packages.sh             everything below
#   tools/install_packages.sh --program   only what building the program needs
#   tools/install_packages.sh --tests     the program, its tests, benchmarks and examples
#   tools/install_packages.sh --checks    the program, and what .ci/run needs beyond the tests
#   tools/install_packages.sh --bench     the program, and the peers that benchmarks measure against
#   tools/install_packages.sh --list      prints the packages, and why each is needed
set -euo pipefail

# group    package                what for
packages="
program  g++                      compiler
program  cmake                    build description, 3.25 or newer
program  ninja-build              build tool
program  libhwy-dev               Highway: SIMD in kernels/cpu
program  libfmt-dev               formatting of text
program  libcli11-dev             command line
program  nlohmann-json3-dev       JSON
program  libsimdjson-dev          the same, fast, for large files
program  libutf8proc-dev          Unicode tables
program  libpcre2-dev             patterns of pre-tokenisers
program  zlib1g-dev               .gz corpora
program  libzstd-dev              .zst corpora
tests    ccache                   repeated builds
tests    libgtest-dev             GoogleTest
tests    libgmock-dev             its matchers
tests    libbenchmark-dev         Google Benchmark, for bench/
tests    python3                  tools/check_includes, and scripts in tests/ and bench/
tests    pkg-config               tests/installed, the installed package
tests    libopenblas-openmp-dev   matrix products to compare with, linked by bench/
tests    libdnnl-dev              the same: oneDNN
checks   git                      which files to format
checks   clang                    the compiler of tests/fuzz
checks   libclang-rt-14-dev       its sanitizers and libFuzzer
checks   clang-format             layout of sources
checks   clang-tidy               names and common mistakes
checks   clang-tools              clang-tidy's scripts
checks   chromium                 opens the pages of web/ in tests
bench    python3-torch            PyTorch, for bench/versus_torch
bench    libopenblas0-openmp      its fastest BLAS
bench    sentencepiece            for bench/versus_sentencepiece
bench    fasttext                 for bench/versus_fasttext, and for a test that gives it files of ours
"

case "${1:-}" in
  "") groups="program tests checks bench" ;;
  --program) groups="program" ;;
  --tests) groups="program tests" ;;
  --checks) groups="program checks" ;;
  --bench) groups="program bench" ;;
  --list) sed '/^$/d' <<<"$packages"; exit 0 ;;
  *) echo "install_packages.sh: '$1' is not one of --program, --tests, --checks, --bench, --list" >&2; exit 2 ;;
esac

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "install_packages.sh: this is not Debian. Install the equivalents of these packages yourself:" >&2
  sed '/^$/d' <<<"$packages" >&2
  exit 1
fi

missing=()
while read -r group package _; do
  [[ -n $group && " $groups " == *" $group "* ]] || continue
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done <<<"$packages"

if ((${#missing[@]} == 0)); then
  echo "Packages: all there (${groups// /, })."
  exit 0
fi

as_root=()
if (($(id -u) != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "install_packages.sh: neither root nor sudo. Ask an administrator to run:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
     apt-get --quiet --option DPkg::Lock::Timeout=300 --option Acquire::Retries=3)
echo "Packages: installing ${missing[*]}"
"${apt[@]}" update
"${apt[@]}" install --yes --no-install-recommends "${missing[@]}"
