#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod train summarize, summarize and evaluate. Usage: summarize.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"

# Everything it says, and its exit status.
run() { "$hodhod" --threads 1 "$@" 2>&1 < /dev/null || echo "status $?"; }

# The headline is the city with what happened there; the rest of the document is noise.
for i in $(seq 30); do
  for city in Shiraz Tabriz Yazd; do
    for what in rain wind; do
      printf '{"document": "%s had %s on day %d. Nothing else was said of the day, as on every other day.", "summary": "%s in %s"}\n' \
        $city $what $((i * 7 % 9)) $what $city
    done
  done
done > train.jsonl
head -18 train.jsonl > dev.jsonl
small=(--model width=32 heads=2 feed_forward=64 encoder_layers=1 decoder_layers=1 dropout=0 --tokenizer-vocabulary 400)
train() {
  run train summarize --data train.jsonl --dev dev.jsonl "${small[@]}" --batches-max-tokens 1024 --schedule-kind constant \
    --schedule-rate 5e-3 --schedule-warmup 5 --label-smoothing 0 "$@"
}

found=$(train --steps 100 --validate-every 50 --max-source 20 --prefix 'summarize: ' --out headlines)
expect "it says what it trains on" "180 documents to train on (0 with a summary that is too long, 180 with 20 tokens or more, of which so many are read), 18 for validation" "$found"
expect "what is read whole is not spoken of" "(0 with a summary that is too long), 18 for validation" \
  "$(train --steps 1 --max-source 200 --out uncut)"
expect "it learns" "rougeL 100.0000" "$found"
document='Yazd had wind on day 4. Nothing else was said of the day, as on every other day.'
same "a headline" "wind in Yazd" "$(run --quiet summarize headlines "$document" 2> /dev/null | tail -1)"
expect "what is cut is said" "longer than the 20 tokens that the model takes" "$(run summarize headlines "$document")"
expect "as JSON" '"summaries":[{"text":"wind in Yazd","score":' "$(run summarize headlines "$document" --json)"
expect "how it reads is kept" '"prefix": "summarize: "' "$(cat headlines/config.json)"
expect "so is how much" '"max_source_length": 20' "$(cat headlines/config.json)"
[[ $(run --quiet summarize headlines "$document" --prefix 'zzz qqq ' --num-beams 1 | tail -1) != "wind in Yazd" ]] ||
  fail "another prefix changes nothing, so that this test tells nothing"

found=$(run evaluate headlines --data dev.jsonl)
expect "its scores" "ROUGE-1 = 100.00   ROUGE-2 = 100.00   ROUGE-L = 100.00" "$found"
expect "beside the first sentence" "the first sentence" "$found"
expect "and the first words" "the first  3 words     ROUGE-1 = 66.67   ROUGE-2 = 0.00   ROUGE-L = 33.33" "$found"
expect "as JSON" '"documents":18,"first_sentence":{"rouge1":' "$(run evaluate headlines --data dev.jsonl --json)"
expect "it can be read as a translator" "BLEU = " \
  "$(run evaluate headlines --source "$examples/dev.en" --target "$examples/dev.fa" --max-new-tokens 4)"

# A run that is stopped goes on, and fine-tuning keeps how documents are read.
train --steps 40 --validate-every 20 --out parts > /dev/null
train --steps 60 --validate-every 20 --out parts > /dev/null
train --steps 60 --validate-every 20 --out whole > /dev/null
cmp parts/model.safetensors whole/model.safetensors || fail "a run in parts is another run"
found=$(run train summarize --from headlines --data train.jsonl --dev dev.jsonl --steps 2 --out tuned)
expect "it goes on from there" "180 documents" "$found"
expect "with its prefix" '"prefix": "summarize: "' "$(cat tuned/config.json)"

# Errors in a sentence.
expect "no summary is short enough" "no pair is left of 180, for all have summaries of more than 2 tokens; raise --max-summary" \
  "$(train --steps 1 --max-summary 2 --out none)"
printf '{"document": "Yazd had wind.", "summary": "%s"}\n' "$(printf 'wind %.0s' {1..100})" > long.jsonl
expect "nor one to validate on" "--dev long.jsonl: there is no summary of up to --max-summary tokens" \
  "$(run train summarize --data train.jsonl --dev long.jsonl "${small[@]}" --max-summary 30 --steps 1 --out none)"
expect "no summaries" "are read from tsv, csv and jsonl" "$(run train summarize --data "$examples/dev.en" --out none)"
expect "no such column" "headline" "$(run train summarize --data train.jsonl --summary headline --out none)"
expect "too long" "--max-source: documents of 9999 tokens for a model that takes" \
  "$(train --steps 2 --max-source 9999 --out none)"
expect "too long, later" "--max-source 9999: the model takes" "$(run summarize headlines "$document" --max-source 9999)"
expect "not this kind" "does not write summaries" "$(
  run train generate --data "$examples/dev.en" --preset gpt-tiny --model width=32 heads=2 --steps 1 --out writer > /dev/null
  run summarize writer "$document")"
