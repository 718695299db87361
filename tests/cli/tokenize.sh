#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod tokenize from end to end. Usage: tokenize.sh PROGRAM
set -euo pipefail
hodhod=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fails=0

expect() {  # what, expected, found
  if [[ $2 != "$3" ]]; then
    printf 'FAILED: %s\n  expected: %s\n  found:    %s\n' "$1" "$2" "$3"
    fails=$((fails + 1))
  fi
}

z=$'\u200c'
for i in $(seq 40); do
  echo "the cat sat on the mat and the dog ran $i"
  echo "گربه روی فرش نشست و سگ می${z}دوید $i"
done > "$work/text.txt"
gzip -k "$work/text.txt"

for model in bpe wordpiece unigram word char; do
  "$hodhod" --quiet tokenize train --model $model --vocab-size 400 --normalizer persian \
    -o "$work/$model" "$work/text.txt.gz" > "$work/out"
  for file in tokenizer.json tokenizer_config.json special_tokens_map.json; do
    [[ -s $work/$model/$file ]] || { echo "FAILED: $model has no $file"; fails=$((fails + 1)); }
  done
  # The same from standard input, on one thread and several: the same file, byte for byte.
  "$hodhod" --quiet --threads 1 tokenize train --model $model --vocab-size 400 --normalizer persian \
    -o "$work/again" < "$work/text.txt" > "$work/out"
  cmp "$work/$model/tokenizer.json" "$work/again/tokenizer.json" || fails=$((fails + 1))
  expect "$model: text comes back" "the cat سگ می${z}دوید" \
    "$(echo "the cat سگ می${z}دويد" | "$hodhod" tokenize encode -t "$work/$model" | "$hodhod" tokenize decode -t "$work/$model")"
  "$hodhod" --threads 1 tokenize encode -t "$work/$model" "$work/text.txt" > "$work/one"
  "$hodhod" --threads 3 tokenize encode -t "$work/$model" "$work/text.txt.gz" > "$work/three"
  cmp "$work/one" "$work/three" || fails=$((fails + 1))
  "$hodhod" --quiet tokenize describe --json -t "$work/$model" "$work/text.txt" | grep -q '"tokens_per_word"' ||
    { echo "FAILED: describe $model"; fails=$((fails + 1)); }
done

expect "json" '{"ids":[],"tokens":[],"bytes":[],"characters":[],"words":[]}' \
  "$(echo | "$hodhod" tokenize encode --json -t "$work/bpe")"
expect "tokens are readable" "سگ" "$(echo سگ | "$hodhod" tokenize encode --tokens -t "$work/wordpiece")"
expect "special tokens" "[CLS] the [SEP]" "$(echo the | "$hodhod" tokenize encode --special --tokens -t "$work/wordpiece")"
expect "decode of JSON" '{"text":"the"}' \
  "$(echo the | "$hodhod" tokenize encode --json -t "$work/word" | "$hodhod" tokenize decode --json -t "$work/word")"
expect "normalize" "کتاب ۱" "$(echo "كتاب$z ١" | "$hodhod" tokenize normalize)"
expect "normalize, rules switched" "كتاب ١" \
  "$(echo "كتاب$z ١" | "$hodhod" tokenize normalize --no-letters --digits keep)"
expect "normalize --show" "  letters: ك → ک" \
  "$(echo "كتاب" | "$hodhod" tokenize normalize --show | tail -1)"

status() { "$@" > "$work/out" 2> "$work/err" < /dev/null && echo 0 || echo $?; }
expect "no such file" 1 "$(status "$hodhod" tokenize encode -t "$work/none")"
expect "its message" "hodhod: error: $work/none: cannot open: No such file or directory" "$(cat "$work/err")"
expect "wrong ids" 1 "$(echo 'x' > "$work/ids"; status "$hodhod" tokenize decode -t "$work/bpe" "$work/ids")"
expect "no such option" 2 "$(status "$hodhod" tokenize encode --frobnicate)"
expect "help" 0 "$(status "$hodhod" tokenize --help)"
((fails == 0)) && echo "hodhod tokenize: all as expected"
exit $((fails > 0))
