#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod train: what a run was begun with, what may change when it goes on, and what is never replaced.
# Usage: runs.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"

run() { "$hodhod" --threads 1 train "$@" 2>&1 < /dev/null || echo "status $?"; }
small=(--model width=32 --model heads=2 --model decoder_layers=1)
write() {  # directory, options: a language model
  local out=$1
  shift
  [[ " $* " == *" --data "* ]] || set -- --data text "$@"
  [[ " $* " == *" --batch "* ]] || set -- --batch 4 "$@"
  run generate --out "$out" --length 16 --validation-tokens 300 "$@"
}
new() { local out=$1; shift; write "$out" --preset gpt-tiny "${small[@]/heads=2/heads=${heads:-2}}" "$@"; }
state() { (cd "$1" && find . -type f ! -name lock -exec sha256sum {} + | sort); }

head -300 "$examples/dev.en" > text
tac text > other

# A model that was not trained there.
new base --steps 4 > log
for name in config.json model-00001-of-00002.safetensors tokenizer.json; do
  rm -rf foreign
  mkdir foreign
  echo precious > "foreign/$name"
  before=$(state foreign)
  expect "a foreign $name" "holds $name and was not trained by this program here" "$(new foreign --steps 4)"
  expect "also by --restart" "--overwrite" "$(new foreign --steps 4 --restart)"
  [[ $(state foreign) == "$before" ]] || fail "foreign/$name was touched"
done
expect "--overwrite" "finished: step 4" "$(new foreign --steps 4 --overwrite)"
expect "and then it is ours" "finished: step 6" "$(new foreign --steps 6)"

# A run that fails before its first step leaves an older model, and may begin with other options.
rm -rf foreign && mkdir foreign
for name in config.json vocab.txt adapter_config.json README.md; do echo precious > "foreign/$name"; done
expect "an option that cannot be" "width 32 is not a multiple of heads 3" \
  "$(heads=3 new foreign --steps 4 --overwrite)"
[[ $(cat foreign/vocab.txt foreign/config.json) == precious*precious ]] || fail "the older model was touched"
expect "other options" "these files are removed: adapter_config.json, vocab.txt" \
  "$(new foreign --steps 4 --overwrite)"
[[ -f foreign/README.md && ! -f foreign/vocab.txt ]] || fail "the wrong files of the older model were removed"

expect "no name" "--out: the name is empty" "$(new '' --steps 2)"

# What the data or the shape decide.
for option in vocabulary=7 labels=2 encoder_layers=2; do
  expect "--model $option" "--model $option: the" "$(new decided --steps 2 --model $option)"
done
mkdir logs && echo begun > logs/log.txt
expect "other files are not in the way" "finished: step 4" "$(new logs --steps 4)"
before=$(state base)
expect "--from and --out" "is the model to start from" "$(write base --from ./base/ --steps 2)"
[[ $(state base) == "$before" ]] || fail "the model to start from was touched"

# What may change, and what may not.
refused() { expect "another ${1%% *}" "$1" "$(new base --steps 8 "${@:2}")"; }
refused "--seed 1 (now 2)" --seed 2
refused "--schedule-rate 0.001 (now 0.1)" --schedule-rate 0.1
refused "--batch 4 (now 8)" --batch 8
refused "--optimizer-kind adamw (now sgd)" --optimizer-kind sgd
heads=4 refused "--model heads=2 (now 4)"
refused "--model activation=" --model activation=silu
refused "--tokenizer-kind char (now bpe)" --tokenizer-kind bpe
refused "--dev-share 0.1 (now 0.2)" --dev-share 0.2
refused "--data text of" --data other
[[ $(state base) == "$before" ]] || fail "a refused run changed the directory"
found=$(new base --steps 8 --seed 2)
expect "the way out" "another directory (--out) for another run, or --restart to start again" "$found"
cp text moved
found=$(new base --steps 8 --validate-every 3 --patience 50 --minutes 9 --log-every 2 --profile --data moved)
expect "what may change" "finished: step 8" "$found"
found=$(new base --steps 8)
expect "a finished run" "already finished: step 8" "$found"
expect_not "does nothing" "tokens/s" "$found"
expect "fewer steps" "already finished: step 8" "$(new base --steps 5)"
expect "--restart" "finished: step 3" "$(new base --steps 3 --seed 2 --restart)"
expect "a model is still there" "already finished: step 3" "$(new base --steps 3 --seed 2)"
new patient --steps 500 --validate-every 2 --schedule-rate 0 --patience 2 > log
expect "no patience left" "already ended: step 6, 2 validations without a better one" \
  "$(new patient --steps 500 --validate-every 2 --schedule-rate 0 --patience 2)"
