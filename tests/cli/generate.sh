#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod generate: prompts, results, and what generation_config.json says. Usage: generate.sh PROGRAM
. "$(dirname "$0")/../expect.sh"

"$hodhod" --quiet --threads 1 train generate --data "$examples/dev.en" --preset gpt-tiny --model width=32 heads=2 \
  decoder_layers=1 --length 32 --batch 8 --steps 60 --validate-every 0 --schedule-rate 1e-2 --out "$work/model" \
  2> "$work/err"
generate() { "$hodhod" generate "$work/model" "$@" < /dev/null; }

expect "n-grams alone have an ARPA file" 'give one that `hodhod train generate --preset ngram` counted' \
  "$("$hodhod" convert "$work/model" --to arpa -o "$work/none" 2>&1 || true)"

# Prompts: none, arguments, lines.
[[ -n $(generate --seed 3) ]] || fail "a text without a prompt"
printf 'the cat\n\na dog\nthe\n' > "$work/prompts"
from_file=$(generate --file "$work/prompts" --seed 5 --max-new-tokens 30)
same "a line for each prompt" 4 "$(wc -l <<< "$from_file")"
same "in any blocks" "$from_file" "$(generate --file "$work/prompts" --seed 5 --max-new-tokens 30 --batch-lines 1)"
same "from standard input" "$from_file" \
  "$("$hodhod" generate "$work/model" - --seed 5 --max-new-tokens 30 < "$work/prompts")"
same "from a pipe" "$from_file" \
  "$(cat "$work/prompts" | "$hodhod" generate "$work/model" --seed 5 --max-new-tokens 30)"
same "with any number of threads" "$from_file" \
  "$("$hodhod" --threads 2 generate "$work/model" --file "$work/prompts" --seed 5 --max-new-tokens 30)"
same "objects for lines" 4 "$(generate --file "$work/prompts" --json | grep -c '^{"prompt": *".*"text": *".*}$')"
expect "prompts and files" "give one of them" "$(generate 'the' --file "$work/prompts" 2>&1 || true)"

# Prompts that the model does not read whole: arguments and lines.
long=$(printf 'the cat sat on the mat %.0s' {1..30})
told="longer than the 64 tokens that the model takes"
expect "a long prompt is told" "1 of 1 text is $told" "$(generate "$long" --max-new-tokens 2 2>&1 > "$work/out")"
printf '%s\nthe\n' "$long" > "$work/lines"
expect "a long line is told" "1 of 2 texts is $told" "$(generate --file "$work/lines" --max-new-tokens 2 2>&1 > "$work/out")"

# Stop strings, wherever they lie.
whole=$(generate 'the' --do-sample no --max-new-tokens 60)
cut=$(generate 'the' --do-sample no --max-new-tokens 60 --stop "${whole:9:4}" --stop 'never to be seen')
same "the text ends before a stop string" "${whole%%"${whole:9:4}"*}" "$cut"

# generation_config.json.
config="$work/model/generation_config.json"
cp "$config" "$work/kept"
echo '{"num_beams": 3, "no_such_key": 1, "num_beam_groups": 3}' > "$config"
found=$(generate 'the' --max-new-tokens 20 2> "$work/err")
same "what a file leaves out is as in Transformers" "$found" "$(generate 'the' --max-new-tokens 20 --seed 9 2> "$work/err")"
expect "an unknown key is named" "not known, and without effect: no_such_key" "$(cat "$work/err")"
expect "so is one that is not done" "not supported, and without effect: num_beam_groups" "$(cat "$work/err")"
echo '{"max_length": 9}' > "$config"
same "a length with the prompt" 9 "$(generate 'the' | tr -d '\n' | wc -m)"
same "a flag comes before it" 23 "$(generate 'the' --max-new-tokens 20 | tr '\n' ' ' | sed 's/ $//' | wc -m)"
echo '{"do_sample": false, "temperature": 0.0}' > "$config"
generate 'the' > "$work/out" || fail "a temperature that is not used"
generate 'the' --top-p 0.9 > "$work/out" 2> "$work/err"
expect "an option that does nothing is told" "--top-p has no effect" "$(cat "$work/err")"
generate 'the' --length-penalty 2 > "$work/out" 2> "$work/err"
expect "so is one of beams" "--length-penalty has no effect with one beam" "$(cat "$work/err")"
generate 'the' --temperature 0 --num-beams 2 --length-penalty 2 --top-p 1 > "$work/out" 2> "$work/err"
same "the others are not" "" "$(cat "$work/err")"
same "an empty line stands between texts" 3 "$(generate 'the' 'a' --max-new-tokens 0 --num-beams 2 | wc -l)"
cp "$work/kept" "$config"
beams=$(generate 'the' --do-sample no --num-beams 8 --num-return-sequences 8 --max-new-tokens 12 2> "$work/err")
same "no text comes twice" "" "$(grep -v '^$' <<< "$beams" | sort | uniq -d)"

# A number that is none.
size=$(stat -c %s "$work/model/model.safetensors")
printf '\000\000\300\177' | dd of="$work/model/model.safetensors" bs=1 seek=$((size - 4)) conv=notrunc 2> "$work/err"
found=$(generate 'the' 2>&1 > "$work/out") && fail "NaN among the weights is an answer"
expect "it is named" "$work/model: its logits are not finite" "$found"

# A tokenizer of whole words knows the line end as a word of its own.
"$hodhod" --quiet --threads 1 train generate --data "$examples/dev.en" --dev-share 0 --preset rnn-tiny \
  --tokenizer-kind word --tokenizer-min-count 1 --steps 1 --out "$work/words" 2> "$work/err"
expect "line ends are known to words" '"unknown_tokens":0' \
  "$("$hodhod" evaluate "$work/words" --data "$examples/dev.en" --json)"
