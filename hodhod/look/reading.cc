// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/reading.h"

#include <algorithm>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/decode/generator.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tasks/encoded_texts.h"
#include "hodhod/tasks/encoded_words.h"
#include "hodhod/tasks/tag.h"
#include "hodhod/tasks/translate.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

void set_normalized(Sequence& sequence, const text::Tokenizer& tokenizer) {
  if (!tokenizer.normalizes()) return;
  std::string normalized = tokenizer.normalized(sequence.text);
  if (normalized != sequence.text) sequence.normalized = std::move(normalized);
}

// Keeps the first `most` tokens.
void limit(Sequence& sequence, int64_t most) {
  if (std::ssize(sequence.tokens) <= most) return;
  const int64_t total = sequence.cut ? sequence.cut->total : std::ssize(sequence.tokens);
  sequence.tokens.resize(static_cast<size_t>(most));
  sequence.cut = Cut{.kept = most, .total = total};
}

TokenBatch batch_of_ids(const std::vector<int64_t>& ids) {
  return {.ids = Tensor::from(ids, {1, std::ssize(ids)})};
}

std::vector<int64_t> first_numbers(size_t count) {
  std::vector<int64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), int64_t{0});
  return numbers;
}

// Adds the tokens of the sequence's text, and says so where the tokenizer itself cuts it.
void add_text(Sequence& sequence, const text::Tokenizer& tokenizer) {
  const text::Encoding encoding = tokenizer.encode(sequence.text, {.add_special_tokens = false});
  add_tokens(sequence, tokenizer, encoding);
  if (encoding.overflow.empty()) return;
  const int64_t kept = std::ssize(sequence.tokens),
                left = std::ssize(tokenizer.encode_ids(sequence.text)) - std::ssize(encoding.ids);
  const auto& truncation = tokenizer.parts().truncation;
  sequence.cut =
      Cut{.kept = kept, .total = kept + left, .at_start = truncation && truncation->side == text::Side::left};
}

// ---- one function for each way of reading ----

Sequence source_of(const Subject& subject, const std::string& text) {
  Sequence source{.role = "source", .text = subject.prefix + text};
  set_normalized(source, *subject.tokenizer());
  const Frame frame = source_frame(*subject.tokenizer(), subject.config().special().eos);
  for (const int64_t id : frame.before) source.add_special(id);
  add_text(source, *subject.tokenizer());
  const auto behind = std::ssize(frame.after);
  limit(source, subject.model().sequence_to_sequence()->max_source_length() - behind);
  for (const int64_t id : frame.after) source.add_special(id);
  if (source.cut)
    source.cut = Cut{.kept = source.cut->kept + behind,
                     .total = source.cut->total + behind,
                     .at_start = source.cut->at_start};
  return source;
}

int64_t decoder_start(const Subject& subject) {
  return subject.decoding.decoder_start >= 0 ? subject.decoding.decoder_start
                                             : subject.config().special().decoder_start;
}

// What the model writes for a source, without the end of sequence that it may end with.
std::vector<int64_t> written_target(const Subject& subject, const Sequence& source, int64_t most) {
  const SpecialIds& special = subject.config().special();
  DecodeOptions options = subject.decoding;
  options.num_return_sequences = 1;
  if (options.eos.empty()) options.eos = special.ends();
  if (special.pad >= 0 && special.pad != special.eos) options.suppress_tokens.push_back(special.pad);
  const int64_t usual =
      3 * std::ssize(source.tokens) + 20;  // a translation is seldom more than twice as long
  const Prompt prompt{.source = {.tokens = source.ids()},
                      .target = {decoder_start(subject)},
                      .max_new_tokens = std::min(subject.config().max_length() - 1, most > 0 ? most : usual)};
  Context context;
  const auto found =
      generate(*subject.model().sequence_to_sequence(), std::span(&prompt, 1), options, context);
  std::vector<int64_t> ids = found[0].at(0).tokens;
  while (!ids.empty() && options.ends(ids.back())) ids.pop_back();
  return ids;
}

