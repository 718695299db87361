// SPDX-License-Identifier: Apache-2.0
// Directories in which one thing is wrong, made from valid ones: each is refused with its file, and with the
// setting, tensor or place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "hodhod/base/testing.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/test_directory.h"

namespace hodhod {
namespace {

using Files = std::map<std::string, std::string>;

constexpr const char *kConfig = "config.json", *kWeights = "model.safetensors",
                     *kIndex = "model.safetensors.index.json";

struct Malformed {
  std::string kind, input;
  Files files;
  std::vector<std::string> named = {};  // what the message must say besides the directory
  std::function<void(const std::string& directory)> further = {};
};

Files files_of(const TransformerModelConfig& config, std::string_view model_type) {
  TransformerModel model(config, Rng(3));
  const TemporaryDirectory directory;
  ModelOrigin origin;
  origin.config = {{"model_type", std::string(model_type)}};
  save_model_files(model, directory.path(), Json::object(), origin);
  return {{kConfig, read_file(directory / kConfig)}, {kWeights, read_file(directory / kWeights)}};
}

Json config_of(const Files& files) { return parse_json(files.at(kConfig), kConfig); }

Files with_config(Files files, const Json& config) {
  files[kConfig] = format_json(config);
  return files;
}
Files with_setting(const Files& files, const std::string& key, const Json& value) {
  Json config = config_of(files);
  config[key] = value;
  return with_config(files, config);
}
Files with_file(Files files, const std::string& name, std::string bytes) {
  files[name] = std::move(bytes);
  return files;
}

// The header of a safetensors file, and the bytes behind it.
Json header_of(const std::string& weights) {
  uint64_t length = 0;
  std::memcpy(&length, weights.data(), 8);
  return parse_json(weights.substr(8, length), "header");
}
std::string safetensors_of(const std::string& header, const std::string& weights) {
  uint64_t length = 0;
  std::memcpy(&length, weights.data(), 8);
  const uint64_t now = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &now, 8);
  return bytes + header + weights.substr(8 + length);
}

class Collection {
 public:
  Collection() {
    for (const hf::Family* family : hf::families()) add_settings(*family);
    const Files gpt = files_of(TestDirectory::small("gpt-tiny"), "gpt2");
    const Files llama = files_of(TestDirectory::small("llama-tiny"), "llama");
    add_json(gpt);
    add_combinations(gpt, llama);
    add_labels();
    add_other_models(gpt);
    add_files(gpt);
    add_headers(gpt);
    add_tensors(gpt, "transformer.");
    add_tensors(llama, "model.");
    add_indexes(gpt);
  }

  const std::vector<Malformed>& all() const { return all_; }

 private:
  void add(const std::string& kind, const std::string& input, Files files,
           std::vector<std::string> named = {}) {
    all_.push_back({kind, input, std::move(files), std::move(named)});
  }

  // Every number and flag that a family's table reads, with values that it cannot have.
  void add_settings(const hf::Family& family) {
    TransformerModelConfig config(family.defaults());
    const Files valid{{kConfig, format_json(Json{{"model_type", std::string(family.model_type)}})}};
    for (const hf::KeyRule& rule : family.keys) {
      const std::string key(rule.theirs);
      const Field field = hf::fields_named(std::array{rule}, config.fields()).at(0);
      const auto wrong = [&](const std::string& kind, const Json& value) {
        add(kind, std::string(family.model_type) + " " + key + " = " + format_json(value, -1),
            with_setting(valid, key, value), {kConfig, key});
      };
      const bool flag = std::holds_alternative<bool*>(field.member);
      wrong("a setting that is text", "big");
      wrong("a setting that is a list", Json::array({1}));
      wrong("a setting that is an object", Json{{"a", 1}});
      if (flag) {
        wrong("a flag that is a number", 2);
        continue;
      }
      wrong("a number that is a flag", true);
      wrong("a negative number", -2);
      wrong("a number beyond all ranges", 1e18);
      if (std::holds_alternative<int64_t*>(field.member)) wrong("a count with a fraction", 2.5);
      if (field.range.least >= 1) wrong("a count of nothing", 0);
    }
  }

