#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod train forecast, forecast and evaluate from end to end. Usage: forecast.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"

# Everything it says, and its exit status.
run() { "$hodhod" --threads 1 "$@" 2>&1 < /dev/null || echo "status $?"; }
train() { run train forecast --data hours.csv.gz --split 96,24,48 "$@"; }

# Seven days of hours: a daily wave in x, and its opposite in y.
{
  echo 'date,x,y,word'
  for day in 1 2 3 4 5 6 7; do
    for hour in $(seq 0 23); do
      printf '2024-01-%02d %02d:00:00,%d,%d,w\n' $day "$hour" $(((hour * 7) % 24 + day)) $((100 - (hour * 7) % 24))
    done
  done
} > hours.csv
gzip -k hours.csv

found=$(train --preset seasonal-naive --model horizon=24 --out day)
expect "columns of texts are told" "columns without numbers are left out: word" "$found"
expect "the parts are told" "168 rows of 2 columns, 1 hour apart: 96 to train on, 24 for validation, 48 for tests" "$found"
found=$(run evaluate day --data hours.csv)
expect "the look-back" "look-back 24   horizon 24   windows 25   from 2024-01-06 00:00:00 to 2024-01-07 23:00:00" "$found"
expect "the error of a day's rise" "original MAE 0.5" "$found"
expect "what MASE is" "MASE: the mean error divided by that of a forecast by the value 24 rows before" "$found"
expect "JSON" '"look_back":24,"horizon":24,"season":24,"windows":25,"part":"test"' \
  "$(run evaluate day --data hours.csv --json)"
expect "y repeats itself" "MASE is undefined: a column of the training rows repeats itself every 24 rows" "$found"
expect "another stride" "windows 3 " "$(run evaluate day --data hours.csv --stride 12)"
expect "another part" "windows 1 " "$(run evaluate day --data hours.csv --part validation)"

found=$(train --preset linear-forecaster --model context=24 horizon=3 quantiles=0.1,0.9 --out line)
expect "a linear map is solved" "finished:" "$found"
expect "and is left as it is" "already finished; model in line" \
  "$(train --preset linear-forecaster --model context=24 horizon=3 quantiles=0.1,0.9 --out line)"
expect "its table" "date                       x   x 10 %   x 90 %" "$(run forecast line --data hours.csv.gz)"
expect "begins after the data" "2024-01-08 00:00:00" "$(run forecast line --data hours.csv.gz)"
found=$(run forecast line --data hours.csv --csv)
same "csv has four lines" "4" "$(wc -l <<< "$found")"
expect "and a header" "date,x,x 10 %,x 90 %,y,y 10 %,y 90 %" "$found"
expect "JSON" '{"look_back":24,"horizon":3,"forecast":[{"date":"2024-01-08 00:00:00","x":' \
  "$(run forecast line --data hours.csv --json)"
expect "how quantiles are hit" "quantile 0.9   values at or below it" "$(run evaluate line --data hours.csv)"

for kind in theta holt-winters; do
  train --preset $kind --model context=48 horizon=24 --out $kind > out.txt
  expect "$kind" "windows 25" "$(run evaluate $kind --data hours.csv)"
done
found=$(train --preset gru-forecaster --model context=24 horizon=6 width=16 patch=6 covariates=hour --steps 60 \
  --validate-every 30 --schedule-rate 1e-2 --schedule-warmup 5 --out network)
expect "a network is trained" "step 60: mse" "$found"
expect "and evaluated" "windows 43" "$(run evaluate network --data hours.csv)"
expect "and described" "linear        forecast" "$(run describe network)"

# The same command in two parts, and what may not change.
small=(--preset rnn-forecaster --model context=24 horizon=6 width=8 patch=6 --schedule-kind constant --validate-every 5)
train "${small[@]}" --steps 5 --out parts > out.txt
train "${small[@]}" --steps 10 --out parts > out.txt
train "${small[@]}" --steps 10 --out whole > out.txt
cmp parts/model.safetensors whole/model.safetensors || fail "a run in two parts is one in one"
expect "another split is another run" 'begun with --split 96,24,48 (now 90,30,48)' "$(run train forecast --data hours.csv.gz --split 90,30,48 "${small[@]}" --out parts)"

# ---- what is refused ----
expect "training options of a solved model" "--steps is for training by gradients, and --preset theta is solved" \
  "$(train --preset theta --steps 5 --out no)"
expect "presets of texts" "--preset gpt-tiny: does not forecast series" "$(train --preset gpt-tiny --out no)"
expect "options that the data decide" "the data and --split decide it" "$(train --model columns=x --out no)"
expect "too many rows" "the parts have 169 rows, and the series 168" \
  "$(run train forecast --data hours.csv --split 100,20,49 --out no)"
sed 10d hours.csv > gap.csv
expect "a missing hour" "gap.csv:10: the time 2024-01-01 09:00:00 follows 2024-01-01 07:00:00, and rows are 1 hour apart: 2024-01-01 08:00:00 is missing; give --fill" \
  "$(run forecast line --data gap.csv)"
expect "is filled" "note: 1 missing row takes the values before" "$(run forecast line --data gap.csv --fill)"
sed 's/^date/when/' hours.csv > other.csv
expect "other columns" 'other.csv: there is no column "date"' "$(run forecast line --data other.csv)"
head -n 20 hours.csv > short.csv
expect "too short a past" "line: looks back 24 rows, and the data have 19" "$(run forecast line --data short.csv)"
expect "none of the test part" "hold no row of the test part; give --part all" "$(run evaluate line --data short.csv)"
expect "another task" "hodhod: error: line" "$(run generate line 'text')"
head -c 3000 /dev/urandom > noise.csv
expect "no table" "hodhod: error: noise.csv" "$(run train forecast --data noise.csv --out no)"
[[ ! -e no ]] || fail "nothing is left of runs that were refused"
