#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One word of two senses: شیر is a lion in the forest and milk in a glass. The word has one vector in the table of
# embeddings; in each layer of an encoder it has a vector of its own in each sentence. Takes an encoder that the recipe
# `senses` of tools/make_results trains (it measures which of them tell the senses apart), and a note for the head of the
# page.
#
#   examples/look/senses.sh PROGRAM OUT ENCODER [NOTE]
encoder=${3:-}
note=${4:-}
. "$(dirname "$0")/demonstration.sh"

[[ -f $encoder/config.json ]] ||
  { echo "$name: give the directory of an encoder, such as \`tools/make_results senses\` trains" >&2; exit 1; }
sentences=('شیر در جنگل می‌غرید و آهو از او می‌گریخت.' 'پادشاه جنگل شیر است.' 'کودک یک لیوان شیر گرم نوشید.'
  'از گاو شیر می‌دوشند.')
page senses "$encoder" "${sentences[@]}" --compare --note "${note:-An encoder trained on Persian text.}"
