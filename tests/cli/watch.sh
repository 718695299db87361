#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod watch: a run in the terminal and as a page, while it goes on and afterwards. Usage: watch.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"

train() {  # directory, options: a small language model
  local out=$1
  shift
  "$hodhod" --threads 1 --quiet train generate --preset gpt-tiny --model width=32 --model heads=2 \
    --model decoder_layers=1 --data "$work/text" --dev "$work/dev" --out "$out" --length 16 --batch 4 \
    --log-every 5 --validate-every 20 --validation-tokens 300 "$@" 2>&1
}
watch() { "$hodhod" --quiet watch "$@" 2>&1 || echo "status $?"; }

head -300 "$examples/dev.en" > text
head -40 "$examples/test.en" > dev

# With --log-layers and without, the same model.
train plain --steps 40 > log
train logged --steps 40 --log-layers > log
same "the model" "$(sha256sum < plain/model.safetensors)" "$(sha256sum < logged/model.safetensors)"
# The same again if layers are computed again in the backward pass, and an LSTM has none that can be.
train again --steps 40 --log-layers --recompute > log
same "the model" "$(sha256sum < plain/model.safetensors)" "$(sha256sum < again/model.safetensors)"
cmp logged/training/layers.jsonl again/training/layers.jsonl || fail "other sizes of layers"
expect "no Transformer" "--recompute: only the layers of a Transformer can be computed again" \
  "$("$hodhod" train generate --preset lstm-tiny --data text --out lstm --recompute --steps 1 2>&1)"
same "lines of layers" 9 "$(wc -l < logged/training/layers.jsonl)"
expect "their parts" '"decoder.layer.0.self_attention"' "$(cat logged/training/layers.jsonl)"
expect "their outputs" '"decoder.layer.0.output"' "$(cat logged/training/layers.jsonl)"
[[ ! -e plain/training/layers.jsonl ]] || fail "layers were logged without --log-layers"
same "samples of two validations" 2 "$(wc -l < plain/training/samples.jsonl)"

found=$(watch plain)
expect "its state" "plain: finished" "$found"
expect "its step" "step 40 of 40" "$found"
expect "its best" "best validation: loss" "$found"
expect "its chart" "○ validation" "$found"
same "twice the same" "$found" "$(watch plain/)"
expect "JSON" '{"run":"plain","state":"finished","step":40,"steps":40,' "$(watch plain --json)"

expect "a page" "page.html: 2 runs" "$(watch plain logged -o page.html --note 'a test <b>')"
page=$(cat page.html)
expect "the note" 'a test \u003cb>' "$page"
expect "the command, without paths" "--data text --dev dev --out plain" "$page"
expect_not "the place" "$work" "$page"
expect_not "no live page of runs that have ended" '"follow":' "$page"
watch plain logged -o again.html --note 'a test <b>' > log
cmp page.html again.html || fail "the page is not the same each time"

# Stopped and continued.
train plain --steps 60 > log
found=$(watch plain)
expect "more steps" "step 60 of 60" "$found"
expect "resumed" "resumed 1 time" "$found"

# Damage is told, and the rest is shown.
echo 'not a line of numbers' >> plain/metrics.jsonl
found=$(watch plain)
expect "a broken line" "metrics.jsonl: 1 line could not be used and is left out" "$found"
expect "and the rest" "step 60 of 60" "$found"

# While it is under way.
train live --steps 1000000 > log &
for _ in $(seq 600); do [[ -s live/metrics.jsonl ]] && break; sleep 0.05; done
expect "under way" "live: under way" "$(watch live)"
watch live -o live.html --follow --every 1 > follow.log &
for _ in $(seq 600); do [[ -s live.html ]] && break; sleep 0.05; done
expect "a live page" '"follow":1,' "$(cat live.html)"
kill -TERM "$(grep -o '[0-9]*' live/training/lock | head -1)"
wait
expect "the last page" "live.html: 1 run" "$(cat follow.log)"
expect_not "is not live" '"follow":' "$(cat live.html)"
expect "stopped" "stopped by a signal" "$(watch live)"
last=$(grep '"mark":"ended"' live/training/marks.jsonl | tail -1 | grep -o '"step":[0-9]*' | cut -d : -f 2)
expect "the step at which it stopped" '"step":'"$last," "$(watch live --json)"

mkdir empty ladder ladder/one
expect "no run" "empty: holds no run" "$(watch empty)"
expect "no directory" "nothing: there is no such directory; give the directory of a run, its --out" \
  "$(watch nothing)"
expect "--follow without a page" "--follow" "$(watch plain --follow)"
echo '{}' > ladder/ladder.json
expect "a ladder without a rung" "is a ladder of which no rung has been trained yet" "$(watch ladder)"
cp plain/metrics.jsonl ladder/one
expect "a rung" "one: not under way" "$(watch ladder)"
expect "a place that cannot be written" "nowhere/page.html: cannot be written: there is no directory nowhere" \
  "$(watch plain -o nowhere/page.html)"
