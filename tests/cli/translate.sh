#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod translate and evaluate: how decoding is chosen, and what it must not depend on. Usage: translate.sh PROGRAM
. "$(dirname "$0")/../expect.sh"

head -20 "$examples/dev.en" > "$work/en"
head -20 "$examples/dev.fa" > "$work/fa"
"$hodhod" --quiet --threads 1 train translate --source "$examples/dev.en" --target "$examples/dev.fa" --preset tiny --model width=32 \
  heads=2 feed_forward=64 encoder_layers=1 decoder_layers=1 --tokenizer-vocabulary 400 --steps 60 --validate-every 0 \
  --batches-max-tokens 512 --schedule-rate 1e-2 --schedule-warmup 20 --out "$work/model" 2> "$work/err"
evaluate() { "$hodhod" evaluate "$work/model" --source "$work/en" --target "$work/fa" "$@"; }
translate() { "$hodhod" translate "$work/model" "$@" < "$work/en"; }

config="$work/model/generation_config.json"
grep -q '"num_beams": 5' "$config" || fail "five beams are what it is saved with"
greedy=$(translate --num-beams 1)
beams=$(translate)
[[ $greedy != "$beams" ]] || fail "beams change nothing, so that this test tells nothing"
scores=$(evaluate --num-beams 1)
[[ $(evaluate) != "$scores" ]] || fail "beams change no score, so that this test tells nothing"
sed -i 's/"num_beams": 5/"num_beams": 1/' "$config"
same "translate goes by generation_config.json" "$greedy" "$(translate)"
same "a flag comes before it" "$beams" "$(translate --num-beams 5)"
same "evaluate goes by it too" "$scores" "$(evaluate)"
[[ $(evaluate --bleu-tokenizer char) != "$scores" ]] || fail "BLEU of characters is that of words"

# Groups of pairs by the words in the source, all of which are the whole.
found=$(evaluate --num-beams 1 --by-length 4)
[[ $found == "$scores"*$'\nby the words of the source:\n'* ]] || fail "scores by length: $found"
same "four groups" 4 "$(grep -c ' words .* pairs ' <<< "$found")"
same "of all pairs" 20 "$(grep -o '[0-9]* pairs' <<< "$found" | awk '{ sum += $1 } END { print sum }')"
same "one group is the whole" "$(grep -o -m 1 'chrF = [0-9.]*' <<< "$scores")" \
  "$(evaluate --num-beams 1 --by-length 1 | grep ' pairs ' | grep -o 'chrF = *[0-9.]*' | tr -s ' ')"
expect "as JSON" '"by_length":[{"shortest":' "$(evaluate --num-beams 1 --by-length 2 --json)"

# Any byte can come, so texts are compared by their sums.
sampled() { translate --do-sample --temperature 2 --seed "${seed:-3}" "$@" | cksum; }
same "what is sampled for a line, in any block" "$(sampled)" "$(sampled --batch-lines 3)"
same "with any number of threads" "$(sampled)" "$("$hodhod" --threads 2 translate "$work/model" --do-sample \
  --temperature 2 --seed 3 --file "$work/en" 2> "$work/err" | cksum)"
[[ $(sampled) != $(seed=4 sampled) ]] || fail "the seed changes nothing"

# The layer of alignments: -1 is the last, which is also the default of a decoder with few layers.
aligned() { "$hodhod" translate "$work/model" --num-beams 1 --alignments "$@" 'The teacher reads a book.' 2>&1 || true; }
same "the last layer" "$(aligned --alignment-layer 0)" "$(aligned --alignment-layer -1)"
same "without a layer" "$(aligned --alignment-layer 0)" "$(aligned)"
expect "no such layer" "layer 1 of a decoder with 1; give a number from 0 to 0, or -1 for the last" "$(aligned --alignment-layer 1)"

# A line in, a line out.
answer() { "$hodhod" translate "$work/model" "$@" 2> "$work/err"; }
printf 'The teacher reads a book.\n\n \t\n\xc2\xa0\nA book.\n' > "$work/blank"
same "blank lines stay blank" "2 3 4" "$(answer --file "$work/blank" | grep -n '^$' | cut -d : -f 1 | xargs)"
same "an object for each of them" 3 "$(answer --json --file "$work/blank" | grep -c '"translations":\[{"text":"","score":')"
printf '\xff\nA book.\n' > "$work/bytes"
same "bad bytes" 2 "$(answer --json --file "$work/bytes" | wc -l)"

# Long lines and documents.
for _ in $(seq 150); do printf 'The teacher reads a book. '; done > "$work/long"
same "a long line is one line" 1 "$(answer --num-beams 1 --max-new-tokens 8 --file "$work/long" | wc -l)"
grep -q 'note: 1 of 1 text is longer than the .* they are translated sentence by sentence$' "$work/err" ||
  fail "long lines are told: $(cat "$work/err")"
printf 'A book. The teacher.\n\nDr. Smith reads.\n' > "$work/document"
same "paragraphs stay" 2 "$(answer --document --file "$work/document" | grep -n '^$' | cut -d : -f 1)"
same "sentences by themselves" 1 "$(answer --document --json --file "$work/document" | grep -c '"parts":')"
one=$(answer 'A book.')
same "each as it would be alone" "$one $(answer 'The teacher.')" "$(answer 'A book. The teacher.' --document)"

