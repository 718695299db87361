// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate for taggers: tags, or the entities that they mark.
#include <fmt/core.h>

#include <memory>

#include "cli/confusion.h"
#include "cli/evaluate.h"
#include "cli/models.h"
#include "cli/output.h"
#include "hodhod/tasks/tag.h"

namespace hodhod::cli {
namespace {

struct EvaluateTagFlags : EvaluateFlags {
  CorpusOptions corpus;
};

int evaluate_tag(const EvaluateTagFlags& flags) {
  const Tagger tagger = warned(Tagger::load(flags.directory));
  check_data(flags);
  Context context;
  const auto scores = evaluate(tagger, told(read_tagged(flags.data, flags.corpus)).sentences, context);
  tell(scores.notes);
  const auto& classes = scores.classes;
  Json values = {{"accuracy", classes.accuracy},
                 {"macro_f1", classes.macro_f1},
                 {"loss", scores.loss},
                 {"words", scores.words},
                 {"sentences", scores.sentences}};
  std::string text = fmt::format("accuracy {:.2f}   macro F1 {:.2f}   loss {:.4f}   words {}   sentences {}",
                                 100 * classes.accuracy, 100 * classes.macro_f1, scores.loss, scores.words,
                                 scores.sentences);
  if (tagger.has_entities()) {
    const auto& all = scores.entities.overall();
    const ByLabel types(scores.entities.by_type());
    values["entity_f1"] = all.f1();
    values["entity_precision"] = all.precision();
    values["entity_recall"] = all.recall();
    values["entities"] = types.json;
    text =
        fmt::format("entity F1 {:.2f}   precision {:.2f}   recall {:.2f}   entities {}\n{}{}", 100 * all.f1(),
                    100 * all.precision(), 100 * all.recall(), all.gold, text, types.table);
  } else {
    const ByLabel tags(classes.by_label);
    values["tags"] = tags.json;
    text += tags.table + "\n" + confusion_text(classes);
  }
  values["confusion"] = confusion_json(classes);
  report(flags, values, text);
  return 0;
}

}  // namespace

void declare_evaluate_tag(Command& command) {
  auto flags = std::make_shared<EvaluateTagFlags>();
  add_evaluate_flags(command, *flags, "sentences for a tagger");
  std::vector<Field> fields = fields_of(flags->corpus);
  for (Field& field : fields) {
    if (field.path == "columns")
      field.doc = "For a tagger: columns of the words and of their tags; default: the first and the last";
  }
  command.add_fields(fields, "Options");
  command.on_run([flags](const Session&) { return evaluate_tag(*flags); });
}

}  // namespace hodhod::cli
