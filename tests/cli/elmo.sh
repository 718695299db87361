#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Vectors of words in context: trained, continued, asked for by layer, and taken further by a classifier.
# Usage: elmo.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"

run() { "$hodhod" --threads 1 "$@" 2>&1 < /dev/null || echo "status $?"; }
head -400 "$examples/dev.fa" > text
small=(--data text --preset elmo-tiny --model width=32 --tokenizer-vocabulary 400 --batches-max-tokens 400
  --validate-every 10)

expect "what is trained" "lstm in both directions, 1 layers, width 32" "$(run train embed "${small[@]}" --steps 20 --out elmo)"
expect "its kind" '"model_type": "bilm"' "$(cat elmo/config.json)"
run train embed "${small[@]}" --steps 7 --out pieces > log
run train embed "${small[@]}" --steps 20 --out pieces > log
same "a run in pieces" "$(sha256sum < elmo/model.safetensors)" "$(sha256sum < pieces/model.safetensors)"

# A word has one vector below the networks, and one for each place above them.
words() { run embed elmo "$@" --words --tsv; }
one=$(words 'کتاب در خانه است' --layer 1)
same "each word" 4 "$(wc -l <<< "$one")"
same "again" "$one" "$(words 'کتاب در خانه است' --layer 1)"
same "beside another text" "$one" "$(words 'کتاب در خانه است' 'او رفت' --layer 1 | head -4)"
same "without its place" "$(words 'کتاب در خانه است' --layer 0 | head -1)" "$(words 'کتاب او' --layer 0 | head -1)"
[[ $(words 'کتاب او' --layer 1 | head -1) != "$(head -1 <<< "$one")" ]] || fail "the place changes nothing"
expect "as JSON" '"words":[{"word":"کتاب","embedding":[' "$(run embed elmo 'کتاب او' --words)"
expect "one vector" '"embedding":[' "$(run embed elmo 'کتاب او')"
expect "too high a layer" "--layer 2: elmo has layers 0 to 1" "$(words 'کتاب' --layer 2)"
expect "pooling words" "--pooling: makes one vector of a text" "$(words 'کتاب' --pooling last)"

# Options of the other kind of vectors.
expect "an option of word vectors" "--window is for one vector for each word" \
  "$(run train embed "${small[@]}" --window 3 --out other)"
expect "an option of contextual vectors" "--length is for vectors of words in context" \
  "$(run train embed --data text --length 20 --out other)"
expect "an option of training" "--steps is for training by gradients" "$(run train embed --data text --steps 2 --out other)"

expect "what only training uses" "training" "$(run describe elmo-small | grep head.weight)"

# A classifier learns which layers it needs.
for i in $(seq 40); do printf 'a\tکتاب خوب\nb\tروز بد\n'; done > table.tsv
found=$(run train classify --from elmo --data table.tsv --steps 4 --out critic)
expect "its shares of the layers are new" "mix.weights" "$found"
expect "it answers" $'\t' "$(run classify critic 'کتاب خوب')"