  void add_json(const Files& valid) {
    const std::string& text = valid.at(kConfig);
    for (size_t n = 0; n + 2 < text.size(); n += 37)
      add("JSON that ends early", std::to_string(n), with_file(valid, kConfig, text.substr(0, n)), {kConfig});
    const auto whole = [&](const std::string& kind, const std::string& input, const std::string& bytes) {
      add(kind, input, with_file(valid, kConfig, bytes), {kConfig});
    };
    for (const char* more : {"{}", ",", "x", "]"}) whole("JSON with something behind it", more, text + more);
    for (const char* other : {"[]", "3", "null", "\"gpt2\"", "true"})
      whole("JSON that is no object", other, other);
    whole("JSON with a key twice", "", "{\"model_type\": \"gpt2\", \"n_embd\": 12, \"n_embd\": 12}");
    for (const char* word : {"NaN", "Infinity", "-Infinity", "1e999", "01", "0x10", "+1", "1."}) {
      whole("JSON with a number that it does not have", word,
            "{\"model_type\": \"gpt2\", \"n_embd\": " + std::string(word) + "}");
    }
    for (const char* bytes : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xE2\x82"})
      whole("JSON that is not UTF-8", "", "{\"model_type\": \"gpt2" + std::string(bytes) + "\"}");
    for (const int depth : {65, 1000, 100000}) {
      whole("JSON of many levels", std::to_string(depth),
            "{\"model_type\": \"gpt2\", \"a\": " + std::string(static_cast<size_t>(depth), '[') + "}");
    }
  }

  void add_combinations(const Files& gpt, const Files& llama) {
    const auto with = [&](const char* kind, const Files& files, const char* key, const Json& value,
                          const char* named) {
      add(kind, std::string(key) + " = " + format_json(value, -1), with_setting(files, key, value),
          {kConfig, named});
    };
    for (const int heads : {5, 7, 9, 11}) with("sizes that do not divide", gpt, "n_head", heads, "heads");
    for (const int heads : {3, 4, 5}) {
      with("sizes that do not divide", llama, "num_key_value_heads", heads, "kv_heads");
    }
    with("sizes that do not divide", llama, "head_dim", 5, "head size");
    const Files marian = files_of(TestDirectory::small("tiny"), "marian");
    with("more numbers than fit", marian, "max_position_embeddings", 1 << 24, "max_length");
    for (const char* name : {"mish", "", "relu6", "gelu_10"})
      with("an activation that is not known", gpt, "activation_function", name, "activation_function");
    for (const char* key : {"eos_token_id", "bos_token_id", "pad_token_id"}) {
      for (const Json& value : {Json("end"), Json(-5), Json(1.5), Json(true), Json(Json{{"a", 1}}),
                                Json(Json::array({"a"})), Json(Json::array({1.5}))})
        with("a token that is none", gpt, key, value, key);
    }
    const std::vector<std::pair<Json, const char*>> ropes = {
        {3, "rope_scaling"},
        {"linear", "rope_scaling"},
        {Json::array({1}), "rope_scaling"},
        {{{"rope_type", "spiral"}, {"factor", 2}}, "rope_type"},
        {{{"rope_type", 3}, {"factor", 2}}, "rope_type"},
        {{{"rope_type", "linear"}}, "factor"},
        {{{"rope_type", "linear"}, {"factor", 0}}, "factor"},
        {{{"rope_type", "linear"}, {"factor", -1}}, "factor"},
        {{{"rope_type", "linear"}, {"factor", "two"}}, "factor"},
        {{{"rope_type", "llama3"}, {"factor", 8}}, "rope_scaling"},
        {{{"rope_type", "yarn"}, {"factor", 4}, {"beta_fast", -1}}, "beta_fast"},
        {{{"rope_type", "linear"}, {"factor", 2}, {"partial_rotary_factor", 0.5}}, "partial_rotary_factor"}};
    for (const auto& [value, named] : ropes) with("rotary scaling", llama, "rope_scaling", value, named);
    for (const Json& base : {Json(0), Json(-1), Json(1), Json("10000")})
      with("a base of no frequencies", llama, "rope_theta", base, "rope_theta");
  }

  void add_labels() {
    const Files files = files_of(TestDirectory::small("bert-tiny", HeadKind::classifier, 3), "bert");
    const auto with = [&](const char* key, const Json& value, const char* named) {
      add("labels", std::string(key) + " = " + format_json(value, -1), with_setting(files, key, value),
          {kConfig, named});
    };
    for (const Json& value :
         {Json(3), Json("a"), Json(Json::array({"a"})), Json(Json{{"0", "a"}, {"2", "b"}}),
          Json(Json{{"1", "a"}, {"2", "b"}}), Json(Json{{"x", "a"}}), Json(Json{{"-1", "a"}})})
      with("id2label", value, "id2label");
    for (const Json& value : {Json(4), Json(-1), Json(0), Json("3"), Json(1e18)})
      with("num_labels", value, "num_labels");
    for (const Json& value : {Json("ranking"), Json(3), Json(Json::array({"regression"}))})
      with("problem_type", value, "problem_type");
  }

  void add_other_models(const Files& gpt) {
    const auto with = [&](const char* kind, const char* key, const Json& value) {
      add(kind, std::string(key) + " = " + format_json(value, -1), with_setting(gpt, key, value),
          {kConfig, key});
    };
    for (const Json& value : {Json(3), Json(Json::array({"gpt2"})), Json(true)})
      with("a kind of model that is not known", "model_type", value);
    for (const char* name : {"gpt5", "", "GPT2"}) {
      add("a kind of model that is not known", name, with_setting(gpt, "model_type", name),
          {kConfig, fmt::format("models of type '{}'", name)});
    }
    Json without = config_of(gpt);
    without.erase("model_type");
    add("a kind of model that is not known", "none", with_config(gpt, without), {kConfig, "model_type"});
    for (const Json& value : {Json(Json::array({"GPT2ForDreams"})), Json(Json::array({"BertModel"})),
                              Json(Json::array({3})), Json("GPT2LMHeadModel"), Json(7)})
      with("a head that is not known", "architectures", value);
    with("a setting that makes another model", "add_cross_attention", true);
    with("a setting that makes another model", "tie_encoder_decoder", true);
    with("a setting that makes another model", "is_encoder_decoder", true);
    with("a setting that makes another model", "pruned_heads", Json{{"0", Json::array({1})}});
    with("a setting that makes another model", "quantization_config", Json{{"bits", 4}});
  }

  void add_files(const Files& gpt) {
    for (const char* name : {kConfig, kWeights}) {
      Files without = gpt;
      without.erase(name);
      add("a file that is missing", name, without, {name});
      const auto in_place = [&](const std::string& kind, const auto& make) {
        add(kind, name, without, {name});
        all_.back().further = [name, make](const std::string& directory) {
          make(join_path(directory, name));
        };
      };
      in_place("a pipe for a file",
               [](const std::string& path) { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); });
      in_place("a directory for a file",
               [](const std::string& path) { std::filesystem::create_directory(path); });
      in_place("a device for a file",
               [](const std::string& path) { std::filesystem::create_symlink("/dev/zero", path); });
      in_place("a link to nothing",
               [](const std::string& path) { std::filesystem::create_symlink("nowhere", path); });
      add("an empty file", name, with_file(gpt, name, ""), {name});
    }
    for (const char* text : {"[]", "3", "{", "{\"a\": }", "{\"num_beams\": 1, \"num_beams\": 2}"}) {
      add("generation_config.json", text, with_file(gpt, "generation_config.json", text),
          {"generation_config.json"});
    }
  }

