#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Ladders: all kinds of models on the same data, one report, going on after a stop. Usage: ladder.sh PROGRAM
. "$(dirname "$0")/../expect.sh"

cat "$examples/dev.en" "$examples/dev.en" > "$work/text.txt"
climb() { "$hodhod" --quiet --threads 2 ladder "$@" 2>> "$work/err"; }
# The figures of a report, without what depends on the clock.
figures() {
  python3 - "$1" <<'END'
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
print([(r["name"], r["quality"], r["parameters"], r["answers"]) for r in report["rungs"]])
END
}

# ---- a ladder of language models ----
climb generate --data "$work/text.txt" --minutes 0.02 --rungs ngram-2,ngram-4,gru --out "$work/poet" > "$work/out"
expect "a table" "bits a character" "$(cat "$work/out")"
expect "the order" "from best to worst: the" "$(cat "$work/out")"
expect "one for each rung" "ngram-4" "$(cat "$work/out")"
python3 - "$work/poet/ladder.json" <<'END' || fail "ladder.json"
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
assert report["task"] == "generate" and report["minutes"] == 0.02
assert [file["option"] for file in report["data"]] == ["data"] and len(report["data"][0]["xxh64"]) == 16
assert len(report["rungs"]) == 3 and sorted(report["order"]) == ["gru", "ngram-2", "ngram-4"]
for rung in report["rungs"]:
    assert rung["measured"] and 0 < rung["quality"] < 8, rung
    assert rung["processor_seconds"] > 0 and rung["peak_memory"] > 1e6 and rung["bytes"] > 1000
    assert rung["scored_a_second"] > 0 and rung["written_a_second"] > 0
    assert len(rung["answers"]) == 3 and rung["curve"], rung
    assert rung["command"].startswith("hodhod train generate --preset ")
by_name = {rung["name"]: rung for rung in report["rungs"]}
assert by_name["ngram-4"]["quality"] < by_name["ngram-2"]["quality"]
assert all(sentence["en"] and sentence["fa"] for sentence in report["sentences"])
assert "processors" in report["processor"] and "commit" in report, report["processor"]
assert report["commit"] is None or len(report["commit"]) >= 7
assert report["options"]["seed"] == "1" and report["options"]["lines"] == "no", report["options"]
assert all(rung["minutes"] == 0.02 for rung in report["rungs"])
assert "on the validation data" in report["sentences"][0]["en"]
END
page=$(cat "$work/poet/index.html")
expect "learning curves" '<path class="curve' "$page"
expect "Persian" 'dir="rtl"' "$page"
for outside in 'http:' 'https:' '<script' 'src=' 'href='; do
  expect_not "a page that loads nothing" "$outside" "$page"
done
# Its figures are those of evaluate on the same text.
tail -c 1 "$work/text.txt" > /dev/null
climb generate --data "$work/text.txt" --test "$examples/test.en" --minutes 0.02 --rungs ngram-4 --out "$work/tested" \
  > "$work/out"
score=$("$hodhod" evaluate "$work/tested/ngram-4" --data "$examples/test.en" | grep -o 'bits per character [0-9.]*' | cut -d' ' -f4)
expect "the score of evaluate" "$score" "$(cat "$work/out")"
expect "what is scored" "on the test data" "$(cat "$work/out")"

# ---- unknown words are not free ----
# Most words are unknown to a model that knows the commonest alone. What they are costs letters.
for kept in 1 10; do
  climb generate --data "$work/text.txt" --tokenizer-kind word --tokenizer-min-count $kept --dev "$examples/test.en" \
    --minutes 0.02 --rungs ngram-2 --out "$work/words$kept" > "$work/out$kept"