Sequence target_of(const Subject& subject, const Sequence& source, const ReadingOptions& options) {
  const text::Tokenizer& tokenizer = subject.tokenizer()->target();
  Sequence target{.decoder = true, .role = "target"};
  target.add_special(decoder_start(subject));
  if (options.target) {
    target.forced = true;
    target.text = *options.target;
    set_normalized(target, tokenizer);
    const Frame frame = target_frame(tokenizer, subject.config().special().eos, decoder_start(subject),
                                     subject.decoding.forced_bos);
    for (const int64_t id : frame.before) target.add_special(id);
    add_text(target, tokenizer);
  } else {
    target.own_from = 1;
    const Sequence start = std::move(target);
    target = {.decoder = true, .role = "target", .own_from = 1};
    const std::vector<int64_t> ids = written_target(subject, source, options.generate);
    add_written(target, tokenizer, ids);
    target.tokens.insert(target.tokens.begin(), start.tokens.begin(), start.tokens.end());
  }
  limit(target, subject.config().max_length());
  return target;
}

// The text of a language model, and what it adds: the likeliest token each time.
Sequence running_text(const Subject& subject, const ReadingOptions& options) {
  const text::Tokenizer& tokenizer = *subject.tokenizer();
  Sequence sequence{.decoder = true, .role = "text", .text = options.texts[0]};
  set_normalized(sequence, tokenizer);
  for (const int32_t id : tokenizer.frame().before) sequence.add_special(id);
  add_text(sequence, tokenizer);
  if (sequence.tokens.empty()) {
    const SpecialIds& special = subject.config().special();
    const int64_t start = special.bos >= 0 ? special.bos : special.eos;
    check(start >= 0,
          "look: the text has no tokens, and this model has none that a text begins with; give a text");
    sequence.add_special(start);
  }
  limit(sequence, subject.config().max_length());
  const int64_t room = subject.config().max_length() - std::ssize(sequence.tokens);
  const int64_t most = std::min(options.generate, room);
  if (most <= 0 || sequence.cut) return sequence;
  DecodeOptions decode{.max_new_tokens = most, .eos = subject.decoding.eos};
  if (decode.eos.empty()) decode.eos = subject.config().special().ends();
  const Prompt prompt{.target = sequence.ids()};
  Context context;
  const auto found = generate(*subject.model().language_model(), std::span(&prompt, 1), decode, context);
  sequence.own_from = std::ssize(sequence.tokens);
  add_written(sequence, tokenizer, found[0].at(0).tokens);
  return sequence;
}

// Whether the model's encoder and its decoder both read the text, as those of BART's classifiers do.
bool reads_twice(const Subject& subject) {
  const auto* const config = dynamic_cast<const TransformerModelConfig*>(&subject.config());
  return config != nullptr && config->reads_twice();
}

// Of a model that reads its text twice: what the decoder is given, the text behind a start token.
void add_second_reading(const Subject& subject, Reading& reading) {
  if (!reads_twice(subject)) return;
  Sequence again = reading.sequences[0];
  again.decoder = true;
  again.role = "again";
  again.tokens.insert(again.tokens.begin(),
                      {.id = subject.config().special().decoder_start, .special = true});
  again.tokens.pop_back();
  reading.sequences.push_back(std::move(again));
}

// Tokens with the special ones around them, of one text or two.
Reading encoder_reading(const Subject& subject, const ReadingOptions& options) {
  const text::Tokenizer& tokenizer = *subject.tokenizer();
  const bool pair = options.texts.size() == 2;
  Sequence sequence{.text = options.texts[0]};
  if (pair) sequence.text += "\n" + options.texts[1];
  set_normalized(sequence, tokenizer);
  const text::Encoding encoding =
      pair ? tokenizer.encode_pair(options.texts[0], options.texts[1]) : tokenizer.encode(options.texts[0]);
  add_tokens(sequence, tokenizer, encoding, 0, options.texts[0].size() + 1);
  std::vector<int64_t> types(encoding.type_ids.begin(), encoding.type_ids.end());
  if (!encoding.overflow.empty()) {
    const auto& marks = encoding.special_tokens_mask;
    int64_t total = std::count(marks.begin(), marks.end(), uint8_t{1});
    for (const std::string& text : options.texts) total += std::ssize(tokenizer.encode_ids(text));
    const auto& truncation = tokenizer.parts().truncation;
    sequence.cut = Cut{.kept = std::ssize(sequence.tokens),
                       .total = total,
                       .at_start = truncation && truncation->side == text::Side::left};
  }
  if (sequence.tokens.empty()) {
    const auto end = tokenizer.role("eos_token"), unknown = tokenizer.role("unk_token");
    sequence.add_special(end.value_or(unknown.value_or(0)));
    types = {0};
  }
  Reading reading{.sequences = {sequence}, .batch = {}};
  reading.batch.source = batch_of_ids(sequence.ids());
  reading.batch.source.token_types = Tensor::from(types, {1, std::ssize(types)});
  reading.places = first_numbers(sequence.tokens.size());
  add_second_reading(subject, reading);
  return reading;
}

