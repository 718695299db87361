#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod train answer, answer and evaluate. Usage: answer.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"

# Everything it says, and its exit status.
run() { "$hodhod" --threads 1 "$@" 2>&1 < /dev/null || echo "status $?"; }

# The answer is the city; a text without one has none.
for i in $(seq 40); do
  for city in Shiraz Tabriz Yazd; do
    printf '{"id": "%s-%d", "question": "which city", "context": "on day %d the train reached %s at noon", "answer": "%s"}\n' \
      $city "$i" $((i % 9)) $city $city
  done
  printf '{"id": "none-%d", "question": "which city", "context": "on day %d the train reached nothing at noon"}\n' "$i" $((i % 9))
done > train.jsonl
head -20 train.jsonl > dev.jsonl
train() {
  run train answer "$@" --model width=32 --model heads=2 --model encoder_layers=1 --model max_length=32 \
    --max-question 8 --doc-stride 4 --schedule-kind constant --schedule-rate 3e-3 --schedule-warmup 5 --validate-every 20
}

found=$(train --data train.jsonl --dev dev.jsonl --steps 60 --out cities)
expect "it says what it trains on" "160 questions to train on in 160 windows, 20 for validation" "$found"
expect "it learns" "f1 1.0000" "$found"
text='on day 3 the train reached Yazd at noon'
expect "what it answered is kept" '"input":"which city","expected":"Shiraz","output":"Shiraz"' "$(tail -1 cities/training/samples.jsonl)"
same "an answer" "Yazd" "$(run answer cities --question 'which city' --context "$text")"
printf '%s\n' "$text" > text.txt
same "a file, and questions from a pipe" $'Yazd\nYazd' \
  "$(printf 'which city\nwhich city\n' | "$hodhod" answer cities --file text.txt)"
same "a line for each line" $'Yazd\n\nYazd' \
  "$(printf 'which city\n\nwhich city\r\n' | "$hodhod" answer cities --file text.txt)"
expect "JSON for an empty line" '{"id":"2","question":"","answer":""' \
  "$(printf 'which city\n\n' | "$hodhod" answer cities --file text.txt --json)"
printf '\xef\xbb\xbf%s' "$text" > marked.txt
expect "a byte order mark is no part of the text" '"start":27' "$(run answer cities -q 'which city' --file marked.txt --json)"
same "none" "" "$(run answer cities -q 'which city' -c 'on day 3 the train reached nothing at noon')"
expect "a threshold" "n" "$(run answer cities -q 'which city' -c 'on day 3 the train reached nothing at noon' --null-threshold 1000)"
long="$(printf 'on day %d the train reached nothing at noon ' 1 2 3 4 5 6 7 8)on day 8 the train reached Tabriz at noon"
same "a long text" "Tabriz" "$(run answer cities -q 'which city' -c "$long" --null-threshold 1000)"
expect "best answers" $'Yazd\t0.' "$(run answer cities -q 'which city' -c "$text" --n-best 2)"
expect "JSON" '"answer":"Yazd","start":27,"end":31' "$(run answer cities -q 'which city' -c "$text" --json)"
expect "predictions" '"none-1":""' "$(run answer cities --data dev.jsonl --predictions)"
expect "scores" "exact match 100.00   F1 100.00   questions 20" "$(run evaluate cities --data dev.jsonl)"
expect "no answers beside them" "no answer to any question: exact match 25.00   F1 25.00" "$(run evaluate cities --data dev.jsonl)"
expect "words of the text beside them" "words beside those of the question: exact match 0.00   F1 0.00" "$(run evaluate cities --data dev.jsonl)"
expect "scores as JSON" '"exact_match":100' "$(run evaluate cities --data dev.jsonl --json)"
expect "in Persian form" "F1 100.00" "$(run evaluate cities --data dev.jsonl --answer-form persian)"
expect "the architecture" '"BertForQuestionAnswering"' "$(cat cities/config.json)"
expect "its windows are kept" '"doc_stride": 4' "$(cat cities/config.json)"
expect "described" "[1, 32, 2]" "$(run describe cities | grep logits)"

