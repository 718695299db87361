// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/page.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <unordered_map>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/base/utf8.h"

namespace hodhod::embedded {
extern const std::string_view kLookPage;
}

namespace hodhod::look {
namespace {

constexpr std::string_view kSummary = "<!--hodhod:summary-->";

Json not_finite(double value) {
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

Json block_json(const PackedBlock& block, int64_t id) {
  return {{"id", id},
          {"first", block.first},
          {"count", block.count},
          {"raw", block.block.raw},
          {"deflate", block.block.deflate}};
}

Json tensor_json(const RecordedTensor& tensor) {
  const PackedTensor& packed = tensor.packed;
  const auto& shape = tensor.shape;
  Json json = {{"pass", tensor.pass},
               {"name", tensor.name},
               {"component", std::string(name_of(tensor.component))},
               {"axes", tensor.axes},
               {"shape", std::vector<int64_t>(shape.begin(), shape.end())},
               {"form", std::string(name_of(packed.form))},
               {"bound", number(packed.bound)},
               {"low", number(static_cast<float>(packed.low))},
               {"high", number(static_cast<float>(packed.high))},
               {"not_finite", packed.not_finite},
               {"rows", packed.rows}};
  if (packed.form == Form::top) json["top"] = packed.top;
  if (tensor.heads) json["heads"] = {{"first", tensor.heads->first}, {"all", tensor.heads->all}};
  if (!tensor.visible.all()) {
    json["mask"] = Json::object();
    if (tensor.visible.left >= 0) json["mask"]["left"] = tensor.visible.left;
    if (tensor.visible.right >= 0) json["mask"]["right"] = tensor.visible.right;
  }
  return json;
}

}  // namespace

Json number(float value) {
  if (!std::isfinite(value)) return not_finite(value);
  return std::strtod(fmt::format("{}", value).c_str(), nullptr);
}

Json number(double value) {
  if (!std::isfinite(value)) return not_finite(value);
  return std::strtod(fmt::format("{:.7g}", value).c_str(), nullptr);
}

PackedPage page_tensors(std::span<const RecordedTensor> tensors) {
  PackedPage page;
  std::unordered_map<std::string_view, int64_t> numbers;
  for (const RecordedTensor& tensor : tensors) {
    Json json = tensor_json(tensor), list = Json::array();
    for (const PackedBlock& block : tensor.packed.blocks) {
      const auto [found, added] = numbers.emplace(block.block.text, std::ssize(page.blocks));
      if (added) page.blocks.push_back(block.block);
      list.push_back(block_json(block, found->second));
    }
    json["blocks"] = list;
    page.tensors.push_back(std::move(json));
  }
  return page;
}

std::string look_page(const Json& index, std::span<const PageBlock> blocks, std::string_view summary) {
  std::string page = data_page(embedded::kLookPage, "look-index", index, blocks);
  // It stands before the data, which could hold the same words.
  if (const size_t place = page.find(kSummary); place != std::string::npos)
    page.replace(place, kSummary.size(), summary);
  return page;
}

size_t bytes_of_bare_page() { return embedded::kLookPage.size(); }

std::string escaped_html(std::string_view text) {
  std::string out;
  for (const char c : well_formed_utf8(text)) {
    if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'') {
      out += fmt::format("&#{};", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace hodhod::look
