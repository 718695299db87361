#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fine-tuning with low-rank adapters, or of the last layers alone. Usage: adapters.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"

# Everything it says, and its exit status.
run() { "$hodhod" --threads "${threads:-1}" "$@" 2>&1 < /dev/null || echo "status $?"; }
train() { run train "$@" --schedule-rate 3e-3 --schedule-warmup 5 --validate-every 10 --schedule-kind constant; }

for i in $(seq 40); do
  word=$((i % 7))
  printf 'good\tthe sun shines on house %d\n' $word
  printf 'bad\tthe rain falls on house %d\n' $word
  printf 'Reza B-PER\nlives O\nin O\nShiraz B-LOC\n\n' >> tags.conll
done > table.tsv
cut -f 2 table.tsv > text.txt
small=(--model width=16 heads=2)

# A body that has read the text, and adapters of it for three tasks.
train fill-mask --data text.txt --preset bert-tiny "${small[@]}" --length 16 --steps 10 --out body > out.txt
before=$(cat body/*.safetensors body/config.json | sha256sum)
lora=(--from body --lora-rank 2 --lora-alpha 4)
found=$(train classify --data table.tsv --dev table.tsv "${lora[@]}" --steps 40 --out critic)
expect "what is trained" "parameters are trained (" "$found"
expect "which layers" "with adapters of rank 2 on 4 layers (query, value)" "$found"
expect "it learns" "accuracy 1.0000" "$found"
expect "it labels" $'good\tgood 0.' "$(run classify critic 'the sun shines on house 3')"
expect "its score" "accuracy 100.00" "$(run evaluate critic --data table.tsv)"
same "its base keeps its bits" "$before" "$(cat body/*.safetensors body/config.json | sha256sum)"
[[ ! -e critic/model.safetensors ]] || fail "only the adapter is saved"
expect "PEFT's settings" '"peft_type": "LORA"' "$(cat critic/adapter_config.json)"
expect "a new head" '"pooler"' "$(cat critic/adapter_config.json)"
described=$(run describe critic)
expect "an adapter is described" ": rank 2, alpha 4 on query, value; pooler, classifier whole" "$described"
# Four layers of 16 × 16 have A [2, 16] and B [16, 2]; pooler and classifier are new.
expect "its size" "its parameters       $((4 * 2 * 2 * 16 + 16 * 17 + 2 * 17))," "$described"
expect "the same in JSON" "\"parameters\": $((4 * 2 * 2 * 16 + 16 * 17 + 2 * 17))" "$(run describe critic --json)"
expect_not "a whole model has none" "adapter" "$(run describe body)"
train tag --data tags.conll --dev tags.conll "${lora[@]}" --lora-targets all-linear --steps 60 --out tagger > out.txt
expect "tags" "entity F1 100.00" "$(run evaluate tagger --data tags.conll)"
train fill-mask --data text.txt --length 16 "${lora[@]}" --steps 10 --out guesser > out.txt
expect "masks" "perplexity" "$(run evaluate guesser --data text.txt)"

# A run in parts is one in one, whatever the threads.
train classify --data table.tsv --dev table.tsv "${lora[@]}" --steps 20 --out parts > out.txt
threads=2 train classify --data table.tsv --dev table.tsv "${lora[@]}" --steps 40 --out parts > out.txt
cmp parts/adapter_model.safetensors critic/adapter_model.safetensors || fail "a run in two parts is one in one"
newest() { find "$1" -path '*step-40/tensors.safetensors'; }
cmp "$(newest parts)" "$(newest critic)" || fail "so is its state"
[[ $(stat -c %s "$(newest critic)") -lt $(stat -c %s body/model.safetensors) ]] ||
  fail "a checkpoint holds what is trained alone"

expect "no adapters" "--lora-alpha is for adapters, and --lora-rank 0 asks for none" \
  "$(train classify --data table.tsv --from body --lora-rank 0 --lora-alpha 4 --steps 1 --out none)"

# Merged into the weights.
train classify --data table.tsv --dev table.tsv "${lora[@]}" --lora-merge --steps 40 --out merged > out.txt
[[ ! -e merged/adapter_config.json ]] || fail "a merged model is no adapter"
label() { run classify "$1" 'the sun shines on house 3' | cut -c 1-12; }
same "merged, it says the same" "$(label critic)" "$(label merged)"
run convert critic --merge-adapter -o converted > out.txt
cmp converted/model.safetensors merged/model.safetensors || fail "an adapter is merged as its run would have merged it"
cmp converted/config.json merged/config.json || fail "with the same settings"
expect "a model is not replaced" "there is a model" "$(run convert critic --merge-adapter -o converted)"
expect "a base with its adapter" "" "$(run convert body --adapter critic --merge-adapter -o again)"
cmp converted/model.safetensors again/model.safetensors || fail "the same of a base with its adapter"
expect "no adapter to merge" "is no adapter" "$(run convert body --merge-adapter -o nothing)"
train classify --data table.tsv --dev table.tsv --from critic --steps 10 --out further > out.txt
[[ -e further/model.safetensors ]] || fail "an adapter that is trained further becomes a whole model"

# Decoders and encoder-decoders.
train generate --data text.txt --preset gpt-tiny "${small[@]}" --length 16 --batch 4 --steps 10 --out poet > out.txt
train generate --data text.txt --from poet --lora-rank 2 --length 16 --batch 4 --steps 10 --out verse > out.txt
expect "a packed layer" '"c_attn"' "$(cat verse/adapter_config.json)"
expect "it writes" "the" "$(run generate verse the --max-new-tokens 5 --seed 1)"
train translate --source text.txt --target text.txt --preset tiny "${small[@]}" --tokenizer-vocabulary 300 --steps 10 \
  --out pair > out.txt
train translate --source text.txt --target text.txt --from pair --lora-rank 2 --steps 10 --out dialect > out.txt
expect "it translates" "BLEU" "$(run evaluate dialect --source text.txt --target text.txt)"

# Adapters by name, on a base that is given.
mv body elsewhere
expect "the base is gone" "there is no directory" "$(run classify critic 'the sun')"
same "another base" $'good\tgood' "$(run classify elsewhere --adapter critic 'the sun shines on house 3' | cut -c 1-9)"
expect "a second head" "another adapter brings" "$(run classify elsewhere --adapter critic --adapter critic 'the sun')"
mv elsewhere body
same "several" "$(run fill-mask guesser 'the [MASK] shines')" "$(run fill-mask body --adapter guesser 'the [MASK] shines')"
[[ $(run fill-mask body --adapter guesser --adapter guesser 'the [MASK] shines') != \
  $(run fill-mask guesser 'the [MASK] shines') ]] || fail "two adapters are their sum"
expect "no adapter" "this is not an adapter" "$(run fill-mask guesser --adapter poet 'the [MASK]')"

# The last layers alone.
found=$(train classify --data table.tsv --dev table.tsv --from body --train-layers 1 --steps 20 --out last)
expect "fewer are trained" "parameters are trained (" "$found"
expect "all are saved" "accuracy" "$(run evaluate last --data table.tsv)"
same "layers below keep their bits" "$(run embed body 'the sun' --layer 1)" "$(run embed last 'the sun' --layer 1)"
[[ $(run embed body 'the sun' --layer 2) != $(run embed last 'the sun' --layer 2) ]] || fail "the last layer learns"

# What cannot be.
no() {
  local part=$1
  shift
  expect "$part" "$part" "$(train "$@")"
}
classify=(classify --data table.tsv --dev table.tsv --steps 10)
no "no layer is called so" "${classify[@]}" "${lora[@]}" --lora-targets q_proj --out a
no "--lora-rank" "${classify[@]}" --lora-rank 2 --out b
no "--lora-alpha" "${classify[@]}" --from body --lora-alpha 2 --out c
no "is an adapter" "${classify[@]}" --from critic --lora-rank 2 --out d
no "is the model of --from" "${classify[@]}" "${lora[@]}" --overwrite --out body
no "an adapter trains none of them" "${classify[@]}" "${lora[@]}" --fresh-layers 1 --out e
no "has 2 layers" "${classify[@]}" --from body --train-layers 5 --out f
train classify --data table.tsv --preset gru-tiny --model width=8 --steps 2 --out recurrent > out.txt
no "low-rank adapters are for Transformers" "${classify[@]}" --from recurrent --lora-rank 2 --out g