# Again from itself and from another encoder; a run in parts is one in one.
expect_not "its head is kept" "new" "$(train --from cities --data train.jsonl --dev dev.jsonl --steps 2 --out again | grep span)"
train --data train.jsonl --dev dev.jsonl --steps 20 --out parts > out.txt
train --data train.jsonl --dev dev.jsonl --steps 40 --out parts > out.txt
train --data train.jsonl --dev dev.jsonl --steps 40 --out whole > out.txt
cmp parts/model.safetensors whole/model.safetensors || fail "a run in two parts is one in one"

# Questions made of texts.
for i in $(seq 30); do
  echo "donkey$i carried$i sack$i market$i day$i friend$i. miller$i sold$i flour$i baker$i before$i noon$i."
done > fables.txt
made=$(train --cloze fables.txt --cloze-questions 3 --dev-share 0.1 --steps 40 --out cloze)
expect "what is made of texts" "81 questions to train on" "$made"
expect "some are held out" "9 for validation" "$made"
train --cloze fables.txt --cloze-questions 3 --dev-share 0.1 --steps 20 --out cloze-parts > out.txt
train --cloze fables.txt --cloze-questions 3 --dev-share 0.1 --steps 40 --out cloze-parts > out.txt
cmp cloze/model.safetensors cloze-parts/model.safetensors || fail "a run on made questions in two parts is one in one"
expect "both kinds" "250 questions to train on" \
  "$(train --data train.jsonl --cloze fables.txt --cloze-questions 3 --dev dev.jsonl --steps 1 --out both)"
expect "other texts" "fables.txt" "$(echo more >> fables.txt
  train --cloze fables.txt --cloze-questions 3 --dev-share 0.1 --steps 60 --out cloze-parts)"

# Other keys, and SQuAD's form from a pipe.
sed 's/"question"/"q"/; s/"context"/"passage"/; s/"answer"/"gold"/' dev.jsonl > keys.jsonl
expect "keys that are named" "exact match 100.00   F1 100.00   questions 20" \
  "$(run evaluate cities --data keys.jsonl --columns q,passage,gold)"
expect "keys that are not" 'keys.jsonl:1: the key "question" is missing; if it has another name, give those' \
  "$(run evaluate cities --data keys.jsonl)"
printf '{"data": [{"paragraphs": [{"context": "%s", "qas": [{"id": 5, "question": "which city", "answers": []}]}]}]}' \
  "$text" > numbered.json
same "ids that are numbers, and standard input" '{"5":"Yazd"}' "$("$hodhod" answer cities --data - --predictions < numbered.json)"

# Bad input.
printf 'which city\t%s\n' "$text" > two.tsv
same "two columns are enough to answer" "Yazd" "$(run answer cities --data two.tsv)"
expect "and too few to score" "two.tsv: does not say what the answers are" "$(run evaluate cities --data two.tsv)"
expect "and to train" "two.tsv: does not say what the answers are" "$(train --data two.tsv --steps 1 --out never)"
expect "more than the model takes" "--max-length: windows of 500 tokens for a model that takes 32" \
  "$(run answer cities -q q -c c --max-length 500)"
expect "no questions" "there are no questions; give files of them with --data" "$(train --steps 1 --out never)"
echo "too short" > short.txt
expect "no texts" "short.txt: no question can be made of these texts" "$(train --cloze short.txt --steps 1 --out never)"
expect "an option without its texts" "--cloze-dropped" \
  "$(train --data train.jsonl --dev dev.jsonl --cloze-dropped 0.1 --steps 1 --out never)"
expect "no text" "there is no text to answer from" "$(run answer cities -q 'which city')"
expect "no question" "there is no question" "$(run answer cities -c text)"
expect "another file" "questions are read from .json" "$(run answer cities --data text.txt)"
printf '{"question": "q"}\n' > bad.jsonl
expect "a bad line" 'bad.jsonl:1: the key "context" is missing' "$(run evaluate cities --data bad.jsonl)"
expect "too long windows" "--max-length: windows of 64 tokens for a model that takes 32" \
  "$(train --data train.jsonl --dev dev.jsonl --max-length 64 --steps 1 --out never)"
expect "another model" "this model has no classifier" "$(run classify cities text)"
expect "options of others" "--threshold has no meaning for a model that answers questions" \
  "$(run evaluate cities --data dev.jsonl --threshold 1)"
