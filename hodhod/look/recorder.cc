// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/recorder.h"

#include <algorithm>
#include <cctype>
#include <functional>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/look/attention_gradients.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

constexpr std::string_view kGradient = ".gradient";

// Weights of attention that are in memory at a time, where their strongest alone are kept.
constexpr int64_t kPartBytes = int64_t{64} << 20;

// Whether a tensor has a row of the whole vocabulary for each token.
bool is_vocabulary(std::string_view axes) { return axes.ends_with('V') && axes.size() > 1; }

// The number after "layer." in a name; −1: none.
int64_t layer_of(std::string_view name) {
  constexpr std::string_view kLayer = "layer.";
  const size_t at = name.find(kLayer);
  if (at == std::string_view::npos) return -1;
  int64_t number = -1;
  for (size_t i = at + kLayer.size(); i < name.size() && std::isdigit(static_cast<unsigned char>(name[i]));
       ++i)
    number = std::max<int64_t>(number, 0) * 10 + (name[i] - '0');
  return number;
}

// Whether a tensor shows what happens inside a layer, rather than what the layer gives.
bool is_inside(std::string_view name) {
  return name.find("attention.") != std::string_view::npos ||
         name.find("feed_forward.") != std::string_view::npos ||
         name.find(".forward.") != std::string_view::npos || name.find(".reverse.") != std::string_view::npos;
}

// Whether a tensor is kept where these layers alone were asked for; none: all were.
bool is_chosen(std::string_view name, const std::vector<int64_t>& layers) {
  return layers.empty() || !is_inside(name) ||
         std::find(layers.begin(), layers.end(), layer_of(name)) != layers.end();
}

Form exact_form(const PlanItem& item) { return item.whole_numbers ? Form::i32 : Form::f32; }

bool is_level(std::string_view name) {
  return name.ends_with("embedding.output") ||
         (layer_of(name) >= 0 && name.ends_with(".output") && !is_inside(name));
}

std::string without(std::string axes, char letter) {
  if (const size_t at = axes.find(letter); at != std::string::npos) axes.erase(at, 1);
  return axes;
}

// The shape without the dimension B, which is 1.
Shape of_one(const Shape& shape, std::string_view axes, std::string_view name) {
  std::vector<int64_t> extents;
  for (int i = 0; i < shape.rank(); ++i) {
    if (axes[static_cast<size_t>(i)] != 'B') {
      extents.push_back(shape[i]);
    } else {
      check(shape[i] == 1, "recorder: {} is of a batch of {}; give one text at a time", name, shape[i]);
    }
  }
  return Shape(extents);
}

}  // namespace

Trace Recorder::survey(size_t pass, const Visibility& visible) {
  return Trace([this, pass, visible](const Trace::Entry& entry) { survey_entry(pass, entry, visible); });
}

void Recorder::add_item(size_t pass, std::string name, const std::string& axes, Component component,
                        const Shape& shape, const Visibility& visible) {
  if (by_name_.contains({pass, name})) return;
  Item item{.pass = pass, .name = name, .axes = axes, .component = component, .shape = shape};
  keep_heads(item);
  if (item.axes.ends_with("TS")) item.visible = visible(name);
  item.planned = plan_item(name, item.axes, item.shape, item.visible);
  item.chosen = is_chosen(name, options_.layers);
  by_name_[{pass, std::move(name)}] = items_.size();
  items_.push_back(std::move(item));
}

void Recorder::survey_entry(size_t pass, const Trace::Entry& entry, const Visibility& visible) {
  if (is_vocabulary(entry.axes)) return;
  const std::string axes = without(entry.axes, 'B');
  const Shape shape = of_one(entry.tensor.shape(), entry.axes, entry.name);
  add_item(pass, entry.name, axes, entry.component, shape, visible);
  items_[by_name_.at({pass, entry.name})].planned.whole_numbers = !is_floating(entry.tensor.dtype());
  if (!options_.gradients || !entry.origin.node) return;
  add_item(pass, entry.name + std::string(kGradient), axes, entry.component, shape, visible);
  if (!entry.name.ends_with("attention.heads")) return;
  const std::string attention = entry.name.substr(0, entry.name.size() - 5);
  const Item* const weights = find(pass, attention + "probabilities");
  if (weights == nullptr) return;
  std::vector<int64_t> extents(weights->shape.begin(), weights->shape.end());
  if (weights->heads) extents[0] = weights->heads->all;
  const Shape of_weights(extents);
  for (const char* name : {"scores.gradient", "probabilities.gradient"})
    add_item(pass, attention + name, "HTS", Component::attention, of_weights, visible);
}