done
expect "how much is unknown" "are unknown to the counted 2-gram; their letters are charged too" "$(cat "$work/out10")"
expect "a column of it" "unknown" "$(head -1 "$work/out10")"
expect "on the page" "unknown tokens" "$(cat "$work/words10/index.html")"
python3 - "$work/words1/ladder.json" "$work/words10/ladder.json" <<'END' || fail "unknown words are free"
import json, sys
all_words, few_words = (json.load(open(path, encoding="utf-8"))["rungs"][0] for path in sys.argv[1:])
assert few_words["unknown_tokens"] > 2 * all_words["unknown_tokens"] > 0, (few_words, all_words)
assert few_words["tokens"] == all_words["tokens"]
assert few_words["quality"] > all_words["quality"] > 1, (few_words["quality"], all_words["quality"])
END
"$hodhod" evaluate "$work/words10/ngram-2" --data "$examples/test.en" > "$work/score"
expect "evaluate says it" "share " "$(grep '^unknown ' "$work/score")"
expect "and agrees" "$(grep -o 'bits per character [0-9.]*' "$work/score" | head -1 | cut -d' ' -f4)" "$(cat "$work/out10")"

# ---- lines ----
tr -cs 'A-Za-z' '\n' < "$examples/dev.en" | sort -u | sed '/^$/d' > "$work/words.txt"
climb generate --data "$work/words.txt" --lines --prompt w --minutes 0.02 --rungs ngram-4,gru --out "$work/words" > "$work/out"
expect "lines are counted one by one" '"unit": "line"' "$(cat "$work/words/ngram-4/config.json")"
expect "and read one by one" '"lines": true' "$(cat "$work/words/gru/config.json")"
climb generate --data "$work/words.txt" --prompt w --minutes 0.02 --rungs gru --out "$work/words" > "$work/out" 2>&1 &&
  fail "a ladder of lines went on with running text"

# ---- going on ----
before=$(figures "$work/poet/ladder.json")
climb generate --data "$work/text.txt" --minutes 0.02 --rungs ngram-2,ngram-4,gru --out "$work/poet" > "$work/out"
same "a ladder that is there is left as it is" "$before" "$(figures "$work/poet/ladder.json")"
cp "$work/text.txt" "$work/moved.txt"
climb generate --data "$work/moved.txt" --minutes 0.02 --rungs ngram-2 --out "$work/poet" > "$work/out" ||
  fail "the same bytes under another name"
expect "another prompt is answered without training anew" "of another" \
  "$(climb generate --data "$work/text.txt" --minutes 0.02 --rungs ngram-2 --prompt 'of another' --out "$work/poet" > "$work/out";
     cat "$work/poet/ladder.json")"
# With other options what is there would stand under a command that does not give it: nothing is written.
sum=$(sha256sum "$work/poet/ladder.json" "$work/poet/index.html" "$work/poet/ngram-2/ngrams.bin" 2>&1)
goes_on_with() {  # what, message, options
  local what=$1 message=$2
  shift 2
  expect "$what" "$message" "$("$hodhod" --quiet ladder generate --data "$work/text.txt" --rungs ngram-2 --out "$work/poet" "$@" 2>&1 || echo "status $?")"
  expect "$what is an error" "status 1" "$("$hodhod" --quiet ladder generate --data "$work/text.txt" --rungs ngram-2 --out "$work/poet" "$@" 2>&1 || echo "status $?")"
  same "$what changes nothing" "$sum" "$(sha256sum "$work/poet/ladder.json" "$work/poet/index.html" "$work/poet/ngram-2/ngrams.bin" 2>&1)"
}
goes_on_with "another seed" "--seed 2 (it was 1)" --minutes 0.02 --seed 2
goes_on_with "lines" "--lines yes (it was no)" --minutes 0.02 --lines
goes_on_with "another share" "--dev-share 0.2 (it was 0.1)" --minutes 0.02 --dev-share 0.2
goes_on_with "less time" "has been trained for up to 0.02 minutes, and now there is --minutes 0.01" --minutes 0.01
# More time trains the rungs that are named, and tells of the others.
climb generate --data "$work/text.txt" --minutes 0.03 --rungs ngram-2 --out "$work/poet" > "$work/out" || fail "more minutes"
expect "rungs that had less time" "The GRU has been trained for up to 1.2 seconds only" "$(cat "$work/out")"
expect_not "and not of the others" "The counted 2-gram has been trained" "$(cat "$work/out")"
climb generate --data "$work/text.txt" --minutes 0.03 --rungs gru,ngram-4 --out "$work/poet" > "$work/out" || fail "all of them"
expect_not "none had less" "has been trained for" "$(cat "$work/out")"
# A training that cannot go on leaves the figures that are there.
python3 - "$work/poet" <<'END' || fail "damage the run"
import os, sys
[open(os.path.join(root, name), "w").write("{") for root, _, names in os.walk(sys.argv[1] + "/gru") for name in names if name.endswith(".json")]
END
before=$(figures "$work/poet/ladder.json")
climb generate --data "$work/text.txt" --minutes 0.04 --rungs gru --out "$work/poet" > "$work/out" && fail "a damaged run goes on"
same "its figures stay" "$before" "$(figures "$work/poet/ladder.json")"
expect "and that is said" "The GRU was not trained further, and its figures are those of before" "$(cat "$work/out")"

