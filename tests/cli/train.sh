#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod train: what goes wrong, and what has to go on. Usage: train.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
text=$examples/dev.en

train() {  # directory, options: everything it says, and its exit status
  local out=$1
  shift
  [[ " $* " == *" --dev-share 0 "* ]] || set -- --validation-tokens 300 "$@"
  "$hodhod" --threads 1 train generate --data "$text" --out "$out" --preset gpt-tiny --model width=${width:-32} \
    --model heads=2 --model decoder_layers=1 --length 16 --batch 4 "$@" 2>&1 < /dev/null || echo "status $?"
}

found=$(train "$work/nan" --steps 60 --optimizer-kind sgd --schedule-rate 1e30 --clip 0 --skip-limit 7)
expect "a loss that is no number is told" "is not finite; the update is skipped" "$found"
expect "and ends the run" "7 updates in a row were not finite" "$found"
expect "its status" "status 1" "$found"

train "$work/whole" --steps 24 --validate-every 4 --average-last 3 > "$work/out"
for steps in 9 12 24; do train "$work/parts" --steps $steps --validate-every 4 --average-last 3 > "$work/out"; done
cmp "$work/whole/model.safetensors" "$work/parts/model.safetensors" || fail "a mean of models, in one run and in three"
train "$work/last" --steps 24 --validate-every 4 > "$work/out"
cmp -s "$work/whole/model.safetensors" "$work/last/model.safetensors" && fail "no mean was taken"
expect "two averages" "the model can be one of them" "$(train "$work/x" --average 0.9 --average-last 3)"

found=$(width=64 train "$work/last" --steps 30)
expect "another model" "was begun with --model width=32 (now 64)" "$found"
[[ -f $work/last/model.safetensors ]] || fail "the model is gone"

train "$work/busy" --steps 1000000 --validate-every 0 > "$work/busy.txt" &
for _ in $(seq 200); do [[ -s $work/busy/metrics.jsonl ]] && break; sleep 0.05; done
found=$(train "$work/busy" --steps 3)
expect "a run under way" "training/lock: is locked by process" "$found"
kill -KILL "$(grep -o '[0-9]*' "$work/busy/training/lock" | head -1)"
wait 2> "$work/out"
expect "the lock ends with its holder" "finished: step 3" "$(train "$work/busy" --steps 3)"

train "$work/no-dev" --steps 3 --dev-share 0 > "$work/out"
[[ -s $work/no-dev/model.safetensors ]] || fail "no model without validation text"
expect "a file in the way" "there is a file of that name" "$(train "$text")"
expect "no such preset" "--preset gpt9: there is no such preset; did you mean gpt2" \
  "$("$hodhod" train generate --data "$text" --out "$work/x" --preset gpt9 2>&1 || true)"
