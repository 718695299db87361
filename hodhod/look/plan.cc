// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/plan.h"

#include <algorithm>
#include <cmath>

namespace hodhod::look {
namespace {

// Items of at most so many bytes are kept exactly, before the others.
constexpr int64_t kSmall = 4096;
// Rows of more keys than this are worth to be kept as their strongest keys.
constexpr int64_t kLongRow = 64;
// Rows of more keys than this are too long for pictures of all of them: the strongest keys are what is shown.
constexpr int64_t kVeryLongRow = 1024;

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

Priority priority_of(std::string_view name) {
  if (name.ends_with(".gradient")) return Priority::gradients;
  if (name.ends_with("attention.probabilities")) return Priority::probabilities;
  if (name.ends_with("attention.scores")) return Priority::scores;
  if (name.find("attention.") != std::string_view::npos)
    return ends_with_any(name,
                         {".queries", ".keys", ".values", ".queries_unturned", ".keys_unturned", ".heads"})
               ? Priority::queries
               : Priority::sub_layers;
  if (name.ends_with("embedding.output")) return Priority::stream;
  if (name.find("embedding.") != std::string_view::npos ||
      ends_with_any(name, {".distance_bias", ".key_bias", ".rotary"}))
    return Priority::embedding;
  if (ends_with_any(name, {"feed_forward.up", "feed_forward.gate", "feed_forward.hidden"}))
    return Priority::hidden;
  if (name.find("feed_forward.") != std::string_view::npos) return Priority::sub_layers;
  return Priority::stream;
}

// Bytes in the file, base64 included, of each value.
double bytes_of_value(const PlanItem& item, Form form) {
  constexpr double kBase64 = 4.0 / 3;
  switch (form) {
    case Form::f32:
      return kBase64 * 3.5;
    case Form::i32:
      return kBase64 * 2;
    case Form::f16:
      return kBase64 * 1.8;
    case Form::i8:
      return kBase64 * 0.95;
    case Form::sqrt8:
      // Long rows have more weights near zero.
      return kBase64 * (item.columns >= 256 ? 0.45 : 0.7);
    case Form::top:
    case Form::none:
      break;
  }
  return 0;
}

// Matrices of so many keys are no pictures, and would leave no room for anything else.
bool is_vast(const PlanItem& item) {
  return item.columns > kVeryLongRow &&
         (item.priority == Priority::probabilities || item.priority == Priority::scores);
}

struct Upgrade {
  size_t item;
  Form form;
};

// The items of a class, those that are vast or the others.
void upgrade_class(std::span<const PlanItem> items, Priority priority, Form form, bool vast,
                   std::vector<Upgrade>& order) {
  for (size_t i = 0; i < items.size(); ++i) {
    const PlanItem& item = items[i];
    if (item.priority != priority || item.whole_numbers || is_vast(item) != vast) continue;
    if ((form == Form::top || form == Form::sqrt8) && !item.probabilities) continue;
    if (form == Form::i8 && item.probabilities) continue;
    if (form == Form::top && item.columns <= kLongRow) continue;
    order.push_back({i, form});
  }
}

std::vector<Upgrade> order_of(std::span<const PlanItem> items) {
  std::vector<Upgrade> order;
  const auto exact = [](const PlanItem& item) { return item.whole_numbers ? Form::i32 : Form::f32; };
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].priority == Priority::small || items[i].whole_numbers) order.push_back({i, exact(items[i])});
  }
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].probabilities && is_vast(items[i])) order.push_back({i, Form::top});
  }
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].asked) order.push_back({i, exact(items[i])});
  }
  constexpr std::array kClasses = {Priority::stream, Priority::probabilities, Priority::embedding,
                                   Priority::scores, Priority::queries,       Priority::sub_layers,
                                   Priority::hidden, Priority::gradients};
  upgrade_class(items, Priority::probabilities, Form::top, false, order);
  for (const bool vast : {false, true}) {
    for (const Priority priority : kClasses) {
      upgrade_class(items, priority, Form::sqrt8, vast, order);
      upgrade_class(items, priority, Form::i8, vast, order);
    }
    for (const Form form : {Form::f16, Form::f32}) {
      for (const Priority priority : kClasses) upgrade_class(items, priority, form, vast, order);
    }
  }
  return order;
}

}  // namespace

PlanItem plan_item(std::string_view name, std::string_view axes, const Shape& shape, const Visible& visible) {
  PlanItem item{.priority = priority_of(name)};
  item.columns = shape.rank() == 0 ? 1 : shape[-1];
  item.rows = item.columns == 0 ? 0 : shape.numel() / item.columns;
  item.cells = item.rows * item.columns;
  item.probabilities = name.ends_with("attention.probabilities");
  if (!visible.all() && axes.ends_with("TS") && shape[-2] > 0) {
    int64_t seen = 0;
    for (int64_t t = 0; t < shape[-2]; ++t) seen += visible.count(t, item.columns);
    item.cells = item.rows / shape[-2] * seen;
  }
  if (axes.starts_with('H') && item.cells > 0) item.heads = shape[0];
  if (4 * item.cells <= kSmall) item.priority = Priority::small;
  return item;
}

PlanItem first_heads(const PlanItem& item, int64_t heads) {
  PlanItem some = item;
  some.rows = item.rows / item.heads * heads;
  some.cells = item.cells / item.heads * heads;
  some.heads = heads;
  return some;
}

int64_t expected_bytes(const PlanItem& item, Form form) {
  if (form == Form::none) return 0;
  double bytes = bytes_of_value(item, form) * static_cast<double>(item.cells);
  const auto rows = static_cast<double>(item.rows);
  if (form == Form::top)
    bytes = rows * static_cast<double>(4 * std::min(kTop, item.columns) + 2) * 4 / 3 * 0.58;
  if (form == Form::i8) bytes += 5 * rows;
  return static_cast<int64_t>(std::ceil(bytes));
}

std::vector<Planned> plan(std::span<const PlanItem> items, int64_t limit) {
  std::vector<Planned> forms(items.size());
  int64_t used = 0;
  for (const auto& [i, form] : order_of(items)) {
    Planned& planned = forms[i];
    if (form <= planned.form) continue;
    const int64_t more = expected_bytes(items[i], form) - expected_bytes(items[i], planned.form) +
                         (planned.form == Form::none ? kIndexBytes : 0);
    if (used + more <= limit) {
      used += more;
      planned.form = form;
      continue;
    }
    if (form == Form::top && planned.form == Form::none) {
      int64_t heads = items[i].heads - 1;
      while (heads > 0 && used + kIndexBytes + expected_bytes(first_heads(items[i], heads), form) > limit)
        --heads;
      if (heads > 0) planned = {form, heads};
    }
    break;
  }
  return forms;
}

}  // namespace hodhod::look
