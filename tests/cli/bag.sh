#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Classifiers that read features: solved, trained, explained; fastText's format. Usage: bag.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"

# Everything it says, and its exit status.
run() { "$hodhod" --threads 1 "$@" 2>&1 < /dev/null || echo "status $?"; }
train() { run train classify "$@"; }

for i in $(seq 40); do
  word=$((i % 7))
  printf 'good\tThe sun shines on house %d\t%d\n' $word 5
  printf 'bad\tThe rain does not shine on house %d\t%d\n' $word 1
done > table.tsv
sed 's/^\(\w*\)\t\([^\t]*\).*/__label__\1 \2/' table.tsv > table.txt

for preset in bow tfidf nbsvm; do
  found=$(train --preset $preset --data table.tsv --text 2 --dev table.tsv --solver-c 10 --out $preset)
  expect "$preset is solved" "validation: accuracy 1.0000" "$found"
  expect "its score" "accuracy 100.00   macro F1 100.00" "$(run evaluate $preset --data table.tsv)"
  expect "a text" $'good\tgood 0.9' "$(run classify $preset 'The sun shines')"
done
cp -r tfidf again
expect "a run that has ended" "already finished" \
  "$(train --preset tfidf --data table.tsv --text 2 --dev table.tsv --solver-c 10 --out tfidf)"
cmp tfidf/model.safetensors again/model.safetensors || fail "it is left as it is"
found=$(run classify tfidf 'The sun shines' --why)
expect "the words that decided" "  sun" "$found"
expect "n-grams too" "  sun shines" "$found"
expect "as JSON" '"why":[{"label":"good","features":[{"feature":"' "$(run classify tfidf 'The sun shines' --why --json)"
expect "the vocabulary can be read" $'80\t80\tThe' "$(head -3 tfidf/features.txt)"

found=$(train --preset fasttext --model buckets=100 --format fasttext --data table.txt --dev table.txt --epochs 8 --out fast)
expect "fastText's format and classifier" "accuracy 1.0000" "$found"
expect "it says why, too" "sun" "$(run classify fast 'The sun shines' --why)"
expect "and is scored" "accuracy 100.00" "$(run evaluate fast --data table.txt --format fasttext)"
train --preset mlp --model hidden_sizes=8,4 --data table.tsv --text 2 --dev table.tsv --epochs 20 --out mlp > out.txt
expect "hidden layers" "accuracy 100.00" "$(run evaluate mlp --data table.tsv)"
expect "numbers" "pearson" "$(train --preset tfidf --regression --label 3 --text 2 --data table.tsv --dev table.tsv --out warmth)"
expect "described" "bag of words and 2-grams, tf-idf" "$(run describe tfidf)"

printf '1 1:2 3:0.5\n1 1:1.5\n-1 1:-1 4:2\n-1 1:-2 3:0.5\n' > numbers.txt
train --preset bow --format libsvm --data numbers.txt --out numbers > out.txt
expect "libsvm's files" "accuracy 100.00" "$(run evaluate numbers --format libsvm --data numbers.txt)"

expect "options of the other way" "--steps: is for models that are trained by gradients" \
  "$(train --preset tfidf --data table.tsv --text 2 --steps 5 --out x)"
expect "and of the solver" "--solver-c: is for linear models" \
  "$(train --preset mlp --data table.tsv --text 2 --solver-c 5 --out x)"
expect "a line without a label" "table.tsv:1: the line has no word that begins with __label__" \
  "$(train --preset bow --format fasttext --data table.tsv --out x)"
