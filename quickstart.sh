#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# On a fresh Debian 12 machine: installs what the program needs, builds the program, and does the main job.
set -euo pipefail
cd "$(dirname "$0")"

tools/install_packages.sh --program
cmake --preset release -DHODHOD_TESTS=OFF -DHODHOD_BENCH=OFF -DHODHOD_EXAMPLES=OFF
cmake --build --preset release --target hodhod
hodhod=build/release/hodhod

# ==== The main job ====================================================================================
# Translation is not there yet. Until it is, this shows what the program can do.

printf '\nThe Persian normaliser, and what it changed:\n'
"$hodhod" tokenize normalize --show <<<'كتاب علي ١٢ صفحــه دارد'

cat <<'NEXT'

Training and translating are not part of the program yet. To see what there is:
  build/release/hodhod --help
  build/release/hodhod tokenize --help
NEXT
