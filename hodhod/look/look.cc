// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/look.h"

#include <algorithm>
#include <set>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/look/bag_view.h"
#include "hodhod/look/counting_view.h"
#include "hodhod/look/model_info.h"
#include "hodhod/look/page.h"
#include "hodhod/look/page_bytes.h"
#include "hodhod/look/parameter_gradients.h"
#include "hodhod/look/pass_run.h"
#include "hodhod/look/reading.h"
#include "hodhod/look/recorder.h"
#include "hodhod/look/series_view.h"
#include "hodhod/look/topics_view.h"
#include "hodhod/look/transformer_view.h"
#include "hodhod/look/vectors_view.h"
#include "hodhod/look/whole_page.h"
#include "hodhod/models/description.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/text/languages/sentences.h"

namespace hodhod::look {
namespace {

// Operations of a pass up to which gradients are computed unless it is said otherwise.
constexpr double kGradientOperations = 3e11;

// The texts of each pass.
std::vector<ReadingOptions> passes_of(const Subject& subject, const LookOptions& options) {
  ReadingOptions reading{.target = options.target,
                         .generate = options.generate,
                         .ids = options.ids,
                         .target_ids = options.target_ids};
  if (!options.ids.empty()) {
    check(options.texts.empty(), "look: --ids and a text; give one of them");
    return {reading};
  }
  const auto each = static_cast<size_t>(subject.texts);
  check(!options.texts.empty(), "look: there is no text; give one, in quotes");
  check(options.texts.size() % each == 0,
        "look: this classifier reads pairs of texts, and there are {}; give two for "
        "each",
        options.texts.size());
  const size_t passes = options.texts.size() / each;
  check(passes == 1 || options.compare, "look: {} texts; to see them side by side add --compare", passes);
  check(passes <= kMostTexts, "look: {} texts to compare; at most {} fit on a page", passes, kMostTexts);
  check(!options.target || passes == 1, "look: --target is for one text, and there are {}", passes);
  check(!options.target || subject.config().reads_source(),
        "look: --target is for models that translate; this one reads a text alone");
  std::vector<ReadingOptions> all;
  // A language model has an answer to an empty text: how texts begin.
  const bool may_be_empty =
      subject.config().head.kind == HeadKind::language_model && !subject.config().reads_source();
  for (size_t i = 0; i < passes; ++i) {
    const auto first = options.texts.begin() + static_cast<std::ptrdiff_t>(i * each);
    reading.texts.assign(first, first + static_cast<std::ptrdiff_t>(each));
    check(may_be_empty || !std::all_of(reading.texts.begin(), reading.texts.end(), text::is_blank_text),
          "look: the text is empty, and only a language model has an answer to that; give a text, in quotes");
    all.push_back(reading);
  }
  return all;
}

bool wants_gradients(const Subject& subject, const std::vector<Reading>& readings, GradientChoice choice) {
  if (choice == GradientChoice::off || !is_network(subject.kind) ||
      subject.config().head.kind == HeadKind::none)
    return false;
  if (choice == GradientChoice::on) return true;
  double operations = 0;
  for (const Reading& reading : readings) {
    size_t longest = 0;
    for (const Sequence& sequence : reading.sequences) longest = std::max(longest, sequence.tokens.size());
    const int64_t length = std::min(static_cast<int64_t>(longest), subject.config().max_length());
    operations += describe(subject.config(), {.length = std::max<int64_t>(1, length)}).forward_flops;
  }
  return operations <= kGradientOperations;
}

Json vocabulary_json(const text::Tokenizer* tokenizer, const std::set<int64_t>& mentioned) {
  Json::Object vocabulary;
  for (const int64_t id : mentioned) {
    const bool known = tokenizer != nullptr && id >= 0 && id < tokenizer->vocab_size();
    vocabulary.emplace_back(std::to_string(id), known ? tokenizer->readable_token(static_cast<int32_t>(id))
                                                      : fmt::format("#{}", id));
  }
  return vocabulary;
}

void add_vocabularies(const Subject& subject, Mentioned mentioned, Json& index) {
  const text::Tokenizer* const tokenizer = subject.tokenizer();
  const text::Tokenizer* const target = tokenizer == nullptr ? nullptr : &tokenizer->target();
  if (target != tokenizer) {
    index["source_vocabulary"] = vocabulary_json(tokenizer, mentioned.read);
  } else {
    mentioned.written.merge(mentioned.read);
  }
  index["vocabulary"] = vocabulary_json(target, mentioned.written);
}

Reading read_for(const Subject& subject, const ReadingOptions& options) {
  if (subject.kind == Kind::ngram) return read_counted(subject, options);
  if (subject.kind == Kind::bag) return read_bag(subject, options);
  if (subject.kind == Kind::topics) return read_topics(subject, options);
  return read_text(subject, options);
}

// Every tensor's shape, from the model on the device `shapes`.
void survey(const Subject& subject, const std::vector<Reading>& readings, bool gradients,
            Recorder& recorder) {
  if (subject.kind == Kind::ngram || subject.kind == Kind::topics) return;
  const OnDevice shapes(Device::shapes);
  const Recording recorded(gradients);
  const auto model = subject.config().make_shapes();
  const WantedGradients parameters(*model, gradients);
  for (size_t i = 0; i < readings.size(); ++i) {
    Trace trace =
        recorder.survey(i, [&](std::string_view name) { return visible_cells(subject.config(), name); });
    Context context{.trace = &trace};
    answer_of(*model, repeated(readings[i].batch, 1, Device::shapes), context);
  }
}

std::string summary_html(const Subject& subject, const std::vector<Reading>& readings) {
  std::string html =
      "<p>" + escaped_html(subject.name) + ": " + escaped_html(subject.config().summary()) + "</p>\n";
  for (const Reading& reading : readings) {
    for (const Sequence& sequence : reading.sequences)
      html += fmt::format("<p dir=\"{}\">{}</p>\n", is_right_to_left(sequence.text) ? "rtl" : "ltr",
                          escaped_html(sequence.text));
  }
  return html;
}

Json summary_json(const std::vector<Reading>& readings, const LookResult& result) {
  Json texts = Json::array();
  for (const Reading& reading : readings) {
    Json of_pass = Json::array();
    for (const Sequence& sequence : reading.sequences)
      of_pass.push_back(
          {{"role", sequence.role}, {"text", sequence.text}, {"tokens", sequence.tokens.size()}});
    texts.push_back(std::move(of_pass));
  }
  return {
      {"passes", std::move(texts)},
      {"bytes", result.page.size()},
      {"tensors", {{"kept", result.kept}, {"less_exact", result.less_exact}, {"left_out", result.left_out}}}};
}

void check_layers(const LookOptions& options, const Json& model) {
  const Json* const layers = model.at("options").find("layers");
  const int64_t depth = layers == nullptr ? 0 : layers->get<int64_t>();
  for (const int64_t layer : options.layers)
    check(layer >= 0 && layer < depth, "look: --layers {}: the model has {}", layer,
          depth == 0 ? "no layers" : fmt::format("layers 0 to {}", depth - 1));
  int64_t heads = 0;  // of the stack that has most
  for (const char* name : {"heads", "decoder_heads"}) {
    if (const Json* const found = model.at("options").find(name))
      heads = std::max(heads, found->get<int64_t>());
  }
  if (!options.heads.empty())
    check(options.heads[0] >= 0 && options.heads[0] <= options.heads[1] && options.heads[1] < heads,
          "look: --heads {}: the model has {}",
          options.heads[0] == options.heads[1] ? fmt::format("{}", options.heads[0])
                                               : fmt::format("{}-{}", options.heads[0], options.heads[1]),
          heads == 0 ? "no heads" : fmt::format("heads 0 to {}", heads - 1));
}

std::vector<std::string> notes_of(const std::vector<Reading>& readings) {
  std::vector<std::string> notes;
  for (const Reading& reading : readings) {
    for (const Sequence& sequence : reading.sequences) {
      if (!sequence.cut) continue;
      notes.push_back(fmt::format("a text has {} tokens, of which the model takes {}; the {} is not read",
                                  sequence.cut->total, sequence.cut->kept,
                                  sequence.cut->at_start ? "beginning" : "rest"));
    }
  }
  return notes;
}

// Error when the page is larger than it may be: all that could be left out of it is.
void check_size(const std::string& page, int64_t limit) {
  const int64_t least = std::ssize(page) / 1024 + 2;  // the limit stands on the page, and may get more digits
  check(std::ssize(page) <= limit,
        "look: --size-limit: the smallest page on this takes {} KiB, and {} bytes are allowed; give less to "
        "show, or "
        "--size-limit {}K",
        least, limit, least);
}

LookResult look_at_vectors(Subject& subject, const LookOptions& options, const Json& model) {
  check(!options.texts.empty(), "look: give the words to look at");
  LookResult result;
  Json index = index_head(subject, options, model);
  const VectorsView view = vectors_view(subject, options.texts);
  std::vector<RecordedTensor> tensors;
  if (view.vectors.defined()) {
    tensors.push_back({.name = "vectors",
                       .component = Component::embedding,
                       .axes = "NC",
                       .shape = view.vectors.shape(),
                       .packed = pack(view.vectors, Form::f32)});
    if (options.tensors) result.tensors.emplace_back("vectors", view.vectors);
  }
  index["vocabulary"] = Json::object();
  index["passes"] = Json::array({Json{{"sequences", Json::array()}, {"vectors", view.json}}});
  std::string html = "<p>" + escaped_html(subject.name) + "</p>\n";
  for (const std::string& word : options.texts) html += "<p>" + escaped_html(word) + "</p>\n";
  finish_page(std::move(index), options, {.tensors = tensors, .html = html}, result);
  check_size(result.page, options.size_limit);
  result.summary = {{"words", options.texts}, {"bytes", result.page.size()}};
  return result;
}

// What is asked for must be there to have: nothing is left out in silence.
void check_what_is_asked(const Subject& subject, const LookOptions& options) {
  const bool network = is_network(subject.kind) && subject.config().head.kind != HeadKind::none;
  check(network || options.gradients != GradientChoice::on,
        "look: --gradients on: {} has no answer whose gradients could be computed", subject.name);
  check(network || (options.at.empty() && options.cuts != Cutting::on),
        "look: --at and --cuts are for models with an answer; {} has none to cut", subject.name);
  const bool writes = network && subject.config().head.kind == HeadKind::language_model;
  check(subject.kind != Kind::ngram || options.generate == 0,
        "look: --generate is for networks, and {} counts n-grams: give the whole text to look at",
        subject.name);
  check(writes || options.generate == 0, "look: --generate is for models that write; {} does not",
        subject.name);
}

void check_series_options(const Subject& subject, const LookOptions& options) {
  check(!options.data.empty(), "look: {} forecasts a series; give a table with --data", subject.name);
  check(options.ids.empty() && options.target_ids.empty() && !options.target && options.generate == 0 &&
            !options.compare,
        "look: {} forecasts a series; --ids, --target-ids, --target, --generate and --compare are for models "
        "of "
        "texts",
        subject.name);
  check(options.gradients != GradientChoice::on,
        "look: of a forecast the effects of each row are measured, and no gradients; leave --gradients out");
}

LookResult look_at_series(const Subject& subject, const LookOptions& options, const Json& model) {
  check_series_options(subject, options);
  LookResult result;
  SeriesView view = series_view(
      *subject.series, {.files = options.data,
                        .fill = options.fill,
                        .columns = options.texts,
                        .at = options.at,
                        .effects = options.cuts,
                        .recorder = {.layers = options.layers,
                                     .heads = options.heads,
                                     .exact = options.exact,
                                     .keep_all = options.tensors},
                        .limit = std::max<int64_t>(
                            0, options.size_limit - bytes_of_index(subject, model, 32 * kMostColumns))});
  Json index = index_head(subject, options, model);
  index["vocabulary"] = Json::object();
  index["passes"] = view.passes;
  std::string html =
      "<p>" + escaped_html(subject.name) + ": " + escaped_html(subject.config().summary()) + "</p>\n";
  for (const std::string& line : view.summary) html += "<p dir=\"ltr\">" + escaped_html(line) + "</p>\n";
  finish_page(std::move(index), options, {.tensors = view.tensors, .reduced = view.reduced, .html = html},
              result);
  check_size(result.page, options.size_limit);
  result.tensors = std::move(view.exact);
  result.notes = std::move(view.notes);
  Json columns = Json::array();
  for (const Json& pass : view.passes) columns.push_back(pass.at("forecast").at("column"));
  const Json& first = view.passes.at(size_t{0}).at("forecast");
  result.summary = {
      {"columns", std::move(columns)},
      {"first", first.at("times").at(first.at("history").size())},
      {"horizon", first.at("values").size()},
      {"bytes", result.page.size()},
      {"tensors", {{"kept", result.kept}, {"less_exact", result.less_exact}, {"left_out", result.left_out}}}};
  return result;
}

}  // namespace

LookResult look(Subject& subject, const LookOptions& options) {
  const Json model = model_info(subject);
  check_layers(options, model);
  if (subject.kind == Kind::forecaster) return look_at_series(subject, options, model);
  check(options.data.empty() && !options.fill,
        "look: --data and --fill are for models that forecast a series; {} reads texts", subject.name);
  check_what_is_asked(subject, options);
  if (subject.kind == Kind::vectors) return look_at_vectors(subject, options, model);
  const std::vector<ReadingOptions> asked = passes_of(subject, options);
  std::vector<Reading> readings;
  for (const ReadingOptions& pass : asked) readings.push_back(read_for(subject, pass));
  const bool gradients = wants_gradients(subject, readings, options.gradients);
  Recorder recorder({.layers = options.layers,
                     .heads = options.heads,
                     .exact = options.exact,
                     .gradients = gradients,
                     .keep_all = options.tensors});
  survey(subject, readings, gradients, recorder);
  int64_t besides = bytes_of_index(subject, model, recorder.surveyed()) + std::ssize(options.command);
  for (const Reading& reading : readings) besides += bytes_of_pass(subject, reading, options.cuts);
  recorder.make_plan(std::max<int64_t>(0, options.size_limit - besides));

  LookResult result;
  Mentioned mentioned;
  PassRun run(subject, options, recorder, gradients, mentioned);
  Json passes = Json::array();
  for (size_t i = 0; i < readings.size(); ++i) passes.push_back(run(i, readings[i], asked[i]));

  Json index = index_head(subject, options, model);
  add_vocabularies(subject, std::move(mentioned), index);
  index["passes"] = std::move(passes);
  const std::vector<ReducedTensor> reduced = recorder.reduced();
  const std::string html = summary_html(subject, readings);
  finish_page(std::move(index), options, {.tensors = recorder.tensors(), .reduced = reduced, .html = html},
              result);
  result.tensors = recorder.exact();
  result.notes = notes_of(readings);
  check_size(result.page, options.size_limit);
  result.summary = summary_json(readings, result);
  return result;
}

}  // namespace hodhod::look
