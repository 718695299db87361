// SPDX-License-Identifier: Apache-2.0
// The library in one header: what the program does, from C++. docs/library.md shows how.
#pragma once

#include "hodhod/base/error.h"           // Error, which all functions throw
#include "hodhod/base/threads.h"         // set_thread_count
#include "hodhod/data/lines.h"           // lines_of, lines_in
#include "hodhod/data/series.h"          // read_series
#include "hodhod/decode/decoding.h"      // Decoding: many requests at once
#include "hodhod/models/directory.h"     // ModelDirectory, load_model
#include "hodhod/models/registry.h"      // presets, kinds of models of your own
#include "hodhod/tasks/alignment.h"      // which word became which
#include "hodhod/tasks/classify.h"       // Classifier
#include "hodhod/tasks/continue_text.h"  // continue_text
#include "hodhod/tasks/embed.h"          // texts as vectors
#include "hodhod/tasks/fill_mask.h"      // MaskFiller
#include "hodhod/tasks/fit.h"            // fit: training in one call
#include "hodhod/tasks/forecast.h"       // SeriesForecaster, forecast_next
#include "hodhod/tasks/generate.h"       // TextGenerator
#include "hodhod/tasks/summarize.h"      // Summarizer
#include "hodhod/tasks/tag.h"            // Tagger
#include "hodhod/tasks/translate.h"      // Translator
#include "hodhod/text/tokenizer.h"       // text::Tokenizer
