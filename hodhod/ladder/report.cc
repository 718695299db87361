// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ladder/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/ladder/sentences.h"

namespace hodhod {
namespace {

Json bilingual_json(const Bilingual& text) { return {{"en", text.en}, {"fa", text.fa}}; }

Json rung_json(const LadderRung& rung) {
  Json json = {{"name", rung.name},
               {"title", bilingual_json(rung.title)},
               {"command", rung.command},
               {"problem", rung.problem},
               {"measured", rung.measured},
               {"minutes", rung.minutes},
               {"wall_seconds", rung.wall_seconds},
               {"processor_seconds", rung.processor_seconds},
               {"peak_memory", rung.peak_memory},
               {"quality", rung.measured ? Json(rung.quality) : Json(nullptr)},
               {"parameters", rung.parameters},
               {"ngrams", rung.ngrams},
               {"summary", rung.summary},
               {"bytes", rung.bytes},
               {"scored_a_second", rung.scored_a_second},
               {"written_a_second", rung.written_a_second},
               {"answers", rung.answers}};
  if (rung.tokens > 0) {
    json["tokens"] = rung.tokens;
    json["unknown_tokens"] = rung.unknown;
  }
  if (!rung.drawn.empty()) json["drawn"] = rung.drawn;
  Json& curve = json["curve"] = Json::array();
  for (const CurvePoint& point : rung.curve.points)
    curve.push_back({{"seconds", point.seconds}, {"value", point.value}});
  return json;
}

// The elements of a list in a ladder.json.
const Json::Array& list_in(const Json& json, const char* key, const std::string& path) {
  const Json* list = json.find(key);
  check(list != nullptr && list->is_array(), "{}: is not the record of a ladder: it has no list of {}", path,
        key);
  return list->elements();
}

}  // namespace

std::vector<const LadderRung*> LadderReport::by_quality() const {
  std::vector<const LadderRung*> order;
  for (const LadderRung& rung : rungs) {
    if (rung.measured) order.push_back(&rung);
  }
  std::stable_sort(order.begin(), order.end(), [&](const LadderRung* a, const LadderRung* b) {
    return is_better(a->quality, b->quality, quality.better);
  });
  return order;
}

Json report_json(const LadderReport& report) {
  Json json = {{"program", report.program},
               {"commit", report.commit.empty() ? Json(nullptr) : Json(report.commit)},
               {"processor", report.processor},
               {"command", report.command},
               {"task", report.task},
               {"minutes", report.minutes},
               {"seed", report.seed},
               {"threads", report.threads}};
  json["options"] = report.options;
  json["tokenizer"] = report.tokenizer;
  Json& data = json["data"] = Json::array();
  for (const LadderData& file : report.data) {
    data.push_back(
        {{"option", file.option}, {"path", file.path}, {"bytes", file.bytes}, {"xxh64", file.hash}});
  }
  json["quality"] = {{"key", report.quality.key},
                     {"name", bilingual_json(report.quality.name)},
                     {"better", report.quality.better == Better::higher ? "higher" : "lower"}};
  json["unit"] = bilingual_json(report.unit);
  json["scored"] = bilingual_json(report.scored);
  Json& sentences = json["sentences"] = Json::array();
  for (const Bilingual& sentence : sentences_of(report)) sentences.push_back(bilingual_json(sentence));
  Json& order = json["order"] = Json::array();
  for (const LadderRung* rung : report.by_quality()) order.push_back(rung->name);
  Json& passes = json["passes"] = Json::array();
  for (const Pass& pass : passes_of(report)) {
    passes.push_back({{"passes", report.rungs[pass.winner].name},
                      {"passed", report.rungs[pass.loser].name},
                      {"seconds", pass.seconds}});
  }
  Json& questions = json["questions"] = Json::array();
  for (const LadderQuestion& question : report.questions)
    questions.push_back({{"text", question.text}, {"answer", question.answer}});
  if (!report.window.after.empty()) {
    json["window"] = {
        {"column", report.window.column}, {"before", report.window.before}, {"after", report.window.after}};
  }
  Json& rungs = json["rungs"] = Json::array();
  for (const LadderRung& rung : report.rungs) rungs.push_back(rung_json(rung));
  return json;
}

std::vector<LadderRung> read_rungs(const Json& json, const std::string& path) {
  std::vector<LadderRung> rungs;
  for (const Json& one : list_in(json, "rungs", path)) {
    LadderRung& rung = rungs.emplace_back();
    rung.name = json_get<std::string>(one, "name", path);
    rung.command = json_get<std::string>(one, "command", path);
    rung.problem = json_get<std::string>(one, "problem", path);
    rung.measured = json_get<bool>(one, "measured", path);
    rung.minutes = json_get_or<double>(one, "minutes", 0, path);
    rung.tokens = json_get_or<int64_t>(one, "tokens", 0, path);
    rung.unknown = json_get_or<int64_t>(one, "unknown_tokens", 0, path);
    rung.wall_seconds = json_get<double>(one, "wall_seconds", path);
    rung.processor_seconds = json_get<double>(one, "processor_seconds", path);
    rung.peak_memory = json_get<uint64_t>(one, "peak_memory", path);
    rung.quality = json_get_or<double>(one, "quality", 0, path);
    rung.parameters = json_get<int64_t>(one, "parameters", path);
    rung.ngrams = json_get<int64_t>(one, "ngrams", path);
    rung.summary = json_get<std::string>(one, "summary", path);
    rung.bytes = json_get<uint64_t>(one, "bytes", path);
    rung.scored_a_second = json_get<double>(one, "scored_a_second", path);
    rung.written_a_second = json_get<double>(one, "written_a_second", path);
    rung.answers = json_get<std::vector<std::string>>(one, "answers", path);
    rung.drawn = json_get_or<std::vector<double>>(one, "drawn", {}, path);
  }
  return rungs;
}

std::vector<LadderData> read_data(const Json& json, const std::string& path) {
  std::vector<LadderData> data;
  for (const Json& one : list_in(json, "data", path)) {
    data.push_back({json_get<std::string>(one, "option", path), json_get<std::string>(one, "path", path),
                    json_get<std::string>(one, "xxh64", path), json_get<uint64_t>(one, "bytes", path)});
  }
  return data;
}

std::string quality_text(const LadderReport& report, double quality) {
  return fmt::format("{:.{}f}", report.quality.shown_times * quality, report.quality.decimals);
}

std::string size_text(const LadderRung& rung) {
  if (rung.parameters > 0) return with_commas(rung.parameters);
  if (rung.ngrams > 0) return with_commas(rung.ngrams) + " n-grams";
  return rung.summary.empty() ? "–" : rung.summary;
}

std::string unknown_text(const LadderRung& rung) {
  if (rung.tokens == 0) return "–";
  return fmt::format("{} of {}", with_commas(rung.unknown), with_commas(rung.tokens));
}

bool has_unknown(const LadderReport& report) {
  return std::any_of(report.rungs.begin(), report.rungs.end(),
                     [](const LadderRung& rung) { return rung.measured && rung.unknown > 0; });
}

std::string speed_text(double a_second) { return a_second > 0 ? with_commas(std::llround(a_second)) : "–"; }

}  // namespace hodhod
