#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod train topics, topics, and evaluate of a model of topics. Usage: topics.sh PROGRAM
. "$(dirname "$0")/../expect.sh"

# Texts about the sea and about the kitchen.
for i in {1..30}; do
  if ((i % 2)); then
    printf 'sea\tship harbour sailor wave ship %s\n' "$( ((i % 3)) && echo sailor harbour || echo wave wave)"
  else
    printf 'kitchen\toven bread butter flour bread %s\n' "$( ((i % 3)) && echo butter oven || echo flour flour)"
  fi
done > "$work/texts.tsv"
train() {  # preset, directory, and more
  "$hodhod" --quiet train topics --preset "$1" --data "$work/texts.tsv" --text 2 --model topics=2 --max-share 0.9 \
    --out "$work/$2" "${@:3}" 2> "$work/err"
}
for preset in lda nmf; do
  train "$preset" "$preset" --sweeps 60
  expect "$preset agrees with the labels" "purity 1.0000" \
    "$("$hodhod" evaluate "$work/$preset" --data "$work/texts.tsv" --text 2 --label 1)"
  same "$preset: two topics" 2 "$("$hodhod" topics "$work/$preset" --words 3 < /dev/null | wc -l)"
  same "$preset: the same without standard input" "$("$hodhod" topics "$work/$preset" --words 3 < /dev/null)" \
    "$("$hodhod" topics "$work/$preset" --words 3 <&-)"
  same "$preset: and with an empty pipe" "$("$hodhod" topics "$work/$preset" --words 3 < /dev/null)" \
    "$(: | "$hodhod" topics "$work/$preset" --words 3 2>&1)"
  same "$preset: a piped text is read" "$("$hodhod" topics "$work/$preset" 'a sailor on the ship')" \
    "$(echo 'a sailor on the ship' | "$hodhod" topics "$work/$preset")"
  sea=$("$hodhod" topics "$work/$preset" 'a sailor on the ship' --count 1)
  expect "$preset: the topic of the sea" "ship" "$sea"
  same "$preset: the same on any number of threads" "$sea" \
    "$("$hodhod" --threads 3 topics "$work/$preset" 'a sailor on the ship' --count 1)"
  weights=$(sha256sum < "$work/$preset/model.safetensors")
  train "$preset" "$preset" --sweeps 60 --restart --seed 1
  same "$preset: the same bits again" "$weights" "$(sha256sum < "$work/$preset/model.safetensors")"
done

"$hodhod" train topics --preset gru-tiny --data "$work/texts.tsv" --text 2 --max-share 0.9 --out "$work/other" 2> "$work/err" &&
  fail "a preset without topics is refused"
expect "it is named, with the remedy" "--preset gru-tiny: finds no topics in texts; give lda or nmf" "$(cat "$work/err")"
expect "presets of topics alone" "those that this command can train are lda, nmf" "$("$hodhod" train topics --preset nosuch \
  --data "$work/texts.tsv" --text 2 --out "$work/other" 2>&1 || true)"
expect "no model at all" "there is no such directory" "$("$hodhod" topics "$work/nowhere" x 2>&1 || true)"
train lda few --min-texts 1000 && fail "no word is left"
expect "what to do" "lower" "$(cat "$work/err")"
