#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod look: pages of models of every kind, and what must not change them. Usage: look.sh PROGRAM
. "$(dirname "$0")/../expect.sh"

page="$work/page.html"
look() { "$hodhod" look "$@" 2> "$work/err"; }
index() {  # the index of a page
  grep -o '<script type="application/json" id="look-index">.*</script>' "$1" | sed 's/^[^>]*>//; s/<\/script>.*$//'
}
is_page() {  # what, part of the index, page
  [[ -s $3 ]] || fail "$1" "there is no page: $(cat "$work/err")"
  expect "$1" "$2" "$(index "$3")"
}
train() { "$hodhod" --quiet --threads 1 train "$@" 2> "$work/err" || fail "train $*" "$(cat "$work/err")"; }

train translate --source "$examples/dev.en" --target "$examples/dev.fa" --preset tiny --model width=32 heads=2 \
  feed_forward=64 encoder_layers=1 decoder_layers=1 --tokenizer-vocabulary 400 --steps 30 --validate-every 0 \
  --batches-max-tokens 512 --out "$work/translator"
said=$(look "$work/translator" 'The teacher reads a book.' -o "$page")
expect "one line with path and size" "$page: " "$said"
is_page "a translator" '"name":"decoder.layer.0.cross_attention.scores"' "$page"
is_page "gradients" '"name":"encoder.embedding.output.gradient"' "$page"
is_page "cuts" '"cuts":{' "$page"
expect "a summary" '"tensors":{"kept":' "$(look "$work/translator" 'A book.' -o "$page" --json)"
look "$work/translator" 'The teacher reads a book.' -o "$page" --target 'معلم کتاب می‌خواند.' --at 2 --note 'a <note>' > "$work/out"
is_page "forced" '"forced":true' "$page"
is_page "a note" '"note":"a \u003cnote>"' "$page"
is_page "the command" "\"command\":\"hodhod look translator 'The teacher reads a book.' --target 'معلم کتاب می‌خواند.' --at 2 --note 'a \u003cnote>' -o page.html\"" "$page"

# The same bytes whatever the threads.
for threads in 1 2 4; do
  "$hodhod" --threads "$threads" look "$work/translator" 'The teacher reads a book.' -o "$work/$threads.html" > "$work/out"
done
cmp "$work/1.html" "$work/2.html" || fail "two threads change the page"
cmp "$work/1.html" "$work/4.html" || fail "four threads change the page"

# A page names no path, and what is hostile is only text.
cp -r "$work/translator" "$work/<b>&\"x"
look "$work/<b>&\"x" $'</script><script>alert(1)</script> \xff‮' -o "$page" > "$work/out"
expect_not "no element from a text" '<script>alert' "$(cat "$page")"
expect_not "no path" "$work" "$(cat "$page")"
expect_not "no control of direction" '‮' "$(index "$page")"

# Texts at the edges, and errors in a sentence.
look "$work/translator" 'a' -o "$page" > "$work/out" || fail "a letter" "$(cat "$work/err")"
for _ in $(seq 400); do printf 'The teacher reads a book. '; done > "$work/long"
look "$work/translator" "$(cat "$work/long")" -o "$page" --gradients off --size-limit 3M > "$work/out"
expect "a text longer than the model" 'of which the model takes' "$(cat "$work/err")"
[[ $(stat -c %s "$page") -le 3145728 ]] || fail "a page larger than --size-limit"
refuses() { local what=$1; shift; ! look "$@" > "$work/out" || fail "$what is taken"; expect "$what" "$want" "$(cat "$work/err")"; }
want='the model has layers 0 to 0' refuses "a layer that is not there" "$work/translator" a -o "$page" --layers 3
want='the model has heads 0 to 1' refuses "a head that is not there" "$work/translator" a -o "$page" --heads 1-2
want='add --compare' refuses "two texts" "$work/translator" a b -o "$page"
want='there is no such directory' refuses "no model" "$work/none" a -o "$page"
want='only a language model has an answer to that' refuses "an empty text" "$work/translator" '' -o "$page"
want='--size-limit: "5X" is not a size' refuses "a size that is none" "$work/translator" a -o "$page" --size-limit 5X
want='or --size-limit' refuses "a limit that cannot be kept" "$work/translator" a -o "$page" --size-limit 1K
least=$(grep -o -- '--size-limit [0-9]*K' "$work/err" | cut -d ' ' -f 2)
look "$work/translator" a -o "$page" --size-limit "$least" > "$work/out" || fail "the limit that is named" "$(cat "$work/err")"
[[ $(stat -c %s "$page") -le $((${least%K} * 1024)) ]] || fail "a page larger than the limit that is named"
want='--heads 9: the model has heads 0 to 1' refuses "one head" "$work/translator" a -o "$page" --heads 9
want='/none/page.html: cannot be written: there is no directory' refuses "a page that cannot be written" "$work/translator" a -o "$work/none/page.html"
want='there is no such word in the translation; its words are ' refuses "a word that is not there" "$work/translator" a -o "$page" --at zebra

