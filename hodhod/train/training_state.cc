// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/training_state.h"

#include <map>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/visit.h"
#include "hodhod/io/checkpoint.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/io/tensor_file.h"

namespace hodhod {
namespace {

constexpr const char* kState = "state.json";
constexpr const char* kValues = "values.json";
constexpr const char* kTensors = "tensors.safetensors";

CheckpointStore store_of(const std::string& directory) {
  return CheckpointStore(join_path(directory, "training"));
}

}  // namespace

void save_training_state(const std::string& directory, const TrainingState& state,
                         const NamedParameters& tensors, const Json& values) {
  store_of(directory).save(state.step, [&](CheckpointWriter& writer) {
    writer.add(kState, format_json(to_json(state)) + "\n");
    if (!values.is_null()) writer.add(kValues, format_json(values) + "\n");
    NamedTensors dense;
    for (const auto& [name, tensor] : tensors) dense.emplace_back(name, tensor.dense());
    writer.add_tensors(kTensors, dense);
  });
}

std::optional<LoadedState> load_training_state(const std::string& directory,
                                               const std::function<void(const std::string&)>& message) {
  CheckpointStore store = store_of(directory);
  const auto found = store.find();
  store.tidy();
  for (const std::string& problem : found.problems) {
    if (message) message("a damaged checkpoint is passed over: " + problem);
  }
  if (!found.newest) {
    check(found.problems.empty(),
          "{}: every checkpoint is damaged; the first problem: {}. Put a copy back, give another directory "
          "(`out`), or `restart` to start again",
          join_path(directory, "training"), found.problems.empty() ? "" : found.problems[0]);
    return std::nullopt;
  }
  LoadedState loaded;
  const std::string state_path = found.newest->file(kState);
  const auto unknown = from_json(read_json(state_path), loaded.state, state_path);
  check(unknown.empty(), "{}: the key {} is unknown; the checkpoint is of another version", state_path,
        unknown.empty() ? "" : unknown[0]);
  if (const std::string path = found.newest->file(kValues); file_exists(path))
    loaded.values = read_json(path);
  const TensorFile file(found.newest->file(kTensors));
  for (const TensorEntry& entry : file.entries()) loaded.tensors.emplace_back(entry.name, file.load(entry));
  return loaded;
}

bool has_training_state(const std::string& directory) { return !store_of(directory).list().empty(); }

std::optional<int64_t> remove_training_states_from(const std::string& directory, int64_t step) {
  CheckpointStore store = store_of(directory);
  store.remove_from(step);
  const auto left = store.list();
  return left.empty() ? std::nullopt : std::optional(left.back().step);
}

void restore_parameters(const NamedParameters& from, const NamedParameters& parameters) {
  const std::map<std::string, Tensor> by_name(from.begin(), from.end());
  for (const auto& [name, parameter] : parameters) {
    const auto found = by_name.find(name);
    check(found != by_name.end(),
          "the run in this directory is of another model: its checkpoint has no {}; give the options that it "
          "began with, or train in another directory",
          name);
    check(found->second.shape() == parameter.shape(),
          "the run in this directory is of another model: {} has shape {} in its checkpoint and {} here; "
          "give the "
          "options that it began with, or train in another directory",
          name, found->second.shape(), parameter.shape());
    copy(found->second, parameter);
  }
}

}  // namespace hodhod
