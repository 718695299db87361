// SPDX-License-Identifier: Apache-2.0
// The control of the kill test: linked into the program in the place of train/training_state.cc, it keeps the
// state of a run as a program does that knows nothing of being killed, by writing over the one before.
#include "hodhod/train/training_state.h"

#include <map>

#include "hodhod/base/error.h"
#include "hodhod/base/failpoint.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/visit.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/io/tensor_file.h"

namespace hodhod {

void save_training_state(const std::string& directory, const TrainingState& state,
                         const NamedParameters& tensors, const Json&) {
  const std::string training = join_path(directory, "training");
  failpoint("checkpoint.begin");
  FileWriter description(join_path(training, "state.json"));
  failpoint("checkpoint.file_begun");
  description.write(format_json(to_json(state)));
  failpoint("checkpoint.file_written");
  NamedTensors dense;
  for (const auto& [name, tensor] : tensors) dense.emplace_back(name, tensor.dense());
  FileWriter values(join_path(training, "tensors.safetensors"));
  serialize_safetensors(dense, {}, [&](const void* bytes, size_t count) { values.write(bytes, count); });
  failpoint("checkpoint.end");
}

std::optional<LoadedState> load_training_state(const std::string& directory,
                                               const std::function<void(const std::string&)>&) {
  const std::string training = join_path(directory, "training"), path = join_path(training, "state.json");
  if (!file_exists(path)) return std::nullopt;
  LoadedState loaded;
  from_json(read_json(path), loaded.state, path);
  const TensorFile file(join_path(training, "tensors.safetensors"));
  for (const TensorEntry& entry : file.entries()) loaded.tensors.emplace_back(entry.name, file.load(entry));
  return loaded;
}

bool has_training_state(const std::string& directory) {
  return file_exists(join_path(directory, "training/state.json"));
}

std::optional<int64_t> remove_training_states_from(const std::string&, int64_t) { return std::nullopt; }

void restore_parameters(const NamedParameters& from, const NamedParameters& parameters) {
  const std::map<std::string, Tensor> by_name(from.begin(), from.end());
  for (const auto& [name, parameter] : parameters) copy(by_name.at(name), parameter);
}

}  // namespace hodhod
