#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Positions: without them an encoder gives the words of "rosa eats pizza" and "pizza eats rosa" the same vectors in
# another order, so that it cannot tell who eats whom; with positions added to the embeddings it does not. Nothing is
# trained: this is a matter of form.
. "$(dirname "$0")/demonstration.sh"

"$programs/example_order_of_words" "$work"
for kind in without with; do
  page "positions_$kind" "$work/$kind" --compare 'rosa eats pizza' 'pizza eats rosa' --exact \
    --note "Untrained weights, $kind positions."
done
