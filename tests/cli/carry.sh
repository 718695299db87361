#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A recurrent language model on running text: its state goes from batch to batch, through a kill, and through the whole
# text that it is scored on. Usage: carry.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"

# Everything it says, and its exit status.
train() {  # directory, options
  local out=$1
  shift
  [[ " $* " == *" --preset "* ]] || set -- --preset gru-tiny --model width=24 dropout=0 "$@"
  [[ " $* " == *" --batch "* ]] || set -- --batch 20 "$@"
  [[ " $* " == *" --data "* ]] || set -- --data "$examples/dev.en" "$@"
  [[ " $* " == *" --length "* ]] || set -- --length 16 "$@"
  "$hodhod" --threads 1 train generate --validate-every 20 --validation-tokens 300 --schedule-rate 1e-2 \
    --out "$out" "$@" 2>&1 < /dev/null || echo "status $?"
}
weights() { sha256sum < "$1/model.safetensors"; }

# Stopped and gone on with, and killed.
expect "a run" "finished: step 40" "$(train whole --steps 40)"
expect "a part" "finished: step 7" "$(train pieces --steps 7)"
expect "the rest" "finished: step 40" "$(train pieces --steps 40)"
same "a run in pieces" "$(weights whole)" "$(weights pieces)"
HODHOD_KILL_AT=checkpoint.published:2 train killed --steps 40 --save-every 9 > log 2>&1
expect "it was killed" "status 137" "$(cat log)"
expect "and goes on" "continuing from step" "$(train killed --steps 40 --save-every 9)"
same "a killed run" "$(weights whole)" "$(weights killed)"
expect "random windows" "finished: step 40" "$(train random --steps 40 --windows random)"
[[ $(weights whole) != "$(weights random)" ]] || fail "random windows train as continuous ones do"
expect "another order is another run" "--windows auto (now random)" "$(train whole --steps 41 --windows random)"

# The loss of a text does not depend on the pieces in which it is read.
head -c 5000 "$examples/dev.en" > text
loss() { "$hodhod" evaluate "$1" --data text | head -1; }
in_one=$(loss whole)
for length in 7 100 100000; do
  cp -r whole "cut-$length"
  sed -i "s/\"max_position_embeddings\": [0-9]*/\"max_position_embeddings\": $length/" "cut-$length/config.json"
  same "in pieces of $length" "$in_one" "$(loss "cut-$length")"
done
by_token=$("$hodhod" evaluate cut-7 --data text --by-token | tail -1)
same "token by token" "${in_one##* }" "${by_token##*	}"

# What has no state to carry says so.
expect "a Transformer" "--windows continuous: this model carries no state" \
  "$(train transformer --preset gpt-tiny --model width=24 heads=2 --steps 2 --windows continuous)"
expect "its usual windows" "finished: step 2" "$(train transformer --preset gpt-tiny --model width=24 heads=2 --steps 2)"
expect "too few letters" "lower --batch" "$(head -c 30 text > few; train few-rows --data few --batch 40 --steps 2)"

# Lines that are texts of their own, such as names: no line sees another.
tr -cs 'A-Za-z' '\n' < "$examples/dev.en" | sort -u | sed '/^$/d' > words
shuf --random-source=words words > shuffled
lines() { train "$1" --data words --preset lstm-tiny --model width=16 --windows lines --length 12 --save-every 9 "${@:2}"; }
expect "words" "finished: step 30" "$(lines spelled --steps 30)"
expect "what there is" " lines to train on" "$(lines pieces-of-lines --steps 11)"
expect "the rest of the lines" "finished: step 30" "$(lines pieces-of-lines --steps 30)"
same "lines in pieces" "$(weights spelled)" "$(weights pieces-of-lines)"
HODHOD_KILL_AT=checkpoint.published:2 lines killed-lines --steps 30 > log 2>&1
expect "lines were killed" "status 137" "$(cat log)"
expect "lines go on" "continuing from step" "$(lines killed-lines --steps 30)"
same "killed lines" "$(weights spelled)" "$(weights killed-lines)"
of_lines() { "$hodhod" evaluate spelled --data "$1" | head -1; }
same "lines in another order" "$(of_lines words)" "$(of_lines shuffled)"
expect "a line is told to be one" '"lines": true' "$(cat spelled/config.json)"
expect "one line at a time" "1 line" "$("$hodhod" generate spelled '' --seed 1 --max-new-tokens 12 | wc -l | sed 's/$/ line/')"
expect "words without their lines" "reads lines, each by itself; give --windows lines" \
  "$("$hodhod" train generate --from spelled --data words --steps 1 --out running 2>&1)"
