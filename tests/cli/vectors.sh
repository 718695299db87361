#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod train embed, near, analogy, and evaluate of word vectors. Usage: vectors.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
cd "$work"

# Everything it says, and its exit status.
run() { "$hodhod" --threads 2 "$@" 2>&1 < /dev/null || echo "status $?"; }

for i in $(seq 200); do
  echo 'The cat chases the mouse, and the mouse flees from the cat.'
  echo 'Bread and butter are eaten with tea; tea and bread are breakfast.'
done > text.txt
small=(--data text.txt --model width=16 --tokenizer-lowercase yes --block 64 --epochs 6 --sample 0)

found=$(run train embed "${small[@]}" --out vectors)
expect "what is trained" "words to train on; word vectors (skipgram), width 16" "$found"
expect "where it is" "model in vectors" "$found"
expect "its kind" '"model_type": "model2vec"' "$(cat vectors/config.json)"
expect "near words" $'\t0.' "$(run near vectors cat --count 2)"
same "as many as asked for" 2 "$(run near vectors cat --count 2 | wc -l)"
expect "case is folded as in the text" "$(run near vectors cat)" "$(run near vectors CAT)"
expect "several words" $'bread\t' "$(run near vectors cat bread)"
expect "an analogy" $'\t' "$(run analogy vectors cat mouse bread)"
expect "as JSON" '"words":["cat","mouse","bread"]' "$(run analogy vectors cat mouse bread --json)"
expect "an unknown word" "the word 'catt' is not in the vocabulary" "$(run near vectors catt)"
expect "a suggestion" "did you mean cat?" "$(run near vectors catt)"
expect "a word far from all" "give a word of the text that the vectors were trained on" "$(run near vectors کتاب)"
expect "three words" "give three words A B C" "$(run analogy vectors cat mouse)"
expect "a text's vector" '"embedding":[' "$(run embed vectors 'the cat')"
run train embed "${small[@]}" --preset fasttext-vectors --out subwords > out.txt
expect "subwords" "subwords of 3 to 6 characters" "$(cat out.txt)"
expect "an unseen word" $'\t0.' "$(run near subwords catty)"

printf ': animals and food\ncat mouse bread butter\ncat mouse bread dragon\n' > questions.txt
printf '4\tcat\tmouse\n1\tcat\tbread\n3\tbread\tbutter\n0\tcat\tdragon\n' > pairs.tsv
printf 'animal\tcat\nanimal\tmouse\nfood\tbread\nfood\tbutter\nfood\tcake\n' > categories.tsv
found=$(run evaluate vectors --analogies questions.txt --similarity --data pairs.tsv --categories categories.tsv)
expect "the vocabulary" "numbers each, lower case" "$found"
expect "known questions" "of 1 whose words are all among the" "$found"
expect "known pairs" "over 3 of 4 pairs, whose words are all in the vocabulary" "$found"
expect "known words" "of 4 words in 2 categories, of 5 words" "$found"
expect "JSON" '"questions":2' "$(run evaluate vectors --analogies questions.txt --json)"
expect "unseen words" "4 of 4 pairs, with unknown words made of their subwords" \
  "$(run evaluate subwords --similarity --data pairs.tsv)"
expect "nothing asked" "give --analogies FILE" "$(run evaluate vectors)"

# Files of other programs, and back.
for format in word2vec word2vec-bin glove fasttext-vec fasttext-bin; do
  run convert subwords --to $format -o words.$format
  run convert words.$format -o from-$format
  same "the same neighbours from $format" "$(run near subwords cat)" "$(run near from-$format cat)"
done
same "unseen words from fasttext-bin" "$(run near subwords catty)" "$(run near from-fasttext-bin catty)"
# A .bin comes back as it was, with what it says of its training.
python3 - words.fasttext-bin trained.bin <<'END'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
for place, value in {3: 9, 4: 25, 5: 3, 12 + 1: 50}.items():  # window, epochs, min count, rate_every
    struct.pack_into("<i", data, 4 * place, value)
tokens = 8 + 12 * 4 + 8 + 3 * 4
struct.pack_into("<q", data, tokens, struct.unpack_from("<q", data, tokens)[0] + 1000)
open(sys.argv[2], "wb").write(data)
END
run convert trained.bin -o from-trained
run convert from-trained --to fasttext-bin -o again.bin
cmp trained.bin again.bin || fail "fastText's options come back"
expect "an option that there is" "a smaller --tokenizer-min-count" \
  "$(echo one two three > few; run train embed --preset word2vec --data few --out few-vectors)"
expect "a directory needs a format" "say with --to what to write" "$(run convert subwords -o words)"
expect "a model is not replaced" "there is a model" "$(run convert words.glove -o from-glove)"
echo 'torn 1 2' >> words.glove
expect "a bad line" "words.glove:" "$(run convert words.glove -o torn)"
expect "the way on" "with --lenient" "$(run convert words.glove -o torn)"
expect "it is left out" "1 record was left out" "$(run convert words.glove -o torn --lenient)"

# A network that begins from them.
awk '{ print (NR % 2 ? "animals" : "food") "\t" $0 }' text.txt > table.tsv
tiny=(train classify --data table.tsv --tokenizer-kind word --tokenizer-lowercase yes --model encoder_layers=1
      --model heads=2 --model max_length=32 --steps 4 --validate-every 4)
expect "words are found" "of 17 tokens begin with its vectors" \
  "$(run "${tiny[@]}" --model width=16 --embedding words.word2vec --freeze-embedding --out critic)"
expect "the width" "have 16 numbers, and the embedding of the model 32; give --model width=16" \
  "$(run "${tiny[@]}" --model width=32 --embedding words.word2vec --out wide)"

# The same bits with another number of threads, and in two parts.
"$hodhod" --threads 1 train embed "${small[@]}" --out one > /dev/null 2>&1
cmp vectors/model.safetensors one/model.safetensors || fail "threads change nothing"
expect "a run that has ended" "already finished; model in one" "$(run train embed "${small[@]}" --out one)"

expect "a preset of another kind" "--preset gpt-tiny: is no model of word vectors" \
  "$(run train embed --data text.txt --preset gpt-tiny --out no)"
expect "an option of another algorithm" "--x-max: has no use for the algorithm skipgram" \
  "$(run train embed --data text.txt --x-max 10 --out no)"
expect "text without words" "smaller" "$(echo a > tiny.txt; run train embed --data tiny.txt --out no)"
