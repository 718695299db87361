// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/recurrent_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/names.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/hf/head.h"
#include "hodhod/models/hf/tokens.h"
#include "hodhod/models/letters.h"
#include "hodhod/models/own_config.h"
#include "hodhod/models/recurrent_model.h"
#include "hodhod/models/registry.h"

namespace hodhod {
namespace {

// ---- sizes by name ----

struct RecurrentSize {
  std::string_view name;
  int64_t width, layers;
  double dropout;
  int64_t characters = 0;  // of a tagger that reads letters, with as many hidden units in each direction
};
constexpr RecurrentSize kRecurrentSizes[] = {
    {"tiny", 128, 1, 0.1}, {"small", 256, 2, 0.2}, {"base", 512, 2, 0.3}, {"tagger", 200, 1, 0.5, 25}};

// ---- config.json ----

// The options under the names that config.json files use for them.
constexpr hf::KeyRule kRecurrentKeys[] = {{"vocab_size", "vocabulary"},
                                          {"hidden_size", "width"},
                                          {"num_hidden_layers", "layers"},
                                          {"num_attention_heads", "heads"},
                                          {"max_position_embeddings", "max_length"},
                                          {"tie_word_embeddings", "tie_embeddings"},
                                          {"attention", "attention"},
                                          {"context", "context"},
                                          {"input_feeding", "input_feeding"},
                                          {"bidirectional", "bidirectional"},
                                          {"copy", "copy"},
                                          {"pooling", "pooling"},
                                          {"forget_bias", "forget_bias"},
                                          {"dropout", "dropout"},
                                          {"locked_dropout", "locked_dropout"},
                                          {"embedding_dropout", "embedding_dropout"},
                                          {"character_embedding_size", "characters"},
                                          {"character_hidden_size", "character_hidden"},
                                          {"alphabet", "alphabet"},
                                          {"form", "form"},
                                          {"classifier_dropout", "head_dropout"}};

struct RecurrentType final : ModelType {
  RecurrentType(std::string_view type, const std::string& class_prefix, RecurrentCell usual)
      : type_name(type), cell(usual) {
    for (const auto& [ending, head] : {std::pair{"ForCausalLM", HeadKind::language_model},
                                       {"ForMaskedLM", HeadKind::masked_language_model},
                                       {"ForSequenceClassification", HeadKind::classifier},
                                       {"ForTokenClassification", HeadKind::tagger},
                                       {"Model", HeadKind::none}}) {
      architectures.push_back(class_prefix + ending);
      kinds.push_back(head);
    }
  }

  std::string_view name() const override { return type_name; }
  std::vector<std::string> presets() const override {
    std::vector<std::string> names;
    for (const RecurrentSize& size : kRecurrentSizes) names.push_back(preset_name(size));
    return names;
  }
  std::unique_ptr<ModelConfig> preset(std::string_view wanted) const override;
  ReadConfig read(const Json& json, const std::string& path) const override;
  Json write(const ModelConfig& config) const override;
  TensorNames tensor_names(const ModelConfig&) const override {
    // Parameters are stored under their own names. A file may hold heads of other tasks.
    static const TensorNames kOwn{.needless = {"output.weight", "output_bias", "prediction.weight",
                                               "prediction.bias", "prediction_norm.weight",
                                               "prediction_norm.bias", "classifier.weight",
                                               "classifier.bias"}};
    return kOwn;
  }

  std::string preset_name(const RecurrentSize& size) const {
    return fmt::format("{}-{}", type_name, size.name);
  }
  std::vector<hf::HeadRule> head_rules() const {
    std::vector<hf::HeadRule> rules;
    for (size_t i = 0; i < kinds.size(); ++i) rules.push_back({architectures[i], kinds[i]});
    return rules;
  }

