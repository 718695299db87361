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
found=$(train --preset fasttext --format fasttext --data table.txt --dev table.txt --epochs 1 --out fitting)
rows=$(grep -o 'a table of [0-9,]* rows' <<< "$found" | tr -dc 0-9)
[[ $rows -gt 10 && $rows -lt 1000 ]] || fail "rows for the text's own pairs of words" "$found"
expect "its size is said" " KiB" "$(grep 'a table of' <<< "$found")"
[[ $(stat -c %s fitting/model.safetensors) -lt 60000 ]] || fail "a model that fits the text"
expect "what the labels are follows from the data" "give --regression for numbers" \
  "$(train --preset bow --data table.tsv --text 2 --model problem=regression --out ignored)"
[[ -e ignored ]] && fail "a refused model is written"
train --preset mlp --model hidden_sizes=8,4 --data table.tsv --text 2 --dev table.tsv --epochs 20 --out mlp > out.txt
expect "hidden layers" "accuracy 100.00" "$(run evaluate mlp --data table.tsv)"
expect "numbers" "pearson" "$(train --preset tfidf --regression --label 3 --text 2 --data table.tsv --dev table.tsv --out warmth)"
expect "described" "bag of words and 2-grams, tf-idf" "$(run describe tfidf)"

# The label is in the number beside the text.
for i in $(seq 60); do
  printf '%s,words that say nothing %d,%d,%s\n' $((i % 2)) $((i % 7)) $((i * 50 + i % 2 * 5000)) "$((i % 5 > 0))"
done > houses.csv
sed -i '1i label,text,price,garden' houses.csv
sed -i '3s/,[^,]*$/,/' houses.csv
found=$(train --preset tfidf --data houses.csv --dev houses.csv --numbers price,garden --solver-c 10 --out houses)
expect "numbers that are missing are told" "the column garden has no number in 1 of 60 lines" "$found"
expect "numbers beside the text" "2 columns of numbers" "$(run describe houses)"
expect "they are read again" "accuracy 100.00" "$(run evaluate houses --data houses.csv)"
expect "they are found by their names" "accuracy 100.00" \
  "$(awk -F, -v OFS=, '{print $3, $1, $4, $2}' houses.csv > other.csv; run evaluate houses --data other.csv)"
expect "and decide" "price = 50" "$(run classify houses --data houses.csv --why | head -8)"
found=$(run classify houses 'words that say nothing 1' --why)
expect "a text alone has none" "the model also reads numbers (price, garden), and one text is without them: the means" "$found"
expect "which is shown" "price is missing" "$found"
found=$(train --preset bow --data houses.csv --dev houses.csv --numbers price,garden --text price --out x)
expect "a column in two uses" "column 3 is both the text and the number" "$found"
expect "a word for a number" 'houses.csv:2: text: expected a number, found "words that say' \
  "$(train --preset bow --data houses.csv --numbers text --out x)"
expect "a model of tokens" "--numbers: this model reads tokens, and no numbers" \
  "$(train --preset bert-tiny --data houses.csv --numbers price --out x)"
expect "a model without numbers" "houses.csv:2: the model reads no numbers beside the text; leave out --numbers" \
  "$(run evaluate tfidf --data houses.csv --numbers price)"
cut -d, -f1,3,4 houses.csv > plain.csv
expect "numbers alone" "no column is read as text" \
  "$(train --preset bow --data plain.csv --dev plain.csv --numbers price,garden --solver-c 10 --out plain)"
expect "decide, too" "accuracy 100.00" "$(run evaluate plain --data plain.csv)"

printf '1 1:2 3:0.5\n1 1:1.5\n-1 1:-1 4:2\n-1 1:-2 3:0.5\n' > numbers.txt
train --preset bow --format libsvm --data numbers.txt --out numbers > out.txt
expect "libsvm's files" "accuracy 100.00" "$(run evaluate numbers --format libsvm --data numbers.txt)"

# The features of texts for other programs: solved again from the file, the answers are the same.
expect "what labels are written as" "the labels are written as numbers: 0 is bad, 1 is good" \
  "$(run convert tfidf --to libsvm --data table.tsv -o table.libsvm)"
same "a line for each text" 80 "$(grep -c '^[01]\( [0-9]*:[0-9.]*\)*$' table.libsvm)"
train --preset bow --format libsvm --data table.libsvm --dev table.libsvm --solver-c 10 --solver-tolerance 1e-7 --out resolved > out.txt
train --preset tfidf --data table.tsv --text 2 --dev table.tsv --solver-c 10 --solver-tolerance 1e-7 --out exact > out.txt
digits() { sed 's/^[^\t]*\t//; s/good/1/g; s/bad/0/g' | sed 's/\(\.[0-9][0-9]\)[0-9]*/\1/g'; }
same "solved again" "$(run classify exact --data table.tsv --text 2 | digits)" \
  "$(run classify resolved --data table.libsvm --format libsvm | digits)"
expect_not "words that fastText has, too" "fastText takes" "$(run convert fast --to fasttext-bin -o fast.bin)"
train --preset fasttext --model buckets=100 --data table.tsv --text 2 --steps 4 --validate-every 0 --out other > out.txt
expect "other words than fastText's" "answers to the same text may differ" "$(run convert other --to fasttext-bin -o other.bin)"
expect "texts are needed" "name their files with --data" "$(run convert tfidf --to libsvm -o none)"
expect "a format of models" "--data is for formats of texts, and fasttext-bin is one of models" \
  "$(run convert fast --to fasttext-bin --data table.txt -o none)"
expect "a model of tokens" "reads tokens in their order, and has no features to write" \
  "$(train --preset bert-tiny --model width=16 heads=2 --data table.tsv --text 2 --steps 1 --validate-every 0 --out tokens > out.txt; \
     run convert tokens --to libsvm --data table.tsv -o none)"

expect "options of the other way" "--steps is for training by gradients, and --preset tfidf is solved" \
  "$(train --preset tfidf --data table.tsv --text 2 --steps 5 --out x)"
expect "and of the solver" "--solver-c is for linear models" \
  "$(train --preset mlp --data table.tsv --text 2 --solver-c 5 --out x)"
expect "a tokenizer without words" "this model reads words, and the tokenizer does not part a text into words" \
  "$(train --preset tfidf --tokenizer-kind char --data table.tsv --text 2 --out x)"
expect "a line without a label" "table.tsv:1: the line has no word that begins with __label__" \
  "$(train --preset bow --format fasttext --data table.tsv --out x)"
