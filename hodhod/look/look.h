// SPDX-License-Identifier: Apache-2.0
// A model, looked at on a text: one self-contained page with every tensor of the pass.
//
//     Subject subject = Subject::load("en-fa");
//     LookResult found = look(subject, {.texts = {"The teacher reads a book."}});
//     write_file_atomically("page.html", found.page);
//
// The same model and text give the same bytes, whatever the machine, the time, and the number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/look/cuts.h"
#include "hodhod/look/subject.h"

namespace hodhod::look {

enum class GradientChoice { automatic, on, off };
constexpr std::array<std::string_view, 3> names_of(GradientChoice) { return {"auto", "on", "off"}; }
enum class PageLanguage { automatic, fa, en };
constexpr std::array<std::string_view, 3> names_of(PageLanguage) { return {"auto", "fa", "en"}; }

struct LookOptions {
  std::vector<std::string> texts = {};
  bool compare = false;                    // several texts, each in a pass of its own
  std::optional<std::string> target = {};  // what a translator is made to write
  int64_t generate = 0;                    // tokens that the model adds
  std::vector<std::string> data = {};      // of a forecaster: a table; texts are then names of columns
  bool fill = false;                       // mend the table (SeriesColumns)
  std::string at = {};  // place of the answer for gradients and cuts; the first time to forecast
  std::vector<int64_t> ids = {}, target_ids = {};  // in place of texts
  std::vector<int64_t> layers = {};                // whose inner tensors are kept; empty: all
  std::vector<int64_t> heads = {};                 // first and last whose tensors are kept; empty: all
  bool exact = false;
  int64_t size_limit = 19 << 20;  // bytes of the page
  GradientChoice gradients = GradientChoice::automatic;
  Cutting cuts = Cutting::automatic;
  PageLanguage language = PageLanguage::automatic;
  std::string note = {};
  std::string program = "hodhod";  // with its version
  std::string command = {};        // that writes such a page; the page shows it
  bool tensors = false;            // exact copies of all tensors, too
};

inline constexpr size_t kMostTexts = 8;  // of a comparison

struct LookResult {
  std::string page;
  Json summary;               // what is on the page, in a few numbers
  NamedTensors tensors = {};  // with LookOptions::tensors
  std::vector<std::string> notes = {};
  int64_t kept = 0, less_exact = 0, left_out = 0;  // tensors
};

LookResult look(Subject& subject, const LookOptions& options);

}  // namespace hodhod::look