# Scores of what was not normalised as the model's text was.
sed 's/ی/ي/g' "$work/fa" > "$work/arabic"
found=$("$hodhod" evaluate "$work/model" --source "$work/en" --target "$work/arabic" --num-beams 1)
[[ $found == "as it is:"*"both sides normalised as the tokenizer does:"* ]] ||
  fail "scores with and without normalising: $found"
printf 'a\n\xff\nb\n' > "$work/bad.en"
printf 'x\ny\nz\n' > "$work/bad.fa"
found=$("$hodhod" evaluate "$work/model" --source "$work/bad.en" --target "$work/bad.fa" 2>&1 || true)
[[ $found == *"bad.en:2: expected UTF-8"*"--skip-bad"* ]] || fail "bad lines: $found"
found=$("$hodhod" evaluate "$work/model" --skip-bad --source "$work/bad.en" --target "$work/bad.fa" 2>&1)
[[ $found == *"1 bad line was skipped"*BLEU* ]] || fail "skipped lines: $found"
: > "$work/empty"
found=$("$hodhod" evaluate "$work/model" --source "$work/empty" --target "$work/empty" 2>&1 || echo "status $?")
[[ $found == *"has no line to translate"*"status 1" ]] || fail "nothing to score: $found"
printf 'a\nb\n' > "$work/two.en"
printf '\n \n' > "$work/blank.fa"
found=$("$hodhod" evaluate "$work/model" --source "$work/two.en" --target "$work/blank.fa" 2>&1 || echo "status $?")
[[ $found == *"every line of $work/blank.fa is blank"*"status 1" ]] ||
  fail "nothing to compare with: $found"

# A model of several languages, which tokens name.
expect "no languages" "the language fa: the model has no tokens of languages" \
  "$("$hodhod" translate "$work/model" --target-language fa 'A book.' 2>&1 || true)"
cat > "$work/languages.json" <<'END'
{"added_tokens": [{"id": 1, "content": "<pad>", "special": true}, {"id": 2, "content": "</s>", "special": true},
  {"id": 3, "content": "en_XX", "special": true}, {"id": 4, "content": "fa_IR", "special": true}],
 "pre_tokenizer": {"type": "WhitespaceSplit"},
 "post_processor": {"type": "TemplateProcessing",
  "single": [{"SpecialToken": {"id": "fa_IR", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
             {"SpecialToken": {"id": "</s>", "type_id": 0}}],
  "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
  "special_tokens": {"fa_IR": {"id": "fa_IR", "ids": [4], "tokens": ["fa_IR"]},
                     "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}},
 "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "<pad>": 1, "</s>": 2, "en_XX": 3, "fa_IR": 4,
  "book": 5, "house": 6, "river": 7, "کتاب": 8, "خانه": 9, "رود": 10}}}
END
printf 'book\nhouse\nriver\n' > "$work/words.en"
printf 'کتاب\nخانه\nرود\n' > "$work/words.fa"
"$hodhod" --quiet train translate --source "$work/words.en" --target "$work/words.fa" --tokenizer "$work/languages.json" \
  --source-language en --target-language fa_IR --preset tiny --model width=32 heads=2 feed_forward=64 encoder_layers=1 \
  decoder_layers=1 --steps 60 --validate-every 0 --schedule-rate 1e-2 --schedule-warmup 5 --out "$work/many" 2> "$work/err"
expect "the language to write is kept" '"forced_bos_token_id": 4' "$(cat "$work/many/generation_config.json")"
same "as it was trained" "خانه" "$("$hodhod" translate "$work/many" house 2> "$work/err")"
same "and nothing more to say" "" "$(cat "$work/err")"
same "the same by name" "خانه" "$("$hodhod" translate "$work/many" --source-language en --target-language fa house)"
expect "its scores" "chrF = 100.00" "$("$hodhod" evaluate "$work/many" --source "$work/words.en" --target \
  "$work/words.fa" --target-language fa 2> "$work/err")"
expect "unknown" "the language de: the model does not know it; it knows en_XX, fa_IR" \
  "$("$hodhod" translate "$work/many" --target-language de house 2>&1 || true)"
sed -i '/forced_bos_token_id/d' "$work/many/generation_config.json"
"$hodhod" translate "$work/many" house > "$work/out" 2> "$work/err"
expect "nothing says which" "name one with --target-language" "$(cat "$work/err")"
expect "a page, too" "name one with --target-language" "$("$hodhod" look "$work/many" house -o "$work/page.html" 2>&1)"
found=$("$hodhod" look "$work/many" house --source-language en --target-language fa -o "$work/page.html" 2>&1)
[[ $found != *"--target-language"* ]] || fail "a page with named languages says: $found"
page=$(cat "$work/page.html")
for token in en_XX fa_IR; do [[ $page == *"$token"* ]] || fail "the page does not show $token"; done
expect "languages of a model that knows none" "the model has no tokens of languages" \
  "$("$hodhod" look "$work/model" --target-language fa 'A book.' -o "$work/none.html" 2>&1 || true)"
[[ ! -e $work/none.html ]] || fail "a page was written in spite of an error"