expect "more of it" "step 8" "$(new patient --steps 500 --validate-every 2 --schedule-rate 0 --patience 3)"
expect "an error before the first step binds nobody" "finished: step 3" \
  "$(new short --steps 3 --length 100000 > log; new short --steps 3)"
seq 1 3 | sed 's/^/a line of text, number /' > lines
piped() { "$hodhod" --threads 1 train generate --data - "${small[@]}" --out piped --length 16 --steps "$1" --dev-share 0 2>&1; }
piped 2 < lines > log
expect "the same through a pipe" "finished: step 3" "$(piped 3 < lines)"
expect "something else" "--data standard input of" "$(piped 4 < other || true)"

# Every option that is given is used or refused.
expect "--preset beside --from" "--preset" "$(write tuned --from foreign --preset gpt-tiny --steps 2)"
expect "nonsense" "nonsense" "$(write tuned --from foreign --model nonsense=1 --steps 2)"
expect "no tokenizer" "nowhere" "$(write tuned --from foreign --tokenizer nowhere --steps 2)"
expect "a size of no tokenizer" "--tokenizer-vocabulary is for a tokenizer that is trained" \
  "$(write tuned --from foreign --tokenizer-vocabulary 99 --steps 2)"
expect "momentum of adamw" "--optimizer-momentum is of no use with --optimizer-kind adamw" \
  "$(new x --optimizer-momentum 0.9 --steps 2)"
expect "an end of no decay" "--schedule-final-fraction is of no use with --schedule-kind constant" \
  "$(new x --schedule-kind constant --schedule-final-fraction 0.1 --steps 2)"
expect "a width without noam" "--schedule-width is of no use with --schedule-kind cosine" \
  "$(new x --schedule-width 32 --steps 2)"
noam() { new "$@" --schedule-kind noam --schedule-rate 1 --schedule-warmup 2 --steps 3; }
noam of-model > log; noam given --schedule-width 32 > log; noam other --schedule-width 64 > log
cmp -s of-model/model.safetensors given/model.safetensors || fail "a noam schedule has the model's width"
! cmp -s of-model/model.safetensors other/model.safetensors || fail "--schedule-width changes a noam schedule"
expect "a width is the run's own" "--schedule-width 32 (now 64)" "$(noam given --schedule-width 64)"
expect "the order has the run's seed" "--batches-seed" "$(run classify --data x --out x --batches-seed 2)"
expect "--dev and --dev-share" "--dev" "$(new x --dev text --dev-share 0.3 --steps 2)"
expect "a changed dropout" "finished" "$(write tuned --from foreign --model dropout=0.25 --steps 2)"
expect "is heeded" "0.25" "$(cat tuned/config.json)"
expect "its own tokenizer" "finished" "$(write tuned2 --from foreign --tokenizer foreign --steps 2)"
pairs=(--source "$examples/dev.en" --target "$examples/dev.fa")
run translate "${pairs[@]}" --preset tiny --model width=32 --model heads=2 --steps 1 --tokenizer-vocabulary 400 --out T > log
found=$(run translate "${pairs[@]}" --from T --model nonsense=1 --steps 1 --out T2)
expect "nonsense for a translator" "nonsense" "$found"
found=$(run translate "${pairs[@]}" --from T --model dropout=0.25 --steps 1 --out T2)
expect "dropout of a translator" "0.25" "$(cat T2/config.json)"
expect "no pairs to validate on" "No data for validation" "$found"

