#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How a command line is read: texts of every shape, options, and what is said when it makes no sense.
# Usage: arguments.sh PROGRAM
. "$(dirname "$0")/../expect.sh"
text=$examples/dev.en

# What is printed, with the exit status.
refused() { "$hodhod" "$@" 2>&1 > "$work/out" < /dev/null && echo "no failure" || echo "status $?"; }

# Texts: every one comes back as it was given.
seq 1 9 | sed 's/$/ good/; s/^/text /' | awk '{print NR % 2 ? "good" : "bad", "\t", $0}' | tr -d ' ' > "$work/data.tsv"
"$hodhod" --quiet --threads 1 train classify --data "$work/data.tsv" --label 1 --text 2 --out "$work/c" --steps 1 \
  --model width=16 heads=2 feed_forward=16 encoder_layers=1 --tokenizer-vocabulary 100 > "$work/out" 2>&1
texts=('[good, bad]' '[MASK]' '[]' '[' '{}' '%%' '++' '"quoted"' "'single'" 'a=b' '@0' '@x' '-5 degrees' '-' ' ' '' 'train'
  'classify' $'two\nlines' '\n' 'x # y' 'یک [متن]' '[[a]]' '/path' ';' '!' '~')
for given in "${texts[@]}"; do
  found=$("$hodhod" classify "$work/c" --json "$given" < /dev/null)
  same "a text" "$given" "$(python3 -c 'import json,sys; print(json.loads(sys.argv[1])["text"], end="")' "$found" || true)"
