// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/word_vectors_config.h"

#include <fmt/format.h>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/base/names.h"
#include "hodhod/io/tensor_file.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/own_config.h"
#include "hodhod/models/registry.h"
#include "hodhod/models/word_vectors.h"

namespace hodhod {
namespace {

constexpr hf::KeyRule kVectorKeys[] = {
    {"vocab_size", "vocabulary"}, {"hidden_dim", "width"}, {"algorithm", "algorithm"}, {"min_n", "min_n"},
    {"max_n", "max_n"},           {"buckets", "buckets"},  {"output", "output"},       {"counts", "counts"}};
constexpr const char* kSubwordHash = "fasttext";

// The sizes that directories of model2vec's own leave to the tensor.
void take_sizes(WordVectorsOptions& options, const std::string& directory) {
  const TensorFile file(directory);
  const TensorEntry* table = file.find("embeddings");
  check(table != nullptr && table->shape.size() == 2, "{}: there is no table of vectors named embeddings",
        file.path());
  options.vocabulary = table->shape[0];
  options.width = table->shape[1];
}

struct WordVectorsType final : ModelType {
  std::string_view name() const override { return "model2vec"; }
  std::vector<std::string> presets() const override { return {"word2vec", "fasttext-vectors", "glove"}; }
  std::unique_ptr<ModelConfig> preset(std::string_view wanted) const override {
    WordVectorsOptions options{.vocabulary = 1, .output = true, .counts = true};
    if (wanted == "fasttext-vectors") options.max_n = 6;
    if (wanted == "glove") {
      options.algorithm = VectorAlgorithm::glove;
      options.output = false;
    }
    return std::make_unique<WordVectorsConfig>(options);
  }
  ReadConfig read(const Json& json, const std::string& path) const override;
  Json write(const ModelConfig& config) const override;
};

ReadConfig WordVectorsType::read(const Json& json, const std::string& path) const {
  hf::ConfigReader reader(json, path);
  WordVectorsConfig config;
  config.body.algorithm = VectorAlgorithm::other;
  if (!reader.mentions("vocab_size")) take_sizes(config.body, parent_path(path));
  reader.read(kVectorKeys, config.fields());
  reader.only("hash", kSubwordHash);
  if (reader.get_or<bool>("normalize", false))
    reader.warn("normalize", "vectors of texts are not scaled to length 1 unless `normalize` asks for it");
  for (const char* harmless :
       {"architectures", "tokenizer_name", "apply_pca", "apply_zipf", "sif_coefficient", "seq_length",
        "pooling", "embedding_dtype", "vocabulary_quantization"})
    reader.find(harmless);
  return checked(reader, std::make_unique<WordVectorsConfig>(config));
}

Json WordVectorsType::write(const ModelConfig& config) const {
  const auto& own = dynamic_cast<const WordVectorsConfig&>(config);
  Json json = {{"architectures", Json::array({"StaticModel"})}, {"model_type", std::string(name())}};
  write_options(kVectorKeys, config, json);
  json["hash"] = kSubwordHash;
  json["normalize"] = false;
  json["seq_length"] = own.max_length();
  return json;
}

}  // namespace

const ModelType& word_vectors_type() {
  static const WordVectorsType kType;
  return kType;
}

void WordVectorsOptions::validate() const {
  check_fields(fields_of(const_cast<WordVectorsOptions&>(*this)), "word vectors");  // only read
  check(algorithm != VectorAlgorithm::glove || !has_subwords(),
        "word vectors: the algorithm glove has no subwords, and max_n is {}; give max_n=0", max_n);
  check(!has_subwords() || min_n <= max_n,
        "word vectors: min_n {} is above max_n {}: no subword is between; change one of them", min_n, max_n);
}

std::string WordVectorsConfig::summary() const {
  const std::string subwords = body.has_subwords()
                                   ? fmt::format(", subwords of {} to {} characters in {} rows", body.min_n,
                                                 body.max_n, with_commas(body.buckets))
                                   : "";
  return fmt::format("word vectors ({}), width {}, {} words{}", name_of(body.algorithm), body.width,
                     with_commas(body.vocabulary), subwords);
}

std::string WordVectorsConfig::why_useless(std::string_view option) const {
  if (option == "min_n" || option == "buckets")
    return body.has_subwords() ? "" : "the model has no subwords; give max_n first";
  return "";
}

const ModelType& WordVectorsConfig::type(const ModelType*) const {
  validate();
  return word_vectors_type();
}

std::unique_ptr<Model> WordVectorsConfig::make() const { return std::make_unique<WordVectors>(*this); }

}  // namespace hodhod