// What the plan would be, of every item.
std::vector<Planned> Recorder::planned(const PlanChoice& choice) const {
  std::vector<PlanItem> items;
  std::vector<size_t> numbers;
  for (size_t i = 0; i < items_.size(); ++i) {
    const std::string& name = items_[i].name;
    if (!is_chosen(name, choice.layers)) continue;
    items.push_back(items_[i].planned);
    items.back().asked = choice.exact && (is_inside(name) || choice.layers.empty());
    numbers.push_back(i);
  }
  const std::vector<Planned> found = plan(items, choice.limit);
  std::vector<Planned> all(items_.size());
  for (size_t i = 0; i < found.size(); ++i) all[numbers[i]] = found[i];
  return all;
}

void Recorder::make_plan(int64_t limit) {
  limit_ = slack_ = limit;
  const std::vector<Planned> forms =
      planned({.layers = options_.layers, .exact = options_.exact, .limit = limit});
  for (size_t i = 0; i < forms.size(); ++i) {
    Item& item = items_[i];
    item.form = forms[i].form;
    if (forms[i].heads > 0) keep_first(item, forms[i].heads);
    slack_ -= expected_of(item) + (item.form == Form::none ? 0 : kIndexBytes);
  }
}

int64_t Recorder::expected_of(const Item& item) {
  return expected_bytes(item.fitting > 0 ? first_heads(item.planned, item.fitting) : item.planned, item.form);
}

// Makes the item one of its first heads.
void Recorder::keep_first(Item& item, int64_t heads) {
  item.fitting = heads;
  if (!item.heads) item.heads = KeptHeads{.first = 0, .all = item.shape[0]};
  std::vector<int64_t> extents(item.shape.begin(), item.shape.end());
  extents[0] = heads;
  item.shape = Shape(extents);
}

Trace Recorder::record(size_t pass) {
  pass_ = pass;
  return Trace::in_parts([this](const Trace::Entry& entry) {
    if (entry.queries) {
      take_queries(entry);
    } else {
      take_entry(entry);
    }
  });
}

void Recorder::take_entry(const Trace::Entry& entry) {
  if (is_vocabulary(entry.axes)) {
    if (options_.keep_all) exact_.emplace_back(std::pair(pass_, entry.name), entry.tensor.clone());
    return;
  }
  if (options_.gradients && recording() && entry.origin.node) {
    waiting_.push_back({entry.name, entry.axes, entry.tensor.shape(), entry.origin});
  }
  // What is computed again comes for its place on the tape alone.
  if (const Item* const item = find(pass_, entry.name); item != nullptr && item->seen) return;
  if (is_level(entry.name)) levels_.emplace_back(entry.name, entry.tensor);
  if (is_held(entry.name)) held_[entry.name] = entry.tensor;
  take(entry.name, entry.axes, entry.tensor);
}

// Scores or weights of attention, which are computed as far as they are needed.
void Recorder::take_queries(const Trace::Entry& entry) {
  Item* const item = find(pass_, entry.name);
  const bool whole = options_.keep_all || is_held(entry.name) || item == nullptr;
  if (!whole && (item->seen || item->form == Form::none)) {
    item->seen = true;
    return;
  }
  if (!whole && item->form == Form::top) {
    item->seen = true;
    return keep(*item, strongest(*item, entry));
  }
  Trace::Entry computed = entry;
  const NoGrad off;
  computed.tensor = entry.queries(0, entry.tensor.dim(static_cast<int>(entry.axes.find('T'))));
  take_entry(computed);
}

// The strongest keys of each query, of as many heads as there is room for.
PackedTensor Recorder::strongest(Item& item, const Trace::Entry& entry) {
  const NoGrad off;
  const Shape whole = of_one(entry.tensor.shape(), entry.axes, entry.name);
  const int64_t queries = whole[1], row_bytes = 4 * whole[0] * whole[2];
  const int64_t most = std::max<int64_t>(1, kPartBytes / std::max<int64_t>(1, row_bytes));
  TopPacker packer(item.shape, {.visible = item.visible});
  for (int64_t first = 0; first < queries; first += most) {
    const int64_t last = std::min(queries, first + most);
    const Tensor part = entry.queries(first, last).dense();
    const Tensor heads = part.reshaped({whole[0], last - first, whole[2]});
    const int64_t begin = item.heads ? item.heads->first : 0;
    packer.add(item.heads ? slice(heads, 0, begin, begin + item.shape[0]).dense() : heads, first);
  }
  const int64_t expected = expected_of(item);
  for (int64_t heads = packer.fits() ? item.shape[0] : 0; heads > 0; --heads) {
    PackedTensor packed = packer.packed(heads);
    if (!claim(packed, expected)) continue;
    if (heads < item.shape[0]) keep_first(item, heads);
    return packed;
  }
  return nothing_for(item);
}

// Whether gradients need the tensor after the forward pass.
bool Recorder::is_held(const std::string& name) const {
  return options_.gradients &&
         (name.ends_with("attention.values") || name.ends_with("attention.probabilities")) &&
         plans_gradients(name.substr(0, name.rfind('.') + 1));
}

