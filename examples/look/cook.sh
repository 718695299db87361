#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The cook: when it is sunny he cooks yesterday's dish, when it is rainy the next one. A recurrent network whose weights
# are written down does it, unrolled over a week; another one has learnt it from weeks, and its memory looks different.
. "$(dirname "$0")/demonstration.sh"

week='pizza sunny rainy sunny rainy rainy sunny sunny'
"$programs/example_write_cook" "$work/written"
# Weeks by a linear congruential generator: the dish of the day before, then the weather with the dish of each day.
awk 'function pick(n) { x = (1103515245 * x + 12345) % 2147483648; return int(x / 65536) % n }
  BEGIN {
    split("pizza chicken sandwich", dish, " "); x = 1
    for (week = 0; week < 600; ++week) {
      d = pick(3); print dish[d + 1] "\t" dish[d + 1]
      for (day = 0; day < 7; ++day) {
        rainy = pick(2); if (rainy) d = (d + 1) % 3
        print (rainy ? "rainy" : "sunny") "\t" dish[d + 1]
      }
      print ""
    }
  }' > "$work/weeks.conll"
train tag --preset rnn-tiny --model width=24 layers=1 dropout=0 --tokenizer-kind word --data "$work/weeks.conll" \
  --dev-share 0.2 --epochs 40 --schedule-kind constant --schedule-rate 1e-2 --out "$work/learned"
right=$(score "$work/learned" accuracy)
echo "learned on generated weeks: right on $right of the days of weeks that it has not seen"
for cook in written learned; do
  tags=$("$hodhod" --quiet tag "$work/$cook" "$week" | cut -f 2 | paste -s -d ' ')
  must_be 'pizza pizza chicken chicken sandwich pizza pizza pizza' "$tags"
done
page cook_written "$work/written" "$week" --exact --note 'Weights that were written down, not learnt.'
page cook_learned "$work/learned" "$week" --exact \
  --note "Trained on generated weeks; right on $right of the days of others."
