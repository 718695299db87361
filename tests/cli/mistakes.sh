#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a user may get wrong: files that would be overwritten, inputs and options of which one would have no effect, data
# that mean something else than they say. Each is refused with a sentence, and nothing is changed.
# Usage: mistakes.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"
run() { "$hodhod" --quiet --threads 1 "$@"; }
# What is printed by a command that has to fail.
refused() { run "$@" 2>&1 < /dev/null && echo "no failure" || true; }
says() { expect "${*:2}" "$1" "$(refused "${@:2}")"; }
unchanged() { same "$1 is unchanged" "$(cat "$work/sums.$1")" "$(sums "$1")"; }
sums() { (cd "$1" && find . -type f ! -name lock -exec sha256sum {} + | sort -k 2); }

head -150 "$examples/dev.en" > text
for i in 1 2 3 4 5 6; do printf 'good\tgood nice words %d\nbad\tbad awful words %d\n' $i $i; done > labelled.tsv
python3 - << 'PYTHON' > series.csv
import datetime
print("date,a,b")
for i in range(48): print(datetime.date(2020, 1, 1) + datetime.timedelta(i), i, 2 * i, sep=",")
PYTHON
run train generate --preset ngram --data text --out counted --model order=3 > out 2>&1
run train classify --preset tfidf --data labelled.tsv --out bag > out 2>&1
run train forecast --preset naive --data series.csv --model horizon=3 --out naive > out 2>&1
run train topics --data text --model topics=2 --sweeps 5 --out lda > out 2>&1

# A run goes on as it was begun, also one that counts.
sums counted > sums.counted
for option in order=2 smoothing=katz pruning=0,0,1 unit=stream bits=8 vocab_pad=1000 interpolate_unigrams=no; do
  kept=order=3
  [[ $option == order* ]] && kept=
  expect "$option" "(now" "$(refused train generate --preset ngram --data text --out counted --model $kept $option)"
  unchanged counted
done
says '--model order=2: order is given twice' train generate --preset ngram --data text --out x --model order=3 order=2
same "a run that has ended" "already finished; model in counted" \
  "$(run train generate --preset ngram --data text --out counted --model order=3 2>&1 | grep -o 'already.*')"

# A model that is gone is written again, with the same bytes.
for lost in counted/ngrams.bin bag/model.safetensors naive/model.safetensors lda/config.json; do
  cp "$lost" before && rm "$lost"
  case $lost in
    counted*) run train generate --preset ngram --data text --out counted --model order=3 > out 2>&1 ;;
    bag*) run train classify --preset tfidf --data labelled.tsv --out bag > out 2>&1 ;;
    naive*) run train forecast --preset naive --data series.csv --model horizon=3 --out naive > out 2>&1 ;;
    lda*) run train topics --data text --model topics=2 --sweeps 5 --out lda > out 2>&1 ;;
  esac
  cmp -s before "$lost" || fail "$lost was not written again" "$(cat out)"
done
lstm() { run train generate --preset lstm-tiny --data text --out lstm --steps 6 --validate-every 3 --tokenizer-kind char "$@" 2>&1; }
lstm > out
cp lstm/model.safetensors before && rm lstm/model.safetensors
lstm > out
[[ -s lstm/model.safetensors ]] || fail "a model of training is not written again" "$(cat out)"

# Two sources of one input.
for command in classify tag embed fill-mask translate summarize topics; do
  says "TEXT excludes --file" $command model 'one' --file other.txt
done
says "prompts and --file are both given" generate counted one --file text
says "--file excludes --data" classify bag --data labelled.tsv --file text
says "TEXT excludes --data" classify bag one --data labelled.tsv
says "TEXT excludes --data" tag model one --data text
for source in '--question why' '--context text' '--file text'; do
  says "${source% *} excludes --data" answer model --data q.jsonl $source
done

# Columns are found again by their names.
forecast() { refused train forecast --preset naive --model horizon=3 --out new "$@"; }
sed '1s/.*/date,a,a/' series.csv > twice.csv
expect "a name of two columns" "column a is there twice" "$(forecast --data twice.csv)"
expect "a column given twice" "name it once" "$(forecast --data series.csv --columns a,a)"
tail -n +2 series.csv > headless.csv
expect "no names" "expected a first line with the names of the columns" "$(forecast --data headless.csv)"
sed '1s/.*/date,3,2/' series.csv > numbers.csv
run train forecast --preset naive --model horizon=1 --data numbers.csv --columns 3 --out numbers > out 2>&1
same "a number that is a name" $'date,3\n2020-02-18,47' "$(run forecast numbers --data numbers.csv --csv)"
expect "a table without that name" 'there is no column "3"' "$(refused forecast numbers --data series.csv)"
sed '1s/.*/when,a,b/; 2s/2020-01-01/now/' series.csv > bad.csv
expect_not "no advice of another command" "--skip-bad" "$(forecast --data bad.csv)"
expect_not "no advice of another command" "--time names" \
  "$(sed 's/when/date/' bad.csv > bad2.csv; refused forecast naive --data bad2.csv)"