bool Recorder::plans_gradients(const std::string& attention) const {
  for (const char* name : {"scores.gradient", "probabilities.gradient"}) {
    const Item* const item = find(pass_, attention + name);
    if (item != nullptr && (item->form != Form::none || options_.keep_all)) return true;
  }
  return false;
}

void Recorder::add_gradient(const Node& node, int output, const Tensor& gradient) {
  for (const Waiting& one : waiting_) {
    if (one.origin.node.get() != &node || one.origin.output != output) continue;
    const Tensor shown = gradient.dense().reshaped(one.shape);
    take(one.name + std::string(kGradient), one.axes, shown);
    if (one.name.ends_with("attention.heads"))
      take_attention_gradients(one.name.substr(0, one.name.size() - 5), shown);
  }
}

void Recorder::take_attention_gradients(const std::string& attention, const Tensor& dheads) {
  const auto values = held_.find(attention + "values"),
             probabilities = held_.find(attention + "probabilities");
  if (values == held_.end() || probabilities == held_.end()) return;
  const AttentionGradients found = attention_gradients(dheads, values->second, probabilities->second);
  take(attention + "probabilities.gradient", "BHTS", found.probabilities);
  take(attention + "scores.gradient", "BHTS", found.scores);
  held_.erase(values);
  held_.erase(attention + "probabilities");
}

void Recorder::finish_pass() {
  waiting_.clear();
  held_.clear();
  levels_.clear();
}

Recorder::Item* Recorder::find(size_t pass, const std::string& name) {
  const auto found = by_name_.find({pass, name});
  return found == by_name_.end() ? nullptr : &items_[found->second];
}

// Makes the item one of the heads that were asked for, or of the last one of a stack that has fewer.
void Recorder::keep_heads(Item& item) const {
  const size_t h = item.axes.find('H');
  if (options_.heads.empty() || h == std::string::npos) return;
  const int64_t all = item.shape[static_cast<int>(h)], of = heads_of_queries(item).value_or(all);
  const int64_t first = std::min(options_.heads[0], of - 1), last = std::min(options_.heads[1], of - 1);
  item.heads = KeptHeads{.first = first * all / of, .all = all};
  std::vector<int64_t> extents(item.shape.begin(), item.shape.end());
  extents[h] = last * all / of - item.heads->first + 1;
  item.shape = Shape(extents);
}

// How many heads of queries the attention has that an item belongs to, if it is known.
std::optional<int64_t> Recorder::heads_of_queries(const Item& item) const {
  const size_t at = item.name.find("attention.");
  if (at == std::string::npos) return {};
  const std::string attention = item.name.substr(0, at + std::string_view("attention.").size());
  for (const char* name : {"queries", "queries_unturned"}) {
    if (const Item* const queries = find(item.pass, attention + name))
      return queries->heads ? queries->heads->all : queries->shape[1];
  }
  return {};
}

void Recorder::take(const std::string& name, const std::string& axes, const Tensor& tensor) {
  Item* const item = find(pass_, name);
  check(item != nullptr, "recorder: {} came in a pass whose survey had it not", name);
  const Shape whole = of_one(tensor.shape(), axes, name);
  Tensor one = tensor.dense().reshaped(whole);
  if (options_.keep_all && !item->seen) exact_.emplace_back(std::pair(pass_, name), one.clone());
  if (item->heads) {
    const NoGrad off;
    const auto h = static_cast<int>(item->axes.find('H'));
    one = slice(one, h, item->heads->first, item->heads->first + item->shape[h]).dense();
  }
  const Shape shape = one.shape();
  check(shape == item->shape, "recorder: {} has shape {} and was surveyed as {}", name, shape, item->shape);
  if (item->seen) return;  // the first of a name
  item->seen = true;
  if (item->form == Form::none) return;
  keep(*item, packed_within(*item, one));
}

void Recorder::keep(Item& item, PackedTensor packed) {
  item.kept = packed.form;
  if (packed.form == Form::none) return;
  tensors_.push_back({item.pass, item.name, item.component, item.axes, item.shape, item.heads, item.visible,
                      std::move(packed)});
}

// In the planned form, or the nearest one that holds the numbers and for which there is room: more exact ones
// first where the planned one cannot hold them, less exact ones where it takes more than was expected.
PackedTensor Recorder::packed_within(const Item& item, const Tensor& tensor) {
  const int64_t expected = expected_of(item);
  std::vector<Form> forms = {item.form};
  if (!item.planned.whole_numbers) {
    for (const Form form : {Form::f16, Form::f32}) {
      if (form > item.form) forms.push_back(form);
    }
    for (const Form form : {Form::f16, Form::i8, Form::sqrt8, Form::top}) {
      const bool of_shares = form == Form::sqrt8 || form == Form::top;
      if (form < item.form &&
          (of_shares ? item.planned.probabilities : form != Form::i8 || !item.planned.probabilities))
        forms.push_back(form);
    }
  }
  const PackOptions options{.visible = item.visible};
  for (const Form form : forms) {
    if (!fits(tensor, form, options)) continue;
    PackedTensor packed = pack(tensor, form, options);
    if (claim(packed, expected)) return packed;
  }
  return nothing_for(item);
}

