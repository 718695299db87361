#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod describe from end to end. Usage: describe.sh PROGRAM
. "$(dirname "$0")/../expect.sh"

for preset in tiny bert-base gpt2 gpt3 llama-70b; do
  found=$("$hodhod" describe $preset)
  for component in input embedding positions attention 'add & norm' feed-forward linear softmax; do
    expect "$preset has $component" $'\n'"$component " "$found"
  done
done
expect "published size" "124,439,808 (124M)" "$("$hodhod" describe gpt2)"
expect "every layer" "decoder layer 95" "$("$hodhod" describe gpt3 --all)"
expect "changed" "[3, 20, 100]" "$("$hodhod" describe tiny --model width=100 --batch 3 --length 20)"
expect "json" '"parameters": 124439808' "$("$hodhod" describe gpt2 --json)"
expect "json has every layer" '"decoder.layer.11.feed_forward.output"' "$("$hodhod" describe gpt2 --json)"

failure() { "$@" 2>&1 > "$work/out" < /dev/null && echo "no failure" || echo "status $?"; }
expect "no such model" "gpt9: there is no such directory, and there is no preset 'gpt9'; did you mean gpt2" "$(failure "$hodhod" describe gpt9)"
expect "no model there" "there is no config.json" "$(failure "$hodhod" describe "$work")"
expect "no such option" "there is no option 'widht'" "$(failure "$hodhod" describe gpt2 --model widht=3)"
expect "no fit" "width 768 is not a multiple of heads 7" "$(failure "$hodhod" describe gpt2 --model heads=7)"
expect "too long" "takes 1024" "$(failure "$hodhod" describe gpt2 --length 5000)"
expect "status" "status 2" "$(failure "$hodhod" describe gpt2 --batch 0)"
expect "nothing to describe" "MODEL is missing" "$(failure "$hodhod" describe)"
"$hodhod" describe --families | cmp - "$(dirname "$0")/../../docs/families.md" ||
  fail "docs/families.md is not what the program prints"