# A table of standard input, and of a pipe.
want=$(run forecast naive --data series.csv --csv)
same "standard input" "$want" "$(run forecast naive --data - --csv < series.csv)"
same "a pipe with tabs" "$want" "$(run forecast naive --data <(tr , '\t' < series.csv) --csv)"
same "evaluation of standard input" "$(run evaluate naive --data series.csv)" "$(run evaluate naive --data - < series.csv)"
run train forecast --preset naive --data - --model horizon=3 --out piped < series.csv > out 2>&1
same "training from standard input" "$want" "$(run forecast piped --data series.csv --csv)"

# Standard input is read once.
touch ./-
cat text | run train generate --preset ngram --data - --out from-pipe --model order=3 > out 2>&1
rm ./-
cmp -s from-pipe/ngrams.bin counted/ngrams.bin || fail "counting from a pipe" "$(cat out)"

# Outputs that would replace something.
for model in counted bag lda naive; do sums $model > sums.$model; done
echo precious > precious.txt
says "lies in counted" convert counted --to arpa -o counted/ngrams.bin
says "lies in counted" convert counted --to arpa -o ./bag/../counted/new
says "there is a file already" convert counted --to arpa -o precious.txt
same "what was precious" precious "$(cat precious.txt)"
run convert counted --to arpa -o precious.txt --overwrite
expect "replaced when asked" "ngram 1=" "$(cat precious.txt)"
cp labelled.tsv im.tsv && ln im.tsv hard.tsv
says "is read by this command" convert bag --to libsvm --data im.tsv -o im.tsv --overwrite
says "is read by this command" convert bag --to libsvm --data im.tsv -o hard.tsv --overwrite
cmp -s labelled.tsv im.tsv || fail "the texts were overwritten"
run convert counted --to arpa -o /dev/null
cp series.csv mine.csv
says "is read by this command" look naive --data mine.csv -o mine.csv --overwrite
cmp -s series.csv mine.csv || fail "the table was overwritten"
says "lies in counted" look counted hello -o counted/page.html
says "lies in lstm" look lstm hello -o page.html --tensors lstm/model.safetensors --overwrite
says "--output and --tensors are both page.html" look lstm hello -o page.html --tensors page.html
[[ ! -e page.html ]] || fail "a page was written"
run look counted hello -o page.html > out
run look counted hello -o page.html > out || fail "a page replaces a page"
run watch lstm -o page.html > out || fail "and another one"
echo '<!doctype html><p>mine' > mine.html
says "no page of hodhod" look counted hello -o mine.html
says "no page of hodhod" watch lstm -o mine.html
same "a page of others" '<!doctype html><p>mine' "$(cat mine.html)"
run look counted hello -o mine.html --overwrite > out
says "there is a model" tokenize train text -o bag --vocabulary 300
run tokenize train text -o tokens --vocabulary 300 > out
says "there is a tokenizer" tokenize train text -o tokens --vocabulary 310
run tokenize train text -o tokens --vocabulary 310 --overwrite > out
mkdir site && echo mine > site/index.html
says "holds index.html and no ladder" ladder generate --data text --minutes 0.01 --out site
says "no ladder" ladder generate --data text --minutes 0.01 --out bag --restart
same "the site" mine "$(cat site/index.html)"
run convert counted --to arpa -o words.arpa
exec {held}> bag/training/lock
flock -n $held
says "a run in this directory is under way" convert words.arpa -o bag --overwrite
exec {held}>&-
says "is a directory without a model" convert site -o x
expect_not "only what can be read" libsvm "$(refused convert text -o x)"
for model in counted bag lda naive; do unchanged $model; done

# A limit on the size of files is an error like a full disk.
(ulimit -f 8; refused convert counted --to arpa -o limited.arpa) > out 2>&1
expect "a limit of the shell" "File too large; raise the limit" "$(cat out)"
[[ -z $(compgen -G 'limited*') ]] || fail "something is left of a file that was too large" "$(ls limited*)"

# Bytes that are not UTF-8 are told of, and learnt as nothing.
sed '3s/e/\xe9/g; 7s/a/\xff/' text > latin
run train generate --preset ngram --data latin --out latin-model --model order=2 > out 2>&1
expect "two bad lines" "note: 2 lines have bytes that are not UTF-8, the first at line 3" "$(cat out)"
expect_not "a word of no text" $'\xef\xbf\xbd' "$(cat latin-model/tokenizer.json)"
expect "in another command" "1 line has bytes that are not UTF-8, the first at standard input:1" \
  "$(printf 'caf\xe9\n' | run tokenize encode -t tokens 2>&1)"

