#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod score from end to end. Usage: score.sh PROGRAM
. "$(dirname "$0")/../expect.sh"

score() { "$hodhod" score "$@" 2>&1 || echo "status $?"; }

printf '%s\n' 'the cat sat on the mat' 'It costs $3.50, i.e. 1,000-2,000 &amp; more.' 'a b' > "$work/hyp"
printf '%s\n' 'the cat is on the mat' 'It costs $3.50, that is 1,000-2,500 & more!' 'a b' > "$work/ref"
printf '%s\n' 'there is a cat on the mat' 'The price: $3.50 (1,000–2,000 & more).' '' > "$work/ref2"
head -n 2 "$work/ref" > "$work/short"
printf 'the cat is on the mat\n\na b\n' > "$work/gap"
: > "$work/empty"

found=$(score --hypotheses "$work/hyp" --references "$work/ref")
expect "BLEU" "BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:" "$found"
expect "its lengths" "hyp_len = " "$found"
expect "chrF" "chrF2|nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:" "$found"
expect "chrF++" "chrF2++|nrefs:1" "$found"
expect "standard input" "$found" "$(score --references "$work/ref" < "$work/hyp")"
expect "a perfect score" " = 100.00 100.0/100.0/100.0/100.0" \
  "$(score --metrics bleu --hypotheses "$work/ref" --references "$work/ref" "$work/ref2")"
expect "an empty line beside a reference is none" "nrefs:var" \
  "$(score --hypotheses "$work/hyp" --references "$work/ref" "$work/ref2")"
expect "options" "case:lc|eff:no|tok:char|smooth:floor[0.50]" \
  "$(score --hypotheses "$work/hyp" --references "$work/ref" --lowercase yes --tokenizer char --smoothing floor \
    --smoothing-value 0.5)"
expect "ROUGE" "ROUGE-L|nrefs:1|case:lc|stem:no|" \
  "$(score --metrics rouge --hypotheses "$work/hyp" --references "$work/ref")"
expect "exact match" "exact match|nrefs:1|case:mixed|version:" \
  "$(score --metrics exact,wer,cer --hypotheses "$work/hyp" --references "$work/ref")"
expect "error rates" $'100.00\t0.00\t0.00' \
  "$(score --sentence --metrics exact,wer,cer --hypotheses "$work/ref" --references "$work/ref" | head -n 1)"
found=$(score --sentence --metrics bleu rouge --hypotheses "$work/hyp" --references "$work/ref")
expect "a line for each line" $'100.00\t100.00\t100.00\t100.00' "$(tail -n 1 <<< "$found")"
expect "three lines" "3" "$(wc -l <<< "$found")"
expect "JSON for each line" '{"line":3,"bleu":100.0' \
  "$(score --sentence --json --hypotheses "$work/hyp" --references "$work/ref")"
expect "JSON of the whole" '{"segments":3,"bleu":' \
  "$(score --json --hypotheses "$work/hyp" --references "$work/ref")"

found=$(score --hypotheses "$work/hyp" --references "$work/ref" "$work/short")
expect "files of different lengths" "$work/hyp has 3 lines and $work/short has 2" "$found"
expect "are an error" "status 1" "$found"
expect "nothing to score" "$work/empty: is empty" "$(score --hypotheses "$work/empty" --references "$work/empty")"
expect "no reference" "$work/gap:2: the reference is empty" \
  "$(score --hypotheses "$work/hyp" --references "$work/gap")"
expect "an unknown metric" '"meteor" is unknown; choose from bleu' \
  "$(score --metrics meteor --hypotheses "$work/hyp" --references "$work/ref")"
expect "names between commas" "ROUGE-L" \
  "$(score --metrics bleu,rouge --hypotheses "$work/hyp" --references "$work/ref")"
expect "a value without its smoothing" "the smoothing exp takes no value" \
  "$(score --smoothing-value 0.5 --hypotheses "$work/hyp" --references "$work/ref")"
expect "a missing file" "$work/none" "$(score --hypotheses "$work/none" --references "$work/ref")"

