// SPDX-License-Identifier: Apache-2.0
// What is known after models of several kinds were trained on the same data with the same budget: the content
// of ladder.json, of the table and of the page.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/ladder/learning_curve.h"

namespace hodhod {

// A text in English and in Persian.
struct Bilingual {
  std::string en, fa;
};

// The figure by which the rungs are compared.
struct LadderQuality {
  std::string key = {};  // in ladder.json, and in metrics.jsonl after "validation."
  Bilingual name = {};   // "bits a character"
  Better better = Better::lower;
  double shown_times = 1;  // 100: a share is shown in percent
  int decimals = 4;
};

// What was read: a file and its hash (XXH64).
struct LadderData {
  std::string option, path, hash;
  uint64_t bytes = 0;
  friend bool operator==(const LadderData&, const LadderData&) = default;
};

// What each rung is asked. `answer` is the right one, if there is one.
struct LadderQuestion {
  std::string text, answer;
};

struct LadderRung {
  std::string name;          // "ngram-7": its directory
  Bilingual title = {};      // "counted 7-gram": the page says "the counted 7-gram"
  std::string command = {};  // that trains it
  std::string problem = {};  // why there is no model; empty: there is one
  bool measured = false;

  double minutes = 0;                              // of training that it could have
  double wall_seconds = 0, processor_seconds = 0;  // of its training
  uint64_t peak_memory = 0;                        // of its training, in bytes
  double quality = 0;
  int64_t parameters = 0;           // 0: it is not made of parameters
  int64_t ngrams = 0;               // of a counted model
  std::string summary = {};         // the form and sizes of the model
  uint64_t bytes = 0;               // of its files
  double scored_a_second = 0;       // units of the report's `unit` that are scored
  double written_a_second = 0;      // … and that are written; 0: it writes nothing
  int64_t tokens = 0, unknown = 0;  // of a language model: that were scored, and of them those without a word
  std::vector<std::string> answers = {};  // to each question
  std::vector<double> drawn = {};         // its forecast of the window that is drawn
  LearningCurve curve = {};
};

// A window of a series: what each rung saw, and what came.
struct LadderWindow {
  std::string column;
  std::vector<double> before, after;
};

struct LadderReport {
  std::string program, commit, processor, command, task;
  double minutes = 0;
  uint64_t seed = 0;
  int threads = 0;
  Json options = {};    // of the command, by name, that must be the same when the ladder goes on
  Json tokenizer = {};  // options of the one that rungs share, by name; null: there is none
  std::vector<LadderData> data = {};
  LadderQuality quality = {};
  Bilingual unit = {};                // of the speeds: "characters"
  Bilingual scored = {};              // what the figures are of: "the test data"
  std::vector<Bilingual> notes = {};  // sentences about the data and the measure
  std::vector<LadderQuestion> questions = {};
  LadderWindow window = {};  // empty: the task has none
  std::vector<LadderRung> rungs = {};

  double seconds() const { return 60 * minutes; }  // of training that each rung has
  // The rungs that have a model, the best first. Those with the same figure keep their order.
  std::vector<const LadderRung*> by_quality() const;
};

// The report as JSON, with the sentences about it (ladder/sentences.h).
Json report_json(const LadderReport& report);
// The rungs that are kept in the ladder.json of an earlier call, and the data that it was made with. Titles
// and curves are not read. Error, naming the file, when it is not such a file.
std::vector<LadderRung> read_rungs(const Json& json, const std::string& path);
std::vector<LadderData> read_data(const Json& json, const std::string& path);

// The figures of a rung as the table and the page show them; "–" where there is none.
std::string quality_text(const LadderReport& report, double quality);
std::string size_text(const LadderRung& rung);
std::string unknown_text(const LadderRung& rung);
std::string speed_text(double a_second);
// Whether a rung met tokens that it does not know.
bool has_unknown(const LadderReport& report);

}  // namespace hodhod