# Two answers for one id.
printf '{"id": 7, "question": "who?", "context": "Ann came."}\n%.0s' 1 2 > same.jsonl
says "--n-best excludes --predictions" answer model --data same.jsonl --predictions --n-best 2
says "--columns is for files that --data names" answer model -c text -q why --columns a

# Options without effect.
says "--text is for the columns of files" classify bag hello --text 2
says "--skip-bad is for the columns of files" classify bag hello --skip-bad
says "--columns is for files that --data names" tag model hello --columns 1
says "--tokenizer is for BLEU" score --hypotheses text --references text --metrics wer --tokenizer zh
says "--smoothing is for BLEU" score --hypotheses text --references text --metrics chrf --smoothing floor
run score --hypotheses text --references text --metrics wer --lowercase > out || fail "what is for all scores"
says "standard input is read already" score --references -
says "--count is for the topics of texts" topics lda --count 2
says "--words is for the topics of the model" topics lda hello --words 2
says "--alignment-layer requires --alignments" translate model hello --alignment-layer 0
says "--target-ids requires --ids" look counted hello -o new.html --target-ids 1
says "--tokens is for the time to train" describe ngram --tokens 1000
says "--min-length 50 and --max-length 10" generate counted a --min-length 50 --max-length 10
says "--tokenizer-min-count is for whole words" train generate --data text --out x --tokenizer-kind char --tokenizer-min-count 2
says "--label-separator: is empty" train classify --data labelled.tsv --out x --label-separator ''
says "--validation-tokens is for validation" train generate --data text --out x --dev-share 0 --validation-tokens 100
says "all labels weigh 0" train classify --preset bow --data labelled.tsv --out begun --class-weights good=0,bad=0
says "--digits is for the Persian rules" tokenize train text -o x --digits latin
says "--digits is for the Persian rules" tokenize normalize text -t tokens --digits latin
says "--truncate is for texts that are cut" tokenize encode text -t tokens --truncate left
says "--byte-fallback is for pieces of words" tokenize train text -o x --model word --byte-fallback
says "needs about" train generate --data text --out begun-2 --length 2 --batch 100000000
expect "a rank above the layer's" "--lora-rank is 100000" "$(
  run train generate --preset gpt-tiny --data text --out gpt --steps 1 --length 8 --model width=16 heads=2 decoder_layers=1 feed_forward=16 > out 2>&1
  refused train generate --from gpt --data text --out begun-3 --steps 1 --length 8 --lora-rank 100000)"

# Texts with a tab, and labels that are all the same.
says "the model takes single texts, and this is a pair" classify bag $'good\tbad'
sed 's/^[a-z]*/1.5/' labelled.tsv > constant.tsv
awk -F '\t' '{ print NR % 3 "\t" $2 }' labelled.tsv > numbers.tsv
run train classify --preset bow --regression --data numbers.tsv --out regression > out 2>&1
expect "no correlation" "Pearson undefined" "$(run evaluate regression --data constant.tsv)"
expect "and in JSON" '"pearson":null' "$(run evaluate regression --data constant.tsv --json)"

# Sentences that say what to do.
for command in 'near naive a' 'analogy naive a b c' 'topics naive' 'embed naive a'; do says "forecasts series and reads no text" $command; done
says "is for networks" look counted hi --generate 5 -o new.html
says "finds no topics in texts; give lda or nmf" train topics --preset ngram --data text --out x
says "the name of the model's directory is empty" classify '' hello
says "--dev-source requires --dev-target" train translate --source text --target text --dev-source text --out x
printf '\n \n' > blank
says "blank: holds no words" train generate --preset ngram --data blank --out begun-4
printf '\xef\xbb\xbf[score]\nhypotheses = "text"\nreferences = ["text"]\n' > mark.toml
run --config mark.toml score > out || fail "a byte order mark in a file of options"
run train embed --data text --out vectors --epochs 1 --tokenizer-vocabulary 200 --model width=4 > out 2>&1
cp vectors/training/run.json before
expect "other epochs" "vectors: the run here cannot go on" \
  "$(refused train embed --data text --out vectors --epochs 2 --tokenizer-vocabulary 200 --model width=4)"
cmp -s before vectors/training/run.json || fail "the record of a run that was refused has changed"

# One of something.
expect "one label" "1 line, 1 word" "$(echo word | run tokenize describe -t tokens -)"
[[ ! -e x && ! -e new && ! -e new.html ]] || fail "something was written" "$(ls -d x new new.html x/* x/*/* 2>&1)"
