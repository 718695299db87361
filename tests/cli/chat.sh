#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hodhod generate --chat: conversations by a model's chat template. Usage: chat.sh PROGRAM
. "$(dirname "$0")/../expect.sh"

# A model that knows two questions, each with its answer: it has counted what follows them.
for i in {1..400}; do
  if ((i * i / 7 % 2)); then question=red answer=colour; else question=one answer=number; fi
  printf '<|user|>what is %s<|end|><|assistant|>a %s<|end|>' "$question" "$answer"
  ((i * i / 5 % 3)) || echo
done > "$work/talks"
"$hodhod" --quiet tokenize train "$work/talks" --vocabulary 300 --output "$work/tokenizer" \
  --special '</s>' '<|user|>' '<|assistant|>' '<|end|>' > "$work/out" 2>&1 || fail "a tokenizer" "$(cat "$work/out")"
"$hodhod" --quiet train generate --preset ngram --model order=6 --data "$work/talks" --dev-share 0 \
  --tokenizer "$work/tokenizer" --out "$work/model" 2> "$work/err" || fail "a model" "$(cat "$work/err")"
chat() { "$hodhod" generate "$work/model" --chat --do-sample no --max-new-tokens 20 "$@"; }

expect "a model without a template" "this model has no chat template" "$(chat 'what is red' 2>&1 || true)"
cat > "$work/model/chat_template.jinja" <<'END'
{%- for message in messages %}
    {{- '<|' ~ message.role ~ '|>' ~ message.content | trim ~ '<|end|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}
END
same "an answer, which ends where the template ends one" "a colour" "$(chat 'what is red' 2> "$work/err")"
same "two answers" "$(printf 'a colour\na number')" "$(chat 'what is red' ' what is one ' 2> "$work/err")"
same "from standard input" "$(printf 'a number\na colour')" "$(printf 'what is one\nwhat is red\n' | chat 2> "$work/err")"
same "/reset begins again" "$(chat 'what is one')" "$(printf 'what is red\n/reset\nwhat is one\n' | chat 2> "$work/err" | tail -1)"
expect "as JSON" '"text":"a colour"' "$(chat 'what is red' --json | tr -d ' ' | sed 's/acolour/a colour/')"
echo '[{"role": "user", "content": "what is one"}]' > "$work/talk.json"
same "messages of a file" "a number" "$(chat --messages "$work/talk.json" 2> "$work/err")"
same "with any number of threads" "$(chat 'what is red')" "$("$hodhod" --threads 3 generate "$work/model" --chat --do-sample no --max-new-tokens 20 'what is red')"

same "/exit in a file with other line ends" "a colour" "$(printf '\xef\xbb\xbfwhat is red\r\n/exit\r\nwhat is one\r\n' | chat 2> "$work/err")"

# What changes nothing is named.
expect "a variable that the template lacks" "--chat-set enable_thinkng: the chat template has no variable" \
  "$(chat 'what is red' --chat-set enable_thinkng=false 2>&1)"
expect_not "and one that it has" "--chat-set" "$(chat 'what is red' --chat-set add_generation_prompt=true 2>&1)"
expect "a date that is not written" "--chat-date: the chat template writes no date" \
  "$(chat 'what is red' --chat-date 2026-03-21 2>&1)"

# What is refused.
expect "the conversation is no variable" "--chat-set messages" "$(chat 'x' --chat-set 'messages=[]' 2>&1 || true)"
expect "which file" "bad.json: expected a list" "$(echo '{}' > "$work/bad.json"; chat --messages "$work/bad.json" 2>&1 || true)"
expect "no list" "expected a list" "$(echo '{}' > "$work/bad.json"; chat --messages "$work/bad.json" 2>&1 || true)"
expect "no role" 'with a "role"' "$(echo '[{"content": "x"}]' > "$work/bad.json"; chat --messages "$work/bad.json" 2>&1 || true)"
expect "no name" "is not NAME=VALUE" "$(chat 'x' --chat-set thinking 2>&1 || true)"
expect "only with --chat" "--chat" "$("$hodhod" generate "$work/model" 'x' --system 'y' 2>&1 || true)"
printf '{{ raise_exception("I take no " ~ what) }}' > "$work/model/chat_template.jinja"
expect "what the template objects to" "I take no tools" "$(chat 'x' --chat-set what=tools 2>&1 || true)"
printf '{%% for m in messages %%}{{ m.content }}' > "$work/model/chat_template.jinja"
expect "a template that cannot be read" "chat_template.jinja:1:1: this tag needs {% endfor %}" "$(chat 'x' 2>&1 || true)"
rm "$work/model/chat_template.jinja"
sed -i '0,/{/s//{"chat_template": [{"name": "tool", "template": "x"}],/' "$work/model/tokenizer_config.json"
expect "no default" 'called "default"; there are tool' "$(chat 'x' 2>&1 || true)"