# Stopped by a signal, it says how to go on, and keeps what is done.
"$hodhod" --quiet --threads 2 ladder generate --data "$work/text.txt" --minutes 5 --rungs ngram-2,gru --out "$work/stopped" \
  > "$work/out" 2> "$work/stop" &
ladder=$!
for _ in $(seq 600); do [[ -s $work/stopped/gru/metrics.jsonl ]] && break; sleep 0.05; done
kill -INT $ladder
status=0
wait $ladder || status=$?
same "the status of a stopped ladder" 130 "$status"
expect "the way to go on" "Give the same command again" "$(cat "$work/stop")"
climb generate --data "$work/text.txt" --minutes 5 --rungs ngram-2,ngram-4 --out "$work/stopped" > "$work/out"
expect "what was done is kept" "ngram-2" "$(cat "$work/out")"

# A rung that cannot be trained is told of, and the others are.
printf 'one two three\nfour five six\nseven eight\nnine ten\neleven\n' > "$work/short.txt"
climb generate --data "$work/short.txt" --dev-share 0.3 --minutes 0.02 --rungs ngram-2,gru --out "$work/short" > "$work/out" &&
  fail "a rung without a model"
expect "the rung that failed" "The GRU has no model" "$(cat "$work/out")"
expect "the others" "the counted 2-gram" "$(cat "$work/out")"

# ---- classifiers ----
for i in $(seq 60); do printf 'good\tfine film number %d\nbad\tawful film number %d\n' "$i" "$i"; done > "$work/reviews.tsv"
climb classify --data "$work/reviews.tsv" --label 1 --text 2 --minutes 0.02 --rungs tfidf,fasttext,lstm \
  --out "$work/critic" > "$work/out"
expect "accuracy" "accuracy, %" "$(cat "$work/out")"
expect "the commonest label" "Always the commonest label" "$(cat "$work/out")"
python3 - "$work/critic/ladder.json" <<'END' || fail "the report of classifiers"
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
by_name = {rung["name"]: rung for rung in report["rungs"]}
assert by_name["tfidf"]["quality"] == 1, by_name
assert len(report["questions"]) == 5 and report["questions"][0]["answer"] in ("good", "bad")
assert any(word in by_name["tfidf"]["answers"][0] for word in ("fine", "awful")), by_name["tfidf"]["answers"]
END

# Killed in the middle of each training, it goes on and has the report of a run in one.
reviews=(classify --data "$work/reviews.tsv" --label 1 --text 2 --minutes 5 --rungs tfidf,mlp --out)
climb "${reviews[@]}" "$work/whole" > "$work/out"
HODHOD_KILL_AT=checkpoint.published climb "${reviews[@]}" "$work/killed" > "$work/out" && fail "each training is killed"
expect "a rung that fails is told of" "its training ended with status 137" "$(cat "$work/out")"
climb "${reviews[@]}" "$work/killed" > "$work/out"
same "the same report after a stop" "$(figures "$work/whole/ladder.json")" "$(figures "$work/killed/ladder.json")"