// The places of a text's words in it.
std::vector<std::pair<size_t, size_t>> places_of_words(const std::string& text, const Words& words) {
  std::vector<std::pair<size_t, size_t>> places;
  size_t at = 0;
  for (const std::string& word : words) {
    const size_t found = text.find(word, at);
    const size_t begin = found == std::string::npos ? at : found;
    at = std::min(text.size(), begin + word.size());
    places.emplace_back(begin, at);
  }
  return places;
}

// The words of a sentence, as a tagger reads them; of a long one the first piece.
Reading tagger_reading(const Subject& subject, const ReadingOptions& options) {
  const text::Tokenizer& tokenizer = *subject.tokenizer();
  const std::string& text = options.texts[0];
  const Words words = split_words(text);
  check(!words.empty(), "look: the text has no words; a tagger needs one");
  const std::vector<EncodedWords> pieces = WordEncoder(subject.text)(words);
  const EncodedWords& piece = pieces[0];
  const auto places = places_of_words(text, words);
  Sequence sequence{.text = text};
  const auto unknown = tokenizer.role("unk_token");
  size_t word = 0;
  for (int64_t t = 0; t < piece.text.length(); ++t) {
    SequenceToken token{.id = piece.text.ids[static_cast<size_t>(t)]};
    if (word < piece.first.size() && piece.first[word] == t) ++word;
    token.special = word == 0 || tokenizer.is_special(static_cast<int32_t>(token.id));
    token.unknown = unknown && token.id == *unknown;
    if (token.unknown) token.special = false;
    if (!token.special) token.bytes = places[word - 1];
    sequence.tokens.push_back(token);
  }
  // The pieces of a word share its place, by the offsets of the word alone.
  for (size_t w = 0; w < piece.first.size(); ++w) {
    const std::string spelled = (tokenizer.is_byte_level() ? " " : "") + words[w];
    const text::Encoding encoding = tokenizer.encode(spelled, {.add_special_tokens = false});
    const size_t blank = spelled.size() - words[w].size();
    for (size_t i = 0; i < encoding.size(); ++i) {
      const auto at = static_cast<size_t>(piece.first[w]) + i;
      const text::Range range = encoding.bytes[i];
      if (at >= sequence.tokens.size() || sequence.tokens[at].special || range.end <= blank) continue;
      sequence.tokens[at].bytes = {places[w].first + (range.begin > blank ? range.begin - blank : 0),
                                   places[w].first + range.end - blank};
    }
  }
  if (pieces.size() > 1) {
    int64_t total = 0;
    for (const EncodedWords& one : pieces) total += one.text.length();
    sequence.cut = Cut{.kept = piece.text.length(), .total = total};
  }
  const EncodedWords* const first = &piece;
  Reading reading{.sequences = {sequence}, .batch = {}};
  reading.batch.source = batch_of(std::span(&first, 1), subject.config().special().filler());
  reading.batch.source.lengths = {};
  reading.places = piece.first;
  return reading;
}

Reading source_reading(const Subject& subject, const ReadingOptions& options) {
  Reading reading;
  reading.sequences.push_back(source_of(subject, options.texts[0]));
  check(!reading.sequences[0].tokens.empty(), "look: the text has no tokens; give a text");
  reading.sequences.push_back(target_of(subject, reading.sequences[0], options));
  reading.batch = {batch_of_ids(reading.sequences[0].ids()), batch_of_ids(reading.sequences[1].ids())};
  reading.places = first_numbers(reading.sequences[1].tokens.size());
  return reading;
}

