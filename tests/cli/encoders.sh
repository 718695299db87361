#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod train, use and evaluate of encoders: classify, tag, fill-mask, embed. Usage: encoders.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"

# Everything it says, and its exit status.
run() { "$hodhod" --threads 1 "$@" 2>&1 < /dev/null || echo "status $?"; }
train() {
  run train "$@" --model width=32 --model heads=2 --model encoder_layers=1 --model max_length=32 --schedule-rate 3e-3 \
    --schedule-warmup 5 --validate-every 20
}

for i in $(seq 60); do
  word=$((i % 7))
  printf 'good\tthe sun shines on house %d\t%d\n' $word 5
  printf 'bad\tthe rain falls on house %d\t%d\n' $word 1
  printf 'Reza B-PER\nlives O\nin O\nShiraz B-LOC\n%s O\n\n' $word >> tags.conll
done > table.tsv
cut -f 2 table.tsv > text.txt
gzip -k table.tsv

found=$(train classify --data table.tsv.gz --dev table.tsv --steps 40 --out critic)
expect "it learns" "accuracy 1.0000" "$found"
expect "a text" $'good\tgood 0.' "$(run classify critic 'the sun shines on house 3')"
expect "a pipe" $'bad\tbad 0.' "$(echo 'the rain falls on house 3' | "$hodhod" classify critic)"
expect "a table" '"label":"good"' "$(run classify critic --data table.tsv --text 2 --json | head -1)"
expect "its score" "accuracy 100.00   macro F1 100.00" "$(run evaluate critic --data table.tsv)"
expect "names of labels" '"0": "bad"' "$(cat critic/config.json)"
# A rate that does not depend on how many steps are to come.
steps() { train classify --data table.tsv --dev table.tsv --schedule-kind constant --steps "$1" --out "$2" > out.txt; }
steps 20 parts
steps 40 parts
steps 40 whole
cmp parts/model.safetensors whole/model.safetensors || fail "a run in two parts is one in one"
newest() { find "$1" -path '*step-40/tensors.safetensors'; }
cmp "$(newest parts)" "$(newest whole)" || fail "so is its state"
expect "numbers" "pearson" "$(train classify --regression --label 3 --data table.tsv --dev table.tsv --steps 20 --out warmth)"
expect "their score" "mean squared error" "$(run evaluate warmth --data table.tsv --label 3)"

found=$(train tag --data tags.conll --dev tags.conll --steps 40 --out tagger)
expect "entities are learnt" "entity_f1 1.0000" "$found"
expect "tags" $'Reza\tB-PER\nlives\tO\nin\tO\nShiraz\tB-LOC\n.\tO' "$(run tag tagger 'Reza lives in Shiraz.')"
expect "entities" '"type":"LOC","text":"Shiraz"' "$(run tag tagger --data tags.conll --json | head -1)"
expect "F1" "entity F1 100.00" "$(run evaluate tagger --data tags.conll)"

# A tagger that reads letters.
spell() {
  run train tag --preset lstm-tagger --model width=16 characters=8 character_hidden=8 --data tags.conll --dev tags.conll \
    --schedule-kind constant --schedule-rate 1e-2 --schedule-warmup 5 --validate-every 20 --steps "$1" --out "$2" > out.txt
}
spell 20 speller
spell 40 speller
spell 40 speller-whole
cmp speller/model.safetensors speller-whole/model.safetensors || fail "a run with letters in two parts is one in one"
expect "letters are learnt" "entity F1 100.00" "$(run evaluate speller --data tags.conll)"
expect "the letters" '"alphabet": "RSaehilnrsvz"' "$(sed 's/[0-9.]//g' speller/config.json)"
expect "the random field" '"crf": true' "$(cat speller/config.json)"
layer() { run embed "$1" 'the sun shines' --layer "$2"; }
same "the last layer is the usual one" "$(run embed critic 'the sun shines')" "$(layer critic 1)"
expect_not "the embeddings are another" "$(run embed critic 'the sun shines')" "$(layer critic 0)"
expect "too high a layer" "--layer 2: critic has layers 0 to 1" "$(layer critic 2)"
expect "no letters, no vector" "reads the letters of words" "$(run embed speller 'a text')"
expect "letters are for taggers" "reads letters (characters 25) is a tagger" \
  "$(run train classify --preset lstm-tagger --data table.tsv --out x)"