  std::string_view type_name;
  RecurrentCell cell;
  std::vector<std::string> architectures;
  std::vector<HeadKind> kinds;
};

std::unique_ptr<ModelConfig> RecurrentType::preset(std::string_view wanted) const {
  for (const RecurrentSize& size : kRecurrentSizes) {
    if (preset_name(size) != wanted) continue;
    RecurrentConfig config;
    config.cell = cell;
    config.width = size.width;
    config.layers = size.layers;
    config.dropout = size.dropout;
    config.vocabulary = 8000;
    config.characters = config.character_hidden = size.characters;
    if (config.reads_letters()) config.form = RecurrentForm::encoder;
    auto made = std::make_unique<RecurrentModelConfig>(config);
    // As many labels as four kinds of names have in IOB2; the data decides.
    if (config.reads_letters()) made->head = {.kind = HeadKind::tagger, .labels = 9, .crf = true};
    return made;
  }
  fail("there is no preset '{}' of type {}", wanted, type_name);
}

ReadConfig RecurrentType::read(const Json& json, const std::string& path) const {
  hf::ConfigReader reader(json, path);
  RecurrentModelConfig config;
  config.body.cell = cell;
  reader.read(kRecurrentKeys, config.fields());
  if (cell == RecurrentCell::tanh) {
    const auto function = reader.get_or<std::string>("hidden_act", "tanh");
    check(function == "tanh" || function == "relu", "{}: {} is not known; tanh and relu are",
          reader.place("hidden_act"), function);
    if (function == "relu") config.body.cell = RecurrentCell::relu;
  }
  reader.only("is_encoder_decoder", config.reads_source());
  hf::read_tokens(reader, config.body.special, config.body.vocabulary, config.reads_source());
  hf::read_head(reader, head_rules(), config.head);
  return checked(reader, std::make_unique<RecurrentModelConfig>(config));
}

Json RecurrentType::write(const ModelConfig& config) const {
  const auto& own = dynamic_cast<const RecurrentModelConfig&>(config);
  Json json = Json::object();
  hf::write_head(head_rules(), own.head, json);
  json["model_type"] = std::string(type_name);
  write_options(kRecurrentKeys, config, json);
  if (cell == RecurrentCell::tanh) json["hidden_act"] = std::string(name_of(own.body.cell));
  if (!own.body.reads_letters()) {
    for (const char* key : {"character_embedding_size", "character_hidden_size", "alphabet"}) json.erase(key);
  }
  json["is_encoder_decoder"] = own.reads_source();
  hf::write_tokens(own.body.special, own.reads_source(), json);
  json["torch_dtype"] = "float32";
  return json;
}

}  // namespace

const ModelType& rnn_type() {
  static const RecurrentType kType("rnn", "RNN", RecurrentCell::tanh);
  return kType;
}

const ModelType& lstm_type() {
  static const RecurrentType kType("lstm", "LSTM", RecurrentCell::lstm);
  return kType;
}

const ModelType& gru_type() {
  static const RecurrentType kType("gru", "GRU", RecurrentCell::gru);
  return kType;
}

Cell cell_of(RecurrentCell cell) {
  switch (cell) {
    case RecurrentCell::tanh:
      return Cell::tanh;
    case RecurrentCell::relu:
      return Cell::relu;
    case RecurrentCell::lstm:
      return Cell::lstm;
    case RecurrentCell::gru:
      break;
  }
  return Cell::gru;
}

// ---- the configuration ----

void RecurrentConfig::validate() const {
  check_fields(fields_of(const_cast<RecurrentConfig&>(*this)), "recurrent");  // only read
  check(bidirectional || form == RecurrentForm::encoder_decoder,
        "recurrent: bidirectional no is for the source of an encoder-decoder, and this is a {}",
        name_of(form));
  check(!has_encoder() || !reads_both_ways() || width % 2 == 0,
        "recurrent: width {} is odd; each of the encoder's two directions has half of it", width);
  check(width % heads == 0, "recurrent: width {} is not a multiple of heads {}; change one of them", width,
        heads);
  const bool by_steps = attention == RecurrentAttention::additive || attention == RecurrentAttention::dot ||
                        attention == RecurrentAttention::general;
  check(by_steps || (context == ContextPlace::after && !input_feeding),
        "recurrent: context and input_feeding need attention additive, dot or general; it is {}",
        name_of(attention));
  check(by_steps || !copy, "recurrent: copy needs attention additive, dot or general; it is {}",
        name_of(attention));
  check(
      !locked_dropout || (context == ContextPlace::after && !input_feeding),
      "recurrent: locked_dropout goes with neither context before nor input_feeding; leave one of them out");
  check((characters > 0) == (character_hidden > 0),
        "recurrent: characters {} and character_hidden {}; to read letters give both, and otherwise neither",
        characters, character_hidden);
  check(Alphabet(alphabet, "recurrent: alphabet").size() == 1 || reads_letters(),
        "recurrent: an alphabet, and characters 0; leave it out, or give characters and character_hidden");
  const auto known = [&](const char* name, int64_t token) {
    check(token < vocabulary, "recurrent: {} is token {} of {}; give one from 0 to {}", name, token,
          vocabulary, vocabulary - 1);
  };
  known("pad", special.pad);
  known("bos", special.bos);
  for (const int64_t token : special.ends()) known("eos", token);
  if (form == RecurrentForm::encoder_decoder) known("decoder_start", special.decoder_start);
}

RecurrentModelConfig::RecurrentModelConfig(const RecurrentConfig& config) : ConfigOf(config) {
  head.kind = RecurrentModelConfig::heads()[0];
}

std::unique_ptr<ModelConfig> RecurrentModelConfig::clone() const {
  return std::make_unique<RecurrentModelConfig>(*this);
}

std::vector<HeadKind> RecurrentModelConfig::heads() const {
  switch (body.form) {
    case RecurrentForm::encoder:
      return {HeadKind::masked_language_model, HeadKind::classifier, HeadKind::tagger, HeadKind::none};
    case RecurrentForm::decoder:
      return {HeadKind::language_model, HeadKind::classifier, HeadKind::tagger, HeadKind::none};
    case RecurrentForm::encoder_decoder:
      break;
  }
  return {HeadKind::language_model, HeadKind::none};
}

void RecurrentModelConfig::take_form(HeadKind kind, bool reads_source) {
  body.form = reads_source                       ? RecurrentForm::encoder_decoder
              : kind == HeadKind::language_model ? RecurrentForm::decoder
                                                 : RecurrentForm::encoder;
}

std::string RecurrentModelConfig::summary() const {
  const bool several = body.attention == RecurrentAttention::multi_head;
  const std::string heads_text = !reads_source() ? ""
                                 : several       ? fmt::format(", {} attention heads", body.heads)
                                                 : fmt::format(", attention {}", name_of(body.attention));
  const std::string letters_text =
      body.reads_letters() ? fmt::format(", letters {}", 2 * body.character_hidden) : "";
  return fmt::format("{} {}, {} layers, width {}{}{}{}, vocabulary {}", name_of(body.cell),
                     name_of(body.form), body.layers, body.width, heads_text, body.copy ? ", copying" : "",
                     letters_text, with_commas(body.vocabulary));
}

std::string RecurrentModelConfig::why_useless(std::string_view option) const {
  if (option == "form") return "the task decides it";
  const bool attends = option == "heads" || option == "attention" || option == "context" ||
                       option == "input_feeding" || option == "copy";
  if (option == "bidirectional" && !reads_source())
    return "an encoder reads both ways, and a decoder one way";
  if (attends && !reads_source()) return "a recurrent model attends only where it reads a source";
  if (option == "pooling" && head.kind != HeadKind::classifier) return "only a classifier pools its states";
  if (option == "pooling" && !body.has_encoder())
    return "only the last state of a decoder has read the whole text";
  if (option == "alphabet") return "the training text decides it";
  if ((option == "characters" || option == "character_hidden") && head.kind != HeadKind::tagger)
    return "only a tagger reads letters";
  if (option == "forget_bias" && body.cell != RecurrentCell::lstm) return "only an LSTM has forget gates";
  return "";
}

void RecurrentModelConfig::validate() const {
  body.validate();
  check_fields(fields_of(const_cast<HeadOptions&>(head)), "head");  // only read
  check(!body.reads_letters() || (head.kind == HeadKind::tagger && body.form == RecurrentForm::encoder),
        "recurrent: a model that reads letters (characters {}) is a tagger, and the head {} of a {} was "
        "asked for; "
        "give another preset",
        body.characters, name_of(head.kind), name_of(body.form));
  check(!head.has_labels() || head.labels > 0, "head: a {} needs labels; it has {}", name_of(head.kind),
        head.labels);
}

const ModelType& RecurrentModelConfig::type(const ModelType*) const {
  validate();
  return body.cell == RecurrentCell::lstm  ? lstm_type()
         : body.cell == RecurrentCell::gru ? gru_type()
                                           : rnn_type();
}

std::unique_ptr<Model> RecurrentModelConfig::make() const { return std::make_unique<RecurrentModel>(*this); }

}  // namespace hodhod
