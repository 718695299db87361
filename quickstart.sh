#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# On a fresh Debian 12 machine: installs what the program needs, builds the program, and does the main job.
set -euo pipefail
cd "$(dirname "$0")"

tools/install_packages.sh --program
cmake --preset release -DHODHOD_TESTS=OFF -DHODHOD_BENCH=OFF
cmake --build --preset release --target hodhod
hodhod=build/release/hodhod

# ==== The main job ====================================================================================
# Trains an English→Persian Transformer on the text that the project ships, then translates sentences that
# are not in it. Give the same command again after Ctrl-C: training goes on from there.
data=examples/data/en-fa
model=${HODHOD_QUICKSTART_DIR:-build/quickstart/en-fa}
"$hodhod" train translate --preset tiny --tokenizer-vocabulary 2000 --steps 700 --validate-every 350 \
  --schedule-rate 2e-3 --schedule-warmup 300 --out "$model" \
  --source $data/train.en --target $data/train.fa --dev-source $data/dev.en --dev-target $data/dev.fa

printf '\nSentences that it has never seen:\n'
while read -r sentence; do
  printf '  %s\n    %s\n' "$sentence" "$("$hodhod" translate "$model" "$sentence")"
done < <(head -n 6 $data/test.en)
printf '\nThe whole test text: '
"$hodhod" evaluate "$model" --source $data/test.en --target $data/test.fa

cat <<NEXT

What to try next:
  echo "The teacher reads a book." | $hodhod translate $model --num-beams 5 --num-return-sequences 3
  $hodhod train translate --source YOUR.en --target YOUR.fa --out my-model     # your own pairs of texts
  $hodhod train generate --data YOUR.txt --out my-writer && $hodhod generate my-writer "Once"
  $hodhod tokenize normalize --show <<<'كتاب علي ١٢ صفحــه دارد'
  $hodhod --help
NEXT
