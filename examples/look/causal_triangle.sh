#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The causal mask: a decoder's query sees no key to its right, so that the weights of attention are a triangle and
# each row of it sums to 1; an encoder has no mask, and the whole square is filled. Nothing is trained: the mask is a
# matter of form.
. "$(dirname "$0")/demonstration.sh"

sentence='The teacher reads a book to the children.'
untrained=(--steps 1 --schedule-rate 1e-9 --model width=64 heads=4)
train generate --preset gpt-tiny "${untrained[@]}" --model decoder_layers=2 --data "$data/dev.en" --length 32 \
  --batch 1 --out "$work/decoder"
train fill-mask --preset bert-tiny "${untrained[@]}" --model encoder_layers=2 --data "$data/dev.en" \
  --out "$work/encoder"
note='Untrained weights: what is shown is the form of the mask.'
page causal_triangle "$work/decoder" "$sentence" --note "$note" --exact
page causal_triangle_without "$work/encoder" "$sentence" --note "$note" --exact
