#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Directories with pytorch_model.bin in place of model.safetensors, written by PyTorch in its two layouts. Usage:
# pytorch.sh PROGRAM
. "$(dirname "$0")/../expect.sh"

printf 'one two three four\ntwo three four five\n%.0s' {1..20} > "$work/text"
"$hodhod" --quiet train generate --data "$work/text" --dev-share 0.2 --preset gpt-tiny --tokenizer-vocabulary 300 \
  --model width=32 heads=2 feed_forward=64 --steps 3 --seed 1 --out "$work/model" > /dev/null
wanted=$("$hodhod" evaluate "$work/model" --data "$work/text")
expect "the model as it was saved" "perplexity" "$wanted"

mkdir "$work/broken"
cp "$work"/model/*.json "$work/broken"
printf 'PK\3\4 and nothing else of an archive' > "$work/broken/pytorch_model.bin"
found=$("$hodhod" evaluate "$work/broken" --data "$work/text" 2>&1 || true)
expect "a broken archive" "broken/pytorch_model.bin: the archive has no table of contents" "$found"
rm "$work/broken/pytorch_model.bin"
found=$("$hodhod" evaluate "$work/broken" --data "$work/text" 2>&1 || true)
expect "no weights" "holds none of model.safetensors, model.safetensors.index.json, pytorch_model.bin" "$found"

# An adapter's weights under the name that PEFT once gave them.
"$hodhod" --quiet train generate --from "$work/model" --lora-rank 2 --data "$work/text" --steps 2 --schedule-rate 1e-1 \
  --schedule-warmup 0 --out "$work/adapter" > /dev/null
adapted=$("$hodhod" evaluate "$work/adapter" --data "$work/text")
[[ $adapted != "$wanted" ]] || fail "the adapter changes nothing"
mv "$work/adapter/adapter_model.safetensors" "$work/adapter/adapter_model.bin"
same "an adapter" "$adapted" "$("$hodhod" evaluate "$work/adapter" --data "$work/text")"

if ! python3 -c 'import torch' 2> /dev/null; then
  echo "pytorch: there is no PyTorch, so no file of it was read"
  exit 0
fi
for layout in archive pickles shards turned; do
  mkdir "$work/$layout"
  cp "$work"/model/*.json "$work/$layout"
  python3 - "$work/model/model.safetensors" "$work/$layout" "$layout" <<'END'
import json, struct, sys, torch
source, folder, layout = sys.argv[1:]
data = open(source, "rb").read()
length = struct.unpack("<Q", data[:8])[0]
tensors = {}
for name, entry in json.loads(data[8:8 + length]).items():
    if name != "__metadata__":
        begin, end = entry["data_offsets"]
        values = torch.frombuffer(bytearray(data[8 + length + begin:8 + length + end]), dtype=torch.float32)
        tensors[name] = values.reshape(entry["shape"])
if layout == "turned":  # not in a row, in one storage with others, and as a parameter
    tensors = {name: value.t().contiguous().t() if value.dim() == 2 else torch.stack([value, value], 1)[:, 1]
               for name, value in tensors.items()}
    first = next(iter(tensors))
    tensors[first] = torch.nn.Parameter(tensors[first])
if layout == "shards":
    names = sorted(tensors)
    halves = {"pytorch_model-00001-of-00002.bin": names[::2], "pytorch_model-00002-of-00002.bin": names[1::2]}
    for file, part in halves.items():
        torch.save({name: tensors[name] for name in part}, f"{folder}/{file}")
    places = {name: file for file, part in halves.items() for name in part}
    json.dump({"metadata": {}, "weight_map": places}, open(f"{folder}/pytorch_model.bin.index.json", "w"))
else:
    torch.save(tensors, f"{folder}/pytorch_model.bin", _use_new_zipfile_serialization=layout != "pickles")
END
  same "$layout" "$wanted" "$("$hodhod" evaluate "$work/$layout" --data "$work/text")"
done
"$hodhod" --quiet train generate --from "$work/archive" --data "$work/text" --steps 1 --out "$work/tuned" > /dev/null
expect "fine-tuned" "perplexity" "$("$hodhod" evaluate "$work/tuned" --data "$work/text")"
python3 -c 'import sys, torch; torch.save({"model": torch.nn.Linear(2, 2)}, sys.argv[1])' "$work/archive/pytorch_model.bin"
found=$("$hodhod" evaluate "$work/archive" --data "$work/text" 2>&1 || true)
expect "an object that is no tensor" 'tensor "model": is an object of torch.nn.modules.linear.Linear, not a tensor' "$found"