found=$(train fill-mask --data text.txt --dev-share 0.1 --length 16 --steps 60 --out filler)
expect "masks are scored" "perplexity" "$found"
expect "a mask is filled" "the sun shines on house 1" "$(run fill-mask filler 'the sun shines [MASK] house 1' --top-k 1)"
expect "masked loss" "hidden tokens" "$(run evaluate filler --data text.txt)"
found=$(run train classify --from filler --data table.tsv --dev table.tsv --steps 20 --out fine)
expect "a new head is told" "filler has no pooler.weight, pooler.bias, classifier.weight, classifier.bias: new" "$found"
train fill-mask --preset roformer-tiny --data text.txt --length 16 --steps 40 --out turning > out.txt
train classify --from turning --fresh-layers 1 --data table.tsv --dev table.tsv --steps 40 --out turned > out.txt
expect "rotary positions" "RoFormerForSequenceClassification" "$(cat turned/config.json)"
expect "their classifier" "accuracy 100.00" "$(run evaluate turned --data table.tsv)"
expect "a vector" '{"text":"the sun","embedding":[' "$(run embed filler 'the sun' --normalize)"

# What is fine-tuned on other labels, columns or tokens says so.
printf 'bad\tthe sun\nworse\tthe rain\n' > other.tsv
found=$(train classify --data table.tsv --dev other.tsv --from critic --steps 1 --out next)
expect "a label of the validation data alone" 'the label "worse" occurs in the data for validation alone' "$found"
expect "a head that is dropped" "critic has no classifier.weight, classifier.bias for these labels: new" "$found"
run tokenize train --model word --vocabulary 20 -o tokens text.txt > out.txt
expect "another tokenizer" "tokens have other numbers in the tokenizer of filler" \
  "$(train classify --data table.tsv --from filler --tokenizer tokens --steps 1 --out strange)"
expect_not "the same tokenizer" "other numbers" \
  "$(train classify --data table.tsv --from filler --tokenizer filler --steps 1 --out plain)"
printf 'body\tkind\nthe sun\tgood\nthe rain\tbad\n' > body.tsv
train classify --data body.tsv --from critic --text body --label kind --steps 1 --out columns > out.txt
train classify --data table.tsv --from columns --steps 1 --out again > out.txt
expect "its own columns" "examples 120" "$(run evaluate again --data table.tsv)"
printf 'Reza B-PER\nin O\nYazd B-ORG\n' > new.conll
expect "a tag of the validation data alone" 'the label "B-ORG" occurs in the data for validation alone' \
  "$(train tag --data tags.conll --dev new.conll --from filler --steps 1 --out newer)"
expect "keys of other names" "give those of the words and the tags with --columns" \
  "$(echo '{"tokens": ["a"], "ner_tags": ["O"]}' > keys.jsonl; run evaluate tagger --data keys.jsonl)"

expect "no such label" "table.tsv:1: the label \"5\" is not one that the model knows (bad, good)" \
  "$(run evaluate critic --data table.tsv --label 3)"
expect "no such column" "table.tsv:1: expected a column 9" "$(train classify --data table.tsv --text 9 --out x)"
: > empty.tsv
expect "nothing in it" "empty.tsv: there is no example in it" "$(train classify --data empty.tsv --out x)"
expect "no table" "plain text has no column for labels" "$(train classify --data text.txt --out x)"
expect "one label" "there is nothing to tell apart" "$(head -1 table.tsv > one.tsv; train classify --data one.tsv --out x)"
expect "a tagger is no classifier" "this model has no classifier" "$(run classify tagger 'a text')"
expect "a classifier is no tagger" "this model does not tag words" "$(run tag critic 'a text')"
expect "no encoder" "--preset tiny: this is a sequence-to-sequence model, which cannot carry the head classifier" "$(run train classify --data table.tsv --preset tiny --out x)"
expect "no family" "no Hugging Face family holds this model" \
  "$(train classify --data table.tsv --model positions=alibi --out unheard)"
expect "nor one to start from" "no Hugging Face family holds this model" \
  "$(train classify --from filler --data table.tsv --model positions=alibi --out unheard)"
expect "told before anything is trained" "1" "$([[ -e unheard/tokenizer.json ]] || echo 1)"
expect "no mask" 'has no [MASK]; write [MASK] where' "$(run fill-mask filler 'the sun')"
expect "no data" "give a file with --data" "$(run evaluate critic)"
printf '1\tthe sun\tthe sun\n2\tthe rain\tthe rain\n' > alike.tsv
expect "equal similarities" "finds all 2 pairs of alike.tsv equally similar" \
  "$(run evaluate filler --similarity --data alike.tsv --label 1 --text 2,3)"
