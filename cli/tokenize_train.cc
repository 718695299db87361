// SPDX-License-Identifier: Apache-2.0
// hodhod tokenize train: trains a tokenizer on text.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/input.h"
#include "cli/outputs.h"
#include "cli/tokenize.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"
#include "hodhod/base/progress.h"
#include "hodhod/base/signals.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/text/after/template_processing.h"
#include "hodhod/text/models/word_level.h"
#include "hodhod/text/normalizers/characters.h"
#include "hodhod/text/normalizers/unicode_forms.h"
#include "hodhod/text/pre_tokenizers/byte_level.h"
#include "hodhod/text/pre_tokenizers/characters.h"
#include "hodhod/text/pre_tokenizers/metaspace.h"
#include "hodhod/text/tokenizer.h"
#include "hodhod/text/training/trainer.h"
#include "hodhod/train/run_directory.h"

namespace hodhod::cli {
namespace {

struct TokenizerTrainFlags {
  std::string model = "bpe", output, normalizer = "nfc", pre_tokenizer = "auto", max_memory = "2G";
  std::vector<std::string> files, special;
  std::string bos, eos;
  PersianFlags persian;
  text::TokenizerTraining options;
  bool lowercase = false, mixed_scripts = false, json = false, overwrite = false;
};

text::ModelKind kind_of(const std::string& model) {
  if (model == "bpe") return text::ModelKind::bpe;
  if (model == "wordpiece") return text::ModelKind::wordpiece;
  if (model == "unigram") return text::ModelKind::unigram;
  return model == "word" ? text::ModelKind::word : text::ModelKind::character;
}

text::NormalizerPtr make_normalizer(const TokenizerTrainFlags& flags) {
  std::vector<text::NormalizerPtr> parts;
  if (flags.normalizer == "nfc") parts.push_back(text::make_unicode_normalizer(text::UnicodeForm::nfc));
  if (flags.normalizer == "nfkc") parts.push_back(text::make_unicode_normalizer(text::UnicodeForm::nfkc));
  if (flags.normalizer == "bert") parts.push_back(text::make_bert_normalizer({.lowercase = flags.lowercase}));
  if (flags.normalizer == "persian")
    parts.push_back(text::make_persian_normalizer(persian_options(flags.persian)));
  if (flags.lowercase && flags.normalizer != "bert") parts.push_back(text::make_lowercase());
  if (parts.empty()) return nullptr;
  return parts.size() == 1 ? std::move(parts[0]) : text::make_normalizer_sequence(std::move(parts));
}

std::string pre_tokenizer_of(const TokenizerTrainFlags& flags) {
  if (flags.pre_tokenizer != "auto") return flags.pre_tokenizer;
  if (flags.model == "bpe") return "byte-level";
  if (flags.model == "unigram") return "metaspace";
  if (flags.model == "wordpiece") return "bert";
  return flags.model == "word" ? "whitespace" : "none";
}

// Puts tokens around texts: those of --bos and --eos or, for WordPiece, [CLS] and [SEP] if these are among
// the special tokens. A token's id is its position among the special tokens.
text::PostProcessorPtr template_around(const TokenizerTrainFlags& flags,
                                       const std::vector<text::AddedToken>& special) {
  std::vector<text::SpecialToken> tokens;
  const auto add = [&](const std::string& content) {
    const auto same = [&](const text::AddedToken& token) { return token.content == content; };
    const auto at = std::find_if(special.begin(), special.end(), same) - special.begin();
    if (static_cast<size_t>(at) == special.size()) return false;
    tokens.push_back({content, static_cast<int32_t>(at)});
    return true;
  };
  if (flags.bos.empty() && flags.eos.empty()) {
    if (flags.model != "wordpiece" || !add("[CLS]") || !add("[SEP]")) return nullptr;
    return text::make_template_processing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", std::move(tokens));
  }
  std::string single = "$A", pair = "$B:1";
  if (!flags.bos.empty() && add(flags.bos)) {
    single = flags.bos + " " + single;
    pair = flags.bos + ":1 " + pair;
  }
  if (!flags.eos.empty() && (flags.eos == flags.bos || add(flags.eos))) {
    single += " " + flags.eos;
    pair += " " + flags.eos + ":1";
  }
  return text::make_template_processing(single, single + " " + pair, std::move(tokens));
}

// The tokenizer's parts except for the model, which is trained later.
text::TokenizerParts make_parts(const TokenizerTrainFlags& flags, const std::string& pre_tokenizer,
                                const std::vector<text::AddedToken>& special) {
  text::TokenizerParts parts;
  parts.model = text::make_word_level({});
  parts.normalizer = make_normalizer(flags);
  if (pre_tokenizer == "byte-level") {
    parts.pre_tokenizer = text::make_byte_level({.add_prefix_space = false});
    parts.post_processor =
        text::make_byte_level_processing(/*trim_offsets=*/false, /*add_prefix_space=*/false);
    parts.decoder = text::make_byte_level_decoder();
  } else if (pre_tokenizer == "metaspace") {
    parts.pre_tokenizer = text::make_metaspace();
    std::vector<text::DecoderPtr> decoders;
    decoders.push_back(text::make_byte_fallback_decoder());
    decoders.push_back(text::make_metaspace_decoder());
    parts.decoder = flags.options.byte_fallback ? text::make_decoder_sequence(std::move(decoders))
                                                : text::make_metaspace_decoder();
  } else if (pre_tokenizer == "bert") {
    parts.pre_tokenizer = text::make_bert_pre_tokenizer();
  } else if (pre_tokenizer == "whitespace") {
    parts.pre_tokenizer = text::make_whitespace();
  } else {
    parts.decoder = text::make_fuse_decoder();
  }
  if (flags.model == "wordpiece") parts.decoder = text::make_word_piece_decoder();
  if (text::PostProcessorPtr around = template_around(flags, special); around && parts.post_processor) {
    std::vector<text::PostProcessorPtr> both;
    both.push_back(std::move(parts.post_processor));
    both.push_back(std::move(around));
    parts.post_processor = text::make_post_processor_sequence(std::move(both));
  } else if (around) {
    parts.post_processor = std::move(around);
  }
  if (!flags.bos.empty()) parts.roles.emplace_back("bos_token", flags.bos);
  if (!flags.eos.empty()) parts.roles.emplace_back("eos_token", flags.eos);
  return parts;
}

text::TokenizerTraining make_options(const TokenizerTrainFlags& flags, const std::string& pre_tokenizer) {
  text::TokenizerTraining options = flags.options;
  options.kind = kind_of(flags.model);
  options.split_scripts = !flags.mixed_scripts;
  options.max_memory = parse_bytes("--max-memory", flags.max_memory);
  options.byte_level = pre_tokenizer == "byte-level";
  const bool bert = flags.model == "wordpiece";
  if (bert) {
    options.unknown_token = "[UNK]";
    options.continuing_subword_prefix = "##";
  }
  std::vector<std::string> special = flags.special;
  if (special.empty() && bert) special = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  if (special.empty()) special = {"<pad>", "<unk>", "<s>", "</s>"};
  for (const std::string& token : {flags.bos, flags.eos}) {
    check(token.find(' ') == token.npos,
          "--bos and --eos: \"{}\" contains a space; a template cannot name it", token);
    if (!token.empty() && std::find(special.begin(), special.end(), token) == special.end())
      special.push_back(token);
  }
  for (const std::string& token : special) {
    options.special_tokens.push_back({.content = token, .normalized = false, .special = true});
  }
  return options;
}

// Error when the tokenizer would replace another one, on which a model may depend.
void check_directory(const TokenizerTrainFlags& flags) {
  check(is_directory(flags.output) || !file_exists(flags.output),
        "--output {}: is a file; name a directory for the tokenizer", flags.output);
  check_replaced_model("--output", flags.output, flags.overwrite);
  check(flags.overwrite || !has_tokenizer(flags.output),
        "--output {}: there is a tokenizer; give another directory, or --overwrite if it may be replaced",
        flags.output);
}

// Error for an option that has no effect together with the others.
void refuse_useless(const Command& command, const TokenizerTrainFlags& flags) {
  if (flags.normalizer != "persian") {
    refuse_persian_flags(command, fmt::format("is for the Persian rules, and --normalizer is {}; see "
                                              "--normalizer persian",
                                              flags.normalizer));
  }
  if (flags.model == "word" || flags.model == "char") {
    command.refuse({"--byte-fallback", "--mixed-scripts"},
                   fmt::format("is for pieces of words, and --model is {}", flags.model));
  }
}

int train_on_text(const Command& command, const TokenizerTrainFlags& flags, const Session& session) {
  const StopSignals signals;
  refuse_useless(command, flags);
  for (const std::string& token : flags.special) {
    check(
        !flags.files.empty() || !file_exists(token),
        "--special {}: is the name of a file, and --special takes all words up to the next option; name the "
        "files before --special, or after --",
        token);
  }
  check_directory(flags);
  const auto lock = lock_against_run(flags.output);
  const std::string pre_tokenizer = pre_tokenizer_of(flags);
  text::TokenizerTraining options = make_options(flags, pre_tokenizer);
  Progress progress([&] {
    ProgressOptions bar = progress_to_stderr("Training", session.quiet);
    bar.unit = "%";
    bar.total = 100;
    return bar;
  }());
  Json plan = nullptr;
  options.progress = [&](std::string_view stage, double done) {
    progress.update(static_cast<int64_t>(done * 100), stage);
  };
  options.plan = [&](int64_t bytes, double share) {
    plan = {{"memory", bytes}, {"share_of_corpus", share}};
    if (session.quiet || flags.json) return;
    std::string line = fmt::format("training needs about {}", format_bytes(static_cast<uint64_t>(bytes)));
    if (share < 1) {
      line += fmt::format("; that is more than {} for the whole corpus, so {:.1f} % of it is used",
                          flags.max_memory, 100 * share);
    }
    progress.print(line);
  };
  text::Tokenizer tokenizer(make_parts(flags, pre_tokenizer, options.special_tokens));
  Lines lines(flags.files, "Reading", session.quiet);
  text::train_tokenizer(tokenizer,
                        lines_with_words([&](std::string& line) { return lines.next(line); },
                                         flags.files.empty() ? "standard input" : flags.files[0]),
                        options);
  lines.finish();
  progress.update(100);
  progress.finish();
  if (stop_requested()) return 128 + stop_signal();
  tokenizer.save(flags.output);
  if (flags.json) {
    print_text(
        format_json({{"output", flags.output}, {"vocab_size", tokenizer.vocab_size()}, {"plan", plan}}) +
        "\n");
  } else {
    print_text(fmt::format("{}: {} with {} {}\n", flags.output, flags.model,
                           with_commas(tokenizer.vocab_size()), noun_for(tokenizer.vocab_size(), "token")));
  }
  return 0;
}

void add_model_options(Command& action, TokenizerTrainFlags& flags) {
  action.add("--model", flags.model, "Kind of tokenizer")
      .one_of({"bpe", "wordpiece", "unigram", "word", "char"});
  action.add("--vocabulary", flags.options.vocabulary, "Number of tokens, special ones and alphabet included",
             in(1, 10'000'000));
  action.add("--special", flags.special, "Special tokens; they get the first ids");
  action.add("--bos", flags.bos, "Special token that encode --special puts before a text");
  action.add("--eos", flags.eos, "Special token that encode --special puts after a text");
  action.add("--min-frequency", flags.options.min_frequency,
             "Least number of times that a merge or a word must occur", at_least(0));
  action.add("--pre-tokenizer", flags.pre_tokenizer, "How text is split before the model sees it")
      .one_of({"auto", "byte-level", "metaspace", "bert", "whitespace", "none"});
  action.add("--byte-fallback", flags.options.byte_fallback, "Encode rare characters as bytes");
  action.add("--mixed-scripts", flags.mixed_scripts,
             "Allow tokens with characters of several scripts (unigram, and BPE without bytes)");
  action.add("--character-coverage", flags.options.character_coverage,
             "Share of the text's characters that the alphabet covers", in(0, 1));
}

}  // namespace

void add_tokenize_train(Command& tokenize) {
  auto flags = std::make_shared<TokenizerTrainFlags>();
  Command& action = tokenize.add_command("train", "Train a tokenizer on text");
  add_text_files(action, flags->files);
  action.add("-o,--output", flags->output, "The directory for tokenizer.json and its companion files")
      .called("DIR")
      .required();
  action.add("--overwrite", flags->overwrite, "Replace the tokenizer in the directory of --output");
  add_model_options(action, *flags);
  action.add("--normalizer", flags->normalizer, "How text is normalised before it is split")
      .one_of({"none", "nfc", "nfkc", "bert", "persian"});
  action.add("--lowercase", flags->lowercase, "Convert text to lower case");
  action.add("--max-memory", flags->max_memory, "Most memory to use; a corpus that needs more is sampled");
  action.add("--seed", flags->options.seed, "Seed for sampling a corpus that needs too much memory");
  action.add("--json", flags->json, "Print a JSON object");
  add_persian_flags(action, flags->persian);
  action.on_run([flags, &action](const Session& session) { return train_on_text(action, *flags, session); });
}

}  // namespace hodhod::cli
