#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the build, and builds and runs an example with nothing but what was installed: once through the CMake
# package, once through pkg-config.
#   tests/installed/run.sh BUILD_DIRECTORY SOURCE_DIRECTORY
set -eu
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" > "$work/install.log"
cmake -S "$source/tests/installed" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" -DEXAMPLES="$source/examples" \
  -DCMAKE_BUILD_TYPE=Release > "$work/configure.log"
cmake --build "$work/build" > "$work/build.log"
cd "$work"
printf 'Once there was a hoopoe.\n%.0s' {1..40} > poems.txt
"$work/build/poet" poems.txt my-poet | tee poet.out
grep -q "hoopoe" poet.out
"$work/prefix/bin/hodhod" --quiet generate my-poet "Once" --max-new-tokens 8 > generated.out

export PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name hodhod.pc)")
# The flags are separate words.
# shellcheck disable=SC2046
"${CXX:-g++}" -std=c++20 "$source/examples/poet.cc" $(pkg-config --cflags --libs hodhod) -o poet
./poet poems.txt another-poet | diff poet.out -