# --tensors has what the page has, exactly.
look "$work/translator" 'A book.' -o "$page" --tensors "$work/t.safetensors" > "$work/out"
expect "tensors for notebooks" 'encoder.layer.0.self_attention.probabilities' "$(head -c 20000 "$work/t.safetensors" | tr -d '\0')"

# Every other kind.
small=(--model width=32 --model max_length=32 --steps 20 --validate-every 0)
for _ in $(seq 40); do printf 'the cat sat on the mat\na dog ran home\n'; done > "$work/text"
generate() { train generate --data "$work/text" --tokenizer-vocabulary 60 "$@"; }
generate --preset gpt-tiny --model heads=2 --model decoder_layers=1 "${small[@]}" --out "$work/gpt"
look "$work/gpt" 'the cat' --generate 4 -o "$page" > "$work/out"
is_page "a language model" '"own_from":' "$page"
look "$work/gpt" '' -o "$page" > "$work/out" || fail "an empty text of a language model" "$(cat "$work/err")"
look "$work/gpt" 'the cat' 'a dog' --compare -o "$page" > "$work/out"
is_page "two texts" '"pass":1' "$page"
generate --preset lstm-tiny "${small[@]}" --length 16 --batch 2 --out "$work/lstm"
look "$work/lstm" 'the cat' -o "$page" > "$work/out"
is_page "an LSTM" 'decoder.layer.0.forward.gates_after' "$page"
is_page "its gradients over time" 'decoder.layer.0.forward.gates.gradient' "$page"
generate --preset nnlm-tiny --model width=8 hidden=16 max_length=32 --steps 20 --validate-every 0 --out "$work/nnlm"
look "$work/nnlm" 'the cat sat on' --generate 2 -o "$page" > "$work/out"
is_page "a perceptron" '"kind":"perceptron"' "$page"
is_page "its window" '"name":"decoder.window"' "$page"
is_page "its gradients" '"name":"decoder.layer.0.hidden.gradient"' "$page"
is_page "what it does without a token" '"cuts":{' "$page"
generate --preset ngram --model order=3 discount_fallback=yes --out "$work/ngram"
look "$work/ngram" 'the cat sat' -o "$page" > "$work/out"
is_page "n-grams" '"counting":{"order":3' "$page"

for i in $(seq 20); do
  printf 'good\tthe sun shines\nbad\tthe rain falls\n'
  printf 'Reza B-PER\nlives O\nin O\nShiraz B-LOC\n\n' >> "$work/tags.conll"
done > "$work/table.tsv"
encoder=(--model heads=2 --model encoder_layers=1 "${small[@]}")
train classify --data "$work/table.tsv" "${encoder[@]}" --out "$work/critic"
look "$work/critic" 'the sun falls' -o "$page" > "$work/out"
is_page "a classifier" '"labels":{"names":["bad","good"]' "$page"
train tag --data "$work/tags.conll" "${encoder[@]}" --out "$work/tagger"
look "$work/tagger" 'Reza lives in Shiraz.' --at Shiraz -o "$page" > "$work/out"
is_page "a tagger" '"problem":"tags"' "$page"
train tag --data "$work/tags.conll" --preset lstm-tagger --model width=32 --steps 5 --validate-every 0 --out "$work/speller"
look "$work/speller" 'Reza lives in Shiraz.' -o "$page" > "$work/out"
is_page "a tagger that reads letters" '"name":"encoder.embedding.letters"' "$page"
train embed --data "$work/text" --preset elmo-tiny --model width=16 --tokenizer-vocabulary 60 --steps 5 --validate-every 0 \
  --out "$work/elmo"