# Data for validation.
for share in 2 1 -1 nan inf; do
  expect "--dev-share $share" "--dev-share" "$(new x --dev-share=$share --steps 2)"
done
tr '\n' ' ' < text > one-line
expect "a text of one line" "No data for validation" "$(new one --data one-line --steps 2)"
expect "patience without them" "--patience 3: there are no data" "$(new one2 --data one-line --steps 2 --patience 3)"
: > nothing
expect "nothing to validate on" "--dev nothing: there is nothing in it to validate on" "$(new x --dev nothing --steps 2)"
{ for i in $(seq 40); do printf 'good\tfine %s\nbad\tpoor %s\n' "$i" "$i"; done; printf 'rare\tthe only one\n'; } > labels.tsv
classify() { run classify --model width=16 --model heads=2 --model feed_forward=32 --tokenizer-vocabulary 100 "$@"; }
expect "a rare label" "80 texts" "$(classify --data labels.tsv --dev-share 0.02 --steps 2 --out c)"
expect "all labels" "3 labels" "$(classify --data labels.tsv --dev-share 0.5 --steps 2 --out c2)"
sed 's/^good/great/' labels.tsv > others.tsv
expect "other labels" "--data labels.tsv of" "$(classify --data others.tsv --dev-share 0.5 --steps 2 --out c2)"

# Numbers that are no longer finite.
found=$(new steep --steps 60 --optimizer-kind sgd --schedule-rate 1e30 --clip 0 --save-every 1)
expect "none is sound" "no good state was saved before; start again with --restart and a lower --schedule-rate (it is 1e+30)" "$found"
expect "started again with a lower rate" "finished: step 60" \
  "$(new steep --steps 60 --optimizer-kind sgd --schedule-rate 1e-2 --clip 0 --save-every 1)"
growing=(--schedule-kind constant --optimizer-weight-decay 1 --save-every 2 --validate-every 5)
found=$(new growing "${growing[@]}" --steps 90 --schedule-rate 20)
expect "weights that grow" "the last good state, of step" "$found"
expect "the best model is named" "growing holds the model of step" "$found"
expect_not "no score that is no number" "nan (best so far)" "$found"
expect "the seed may still not change" "--seed 1 (now 2)" "$(new growing "${growing[@]}" --steps 90 --schedule-rate 1e-4 --seed 2)"
found=$(new growing "${growing[@]}" --steps 90 --schedule-rate 1e-4)
expect "goes on with a lower rate" "continuing from step" "$found"
expect "to its end" "finished: step 90" "$found"
expect "or started again" "finished: step 5" "$(new growing "${growing[@]}" --steps 5 --schedule-rate 1e-4 --restart)"

# Being stopped.
stopped() {  # signal: what a run says that gets it in its first steps, and its status
  rm -rf stopped
  new stopped --steps 1000000 --validate-every 0 > stopped.txt &
  for _ in $(seq 400); do [[ -s stopped/metrics.jsonl ]] && break; sleep 0.05; done
  kill "-$1" "$(grep -o '[0-9]*' stopped/training/lock | head -1)"
  wait
  cat stopped.txt
}
for signal in INT TERM HUP; do
  found=$(stopped "$signal")
  expect "SIG$signal" "stopped by a signal" "$found"
  expect "SIG$signal has its status" "status $((128 + $(kill -l "$signal")))" "$found"
  expect "there is no model" "no model yet" "$found"
done
echo '# a note of mine' >> stopped/metrics.jsonl
steps=$(($(tail -2 stopped/metrics.jsonl | head -1 | grep -o '"step":[0-9]*' | cut -d: -f2) + 1000))
expect "the run is kept" "finished: step $steps" "$(new stopped --steps $steps --validate-every 0)"
expect "and the note" "# a note of mine" "$(cat stopped/metrics.jsonl)"

