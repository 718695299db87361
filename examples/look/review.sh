#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An opinion: which words of a review push the answer. Three measures stand side by side: the gradient times the input,
# the attention of the first token, and how much the answer changes when the word is hidden. Then "a good film" beside
# "not a good film". Needs the reviews of IMDB and DeepSentiPers in $HODHOD_DATA_DIR.
. "$(dirname "$0")/demonstration.sh"

corpora=${HODHOD_DATA_DIR:-$root/../shared/data}
[[ -d $corpora/imdb && -d $corpora/sentiment-fa ]] ||
  { echo "$name: there are no reviews in $corpora; set HODHOD_DATA_DIR to the folder of the corpora" >&2; exit 1; }
small=(--preset bert-tiny --model dropout=0.2 attention_dropout=0.1 --word-dropout 0.2 --schedule-kind cosine
  --schedule-rate 1e-3 --average 0.99 --seed 1)
columns=(--text 2 --label 1)
# What the last lines of `evaluate` say of a model's answers.
accuracy() { "$hodhod" --quiet evaluate "$@" --json | grep -o '"accuracy":[0-9.]*' | cut -d: -f2; }

train classify "${small[@]}" --model max_length=256 --cut-off beginning --data "$corpora/imdb/train.tsv.gz" \
  "${columns[@]}" --dev-share 0.04 --tokenizer-vocabulary 8000 --tokenizer-lowercase yes --epochs 2 \
  --validate-every 750 --schedule-warmup 400 --out "$work/films"
right=$(accuracy "$work/films" --data "$corpora/imdb/test.tsv.gz" "${columns[@]}")
echo "English: accuracy $right on the test reviews of IMDB"
note="Trained from scratch on reviews of IMDB; accuracy $right on others."
page review "$work/films" 'The story is slow, but the actors are wonderful and I would see it again.' --gradients on \
  --cuts --note "$note"
page review_not "$work/films" 'This is a good film.' 'This is not a good film.' --compare --gradients on --cuts \
  --note "$note"

train classify "${small[@]}" --model max_length=128 --data "$corpora/sentiment-fa/deepsentipers-train.tsv" \
  "${columns[@]}" --dev-share 0.1 --tokenizer-vocabulary 4000 --epochs 12 --validate-every 400 \
  --schedule-warmup 100 --out "$work/goods"
right=$(accuracy "$work/goods" --data "$corpora/sentiment-fa/deepsentipers-test.tsv" "${columns[@]}")
echo "Persian: accuracy $right on the test sentences of DeepSentiPers; always the commonest label: 0.385"
page review_fa "$work/goods" 'صفحه‌نمایش این گوشی خیلی خوب است ولی باتری آن ضعیف است.' --gradients on --cuts \
  --note "Trained from scratch on DeepSentiPers, labels from -2 to 2; accuracy $right on other sentences."
