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
# Trains a tokenizer on the project's own English-Persian text, and cuts sentences with it that it has not
# seen. Training the translator itself is not part of this script yet.

text=examples/data/en-fa
work=build/quickstart
printf '\nTraining a tokenizer on %s:\n' "$text"
"$hodhod" tokenize train --model bpe --vocab-size 2000 --normalizer persian --output "$work/tokenizer" \
  "$text/train.en" "$text/train.fa"

printf '\nSentences that are not in that text, cut into tokens:\n'
head -n 3 -q "$text/test.en" "$text/test.fa" |
  "$hodhod" tokenize encode --tokenizer "$work/tokenizer" --tokens

printf '\nPersian typed carelessly, and what the normaliser changed:\n'
"$hodhod" tokenize normalize --show <<<'كتاب علي ١٢ صفحــه دارد'

cat <<'NEXT'

To train a translator on the same text, and for what else there is:
  build/release/hodhod train translate --help
  build/release/hodhod tokenize describe --tokenizer build/quickstart/tokenizer examples/data/en-fa/test.fa
  build/release/hodhod --help
NEXT
