// SPDX-License-Identifier: Apache-2.0
// Whether the first line of a table names its columns, and what each of them holds.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace hodhod {

// The use of a column.
enum class ColumnUse { text, label };

// Whether these fields read like names of columns: each is different and short, begins with a letter, and two
// of them (or the only one) are, or have as a part, a usual name such as "text", "label", "sentence", "id".
// The first may be empty, as pandas writes it over the numbers of the rows.
bool reads_like_names(std::span<const std::string> fields);
// The same for a table with a word and its tag in each line: the first is a usual name of words ("word",
// "token"), the last one of tags ("tag", "pos", "ner", "label").
bool read_like_tagged_names(std::span<const std::string> fields);

// The index of the first column with a usual name for this use; nothing if there is none.
std::optional<size_t> usual_column(std::span<const std::string> names, ColumnUse use);
// The indices of two columns that are usually read as a pair of texts: premise and hypothesis, sentence1 and
// sentence2, text1 and text2, question1 and question2. Nothing if there is no such pair, or more than one.
std::optional<std::pair<size_t, size_t>> usual_pair(std::span<const std::string> names);

}  // namespace hodhod
