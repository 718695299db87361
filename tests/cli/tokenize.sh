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

expect "a file that --special would take" "--special $work/text.txt: is the name of a file" \
  "$("$hodhod" tokenize train -o "$work/x" --special '<s>' "$work/text.txt" 2>&1 < /dev/null |
    grep -o -- '--special.* name of a file')"

for model in bpe wordpiece unigram word char; do
  "$hodhod" --quiet tokenize train --model $model --vocabulary 400 --normalizer persian \
    -o "$work/$model" "$work/text.txt.gz" > "$work/out"
  for file in tokenizer.json tokenizer_config.json special_tokens_map.json; do
    [[ -s $work/$model/$file ]] || { echo "FAILED: $model has no $file"; fails=$((fails + 1)); }
  done
  # The same from standard input, on one thread and several: the same file, byte for byte.
  "$hodhod" --quiet --threads 1 tokenize train --model $model --vocabulary 400 --normalizer persian \
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

lists='"bytes":[],"characters":[],"words":[],"sequences":[],"type_ids":[],"attention_mask":[],"special_tokens_mask":[]'
expect "json" "{\"ids\":[],\"tokens\":[],$lists}" "$(echo | "$hodhod" tokenize encode --json -t "$work/bpe")"
expect "pairs" "[CLS] the [SEP] cat [SEP] [PAD]" \
  "$(printf 'the\tcat' | "$hodhod" tokenize encode --special --pair --tokens --pad-to 6 -t "$work/wordpiece")"
expect "truncation" "[CLS] the [SEP]" \
  "$(echo 'the cat' | "$hodhod" tokenize encode --special --tokens --max-length 3 -t "$work/wordpiece")"
expect "what is cut off" '"tokens":["cat"]' \
  "$(echo 'the cat' | "$hodhod" tokenize encode --json --max-length 1 -t "$work/wordpiece" | grep -o '"tokens":\["cat"\]')"
"$hodhod" --quiet tokenize train --vocabulary 400 --special '<pad>' --bos '<s>' --eos '</s>' -o "$work/around" \
  "$work/text.txt" "$work/text.txt.gz" > "$work/out"
expect "bos and eos" "<s> the </s> <s> ␣dog </s>" \
  "$(printf 'the\t dog' | "$hodhod" tokenize encode --special --pair --tokens -t "$work/around")"
expect "their parts" '"eos_token":"</s>"' "$(tr -d ' ' < "$work/around/special_tokens_map.json" | grep -o '"eos_token":"</s>"')"
expect "n-grams" "         120 the" \
  "$("$hodhod" --quiet tokenize describe --ngrams 40 -t "$work/wordpiece" "$work/text.txt" | grep ' the$' | head -1 | cut -c3-)"
expect "tokens are readable" "سگ" "$(echo سگ | "$hodhod" tokenize encode --tokens -t "$work/wordpiece")"
expect "special tokens" "[CLS] the [SEP]" "$(echo the | "$hodhod" tokenize encode --special --tokens -t "$work/wordpiece")"
expect "decode of JSON" '{"text":"the"}' \
  "$(echo the | "$hodhod" tokenize encode --json -t "$work/word" | "$hodhod" tokenize decode --json -t "$work/word")"
expect "normalize" "کتاب ۱" "$(echo "كتاب$z ١" | "$hodhod" tokenize normalize)"
expect "normalize, rules switched" "كتاب ١" \
  "$(echo "كتاب$z ١" | "$hodhod" tokenize normalize --no-letters --digits keep)"
expect "normalize --json" '{"text":"ک ۱","changes":{"letters":[{"bytes":[0,2],"characters":[0,1],"before":"ك","after":"ک"}],"digits":[{"bytes":[3,5],"characters":[2,3],"before":"١","after":"۱"}]}}' \
  "$(echo "ك ١" | "$hodhod" tokenize normalize --json)"
expect "normalize --show" "  letters: ك → ک" \
  "$(echo "كتاب" | "$hodhod" tokenize normalize --show | tail -1)"

status() { "$@" > "$work/out" 2> "$work/err" < /dev/null && echo 0 || echo $?; }
expect "no such file" 1 "$(status "$hodhod" tokenize encode -t "$work/none")"
expect "its message" "hodhod: error: $work/none: cannot open: No such file or directory; check the path" "$(cat "$work/err")"
expect "no tab in a pair" 1 "$(echo 'x' > "$work/ids"; status "$hodhod" tokenize encode --pair -t "$work/bpe" "$work/ids")"
expect "its message" "hodhod: error: $work/ids:1: there is no tab; with --pair a line is two texts with a tab between them" "$(cat "$work/err")"
expect "wrong ids" 1 "$(echo 'x' > "$work/ids"; status "$hodhod" tokenize decode -t "$work/bpe" "$work/ids")"
expect "no such option" 2 "$(status "$hodhod" tokenize encode --frobnicate)"
expect "help" 0 "$(status "$hodhod" tokenize --help)"
((fails == 0)) && echo "hodhod tokenize: all as expected"
exit $((fails > 0))