// Takes the room of a packed tensor of which so many bytes were expected, if there is enough.
bool Recorder::claim(const PackedTensor& packed, int64_t expected) {
  const int64_t bytes = new_bytes(packed);
  if (bytes > expected + slack_) return false;
  slack_ += expected - bytes;
  for (const PackedBlock& block : packed.blocks) blocks_.insert(std::hash<std::string>()(block.block.text));
  return true;
}

// Leaves the room of an item to others.
PackedTensor Recorder::nothing_for(const Item& item) {
  slack_ += expected_of(item) + kIndexBytes;
  return {};
}

// Bytes of the blocks that are not there already, as those of a tensor that another name has, too.
int64_t Recorder::new_bytes(const PackedTensor& packed) const {
  int64_t bytes = 0;
  for (const PackedBlock& block : packed.blocks) {
    if (!blocks_.contains(std::hash<std::string>()(block.block.text))) bytes += std::ssize(block.block.text);
  }
  return bytes;
}

// What brings a tensor back, or makes it more exact: its layer alone, exactly if there is room for that, or
// more room.
std::string Recorder::flag_for(const Item& item, FlagPlans& plans) const {
  const int64_t layer = layer_of(item.name);
  if (layer < 0 || !is_inside(item.name)) return "--exact --size-limit 100M";
  const auto number = static_cast<size_t>(&item - items_.data());
  const auto planned_here = [&](bool exact, int64_t limit) {
    const auto [at, is_new] = plans.try_emplace({layer, exact, limit});
    if (is_new) at->second = planned({.layers = {layer}, .exact = exact, .limit = limit});
    return at->second[number];
  };
  const std::string flag = fmt::format("--layers {}", layer);
  if (planned_here(true, limit_).form == exact_form(item.planned)) return flag + " --exact";
  constexpr int64_t kMegabyte = int64_t{1} << 20, kMost = int64_t{1} << 40;
  for (int64_t limit = limit_; limit < kMost; limit = std::max(2 * limit, kMegabyte)) {
    const Planned alone = planned_here(false, limit);
    if (alone.form <= item.kept || alone.heads > 0) continue;
    // The page needs some for itself, and for what the model read and answered.
    return limit == limit_ ? flag : fmt::format("{} --size-limit {}M", flag, limit / kMegabyte + 4);
  }
  return flag;
}

std::vector<ReducedTensor> Recorder::reduced() const {
  std::vector<ReducedTensor> all;
  FlagPlans plans;
  for (const Item& item : items_) {
    if (!item.seen || item.kept == Form::f32 || item.kept == Form::i32) continue;
    ReducedTensor one{.pass = item.pass, .name = item.name, .shape = item.shape, .kept = item.kept};
    one.reason = !item.chosen ? "its layer was not asked for" : "the page would be larger than --size-limit";
    one.flag = flag_for(item, plans);
    if (item.fitting > 0 && item.kept != Form::none) {
      const int64_t first = item.heads->first, next = first + item.fitting;
      one.reason = item.fitting == 1
                       ? fmt::format("only its head {} fits in --size-limit", first)
                       : fmt::format("only its heads {} to {} fit in --size-limit", first, next - 1);
      const int64_t last = options_.heads.empty() ? item.heads->all - 1 : options_.heads[1];
      one.flag = fmt::format("--layers {} --heads {}", layer_of(item.name), next) +
                 (last > next ? fmt::format("-{}", last) : "");
    }
    all.push_back(std::move(one));
  }
  return all;
}

int64_t bytes_of(std::span<const RecordedTensor> tensors) {
  std::unordered_set<std::string_view> seen;
  int64_t sum = 0;
  for (const RecordedTensor& tensor : tensors) {
    for (const PackedBlock& block : tensor.packed.blocks) {
      if (seen.insert(block.block.text).second) sum += std::ssize(block.block.text);
    }
  }
  return sum;
}

std::vector<std::pair<std::string, Tensor>> Recorder::exact() const {
  const bool several = !items_.empty() && items_.back().pass > 0;
  std::vector<std::pair<std::string, Tensor>> all;
  for (const auto& [key, tensor] : exact_)
    all.emplace_back(several ? fmt::format("{}.{}", key.first, key.second) : key.second, tensor);
  return all;
}

}  // namespace hodhod::look
