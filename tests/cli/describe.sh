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

# Shares of parameters add up to all of them.
expect "shares of a Transformer" $'their shares         embedding 31.0 %, positions 0.6 %' "$("$hodhod" describe gpt2)"
for preset in gpt2 bert-base tiny lstm-small gru-small; do
  "$hodhod" describe $preset --json > "$work/described.json"
  python3 - "$work/described.json" <<'END' || fail "the shares of $preset"
import json, sys
described = json.load(open(sys.argv[1], encoding="utf-8"))
components = {one["component"]: one for one in described["components"]}
assert sum(one["parameters"] for one in components.values()) == described["parameters"], components
assert abs(sum(one["share"] for one in components.values()) - 1) < 1e-9
if "attention" in components and "recurrence" not in components:
    layers = [layer for layer in described["layers"] if ".feed_forward." in layer["name"]]
    inside = sum(layer["parameters"] for layer in layers if layer["component"] == "feed-forward")
    assert components["feed-forward"]["parameters"] == inside > 0
END
done
expect "shares of a recurrent model" "recurrence" "$("$hodhod" describe lstm-small | grep 'their shares')"

# The memory of a counted model is its file.
printf 'the cat sat\nthe dog sat\n' > "$work/text"
"$hodhod" --quiet train generate --preset ngram --data "$work/text" --dev-share 0 --model order=2 discount_fallback=yes \
  --out "$work/ngram" 2> "$work/err" || fail "train an n-gram model" "$(cat "$work/err")"
found=$("$hodhod" describe "$work/ngram")
# the, cat, sat, dog; the specials; <s> the, the cat, the dog, cat sat, dog sat, sat </s>
expect "n-grams" "6 of order 2" "$found"
expect_not "no parameters" $'\nparameters ' "$found"
expect "the file is the memory" "ngrams.bin, which is mapped, " "$found"
same "its bytes" "$(stat -c %s "$work/ngram/ngrams.bin")" \
  "$("$hodhod" describe "$work/ngram" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["bytes"]["mapped"])')"

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