  void add_headers(const Files& gpt) {
    const std::string& bytes = gpt.at(kWeights);
    const auto file = [&](const std::string& kind, const std::string& input, const std::string& now,
                          std::vector<std::string> named = {kWeights}) {
      add(kind, input, with_file(gpt, kWeights, now), std::move(named));
    };
    for (size_t n = 1; n < bytes.size(); n += bytes.size() / 23)
      file("weights that end early", std::to_string(n), bytes.substr(0, n));
    file("weights with something behind them", "one byte", bytes + "x");
    file("weights with something behind them", "a second file", bytes + bytes);
    for (const uint64_t length :
         {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32, ~uint64_t{0}, uint64_t{1} << 63}) {
      std::string now = bytes;
      std::memcpy(now.data(), &length, 8);
      file("a header of another length", std::to_string(length), now);
    }
    for (const char* other : {"[]", "{", "{}}", "null", "{\"a\": 3}", "{\"__metadata__\": 3}"})
      file("a header that is none", other, safetensors_of(other, bytes));
    file("a pointer of Git LFS", "", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
         {kWeights, "Git LFS"});
  }

  // One tensor after the other, each with several faults.
  void add_tensors(const Files& files, const std::string& prefix) {
    const std::string& bytes = files.at(kWeights);
    const Json header = header_of(bytes);
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__" || !name.starts_with(prefix)) continue;
      const auto with = [&, name = name](const std::string& kind, const Json& now) {
        Json changed = header;
        changed[name] = now;
        add(kind, name, with_file(files, kWeights, safetensors_of(format_json(changed, -1), bytes)), {name});
      };
      Json now = entry;
      now["dtype"] = "I32";
      with("a tensor of whole numbers", now);
      now["dtype"] = "F12";
      with("a tensor of an unknown type", now);
      now = entry;
      now["shape"].push_back(1);
      with("a tensor of another rank", now);
      now = entry;
      now["shape"] = Json::array({int64_t{1} << 40, int64_t{1} << 40});
      with("a tensor whose size is no number", now);
      now["shape"] = Json::array({-1, -1});
      with("a tensor of negative size", now);
      now = entry;
      now.erase("data_offsets");
      with("a tensor without a place", now);
      now["data_offsets"] = Json::array({0, int64_t{1} << 50});
      with("a tensor past the end", now);
      Json without = Json::object();
      for (const auto& [other, value] : header.items()) without[other == name ? "other" : other] = value;
      // Files may lack the prefix of names, so the message has one of both spellings.
      all_.push_back({"a tensor that is missing",
                      name,
                      with_file(files, kWeights, safetensors_of(format_json(without, -1), bytes)),
                      {"lack"}});
    }
  }