train classify --from "$work/elmo" --data "$work/table.tsv" --steps 5 --validate-every 0 --out "$work/mixer"
look "$work/mixer" 'the sun falls' -o "$page" > "$work/out"
is_page "a classifier over ELMo vectors" '"name":"backward.layer.0.reverse.states"' "$page"
is_page "its mix" '"mix_share_of_layer_1":' "$page"
train fill-mask --data "$work/text" "${encoder[@]}" --out "$work/filler"
look "$work/filler" 'the [MASK] sat' -o "$page" > "$work/out"
is_page "a model that fills masks" '"head":"masked-language-model"' "$page"
train classify --preset tfidf --data "$work/table.tsv" --out "$work/bag"
look "$work/bag" 'the sun' -o "$page" > "$work/out"
is_page "a bag of words" '"contributions":[' "$page"
train embed --data "$work/text" --model width=16 --tokenizer-min-count 1 --out "$work/vectors"
look "$work/vectors" cat dog -o "$page" > "$work/out"
is_page "word vectors" '"neighbours":[[{"word":' "$page"

# What a model has not is refused, rather than left out in silence.
want='the model has no layers' refuses "layers of counts" "$work/ngram" a -o "$page" --layers 1
want='ngram has no answer whose gradients' refuses "gradients of counts" "$work/ngram" a -o "$page" --gradients on
want='ngram has none to cut' refuses "cuts of counts" "$work/ngram" a -o "$page" --cuts
want='critic does not' refuses "a critic that writes" "$work/critic" a -o "$page" --generate 3

# Series and topics.
for month in {01..12}; do for day in {01..28}; do echo "2023-$month-$day,$((10#$day % 7 + 10#$month))"; done; done |
  sed '1i day,sold' > "$work/sold.csv"
"$hodhod" --quiet train forecast --data "$work/sold.csv" --fill --split 0.7,0.15,0.15 --preset gru-forecaster --model context=14 \
  horizon=7 width=8 --steps 5 --out "$work/shop" 2> "$work/err" || fail "train forecast" "$(cat "$work/err")"
look "$work/shop" --data "$work/sold.csv" --fill --at 2023-12-01 -o "$page" > "$work/out"
is_page "a forecast" '"forecast":{"column":"sold"' "$page"
is_page "its command" '"command":"hodhod look shop --at 2023-12-01 --data sold.csv --fill -o page.html"' "$page"
is_page "its effects" '"name":"effects"' "$page"
is_page "its states" '"name":"encoder.layer.0.forward.states"' "$page"
expect "its summary" '"columns":["sold"],"first":"2023-12-01","horizon":7' \
  "$(look "$work/shop" --data "$work/sold.csv" --fill --at 2023-12-01 -o "$page" --json)"
look "$work/shop" -o "$page" && fail "a forecast of nothing"
expect "a table is needed" 'shop forecasts a series; give a table with --data' "$(cat "$work/err")"
look "$work/translator" 'A book.' --data "$work/sold.csv" -o "$page" && fail "a table for a translator"
expect "a table is for series" 'translator reads texts' "$(cat "$work/err")"
train topics --data "$examples/dev.fa" --preset lda --model topics=2 --min-texts 1 --out "$work/topics"
look "$work/topics" 'معلم کتاب را خواند' -o "$page" > "$work/out"
is_page "topics" '"topics":{"count":2' "$page"
train generate --data "$examples/dev.en" --preset windowed-lstm --model context=4 width=8 hidden=8 --steps 3 --out "$work/windowed"
look "$work/windowed" 'The teacher reads' -o "$page" > "$work/out"
is_page "a window" '"name":"decoder.window_weights"' "$page"
