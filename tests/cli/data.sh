#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What hodhod does with odd data: headers, CoNLL-U, odd tags, blank, bad and long lines. Usage: data.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"

# Everything it says, and its exit status.
run() { "$hodhod" --threads 1 "$@" 2>&1 < /dev/null || echo "status $?"; }
answer() { "$hodhod" --threads 1 "$@" 2> /dev/null; }
train() {
  run train "$@" --model width=32 --model heads=2 --model encoder_layers=1 --model max_length=16 --schedule-rate 3e-3 \
    --schedule-warmup 5 --validate-every 20 --steps "${steps:-40}"
}

# Texts with labels.
{ echo 'review,sentiment'; for i in $(seq 40); do printf 'a good film %d,good\n"a bad film, %d",bad\n' $((i % 5)) $((i % 5)); done; } > films.csv
found=$(train classify --data films.csv --dev films.csv --out critic)
expect "a header is told" "films.csv:1 is read as the names of the columns (review, sentiment)" "$found"
expect "and gives the columns" "80 texts to train on" "$found"
expect "two labels" '"0": "bad"' "$(cat critic/config.json)"
found=$(run evaluate critic --data films.csv)
expect "means" "weighted F1 100.00" "$found"
expect "which for which" $'gold \\ predicted     bad    good\n             bad      40       0' "$found"
expect "the same in JSON" '"confusion":{"bad":{"bad":40},"good":{"good":40}}' "$(run evaluate critic --data films.csv --json)"
printf 'good\ta good film\nfair\ta film\n\tnothing\n' > odd.tsv
expect "an empty label" "odd.tsv:3: the label is empty; correct the line, or skip bad lines with --skip-bad" \
  "$(run evaluate critic --data odd.tsv --label 1 --text 2)"
found=$(run evaluate critic --data odd.tsv --skip-bad --label 1 --text 2)
expect "skipped" "1 bad line was skipped" "$found"
expect "an unknown label" '1 of 2 labels is unknown to the model and counts as missed; the first is "fair" (odd.tsv:2)' "$found"
expect "no option is passed over" "--source has no meaning for a classifier" "$(run evaluate critic --data films.csv --source x)"
for i in $(seq 12); do printf 'text %d\tgood\n' "$i"; done > swapped.tsv
expect "odd labels" "there are 12 different labels in 12 examples" "$(steps=1 train classify --data swapped.tsv --out x)"

# A line in, a line out.
printf 'a good film 1\n\n\xff\n \na bad film 2\n' > lines
same "a label for each line" 5 "$(answer classify critic --file lines | wc -l)"
same "an object for each line" 5 "$(answer classify critic --json --file lines | wc -l)"
expect "a bad byte" '"text":"�"' "$(answer classify critic --json --file lines)"
same "a vector for each line" 5 "$(answer embed critic --file lines | wc -l)"
printf 'a good film 1\n%s\n' "$(yes film | head -30 | tr '\n' ' ')" > long
expect "long texts are told" "note: 1 of 2 texts is longer than the 16 tokens that the model takes (the longest has 32)" \
  "$(run classify critic --file long)"
expect "by embed too" "1 of 2 texts is longer than the 16 tokens" "$(run embed critic --file long)"

# Pairs.
for i in $(seq 40); do printf 'yes\tcat %d\tcat %d\nno\tcat %d\tdog %d\n' $((i % 5)) $((i % 5)) $((i % 5)) $((i % 5)); done > pairs.tsv
train classify --data pairs.tsv --label 1 --text 2,3 --dev pairs.tsv --out pairs > out.txt
expect "columns as trained" "examples 80" "$(run evaluate pairs --data pairs.tsv)"
expect "one text is no pair" "pairs.tsv:1: the model takes pairs of texts" "$(run evaluate pairs --data pairs.tsv --text 2)"
printf 'cat 1\tcat 1\n\ncat 2\n' > few
found=$(run classify pairs --file few)
same "what is before the bad line is answered" 2 "$(answer classify pairs --file few | wc -l)"
expect "and the line is named" 'few:3: "cat 2": the model takes pairs of texts' "$found"
sed -i '/"texts": 2/d' pairs/config.json
expect "made elsewhere, a tab makes a pair" "1 line with a tab was read as a pair" "$(run classify pairs $'cat 1\tcat 1')"

# Several labels.
for i in $(seq 40); do printf 'sea|song\tthe boat sings %d\nsea\tthe boat %d\nsong\ta bird sings %d\n\tnothing %d\n' $((i % 5)) $((i % 5)) $((i % 5)) $((i % 5)); done > several.tsv
found=$(steps=80 train classify --data several.tsv --label-separator '|' --class-weights balanced --dev several.tsv --out several)
expect "several labels" "2 labels (several a text)" "$found"
expect "for Transformers" '"problem_type": "multi_label_classification"' "$(cat several/config.json)"
expect "their scores" "subset accuracy" "$(run evaluate several --data several.tsv)"
expect "none above the threshold" '"labels":[]' "$(run classify several 'the boat sings 1' --threshold 1 --json)"
expect "all above it" '"labels":["s' "$(run classify several 'nothing' --threshold 0 --json)"
expect "a threshold for one label" "only a model that gives a text several labels" "$(run classify critic --threshold 0.2 x)"

# Tags.
for i in $(seq 30); do
  printf '# sent_id = %d\n1-2\tdont\t_\t_\t_\t_\t_\t_\t_\t_\n1\tdo\tdo\tAUX\t_\t_\t0\troot\t_\t_\n2\tnt\tnot\tPART\t_\t_\t1\tx\t_\t_\n2.1\tgo\t_\t_\t_\t_\t_\t_\t_\t_\n\n' "$i"
done > ud.conllu
train tag --data ud.conllu --dev ud.conllu --out upos > out.txt
same "CoNLL-U" $'do\tAUX\nnt\tPART' "$(answer tag upos 'do nt' | head -2)"
expect "their scores" "words 60" "$(run evaluate upos --data ud.conllu)"
printf 'Ali B-PER\nReza I-PER\nin O\nx X\n\n' > odd.conll
for i in $(seq 20); do cat odd.conll; done > odds.conll
found=$(train tag --data odds.conll --dev odds.conll --out odd)
expect "an odd tag is told" 'odds.conll:4: the tag "X" marks no entity' "$found"
expect "and leaves the entities" "tags of entities (IOB2)" "$found"
printf 'word\ttag\nAli\tB-PER\nx\tO\n' > header.tsv
expect "names of columns" "words 2" "$(run evaluate odd --data header.tsv)"
expect "as data" "words 3" "$(run evaluate odd --data header.tsv --header no)"
same "an empty sentence" "2 3 5" "$(printf 'Ali\n\nx\n' | answer tag odd | grep -n '^$' | cut -d : -f 1 | xargs)"

# Nothing to evaluate.
: > empty
expect "no text" "empty: there is no example in it" "$(run evaluate critic --data empty --format tsv)"
