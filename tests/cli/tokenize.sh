#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod tokenize from end to end. Usage: tokenize.sh PROGRAM
. "$(dirname "$0")/../expect.sh"

z=$'\u200c'
for i in $(seq 40); do
  echo "the cat sat on the mat and the dog ran $i"
  echo "گربه روی فرش نشست و سگ می${z}دوید $i"
done > "$work/text.txt"
gzip -k "$work/text.txt"

same "a file that --special would take" "--special $work/text.txt: is the name of a file" \
  "$("$hodhod" tokenize train -o "$work/x" --special '<s>' "$work/text.txt" 2>&1 < /dev/null |
    grep -o -- '--special.* name of a file')"

for model in bpe wordpiece unigram word char; do
  "$hodhod" --quiet tokenize train --model $model --vocabulary 400 --normalizer persian \
    -o "$work/$model" "$work/text.txt.gz" > "$work/out"
  for file in tokenizer.json tokenizer_config.json special_tokens_map.json; do
    [[ -s $work/$model/$file ]] || fail "$model has no $file"
  done
  # The same from standard input, on one thread and several: the same file, byte for byte.
  "$hodhod" --quiet --threads 1 tokenize train --model $model --vocabulary 400 --normalizer persian \
    -o "$work/again" --overwrite < "$work/text.txt" > "$work/out"
  cmp "$work/$model/tokenizer.json" "$work/again/tokenizer.json" || fail "$model: the same from standard input, on one thread"
  same "$model: text comes back" "the cat سگ می${z}دوید" \
    "$(echo "the cat سگ می${z}دويد" | "$hodhod" tokenize encode -t "$work/$model" | "$hodhod" tokenize decode -t "$work/$model")"
  "$hodhod" --threads 1 tokenize encode -t "$work/$model" "$work/text.txt" > "$work/one"
  "$hodhod" --threads 3 tokenize encode -t "$work/$model" "$work/text.txt.gz" > "$work/three"
  cmp "$work/one" "$work/three" || fail "$model: the same ids on any number of threads"
  "$hodhod" --quiet tokenize describe --json -t "$work/$model" "$work/text.txt" | grep -q '"tokens_per_word"' ||
    fail "describe $model"
done

lists='"bytes":[],"characters":[],"words":[],"sequences":[],"type_ids":[],"attention_mask":[],"special_tokens_mask":[]'
same "json" "{\"ids\":[],\"tokens\":[],$lists}" "$(echo | "$hodhod" tokenize encode --json -t "$work/bpe")"
same "pairs" "[CLS] the [SEP] cat [SEP] [PAD]" \
  "$(printf 'the\tcat' | "$hodhod" tokenize encode --special --pair --tokens --pad-to 6 -t "$work/wordpiece")"
same "truncation" "[CLS] the [SEP]" \
  "$(echo 'the cat' | "$hodhod" tokenize encode --special --tokens --max-length 3 -t "$work/wordpiece")"
same "what is cut off" '"tokens":["cat"]' \
  "$(echo 'the cat' | "$hodhod" tokenize encode --json --max-length 1 -t "$work/wordpiece" | grep -o '"tokens":\["cat"\]')"
"$hodhod" --quiet tokenize train --vocabulary 400 --special '<pad>' --bos '<s>' --eos '</s>' -o "$work/around" \
  "$work/text.txt" "$work/text.txt.gz" > "$work/out"
same "bos and eos" "<s> the </s> <s> ␣dog </s>" \
  "$(printf 'the\t dog' | "$hodhod" tokenize encode --special --pair --tokens -t "$work/around")"
same "their parts" '"eos_token":"</s>"' "$(tr -d ' ' < "$work/around/special_tokens_map.json" | grep -o '"eos_token":"</s>"')"
same "n-grams" "         120 the" \
  "$("$hodhod" --quiet tokenize describe --ngrams 40 -t "$work/wordpiece" "$work/text.txt" | grep ' the$' | head -1 | cut -c3-)"
same "tokens are readable" "سگ" "$(echo سگ | "$hodhod" tokenize encode --tokens -t "$work/wordpiece")"
same "special tokens" "[CLS] the [SEP]" "$(echo the | "$hodhod" tokenize encode --special --tokens -t "$work/wordpiece")"
same "decode of JSON" '{"text":"the"}' \
  "$(echo the | "$hodhod" tokenize encode --json -t "$work/word" | "$hodhod" tokenize decode --json -t "$work/word")"
same "normalize" "کتاب ۱" "$(echo "كتاب$z ١" | "$hodhod" tokenize normalize)"
same "normalize, rules switched" "كتاب ١" \
  "$(echo "كتاب$z ١" | "$hodhod" tokenize normalize --no-letters --digits keep)"
same "normalize --json" '{"text":"ک ۱","changes":{"letters":[{"bytes":[0,2],"characters":[0,1],"before":"ك","after":"ک"}],"digits":[{"bytes":[3,5],"characters":[2,3],"before":"١","after":"۱"}]}}' \
  "$(echo "ك ١" | "$hodhod" tokenize normalize --json)"
same "normalize --show" "  letters: ك → ک" \
  "$(echo "كتاب" | "$hodhod" tokenize normalize --show | tail -1)"

status() { "$@" > "$work/out" 2> "$work/err" < /dev/null && echo 0 || echo $?; }
same "no such file" 1 "$(status "$hodhod" tokenize encode -t "$work/none")"
same "its message" "hodhod: error: $work/none: cannot open: No such file or directory; check the path" "$(cat "$work/err")"
same "no tab in a pair" 1 "$(echo 'x' > "$work/ids"; status "$hodhod" tokenize encode --pair -t "$work/bpe" "$work/ids")"
same "its message" "hodhod: error: $work/ids:1: there is no tab; with --pair a line is two texts with a tab between them" "$(cat "$work/err")"
same "wrong ids" 1 "$(echo 'x' > "$work/ids"; status "$hodhod" tokenize decode -t "$work/bpe" "$work/ids")"
same "no such option" 2 "$(status "$hodhod" tokenize encode --frobnicate)"
same "help" 0 "$(status "$hodhod" tokenize --help)"
