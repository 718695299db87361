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

# An adapter's card is written too, again when the run goes on, and not over a person's.
adapt() { train generate --from writer --lora-rank 2 --data text.en --dev text.en --validate-every 2 --out adapter "$@"; }
adapt --steps 2
card=$(cat adapter/README.md)
expect "an adapter is PEFT's" $'---\nlibrary_name: peft\npipeline_tag: text-generation\nbase_model: "writer"\n---' "$card"
expect "what it is" "This directory holds an adapter of it" "$card"
expect "its command" "--lora-rank 2" "$card"
expect "a whole model for a pipeline" "hodhod convert DIR --merge-adapter -o WHOLE" "$card"
expect "of which it is made" 'pipeline("text-generation", model=WHOLE)' "$card"
expect_not "no path" "$work" "$card"
adapt --steps 4
expect "again" "--steps 4" "$(cat adapter/README.md)"
echo 'My own words.' > adapter/README.md
adapt --steps 6
same "an adapter's card of a person" "My own words." "$(cat adapter/README.md)"

# A model that writes summaries is no translator.
for i in 1 2 3 4; do printf '{"document": "the city of day %d is large", "summary": "city %d"}\n' $i $i; done > news.jsonl
train summarize --data news.jsonl --preset tiny "${small[@]}" --tokenizer-vocabulary 280 --steps 1 --out brief
expect "what writes summaries" "It is a sequence-to-sequence model." "$(cat brief/README.md)"
