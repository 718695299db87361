#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What "it" stands for: "The animal did not cross the street because it was too tired", or "too wide". A tagger learns
# from generated sentences to name the noun. A weight of attention does not say by itself what decided: the pages show
# each weight beside what happens to the answer when that link is cut.
. "$(dirname "$0")/demonstration.sh"

# 20 animals, 20 places, 12 adjectives for each kind. A quarter of the pairs of animal and place is kept for the test:
# none of them is in the sentences to learn from. Every word has the tag O, except "it", whose tag is the noun.
sentences() {  # train or test, how many, seed
  awk -v part="$1" -v sentences="$2" -v x="$3" '
    function pick(n) { x = (1103515245 * x + 12345) % 2147483648; return int(x / 65536) % n }
    BEGIN {
      animals = split("animal dog cat horse cow sheep goat fox wolf bear deer rabbit lion tiger camel donkey mouse" \
                      " duck hen goose", animal, " ")
      places = split("street road bridge river field garden valley desert forest lake square yard meadow path tunnel" \
                     " swamp beach hall track canal", place, " ")
      moods = split("tired hungry scared lazy weak old sick sleepy thirsty young timid slow", mood, " ")
      states = split("wide long deep icy muddy steep narrow dark slippery dangerous flooded crowded", state, " ")
      while (made < sentences) {
        a = pick(animals) + 1; p = pick(places) + 1; about_animal = pick(2)
        if (((a * 7 + p * 3) % 4 == 0) != (part == "test")) continue
        ++made
        split("The " animal[a] " did not cross the " place[p] " because it was too " \
              (about_animal ? mood[pick(moods) + 1] : state[pick(states) + 1]), word, " ")
        for (i = 1; i in word; ++i)
          print word[i] "\t" (word[i] == "it" ? (about_animal ? animal[a] : place[p]) : "O")
        print ""
      }
    }'
}
sentences train 12000 1 > "$work/train.conll"
sentences test 500 2 > "$work/test.conll"
train tag --preset bert-tiny --model width=64 heads=4 feed_forward=128 encoder_layers=2 dropout=0 \
  --tokenizer-kind word --data "$work/train.conll" --dev "$work/test.conll" --batches-max-examples 64 --steps 600 \
  --validate-every 600 --schedule-kind constant --schedule-rate 2e-3 --seed 1 --out "$work/tagger"
right=$(awk -F '\t' 'FNR == NR { tag[++n] = $2; next } { ++m } $1 == "it" { ++all; right += $2 == tag[m] }
  END { print right " of " all }' "$work/test.conll" \
  <(awk -F '\t' '$1 == "" { print line; line = ""; next } { line = line $1 " " }' "$work/test.conll" |
    "$hodhod" --quiet tag "$work/tagger"))
echo "$right right, of sentences whose animal and place have not been seen together"
[[ ${right% of *} -ge 490 ]] || { echo "$name: at least 490 of 500 were expected" >&2; exit 1; }
note="Trained on generated sentences of this form alone; right on $right whose animal and place were not seen together."
for about in 'tired animal' 'wide street'; do
  sentence="The animal did not cross the street because it was too ${about% *}"
  must_be "it	${about#* }" "$("$hodhod" --quiet tag "$work/tagger" "$sentence")"
  page "pronoun_${about% *}" "$work/tagger" "$sentence" --at it --cuts --gradients on --exact --note "$note"
done
