#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The README.md that a run leaves beside its model. Usage: model_card.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"

train() { "$hodhod" --quiet --threads 1 train "$@" 2> "$work/err" || fail "train $*" "$(cat "$work/err")"; }
head -40 "$examples/dev.en" > text.en
small=(--model width=32 heads=2)

train generate --data text.en --dev text.en --preset gpt-tiny "${small[@]}" --steps 4 --validate-every 2 --out writer
card=$(cat writer/README.md)
expect "it says what a site shows" $'---\nlibrary_name: transformers\npipeline_tag: text-generation\n---' "$card"
expect "its title" $'\n# A model that continues texts\n' "$card"
expect "what it is" "It is a language model" "$card"
expect "the command" "hodhod train generate --data text.en --dev text.en --out DIR" "$card"
expect "the data" "| data | \`text.en\` | $(stat -c %s text.en) |" "$card"
step=$(grep -o 'the model of step [0-9]*' <<< "$card" | grep -o '[0-9]*$')
loss=$(grep "\"step\":$step,.*validation.loss" writer/metrics.jsonl | grep -o '"validation.loss":[0-9.]*' | cut -d: -f2)
expect "the scores of that step" "| loss | ${loss:0:6}" "$card"
expect "how it is used here" "hodhod generate DIR 'The beginning of a text'" "$card"
expect "and there" 'pipeline("text-generation", model=DIR)' "$card"
expect_not "no path" "$work" "$card"

# Going on writes it again; what a person wrote stays.
train generate --data text.en --dev text.en --preset gpt-tiny "${small[@]}" --steps 6 --validate-every 2 --out writer
expect "a longer run" "--steps 6" "$(cat writer/README.md)"
echo 'My own words.' > writer/README.md
train generate --data text.en --dev text.en --preset gpt-tiny "${small[@]}" --steps 8 --validate-every 2 --out writer
same "a card of a person" "My own words." "$(cat writer/README.md)"

# A model that is fine-tuned names what it began from; one that is counted has a card too.
train generate --from writer --data text.en --dev text.en --steps 2 --out tuned
expect "what it began from" $'\nbase_model: "writer"\n' "$(cat tuned/README.md)"
train generate --data text.en --preset ngram --model order=2 discount_fallback=yes --out counted
expect "counted" "library_name: hodhod" "$(cat counted/README.md)"
expect_not "Transformers does not read it" "from transformers" "$(cat counted/README.md)"