Reading decoder_reading(const Subject& subject, Sequence sequence) {
  Reading reading;
  const bool writes = subject.model().language_model() != nullptr;
  (writes ? reading.batch.target : reading.batch.source) = batch_of_ids(sequence.ids());
  reading.places = first_numbers(sequence.tokens.size());
  reading.sequences.push_back(std::move(sequence));
  return reading;
}

Reading ids_reading(const Subject& subject, const ReadingOptions& options) {
  const bool decoder = answers_from_decoder(subject.config());
  Sequence sequence{.decoder = decoder};
  add_ids(sequence, options.ids);
  if (!subject.config().reads_source()) {
    check(options.target_ids.empty(), "look: --target-ids is for models that read a source");
    return decoder_reading(subject, std::move(sequence));
  }
  sequence.decoder = false;
  if (reads_twice(subject)) {
    check(options.target_ids.empty(), "look: --target-ids is for models that write; this one reads alone");
    Reading reading{.sequences = {sequence}, .batch = {batch_of_ids(sequence.ids()), {}}};
    reading.places = first_numbers(sequence.tokens.size());
    add_second_reading(subject, reading);
    return reading;
  }
  sequence.role = "source";
  Sequence target{.decoder = true, .role = "target"};
  if (options.target_ids.empty()) {
    target.own_from = 1;
    target.add_special(decoder_start(subject));
    add_ids(target, written_target(subject, sequence, options.generate));
  } else {
    target.forced = true;
    add_ids(target, options.target_ids);
  }
  Reading reading{.sequences = {sequence, target},
                  .batch = {batch_of_ids(sequence.ids()), batch_of_ids(target.ids())},
                  .places = first_numbers(target.tokens.size())};
  return reading;
}

Tensor moved(const Tensor& x, int64_t rows, Device device) {
  if (!x.defined()) return x;
  const Tensor copies = x.new_empty({rows, x.dim(1)});
  for (int64_t row = 0; row < rows; ++row)
    copy(x, copies.with_layout({1, x.dim(1)}, {x.dim(1), 1}, row * x.dim(1)));
  return copies.to(device);
}

TokenBatch moved(const TokenBatch& batch, int64_t rows, Device device) {
  TokenBatch made = batch;
  made.ids = moved(batch.ids, rows, device);
  made.token_types = moved(batch.token_types, rows, device);
  made.weights = moved(batch.weights, rows, device);
  if (batch.letters) {
    check(rows == 1, "look: words with letters are read one sentence at a time");
    made.letters->ids = batch.letters->ids.to(device);  // their lengths are for the host
    made.letters->of_tokens = batch.letters->of_tokens.to(device);
  }
  return made;
}

}  // namespace

Reading read_text(const Subject& subject, const ReadingOptions& options) {
  if (!options.ids.empty()) return ids_reading(subject, options);
  check(subject.tokenizer() != nullptr, "look: this directory has no tokenizer; give --ids");
  const ModelConfig& config = subject.config();
  if (config.reads_source()) {
    if (config.head.kind == HeadKind::language_model) return source_reading(subject, options);
    return encoder_reading(subject, options);
  }
  if (subject.model().language_model() != nullptr)
    return decoder_reading(subject, running_text(subject, options));
  if (config.head.kind == HeadKind::tagger) return tagger_reading(subject, options);
  Reading reading = encoder_reading(subject, options);
  reading.sequences[0].decoder = answers_from_decoder(config);
  return reading;
}

SequenceBatch repeated(const SequenceBatch& batch, int64_t rows, Device device) {
  return {moved(batch.source, rows, device), moved(batch.target, rows, device)};
}

Tensor answer_of(const Model& model, const SequenceBatch& batch, Context& context) {
  const LanguageModel* writer = model.sequence_to_sequence();
  if (writer == nullptr) writer = model.language_model();
  if (writer != nullptr) return writer->logits(batch, context);
  if (head_as<ClassificationHead>(model)) return classify(model, batch.source, context);
  if (head_as<TaggingHead>(model)) return tag(model, batch.source, context);
  const Tensor states = model.encoder()->encode(batch.source, context).states;
  const auto* head = head_as<MaskedLanguageHead>(model);
  if (head == nullptr) return states;
  return head->logits(reshape(states, {-1, states.dim(2)}), model.embedding_table(), context);
}

}  // namespace hodhod::look
