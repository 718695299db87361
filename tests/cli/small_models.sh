#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tools/convert_small_model: models of other toolkits, against what an independent reference computed in double
# precision. Usage: small_models.sh PROGRAM
. "$(dirname "$0")/../expect.sh"

tools=$(cd "$(dirname "$0")/../../tools" && pwd)
data=${HODHOD_DATA_DIR:-$tools/../../shared/data}
found=$("$tools/convert_small_model" "$work" "$work/out" 2>&1 || true)
expect "no model" "No such file" "$found"
mkdir "$work/other"
echo '{"architecture": "perceiver"}' > "$work/other/config.json"
expect "an unknown architecture" "the architecture is 'perceiver'; read are transformer-encoder-decoder, gru-seq2seq, char LSTM LM" \
  "$("$tools/convert_small_model" "$work/other" "$work/out" 2>&1 || true)"
echo '{"architecture": "gru-seq2seq", "source_vocab": [], "target_vocab": []}' > "$work/other/config.json"
printf '\2\0\0\0\0\0\0\0{}' > "$work/other/model.safetensors"
expect "a config without sizes" "not as such a model is: KeyError('hidden')" \
  "$("$tools/convert_small_model" "$work/other" "$work/out" 2>&1 || true)"

if [[ ! -d $data/models ]]; then
  echo "small_models: there is no $data/models, so no model was converted"
  exit 0
fi

# The texts, and the log-probabilities of texts and their ends.
for model in translit-ar-en-transformer g2p-en-gru g2p-fa-gru; do
  "$tools/convert_small_model" "$data/models/$model" "$work/$model"
  python3 -c 'import json,sys
for line in open(sys.argv[1], encoding="utf-8"): print(json.loads(line)["input"])' \
    "$data/models/$model/expected.jsonl" > "$work/inputs"
  "$hodhod" translate "$work/$model" --num-beams 1 --json --file "$work/inputs" > "$work/found"
  python3 - "$data/models/$model/expected.jsonl" "$work/found" <<'END' || fail "$model"
import json, sys
expected, found = ([json.loads(line) for line in open(path, encoding="utf-8")] for path in sys.argv[1:])
assert len(expected) == len(found) >= 20
for wanted, line in zip(expected, found):
    one = line["translations"][0]
    text = wanted["greedy"] if "greedy" in wanted else " ".join(wanted["output"])
    tokens = len(wanted["greedy"]) if "greedy" in wanted else len(wanted["output"])
    assert one["text"] == text, (wanted["input"], one["text"], text)
    log_probability = wanted.get("greedy_logprob", wanted.get("logprob"))
    steps = tokens if tokens == 20 and "output" in wanted else tokens + 1  # 20 sounds are the most
    assert abs(one["score"] * steps - log_probability) < 1e-4 * max(1, abs(log_probability)), (wanted, one)
END
  expect "$model is described" "vocabulary" "$("$hodhod" describe "$work/$model")"
done

# Letters, as they are most likely.
"$tools/convert_small_model" "$data/models/charlstm-textgenrnn" "$work/letters"
python3 - "$data/models/charlstm-textgenrnn/expected.jsonl" "$work/wanted" "$work/prompts" <<'END'
import json, sys
expected = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
expected = [one for one in expected if one["prompt"]]
open(sys.argv[2], "w").write("".join(one["greedy_text"] + "\n" for one in expected))
open(sys.argv[3], "w").write("".join(one["prompt"] + "\n" for one in expected))
END
while IFS= read -r prompt; do
  "$hodhod" generate "$work/letters" "$prompt" --do-sample no
done < "$work/prompts" > "$work/found"
same "letters" "$(cat "$work/wanted")" "$(cat "$work/found")"
[[ -s $work/wanted ]] || fail "nothing was compared"
