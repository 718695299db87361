// SPDX-License-Identifier: Apache-2.0
// hodhod describe PRESET|DIR: the layers of a model, and the time and memory to train and run it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/models.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"
#include "hodhod/base/names.h"
#include "hodhod/io/tensor_file.h"
#include "hodhod/models/description.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/hf/families_document.h"
#include "hodhod/models/machine_speed.h"
#include "hodhod/models/ngram.h"
#include "hodhod/models/ngram_config.h"

namespace hodhod::cli {
namespace {

struct DescribeModelFlags {
  std::string model;
  std::vector<std::string> options;
  DescribeOptions shape;
  std::optional<double> tokens;
  bool all = false, json = false, families = false;
};

// An adapter that belongs to a directory.
struct DescribedAdapter {
  AdapterConfig config;
  int64_t parameters = 0;  // that it brings
};

struct DescribedModel {
  std::unique_ptr<ModelConfig> config;
  int64_t mapped = 0;  // bytes of n-grams
  std::vector<DescribedAdapter> adapters = {};
};

DescribedAdapter adapter_in(const AdapterDirectory& directory) {
  DescribedAdapter adapter{.config = directory.config};
  const std::string file = adapter_weights_in(directory.path);
  check(!file.empty(), "{}: there is no {}; the adapter is incomplete", directory.path, kAdapterWeights);
  const TensorFile weights(file);
  for (const TensorEntry& entry : weights.entries()) {
    int64_t count = 1;
    for (const int64_t size : entry.shape) count *= size;
    adapter.parameters += count;
  }
  return adapter;
}

DescribedModel described_model(const DescribeModelFlags& flags) {
  DescribedModel model;
  if (is_directory(flags.model)) {
    ModelDirectory directory = ModelDirectory::open(flags.model);
    print_warnings(directory.warnings);
    for (const AdapterDirectory& adapter : directory.adapters) model.adapters.push_back(adapter_in(adapter));
    const std::string ngrams = join_path(directory.weights(), kNgramFile);
    if (file_exists(ngrams)) model.mapped = static_cast<int64_t>(file_size(ngrams));
    model.config = std::move(directory.config);
  } else {
    try {
      model.config = model_preset(flags.model);
    } catch (const Error& error) {
      fail("{}: there is no such directory, and {}", flags.model, error.what());
    }
  }
  check_given_once(flags.options);
  for (const std::string& option : flags.options) model.config->change(option);
  return model;
}

std::string adapters_text(const std::vector<DescribedAdapter>& adapters, const Description& d) {
  std::string text;
  for (const auto& [config, parameters] : adapters) {
    text += fmt::format("\nadapter of {}: rank {}, alpha {} on {}", config.base, config.rank, config.alpha,
                        config.targets.empty() ? "the layers that its target_modules names"
                                               : fmt::format("{}", fmt::join(config.targets, ", ")));
    if (!config.saved.empty()) text += fmt::format("; {} whole", fmt::join(config.saved, ", "));
    text += fmt::format("\n{:<20} {}, {:.2f} % of the model's\n", "its parameters", with_commas(parameters),
                        100 * static_cast<double>(parameters) / static_cast<double>(d.parameters));
  }
  return text;
}

Json adapters_json(const std::vector<DescribedAdapter>& adapters) {
  Json list = Json::array();
  for (const auto& [config, parameters] : adapters)
    list.push_back({{"base", config.base},
                    {"rank", config.rank},
                    {"alpha", config.alpha},
                    {"layers", config.targets},
                    {"whole", config.saved},
                    {"parameters", parameters}});
  return list;
}

std::string shape_text(const std::vector<int64_t>& shape) {
  return shape.empty() ? "" : fmt::format("[{}]", fmt::join(shape, ", "));
}

// Times in seconds.
struct Times {
  double train_step, read, write;
};

// The times for a batch. `write` is for one more token in each sequence; all weights are read once for this.
Times times_of(const Description& d, const MachineSpeed& speed) {
  const double once = static_cast<double>(d.batch) * d.forward_flops_per_token() / speed.flops;
  return {.train_step = 3 * d.forward_flops / speed.flops,
          .read = d.forward_flops / speed.flops,
          .write = std::max(once, static_cast<double>(d.weights) / speed.bytes)};
}

std::string duration(double seconds) {
  constexpr double kYear = 365.25 * 86400;
  if (seconds >= kYear) return format_count(seconds / kYear) + " years";
  if (seconds < 0.0995) return fmt::format("{:.2g} ms", seconds * 1000);
  return format_duration(seconds);
}

std::string row_text(const LayerDescription& row) {
  return fmt::format("{:<13} {:<34} {:<22} {:<22} {:>15} {:>9}\n", row.component, row.name,
                     shape_text(row.in), shape_text(row.out),
                     row.parameters > 0 ? with_commas(row.parameters)
                     : row.shared       ? "shared"
                                        : "",
                     row.flops > 0 ? format_count(row.flops) : "");
}

int64_t layer_count(const Description& d, const std::string& stack) {
  int64_t count = 0;
  for (const LayerDescription& row : d.layers) {
    if (row.stack == stack) count = std::max(count, row.layer + 1);
  }
  return count;
}

std::string layers_text(const Description& d, bool all) {
  std::string text = fmt::format("{:<13} {:<34} {:<22} {:<22} {:>15} {:>9}\n", "component", "layer", "in",
                                 "out", "parameters", "FLOPs");
  int64_t shown = -1;
  for (const LayerDescription& row : d.layers) {
    // The blocks of a stack are alike, so only the first is shown.
    if (row.layer > 0 && !all) continue;
    if (row.layer != shown && row.layer >= 0) {
      text += all ? fmt::format("{} layer {}\n", row.stack, row.layer)
                  : fmt::format("each of {} {} layers:\n", layer_count(d, row.stack), row.stack);
    }
    if (row.layer < 0 && shown >= 0) text += row.component == "input" ? "\n" : "after them:\n";
    shown = row.layer;
    text += row_text(row);
  }
  return text;
}

// "embedding 31.0 %, attention 22.8 %, …"; empty for a model whose parameters have one component at most.
std::string shares_text(const Description& d) {
  const auto components = parameters_by_component(d);
  if (components.size() < 2) return "";
  std::string text;
  for (const auto& [component, parameters] : components)
    text += fmt::format("{}{} {:.1f} %", text.empty() ? "" : ", ", component,
                        100 * static_cast<double>(parameters) / static_cast<double>(d.parameters));
  return fmt::format("{:<20} {}\n", "their shares", text);
}

// What a counted model has in place of parameters.
std::string ngrams_text(const NgramModelConfig& config) {
  int64_t all = 0;
  std::string text;
  for (size_t n = 0; n < config.counts.size(); ++n) {
    all += config.counts[n];
    text += fmt::format("{}{} of order {}", n == 0 ? "" : ", ", with_commas(config.counts[n]), n + 1);
  }
  return fmt::format("\n{:<20} {}{}{}\n", "n-grams", with_commas(all), text.empty() ? "" : ": ", text);
}

std::string summary(const DescribeModelFlags& flags, const ModelConfig& config, const Description& d) {
  return fmt::format("{}: {}\nshapes and FLOPs for a batch of {} and a length of {}\n\n", flags.model,
                     config.summary(), d.batch, d.length);
}

std::string totals(const DescribeModelFlags& flags, const ModelConfig& config, const Description& d,
                   const MachineSpeed& speed) {
  const auto bytes = [](int64_t count) { return format_bytes(static_cast<uint64_t>(count)); };
  const Times times = times_of(d, speed);
  const auto tokens = static_cast<double>(d.tokens);
  const auto* const counted = dynamic_cast<const NgramModelConfig*>(&config);
  std::string text = counted != nullptr
                         ? ngrams_text(*counted)
                         : fmt::format("\n{:<20} {} ({})\n", "parameters", with_commas(d.parameters),
                                       format_count(static_cast<double>(d.parameters))) +
                               shares_text(d);
  if (d.forward_flops > 0) {
    text += fmt::format("{:<20} {} forward{}\n", "FLOPs per token", format_count(d.forward_flops_per_token()),
                        d.trains() ? ", " + format_count(d.training_flops_per_token()) + " in training" : "");
  }
  if (d.trains()) {
    text += fmt::format("{:<20} {}: weights {}, gradients {}, Adam's moments {}, activations {}\n",
                        "memory to train", bytes(d.to_train()), bytes(d.weights), bytes(d.gradients),
                        bytes(d.optimizer), bytes(d.activations));
  }
  const std::string kept = counted != nullptr
                               ? fmt::format("{}, which is mapped, {}", kNgramFile, bytes(d.mapped))
                               : "weights " + bytes(d.weights);
  text += fmt::format("{:<20} {}: {}{}\n", "memory to run", bytes(d.to_run()), kept,
                      d.cache > 0 ? ", state while it writes " + bytes(d.cache) : "");
  if (d.forward_flops == 0) return text;
  text +=
      fmt::format("{:<20} {:.1f} GFLOP/s in products of many rows, {}/s of weights in products of one row\n",
                  "this machine", speed.flops / 1e9, bytes(static_cast<int64_t>(speed.bytes)));
  if (d.trains()) {
    text += fmt::format("{:<20} {} per step of this batch, {} tokens/s\n", "time to train",
                        duration(times.train_step), format_count(tokens / times.train_step));
  }
  if (d.trains() && flags.tokens) {
    text += fmt::format("{:<20} {}\n", fmt::format("on {} tokens", format_count(*flags.tokens)),
                        duration(*flags.tokens * times.train_step / tokens));
  }
  text += fmt::format("{:<20} {} for this batch", "time to read", duration(times.read));
  if (d.writes) text += fmt::format(", and {} to write a token", duration(times.write));
  return text + "\n";
}

Json to_json(const Description& d, const MachineSpeed& speed) {
  Json layers = Json::array();
  for (const LayerDescription& row : d.layers) {
    const std::string stack = row.stack.empty() ? "" : row.stack + ".";
    const std::string place = row.layer >= 0 ? fmt::format("{}layer.{}.", stack, row.layer) : stack;
    layers.push_back({{"component", row.component},
                      {"name", place + row.name},
                      {"in", row.in},
                      {"out", row.out},
                      {"parameters", row.parameters},
                      {"shared", row.shared},
                      {"flops", row.flops},
                      {"kept", row.kept}});
  }
  const Times times = times_of(d, speed);
  Json components = Json::array();
  for (const auto& [component, parameters] : parameters_by_component(d)) {
    components.push_back({{"component", component},
                          {"parameters", parameters},
                          {"share", static_cast<double>(parameters) / static_cast<double>(d.parameters)}});
  }
  return {
      {"batch", d.batch},
      {"length", d.length},
      {"parameters", d.parameters},
      {"components", components},
      {"flops_per_token",
       {{"forward", d.forward_flops_per_token()}, {"training", d.training_flops_per_token()}}},
      {"bytes",
       {{"weights", d.weights},
        {"gradients", d.gradients},
        {"optimizer", d.optimizer},
        {"activations", d.activations},
        {"cache", d.cache},
        {"mapped", d.mapped},
        {"to_train", d.to_train()},
        {"to_run", d.to_run()}}},
      {"machine", {{"flops_per_second", speed.flops}, {"bytes_per_second", speed.bytes}}},
      {"seconds", {{"training_step", times.train_step}, {"read", times.read}, {"write_token", times.write}}},
      {"layers", layers}};
}

int run_describe(const DescribeModelFlags& flags) {
  if (flags.families) {
    check(flags.model.empty(), "--families describes no model; leave out {}", flags.model);
    print_text(hf::families_document());
    return 0;
  }
  check(!flags.model.empty(), "MODEL is missing; give a preset or a model's directory, or --families");
  const DescribedModel model = described_model(flags);
  Description description = describe(*model.config, flags.shape);
  description.mapped = model.mapped;
  check(!flags.tokens || description.trains(),
        "--tokens is for the time to train, and this model is not trained by gradients; leave it out");
  const MachineSpeed speed = measure_speed();
  if (flags.json) {
    Json json = to_json(description, speed);
    if (const auto* counted = dynamic_cast<const NgramModelConfig*>(model.config.get()))
      json["ngrams"] = counted->counts;
    if (!model.adapters.empty()) json["adapters"] = adapters_json(model.adapters);
    print_text(format_json(json) + "\n");
    return 0;
  }
  print_text(summary(flags, *model.config, description) + layers_text(description, flags.all) +
             totals(flags, *model.config, description, speed) + adapters_text(model.adapters, description));
  return 0;
}

}  // namespace

void add_describe(Command& program) {
  Command& command =
      program.add_command("describe", "Show a model's layers, and the time and memory it needs");
  auto flags = std::make_shared<DescribeModelFlags>();
  command.add("MODEL", flags->model, "A preset (gpt2, bert-base, …) or a model's directory");
  command.add("--model", flags->options, "NAME=VALUE: change an option, such as decoder_layers=24");
  command.add("--batch", flags->shape.batch, "Sequences in a batch", in(1, 1e6));
  command.add("--length", flags->shape.length, "Tokens in each sequence; 0 for the most that the model takes",
              in(0, 1e6));
  command.add("--recompute", flags->shape.recompute,
              "For training that computes what is inside a Transformer's layers again in the backward pass");
  command.add("--tokens", flags->tokens, "Estimate the time to train on this many tokens", above(0))
      .excludes("--json")
      .excludes("--families");
  command.add("--all", flags->all, "Show every layer, rather than one of each kind");
  command.add("--json", flags->json, "Print a JSON object, with every layer");
  command
      .add("--families", flags->families,
           "Print, in Markdown, which Hugging Face families are read, with their settings and tensors")
      .excludes("--model");
  command.on_run([flags](const Session&) { return run_describe(*flags); });
}

}  // namespace hodhod::cli