  void add_indexes(const Files& gpt) {
    Files sharded = gpt;
    sharded.erase(kWeights);
    sharded["model-00001-of-00001.safetensors"] = gpt.at(kWeights);
    Json map = Json::object();
    const Json header = header_of(gpt.at(kWeights));
    for (const auto& [name, entry] : header.items()) {
      if (name != "__metadata__") map[name] = "model-00001-of-00001.safetensors";
    }
    const auto index = [&](const std::string& input, const Json& now) {
      add("an index", input, with_file(sharded, kIndex, format_json(now)), {kIndex});
    };
    index("no map", Json::object());
    index("a list", Json::array({1}));
    index("a map that is a list", {{"weight_map", Json::array({1})}});
    for (const char* shard : {"../model.safetensors", "/etc/passwd", "", "..", "missing.safetensors"}) {
      Json other = map;
      other["transformer.wte.weight"] = shard;
      index(shard, {{"weight_map", other}});
    }
    Json more = map;
    more["transformer.none"] = "model-00001-of-00001.safetensors";
    index("a tensor that is in no file", {{"weight_map", more}});
  }

  std::vector<Malformed> all_;
};

TEST(MalformedDirectories, EachIsRefusedByNameAndPlace) {
  const Collection collection;
  std::set<std::string> kinds;
  for (const Malformed& one : collection.all()) {
    kinds.insert(one.kind);
    const TemporaryDirectory directory;
    for (const auto& [name, bytes] : one.files) directory.put(name, bytes);
    if (one.further) one.further(directory.path());
    const std::string message = error_of([&] { load_model(directory.path()); });
    EXPECT_THAT(message, testing::StartsWith(directory.path())) << one.kind << ": " << one.input;
    for (const std::string& named : one.named)
      EXPECT_THAT(message, testing::HasSubstr(named)) << one.kind << ": " << one.input;
  }
  EXPECT_GE(kinds.size(), 30u);
  EXPECT_GE(collection.all().size(), 300u);
  RecordProperty("inputs", static_cast<int>(collection.all().size()));
}

}  // namespace
}  // namespace hodhod
