// SPDX-License-Identifier: Apache-2.0
// Takes the tensors of a pass as they come, packs each as planned, and lets it go. Scores and weights of
// attention that are not planned are not computed, and where the strongest keys of each query are planned,
// the weights of some queries at a time. So a pass needs little memory beyond the model's own, however long
// the text is.
//
//     Recorder recorder({});
//     … run the model on the device `shapes` with the trace recorder.survey(0, visible)
//     recorder.make_plan(20'000'000);
//     … run the model with the trace recorder.record(0)
//     recorder.tensors()
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include "hodhod/look/pack.h"
#include "hodhod/look/plan.h"
#include "hodhod/nn/trace.h"

namespace hodhod::look {

struct RecorderOptions {
  std::vector<int64_t> layers = {};  // whose inner tensors are kept; empty: all
  // First and last head of which tensors with the dimension H are kept; empty: all. Of keys and values, which
  // several heads may share, those that these heads read.
  std::vector<int64_t> heads = {};
  bool exact = false;      // exactly, before all others
  bool gradients = false;  // as well
  bool keep_all = false;   // exact copies of all for exact()
};

// The heads that a tensor has, where it lacks some: its dimension H counts from `first` on, of `all`.
struct KeptHeads {
  int64_t first = 0, all = 0;
};

struct RecordedTensor {
  size_t pass = 0;
  std::string name = {};
  Component component = Component::input;
  std::string axes = {};  // without B
  Shape shape = {};
  std::optional<KeptHeads> heads = {};
  Visible visible = {};
  PackedTensor packed = {};
};

// A tensor that the page keeps less exactly, or not at all.
struct ReducedTensor {
  size_t pass = 0;
  std::string name;
  Shape shape;
  Form kept = Form::none;
  std::string reason = {};  // a clause
  std::string flag = {};    // what brings it back
};

// Bytes of all blocks; equal ones are one in the file.
int64_t bytes_of(std::span<const RecordedTensor> tensors);

class Recorder {
 public:
  // Which cells of a matrix of attention can be seen, by its name.
  using Visibility = std::function<Visible(std::string_view name)>;

  explicit Recorder(RecorderOptions options) : options_(std::move(options)) {}

  // A trace for the model on the device `shapes`; gradients are expected where an entry stands on the tape.
  Trace survey(size_t pass, const Visibility& visible);
  int64_t surveyed() const { return static_cast<int64_t>(items_.size()); }
  // Plans for blocks of at most `limit` bytes in the file.
  void make_plan(int64_t limit);

  // A trace that records. One at a time; the recorder must outlive it.
  Trace record(size_t pass);
  // For BackwardOptions::on_gradient: records NAME.gradient of the entries of the pass that is being
  // recorded.
  void add_gradient(const Node& node, int output, const Tensor& gradient);
  // Lets go what gradients needed. Ends the recording of a pass.
  void finish_pass();

  const std::vector<RecordedTensor>& tensors() const { return tensors_; }
  std::vector<ReducedTensor> reduced() const;
  // Of the pass that is being recorded: the embedding's output, and that of each layer, by name.
  const std::vector<std::pair<std::string, Tensor>>& levels() const { return levels_; }
  // "NAME", or "PASS.NAME" where there are several passes: exact copies, with keep_all; logits of the
  // vocabulary too, which no page has.
  std::vector<std::pair<std::string, Tensor>> exact() const;

 private:
  struct Item {
    size_t pass;
    std::string name, axes;
    Component component;
    Shape shape;  // without B
    std::optional<KeptHeads> heads = {};
    Visible visible = {};
    PlanItem planned = {};  // with all heads that were asked for
    bool chosen = true;     // its layer was asked for
    int64_t fitting = 0;    // of these heads the first so many are kept; 0: all
    Form form = Form::none, kept = Form::none;
    bool seen = false;
  };
  struct PlanChoice {
    std::vector<int64_t> layers;  // these alone; none: all
    bool exact;
    int64_t limit;
  };
  // What pages of other choices would keep, by layer, exactness and limit.
  using FlagPlans = std::map<std::tuple<int64_t, bool, int64_t>, std::vector<Planned>>;
  struct Waiting {
    std::string name, axes;
    Shape shape;
    Edge origin;
  };

  void survey_entry(size_t pass, const Trace::Entry& entry, const Visibility& visible);
  void add_item(size_t pass, std::string name, const std::string& axes, Component component,
                const Shape& shape, const Visibility& visible);
  void take(const std::string& name, const std::string& axes, const Tensor& tensor);
  void take_entry(const Trace::Entry& entry);
  void take_queries(const Trace::Entry& entry);
  PackedTensor strongest(Item& item, const Trace::Entry& entry);
  bool is_held(const std::string& name) const;
  void take_attention_gradients(const std::string& attention, const Tensor& dheads);
  void keep_heads(Item& item) const;
  std::optional<int64_t> heads_of_queries(const Item& item) const;
  PackedTensor packed_within(const Item& item, const Tensor& tensor);
  bool claim(const PackedTensor& packed, int64_t expected);
  PackedTensor nothing_for(const Item& item);
  void keep(Item& item, PackedTensor packed);
  static void keep_first(Item& item, int64_t heads);
  static int64_t expected_of(const Item& item);
  std::vector<Planned> planned(const PlanChoice& choice) const;
  std::string flag_for(const Item& item, FlagPlans& plans) const;
  int64_t new_bytes(const PackedTensor& packed) const;
  bool plans_gradients(const std::string& attention) const;
  Item* find(size_t pass, const std::string& name);
  const Item* find(size_t pass, const std::string& name) const {
    return const_cast<Recorder*>(this)->find(pass, name);
  }

  RecorderOptions options_;
  std::vector<Item> items_;
  std::map<std::pair<size_t, std::string>, size_t> by_name_;
  std::vector<RecordedTensor> tensors_;
  std::vector<std::pair<std::pair<size_t, std::string>, Tensor>> exact_;
  int64_t limit_ = 0;                  // of all blocks
  int64_t slack_ = 0;                  // bytes that no tensor has claimed
  std::unordered_set<size_t> blocks_;  // hashes of those that are kept: equal ones are one in the file

  size_t pass_ = 0;
  std::vector<Waiting> waiting_;
  std::map<std::string, Tensor> held_;  // values and probabilities of attention
  std::vector<std::pair<std::string, Tensor>> levels_;
};

}  // namespace hodhod::look
