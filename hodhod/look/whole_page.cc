// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/whole_page.h"

#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/names.h"
#include "hodhod/look/page.h"

namespace hodhod::look {
namespace {

Json plan_json(const PageParts& parts, int64_t limit) {
  Json reduced = Json::array();
  for (const ReducedTensor& one : parts.reduced) {
    reduced.push_back({{"name", one.name},
                       {"pass", one.pass},
                       {"shape", std::vector<int64_t>(one.shape.begin(), one.shape.end())},
                       {"kept", std::string(name_of(one.kept))},
                       {"reason", one.reason},
                       {"flag", one.flag}});
  }
  return {{"limit", limit}, {"bytes", bytes_of(parts.tensors)}, {"reduced", std::move(reduced)}};
}

}  // namespace

Json index_head(const Subject& subject, const LookOptions& options, const Json& model) {
  Json index = {{"format", "hodhod-look"},
                {"version", 1},
                {"program", options.program},
                {"kind", std::string(name_of(subject.kind))},
                {"language", std::string(name_of(options.language))}};
  if (!options.note.empty()) index["note"] = options.note;
  index["command"] = options.command;
  index["model"] = model;
  return index;
}

void finish_page(Json index, const LookOptions& options, const PageParts& parts, LookResult& result) {
  PackedPage packed = page_tensors(parts.tensors);
  index["plan"] = plan_json(parts, options.size_limit);
  index["tensors"] = std::move(packed.tensors);
  result.kept = std::ssize(parts.tensors);
  for (const ReducedTensor& one : parts.reduced)
    ++(one.kept == Form::none ? result.left_out : result.less_exact);
  result.page = look_page(index, packed.blocks, parts.html);
}

}  // namespace hodhod::look
