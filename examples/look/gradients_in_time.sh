#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Vanishing gradients: how strongly the last answer depends on each earlier step, in an RNN, an LSTM and a GRU as they
# begin. An LSTM does not cure vanishing by itself: it depends on what its forget gates begin with, and one page shows
# them nearly open.
. "$(dirname "$0")/demonstration.sh"

letters='a b c d e f g h i j k l m n o p q r s t u v w x y z'
for _ in 1 2 3 4; do echo "$letters"; done > "$work/letters.txt"
declare -A more=([rnn]='' [lstm]='' [lstm_open]='forget_bias=3' [gru]='')
for kind in rnn lstm lstm_open gru; do
  train generate --preset "${kind%_open}-tiny" --model width=64 layers=1 dropout=0 ${more[$kind]} \
    --tokenizer-kind word --data "$work/letters.txt" --length 26 --batch 1 --steps 1 --schedule-rate 1e-9 \
    --out "$work/$kind"
  page "gradients_$kind" "$work/$kind" "$letters" --gradients on \
    --note "As it begins, untrained${more[$kind]:+, with ${more[$kind]}}."
done
