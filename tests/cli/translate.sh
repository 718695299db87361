#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod translate and evaluate: how decoding is chosen, and what it must not depend on. Usage: translate.sh PROGRAM
set -euo pipefail
hodhod=$1
data=$(dirname "$0")/../../examples/data/en-fa
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fails=0

same() {  # what, one text, the other
  if [[ $2 != "$3" ]]; then
    printf 'FAILED: %s\n  one:   %s\n  other: %s\n' "$1" "$2" "$3"
    fails=$((fails + 1))
  fi
}
head -20 "$data/dev.en" > "$work/en"
head -20 "$data/dev.fa" > "$work/fa"
"$hodhod" --quiet --threads 1 train translate --source "$data/dev.en" --target "$data/dev.fa" --preset tiny --model width=32 \
  heads=2 feed_forward=64 encoder_layers=1 decoder_layers=1 --tokenizer-vocabulary 400 --steps 60 --validate-every 0 \
  --batches-max-tokens 512 --schedule-rate 1e-2 --schedule-warmup 20 --out "$work/model" 2> "$work/err"
evaluate() { "$hodhod" evaluate "$work/model" --source "$work/en" --target "$work/fa" "$@"; }
translate() { "$hodhod" translate "$work/model" "$@" < "$work/en"; }

config="$work/model/generation_config.json"
grep -q '"num_beams": 5' "$config" || { echo "FAILED: five beams are what it is saved with"; fails=$((fails + 1)); }
greedy=$(translate --num-beams 1)
beams=$(translate)
[[ $greedy != "$beams" ]] || { echo "FAILED: beams change nothing, so that this test tells nothing"; fails=$((fails + 1)); }
scores=$(evaluate --num-beams 1)
[[ $(evaluate) != "$scores" ]] || { echo "FAILED: beams change no score, so that this test tells nothing"; fails=$((fails + 1)); }
sed -i 's/"num_beams": 5/"num_beams": 1/' "$config"
same "translate goes by generation_config.json" "$greedy" "$(translate)"
same "a flag comes before it" "$beams" "$(translate --num-beams 5)"
same "evaluate goes by it too" "$scores" "$(evaluate)"
[[ $(evaluate --bleu-tokenizer char) != "$scores" ]] || { echo "FAILED: BLEU of characters is that of words"; fails=$((fails + 1)); }

# Any byte can come, so texts are compared by their sums.
sampled() { translate --do-sample --temperature 2 --seed "${seed:-3}" "$@" | cksum; }
same "what is sampled for a line, in any block" "$(sampled)" "$(sampled --batch-lines 3)"
same "with any number of threads" "$(sampled)" "$("$hodhod" --threads 2 translate "$work/model" --do-sample \
  --temperature 2 --seed 3 --file "$work/en" 2> "$work/err" | cksum)"
[[ $(sampled) != $(seed=4 sampled) ]] || { echo "FAILED: the seed changes nothing"; fails=$((fails + 1)); }
((fails == 0)) && echo "hodhod translate: all as expected"
exit $((fails > 0))