# ---- the other tasks ----
climb translate --source "$examples/dev.en" --target "$examples/dev.fa" --dev-source "$examples/test.en" \
  --dev-target "$examples/test.fa" --tokenizer-vocabulary 400 --minutes 0.02 --rungs gru-vector --out "$work/translator" \
  > "$work/out"
expect "BLEU" "BLEU" "$(cat "$work/out")"
for i in $(seq 40); do printf 'Sara B-PER\nlives O\nin O\nShiraz B-LOC\n\n%d O\nbirds O\n\n' "$i"; done > "$work/names.conll"
climb tag --data "$work/names.conll" --minutes 0.02 --rungs lstm-crf --out "$work/tagger" > "$work/out"
expect "entities" "entity F1" "$(cat "$work/out")"
{
  echo date,load
  for hour in $(seq 0 399); do
    echo "$(date -u -d "2024-01-01 UTC + $hour hours" '+%Y-%m-%d %H:%M:%S'),$((hour % 24 + hour / 50))"
  done
} > "$work/hours.csv"
climb forecast --data "$work/hours.csv" --horizon 12 --look-back 48 --minutes 0.02 \
  --rungs naive,seasonal-naive,nlinear-forecaster,gru --out "$work/forecaster" > "$work/out"
expect "errors" "MSE, standardised" "$(cat "$work/out")"
expect "a window" 'class="truth"' "$(cat "$work/forecaster/index.html")"

# ---- what is refused, before anything is trained ----
refused() {  # what, part of the message, words
  local what=$1 part=$2
  shift 2
  expect "$what" "$part" "$("$hodhod" ladder "$@" --out "$work/none" 2>&1 || true)"
  [[ -e $work/none ]] && fail "$what: nothing is written"
  return 0
}
refused "no data" "--data is missing" generate
refused "a file that is missing" "there is no such file" generate --data "$work/nowhere.txt"
refused "a pipe" "can be read once only" generate --data <(echo text)
refused "an unknown rung" "the rungs of generate are ngram-2" generate --data "$work/text.txt" --rungs ngram-99
refused "no time" "--minutes" generate --data "$work/text.txt" --minutes 0
: > "$work/empty.txt"
refused "an empty text" "there is no text for validation" generate --data "$work/empty.txt"
printf 'good\tone\ngood\ttwo\n' > "$work/one.tsv"
refused "one label" "has one label only" classify --data "$work/one.tsv" --label 1 --text 2 --dev "$work/reviews.tsv"
printf 'good\n' > "$work/bad.tsv"
refused "a bad table" "bad.tsv" classify --data "$work/bad.tsv" --label 1 --text 2
refused "sides of unequal length" "both sides must have the same number of lines" translate --source "$examples/dev.en" --target "$work/text.txt" \
  --dev-source "$examples/dev.en" --dev-target "$examples/dev.fa"
refused "a horizon that is too long" "lower --horizon" forecast --data "$work/hours.csv" --horizon 200
expect "another tokenizer in the same directory" "was made with another tokenizer" \
  "$("$hodhod" ladder generate --data "$work/text.txt" --tokenizer-kind bpe --out "$work/poet" 2>&1 || true)"
expect "other data in the same directory" "was made with other data" \
  "$("$hodhod" ladder generate --data "$examples/dev.en" --out "$work/poet" 2>&1 || true)"
expect "the ladder of another task" "of another task" \
  "$("$hodhod" ladder classify --data "$work/reviews.tsv" --label 1 --text 2 --out "$work/poet" 2>&1 || true)"
expect "--out" "--out is missing" "$("$hodhod" ladder generate --data "$work/text.txt" 2>&1 || true)"
expect "a list" "counted 7-gram" "$("$hodhod" ladder generate --list)"
