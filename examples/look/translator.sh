#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A translator word by word: which English words the decoder looks at when it chooses each Persian word, in every layer
# and head. No head was told to align, and some do not; the page shows them as they are. Trained on the text that the
# project ships, in a few minutes.
. "$(dirname "$0")/demonstration.sh"

sentences=('Transformers learn from data' 'The teacher reads a book to the children.')
train translate --source "$data/train.en" --target "$data/train.fa" --dev-source "$data/dev.en" --dev-target \
  "$data/dev.fa" --preset tiny --tokenizer-vocabulary 2000 --steps 700 --validate-every 350 --schedule-rate 2e-3 \
  --schedule-warmup 300 --seed 1 --out "$work/translator"
"$hodhod" --quiet evaluate "$work/translator" --source "$data/test.en" --target "$data/test.fa"
for i in 0 1; do
  sentence=${sentences[i]}
  # Pairs i-j of words, counted from 0: the Persian word j looks at the English word i.
  "$hodhod" --quiet translate "$work/translator" "$sentence" --alignments | sed "s|^|$sentence → |"
  page "translator_$((i + 1))" "$work/translator" "$sentence" --gradients on --cuts --note \
    "A small model, trained for minutes on simple sentences that the project ships."
done
must_be 'ترنسفورمرها از داده‌ها یاد می‌گیرند' "$("$hodhod" --quiet translate "$work/translator" "${sentences[0]}")"