done
found=$("$hodhod" classify "$work/c" --json -- "${texts[@]}" --json -h | python3 -c '
import json, sys
print("|".join(json.loads(line)["text"] for line in sys.stdin), end="")')
same "after --" "$(IFS='|'; echo "${texts[*]}|--json|-h")" "$found"

# Values of options, and names of files.
head -40 "$text" > "$work/[a,b].txt"
tokens() { python3 -c 'import json,sys; print(*[t["content"] for t in json.load(open(sys.argv[1]))["added_tokens"]])' "$1/tokenizer.json"; }
"$hodhod" --quiet tokenize train --vocabulary 300 --special '[PAD]' '[UNK]' '<unk>' '{x}' '%%' -o "$work/t" -- "$work/[a,b].txt" > "$work/out"
same "special tokens in brackets" "[PAD] [UNK] <unk> {x} %%" "$(tokens "$work/t")"
"$hodhod" --quiet tokenize train --vocabulary=300 --special='[PAD]' --special='<unk>' "-o$work/[t]" "$work/[a,b].txt" > "$work/out"
same "one by one, behind =" "[PAD] <unk>" "$(tokens "$work/[t]")"
expect "a file in brackets" "$(head -1 "$text")" \
  "$("$hodhod" tokenize normalize "$work/[a,b].txt" --no-letters | head -1)"

# What makes no sense.
says() {  # part of what must be said, words of the command line
  local part=$1
  shift
  expect "$*" "$part" "$(refused "$@")"
  expect "$*" "status 2" "$(refused "$@")"
}
says 'hodhod: there is no command "tokenise"; did you mean tokenize?' tokenise
says 'hodhod train: there is no command "classfy"; did you mean classify?' train classfy --data x
says 'hodhod tokenize: there is no command "encod"; did you mean encode?' tokenize encod
says 'there is no command "serve"; the commands are train, translate' serve
says 'a command is missing; the commands are train, translate' --threads 2
says 'hodhod train: a command is missing; the commands are translate' train
says 'there is no option --bemas; did you mean --num-beams?' translate T --bemas 4
says 'did you mean --schedule-rate?' train generate --out x --rate 1
says 'there is no option -x; a text that begins with a dash goes after --' classify c -x
says 'hodhod classify: DIR is missing; give the model'"'"'s directory, or that of an adapter' classify
says 'hodhod look: --output FILE is missing; give the page to write' look model text
says 'hodhod train translate: --source FILE… is missing; give text to translate from' train translate --target x --out y
says '"b" is one argument too many' evaluate a b
says '--seed is given 2 times; give it once' generate T --seed 1 --seed 2
says '--quiet is given 2 times; give it once' --quiet describe tiny --quiet
says '--out: expected text after it' train generate --out
says '--out: expected text after it' train generate --out --steps 3
says '--epochs: expected a number (above 0 and at most 1000000000), found "0"' train classify --data x --out y --epochs 0
says '--epochs: expected a number (above 0 and at most 1000000000), found "nan"' train classify --data x --out y --epochs nan
says '--epochs: expected a number' train classify --data x --out y --epochs 1e300
says '--tokenizer-vocabulary: expected a whole number' train generate --data x --out y --tokenizer-vocabulary 0
says '--vocabulary: expected a whole number (from 1 to 10000000), found "0"' tokenize train -o x --vocabulary 0
says '--vocabulary: expected a whole number (from 1 to 10000000), found "-3"' tokenize train -o x --vocabulary -3
says '--threads: expected a whole number (from 0 to 1024), found "1025"' describe tiny --threads 1025
says '--truncate: expected one of right, left, found "up"' tokenize encode -t x --truncate up
says '--json: expected yes|no, found "maybe"' describe tiny --json=maybe

same "threads: all that help promises" 0 "$("$hodhod" --threads 1024 --version > "$work/out"; echo $?)"
expect "help of a command" "Usage: hodhod train generate [OPTIONS]" "$("$hodhod" train generate --help)"
same "help, however it is asked" "$("$hodhod" train tag --help)" "$("$hodhod" --help train tag)"
# What several tasks share in evaluate, for each of them.
help=$("$hodhod" evaluate --help | tr -s ' \n' ' ')
expect "two meanings" "For a translation model and a model that writes summaries: most tokens of prompt and text together; 0 for no such \
limit (at least 0) [0]. For a model that answers questions: most tokens of a question and a part of its text, which are read \
together (at least 8) [384]" "$help"
expect "data" "For a language model and a model that fills masks: files of text. For a classifier: texts with labels." "$help"
expect "two defaults" "[5 for a translation model, 1 for a model that writes summaries]" "$help"
expect "one meaning" "--format auto|text|tsv|csv|jsonl|conll|conllu|fasttext|libsvm File format; auto: told by the file's name [auto]" "$help"
expect "no number for no limit" "this many of the commonest words; without it among all (at least 1) --json" \
  "$("$hodhod" near --help | tr -s ' \n' ' ')"

# Without a text.
same "an empty input is told" "note: there is no text: standard input is empty; give one in quotes, or --file" \
  "$("$hodhod" classify "$work/c" 2>&1 < /dev/null)"
: > "$work/nothing"
same "and an empty file" "note: there is no text: $work/nothing is empty" \
  "$("$hodhod" classify "$work/c" --file "$work/nothing" 2>&1 < /dev/null)"
expect "nothing to train on" "standard input is empty; name files with --data" "$(refused train generate --out "$work/none")"
expect "nobody types a corpus" "name files with --data, or pipe a text into the command" "$(python3 -c '
import os, pty, subprocess, sys
terminal, side = pty.openpty()
print(subprocess.run(sys.argv[1:], stdin=side, capture_output=True, text=True, timeout=60).stderr)' \
  "$hodhod" train generate --out "$work/none")"
expect "presets of the task alone" "those that this command can train are elmo-tiny, elmo-small, word2vec, fasttext-vectors, glove" \
  "$(refused train embed --preset nosuch --data "$text" --out "$work/none")"
expect "a table without a header" "data.tsv:1: there is no column \"foo\"" "$(refused classify "$work/c" --data "$work/data.tsv" --text foo)"
expect "a text is no model" "To train a model on a text, see hodhod train --help." "$(refused convert "$text" -o "$work/none")"
expect "a forecast of texts" "it is a classifier; give one trained with" "$(refused forecast "$work/c" --data "$work/data.tsv")"

# A file of options.
cat > "$work/run.toml" <<END
threads = 1          # a comment
[tokenize.train]
FILE = ["$work/[a,b].txt"]
output = '$work/t3'
vocabulary = 3_00
special = ["[PAD]", "<unk>",  # two
  "# no comment"]
lowercase = true
[train.generate]
steps = 3
END
"$hodhod" --quiet --config "$work/run.toml" tokenize train > "$work/out"
same "options of a file" "[PAD] <unk> # no comment" "$(tokens "$work/t3")"
"$hodhod" --quiet tokenize train --special '<unk>' --config="$work/run.toml" -o "$work/t4" > "$work/out"
same "the command line goes before the file" "<unk>" "$(tokens "$work/t4")"
"$hodhod" --config "$work/run.toml" tokenize train --digits latin --no-tatweel --print-config > "$work/printed.toml"
same "what is printed makes the same again" "$(cat "$work/printed.toml")" \
  "$("$hodhod" tokenize train --print-config --config "$work/printed.toml")"
expect "given" $'\nvocabulary = 300\n' "$(cat "$work/printed.toml")"
expect "given" $'\nno-tatweel = true\n' "$(cat "$work/printed.toml")"
expect "not given" $'\n#min-frequency = 2\n' "$(cat "$work/printed.toml")"
config() {  # lines of a file, words of the command line
  printf "$1\n" > "$work/bad.toml"
  shift
  refused --config "$work/bad.toml" "$@"
}
expect "what was given, as it is" 'bad.toml:1: expected a number, true, false, a list, or a text in quotes, found "`seed`"' \
  "$(config 'vocabulary = `seed`' tokenize train)"
expect "a name" 'bad.toml:2: train has no option "vocabulry"; did you mean vocabulary?' \
  "$(config '# x\nvocabulry = 3' tokenize train)"
expect "a section" 'bad.toml:2: there is no command "tokenize.trian"; did you mean tokenize.train?' \
  "$(config '[tokenize.trian]\nvocabulary = 3' tokenize train)"
expect "a value" 'bad.toml:1: --vocabulary: expected a whole number (from 1 to 10000000), found "nan"' \
  "$(config 'vocabulary = nan' tokenize train -o x)"
expect "no quotes" 'bad.toml:1: expected a number, true, false, a list, or a text in quotes, found "bpe"' \
  "$(config 'model = bpe' tokenize train)"
expect "twice" 'bad.toml:3: seed is set at' "$(config 'seed = 1\n\nseed = 2' tokenize train)"
expect "quotes" 'bad.toml:1: the quotes are not closed' "$(config 'model = "bpe' tokenize train)"
expect "a list" 'bad.toml:1: the list of special is not closed' "$(config 'special = ["a",' tokenize train)"
expect "one value" 'bad.toml:1: seed is one value, not a list' "$(config 'seed = [1, 2]' tokenize train)"
expect "texts" 'DIR cannot be combined with texts on the command line' "$(config 'DIR = "m"' translate text)"
expect "not in a file" 'has no option "config"' "$(config 'config = "m"' translate text)"
expect "no file" 'none.toml' "$(refused --config "$work/none.toml" describe tiny)"

# Completion.
"$hodhod" completion bash > "$work/completion.bash"
complete_words() {  # words of a command line, the last one unfinished: what bash offers, sorted
  (
    cd "$work"
    source completion.bash
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _hodhod
    printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
  )
}
same "commands" "train translate " "$(complete_words hodhod tr)"
same "tasks" "tag topics translate " "$(complete_words hodhod --threads 2 train t)"
same "options" "--schedule-final-fraction --schedule-kind --schedule-rate --schedule-warmup --schedule-width " \
  "$(complete_words hodhod train generate --out x --schedule)"
same "values" "left right " "$(complete_words hodhod tokenize encode --truncate '')"
same "values of an enum" "constant cosine " "$(complete_words hodhod train tag --schedule-kind co)"
same "files" "data.tsv " "$(complete_words hodhod train classify --data da)"
same "directories" "t3 t4 " "$(complete_words hodhod train generate --out t | sed 's/^t //')"
same "a model's directory" "c completion.bash " "$(complete_words hodhod translate c)completion.bash "
same "shells" "bash " "$(complete_words hodhod completion b)"
same "bash is the shell without another" "$(cat "$work/completion.bash")" "$("$hodhod" completion)"
for shell in zsh fish; do
  expect "$shell" "schedule-warmup" "$("$hodhod" completion $shell)"
  if command -v $shell > "$work/out"; then
    "$hodhod" completion $shell > "$work/completion.$shell"
    same "$shell reads it" "" "$($shell -n "$work/completion.$shell" 2>&1)"
  fi
done
# A full disk is told; a reader that has enough is none.
if [[ -w /dev/full ]]; then
  for words in "--help" "classify $work/c good"; do
    expect "a full disk" "standard output: No space left on device" "$("$hodhod" $words 2>&1 > /dev/full || true)"
  done
fi
