#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# n-gram models: counting, going on, scoring, ARPA files. Usage: ngram.sh PROGRAM
. "$(dirname "$0")/../expect.sh"

words="$examples/train.en"
[[ -f $words ]] || words="$examples/dev.en"
count() { "$hodhod" --quiet train generate --preset ngram --data "$words" "$@"; }

# Counting: a note where discounts are missing, the same bytes with any number of threads.
count --model order=3 discount_fallback=yes --out "$work/words" 2> "$work/err"
[[ -s $work/words/ngrams.bin ]] || fail "the n-grams"
[[ -e $work/words/training/counting ]] && fail "the files of counting are gone"
expect "the configuration" '"smoothing": "modified_kneser_ney"' "$(cat "$work/words/config.json")"
"$hodhod" --threads 1 --quiet train generate --preset ngram --data "$words" --model order=3 discount_fallback=yes \
  --memory 1M --out "$work/again" 2> "$work/err"
cmp -s "$work/words/ngrams.bin" "$work/again/ngrams.bin" || fail "the same bytes with one thread and little memory"
expect "a run that is there" "already finished" \
  "$(count --model order=3 discount_fallback=yes --out "$work/words" 2>&1)"
cat "$words" | "$hodhod" --quiet train generate --preset ngram --model order=3 discount_fallback=yes \
  --out "$work/piped" 2> "$work/err"
cmp -s "$work/words/ngrams.bin" "$work/piped/ngrams.bin" || fail "the same bytes from a pipe"
count --tokenizer-kind char --model order=6 unit=stream --out "$work/letters" 2> "$work/err"

# What has no meaning is refused.
expect "steps" "--steps is for training by gradients" "$(count --steps 5 --out "$work/x" 2>&1 || true)"
expect "a schedule" "--schedule-rate is for training by gradients" \
  "$(count --schedule-rate 1 --out "$work/x" 2>&1 || true)"
expect "windows" "--length is for training by gradients" "$(count --length 5 --out "$work/x" 2>&1 || true)"
expect "memory" "--memory is for models that are counted" \
  "$("$hodhod" train generate --data "$words" --memory 1G --out "$work/x" 2>&1 || true)"
expect "training further" "cannot be trained further" \
  "$("$hodhod" train generate --data "$words" --from "$work/words" --out "$work/x" 2>&1 || true)"
expect "an option of another smoothing" "it is for smoothing=add_k" \
  "$(count --model added=1 --out "$work/x" 2>&1 || true)"
expect "pruning" "must not decrease" "$(count --model pruning=2,1 --out "$work/x" 2>&1 || true)"
printf 'a <s> b\n' > "$work/symbols"
expect "symbols in the text" "line 1 of the text has <s>" \
  "$("$hodhod" train generate --preset ngram --data "$work/symbols" --dev-share 0 --out "$work/x" 2>&1 || true)"
[[ -e $work/x/ngrams.bin ]] && fail "nothing is written"

# Scoring.
scores=$("$hodhod" evaluate "$work/words" --data "$examples/dev.en")
expect "a score" "bits per character" "$scores"
printf 'the zyzzyva\n' > "$work/unknown"
expect "unknown words" $'tokens 3\nunknown 1   perplexity without them' \
  "$("$hodhod" evaluate "$work/words" --data "$work/unknown")"
json=$("$hodhod" evaluate "$work/words" --data "$examples/dev.en" --json)
expect "a score as JSON" '"perplexity_without_unknown":' "$json"
by_token=$("$hodhod" evaluate "$work/words" --data "$examples/dev.en" --by-token)
same "a line for each line" "$(wc -l < "$examples/dev.en")" "$(grep -c 'Total: ' <<< "$by_token")"
tokens=$(sed -n 's/^Tokens:\t//p' <<< "$by_token")
expect "as many tokens" "tokens $tokens" "$scores"
expect "letters" "bits per character" "$("$hodhod" evaluate "$work/letters" --data "$examples/dev.en")"

# Generation.
same "the same text for a seed" "$("$hodhod" generate "$work/letters" the --seed 1 --max-new-tokens 40)" \
  "$("$hodhod" generate "$work/letters" the --seed 1 --max-new-tokens 40)"
[[ -n $("$hodhod" generate "$work/words" --seed 2 --max-new-tokens 10 < /dev/null) ]] || fail "a text without a prompt"
[[ -n $("$hodhod" generate "$work/words" 'the' --num-beams 4 --do-sample no --max-new-tokens 10) ]] || fail "beams"
expect "a description" "3-gram" "$("$hodhod" describe "$work/words")"

# ARPA files.
"$hodhod" convert "$work/words" --to arpa -o "$work/words.arpa.gz"
"$hodhod" convert "$work/words.arpa.gz" -o "$work/back"
strip() { sed -E 's/=[0-9]+ /= /g'; }
same "scores through an ARPA file" "$(strip <<< "$by_token")" \
  "$("$hodhod" evaluate "$work/back" --data "$examples/dev.en" --by-token | strip)"
"$hodhod" convert "$work/back" --to arpa -o "$work/back.arpa"
same "n-grams through a directory" "$(zcat "$work/words.arpa.gz" | LC_ALL=C sort)" \
  "$(LC_ALL=C sort "$work/back.arpa")"
expect "a directory needs a format" "say with --to" "$("$hodhod" convert "$work/words" -o "$work/x" 2>&1 || true)"
expect "a file of no format" "is no model that can be read" "$("$hodhod" convert "$words" -o "$work/x" 2>&1 || true)"
expect "a model that is there" "there is a model" \
  "$("$hodhod" convert "$work/words.arpa.gz" -o "$work/back" 2>&1 || true)"
"$hodhod" convert "$work/letters" --to arpa -o "$work/letters.arpa"
expect "blanks of letters" $'\t▁\t' "$(cat "$work/letters.arpa")"
sed 's/^ngram 2=/ngram 2=9/' "$work/back.arpa" > "$work/bad.arpa"
expect "a damaged file" "bad.arpa:" "$("$hodhod" convert "$work/bad.arpa" -o "$work/x" 2>&1 || true)"

# Another smoothing, and eight bits.
count --model order=2 smoothing=katz discount_fallback=yes --out "$work/katz" 2> "$work/err"
for smoothing in add_k maximum_likelihood; do
  count --model order=2 smoothing=$smoothing --out "$work/$smoothing" 2> "$work/err"
done
for smoothing in katz add_k maximum_likelihood; do
  expect "$smoothing" "loss" "$("$hodhod" evaluate "$work/$smoothing" --data "$examples/dev.en")"
done
count --model order=3 discount_fallback=yes bits=8 --out "$work/small" 2> "$work/err"
(($(stat -c %s "$work/small/ngrams.bin") < $(stat -c %s "$work/words/ngrams.bin"))) || fail "eight bits are smaller"
